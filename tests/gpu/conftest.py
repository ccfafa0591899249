"""What the tests of this folder need: a GPU that CuPy can compute on.

Run them with ``make test WORKERS=0 ARGS='-m gpu tests/gpu'``.
"""

import pytest

from fashion_models.devices import resolve
from fashion_models.errors import UserError


@pytest.fixture(scope='session')
def gpu():
    """The name of the first GPU; skips where there is none."""
    try:
        resolve('0')
    except UserError as error:
        pytest.skip(f'needs a GPU: {error}')
    return '0'
