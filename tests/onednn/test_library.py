import os
import subprocess
import sys

import numpy as np
import pytest

from fashion_models.onednn import dense, library
from fashion_models.onednn.primitive import PrimitiveDescriptor, contiguous


def test_version(onednn):
    assert tuple(map(int, onednn.version.split('.'))) >= library.OLDEST
    assert onednn.version.startswith('3.')


def test_error_says_status_and_shapes():
    with pytest.raises(library.OneDNNError, match=r'2 \(invalid arguments\).*matmul') as info:
        PrimitiveDescriptor(
            'matmul', contiguous((2, 3)), contiguous((4, 5)), None, contiguous((2, 5)))
    assert '(2, 3), (4, 5), (2, 5)' in str(info.value)


def test_another_library_is_none(monkeypatch):
    monkeypatch.setenv(library.VARIABLE, 'libc.so.6')
    with pytest.raises(library.Unavailable, match='libc.so.6 does not load as a oneDNN library'):
        library.load.__wrapped__()


@pytest.mark.parametrize('threads', [1, 2])
def test_threads_follow_the_environment(threads):
    found = subprocess.run(
        [sys.executable, '-c',
         'from fashion_models.onednn import library; print(library.load().threads())'],
        env={**os.environ, 'OMP_NUM_THREADS': str(threads)}, capture_output=True, text=True,
        check=True)
    assert found.stdout.strip() == str(threads)


def test_result_of_a_product_by_hand():
    y = dense.forward(
        np.array([[1, 2], [3, 4]], np.float32), np.array([[1, 0], [1, 1], [0, -1]], np.float32),
        np.array([0, 10, 0], np.float32))
    np.testing.assert_array_equal(y, [[1, 13, -2], [3, 17, -4]])
