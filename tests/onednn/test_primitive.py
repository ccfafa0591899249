import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from fashion_models.onednn import convolution, dense, memory, normalization, pooling, primitive

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(8, 16, 20, 20).astype(np.float32)
W = RANDOM.randn(24, 16, 3, 3).astype(np.float32)


def convolve():
    return convolution.forward(X, W, None, (1, 1), (1, 1))


FORK = """
import multiprocessing
import numpy as np
from fashion_models.onednn import convolution

x, w = np.ones((8, 16, 20, 20), np.float32), np.ones((24, 16, 3, 3), np.float32)

def convolve():
    return convolution.forward(x, w, None, (1, 1), (1, 1))

def child(connection):
    connection.send(convolve())

expected = convolve()
context = multiprocessing.get_context('fork')
for _ in range(2):
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(there,), daemon=True)
    process.start()
    assert here.poll(60), 'the child hangs'
    np.testing.assert_array_equal(here.recv(), expected)
    process.join(60)
    assert process.exitcode == 0
    np.testing.assert_array_equal(convolve(), expected)
"""


def test_forked_child_does_not_hang():
    # GNU's OpenMP waits for ever in a child that forks after its parent ran threads. The parent is
    # a process of its own because it needs more than one, whatever the tests run with.
    subprocess.run(
        [sys.executable, '-c', FORK], env={**os.environ, 'OMP_NUM_THREADS': '2'}, check=True,
        timeout=200)


def test_any_thread_may_call():
    expected = convolve()
    results = []
    threads = [threading.Thread(target=lambda: results.append(convolve())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        np.testing.assert_array_equal(result, expected)
    assert len(results) == 4


def resident():
    """Megabytes of memory that this process occupies."""
    with open('/proc/self/status') as status:
        line, = (line for line in status if line.startswith('VmRSS'))
    return int(line.split()[1]) / 1024


def some_layers(images):
    x = RANDOM.randn(images, 3, 32, 32).astype(np.float32)
    w = np.ones((16, 3, 3, 3), np.float32)
    y = convolution.forward(x, w, None, (1, 1), (1, 1))
    ones = np.ones(16, np.float32)
    z, mean, variance, positive = normalization.forward(y, ones, ones, 1e-5)
    geometry = (3, 3), (2, 2), (0, 0)
    p, chosen = pooling.forward(z, (images, 16, 16, 16), *geometry, training=True)
    v = np.ones((8, 4096), np.float32)
    rows = dense.forward(p.reshape(images, -1), v)
    gp = dense.backward_data(rows, v).reshape(p.shape)
    dense.backward_weights(p.reshape(images, -1), rows)
    gz = pooling.backward(gp, chosen, z.shape, *geometry)
    gy, _, _ = normalization.backward(y, gz, ones, mean, variance, positive, 1e-5)
    convolution.backward_weights(x, gy, w.shape, (1, 1), (1, 1))
    convolution.backward_data(gy, w, x, (1, 1), (1, 1))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_does_not_grow_over_steps_of_changing_n():
    for step in range(100):
        some_layers(8 * (1 + step % 5))
    before, footprint = resident(), memory.arena().footprint
    for step in range(1000):
        some_layers(8 * (1 + step * 7 % 5))
    assert memory.arena().footprint <= 1.1 * footprint
    assert resident() - before < 10


def test_number_of_kept_primitives_is_bounded():
    for n in range(1, 300):
        dense.forward(np.ones((n, 2), np.float32), np.ones((3, 2), np.float32))
    assert max(cache.cache_info().maxsize for cache in primitive._caches) <= 4096
    kept = dense._cached.cache_info()
    assert kept.currsize == kept.maxsize == 256
