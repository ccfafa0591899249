import logging
import re

import chainer
import numpy as np
import pytest

from fashion_models import functions
from fashion_models.functions import backend
from fashion_models.onednn import library


@pytest.fixture
def undecided(monkeypatch):
    """As at the start of a process."""
    monkeypatch.setattr(backend, '_choice', None)
    library.load.cache_clear()
    yield monkeypatch
    library.load.cache_clear()


def some_convolution():
    x = np.arange(32, dtype=np.float32).reshape(1, 2, 4, 4)
    return functions.convolution_2d(x, np.ones((3, 2, 3, 3), np.float32)).array


@pytest.fixture
def missing(undecided, tmp_path):
    undecided.setenv(library.VARIABLE, str(tmp_path / 'libdnnl.so.3'))
    return undecided


def test_turned_off(undecided, caplog):
    undecided.setenv(library.VARIABLE, '0')
    assert some_convolution()[0, 0, 0, 0] == 9 * (5 + 21)
    assert not caplog.records
    assert 'turned off by FASHION_MODELS_ONEDNN=0' in backend.describe()


def test_missing_library_is_said_once_and_does_no_harm(missing, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert some_convolution()[0, 0, 0, 0] == 9 * (5 + 21)
    record, = caplog.records
    assert 'libdnnl.so.3' in record.getMessage()
    assert '\n' not in record.getMessage()


@pytest.mark.parametrize('content', [b'', b'not a library', b'\x7fELF' + bytes(100)])
def test_broken_library(undecided, tmp_path, caplog, content):
    path = tmp_path / 'libdnnl.so.3'
    path.write_bytes(content)
    undecided.setenv(library.VARIABLE, str(path))
    assert some_convolution()[0, 0, 0, 0] == 9 * (5 + 21)
    assert len(caplog.records) == 1
    assert 'does not load as a oneDNN library' in backend.describe()


def test_describes_what_is_used(onednn, undecided):
    assert re.search(
        r'^CPU: oneDNN 3\.\d+\.\d+ with \d+ threads?, from .*libdnnl', backend.describe(), re.M)


def test_names_the_engine(onednn, undecided):
    assert re.fullmatch(r'oneDNN 3\.\d+\.\d+, \d+ threads?', backend.engine())
    with backend.without_onednn():
        assert backend.engine() == 'NumPy'


def test_describes_the_gpu():
    expected = 'found' if chainer.cuda.available else 'none'
    assert re.match(f'GPU: .*{expected}', backend.describe())


@pytest.mark.parametrize('dtype', [np.float16, np.float64])
def test_other_types_are_chainers(dtype):
    assert not backend.use_onednn(np.zeros(3, dtype))


def test_nothing_is_chainers():
    assert not backend.use_onednn(np.zeros((0, 3), np.float32))
