import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.tasks import TASKS
from fashion_models.data.prepare import prepare
from fashion_models.data.products import split_products
from fashion_models.data.vocabulary import Vocabulary


@pytest.fixture(scope='session')
def toy(toy_catalogue):
    return open_catalogue(toy_catalogue)


@pytest.fixture(scope='session')
def toy_store(toy):
    return prepare(toy, 56, progress=False)


@pytest.fixture(scope='session')
def toy_splits(toy, toy_store):
    return split_products(toy, toy_store, Vocabulary.of(toy.products, TASKS))


@pytest.fixture(scope='session')
def two_coloured(two_coloured_catalogue):
    return open_catalogue(two_coloured_catalogue)


@pytest.fixture(scope='session')
def two_coloured_splits(two_coloured):
    return split_products(
        two_coloured, prepare(two_coloured, 56, progress=False),
        Vocabulary.of(two_coloured.products, TASKS))


@pytest.fixture(scope='session')
def ramp():
    """A mean image whose every value is different: (3, 48, 48)."""
    return np.linspace(0, 255, 3 * 48 * 48, dtype=np.float32).reshape(3, 48, 48)
