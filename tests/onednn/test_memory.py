import gc
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.onednn.memory import SMALL, Arena, empty, empty_channels_last, is_channels_last

MEGABYTE = 1 << 20


def test_memory_is_used_again():
    arena = Arena(16 * MEGABYTE)
    first = arena.take(MEGABYTE)
    address = first.ctypes.data
    del first
    again = arena.take(MEGABYTE)
    assert again.ctypes.data == address
    assert arena.used == arena.footprint == MEGABYTE


def test_memory_is_kept_while_a_view_of_it_lives():
    arena = Arena(16 * MEGABYTE)
    array = np.ndarray((SMALL,), np.float32, buffer=arena.take(4 * SMALL))
    view = array.reshape(16, -1).T[3:]
    address = array.ctypes.data
    del array
    gc.collect()
    other = arena.take(4 * SMALL)
    assert other.ctypes.data != address
    assert arena.used == 8 * SMALL
    del view
    assert arena.take(4 * SMALL).ctypes.data == address


def test_a_full_arena_has_nothing_left():
    arena = Arena(4 * MEGABYTE)
    held = [arena.take(MEGABYTE) for _ in range(4)]
    assert arena.take(1) is None
    del held[1:3]
    assert arena.take(3 * MEGABYTE) is None
    # Neighbours that came back are one piece again.
    assert arena.take(2 * MEGABYTE) is not None


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40 * SMALL)), max_size=80))
@settings(max_examples=40)
def test_arrays_never_overlap_and_all_memory_comes_back(requests):
    arena, held, most = Arena(64 * MEGABYTE), [], 0
    for release, size in requests:
        if release and held:
            held.pop(size % len(held))
        else:
            lease = arena.take(size)
            if lease is not None:
                assert lease.nbytes >= size
                held.append(lease)
        spans = sorted((lease.ctypes.data, lease.nbytes) for lease in held)
        for (start, size), (following, _) in zip(spans, spans[1:]):
            assert start + size <= following
        most = max(most, sum(lease.nbytes for lease in held))
    assert arena.footprint >= most
    held.clear()
    lease = None
    assert arena.take(64 * MEGABYTE) is not None


def test_garbage_collection_while_memory_is_taken():
    # A lease that ends inside `take` must not wait for the lock that `take` holds.
    arena = Arena(16 * MEGABYTE)
    for _ in range(100):
        cycle = [arena.take(SMALL)]
        cycle.append(cycle)
        del cycle
        arena.take(SMALL)
    gc.collect()
    arena.take(1)
    assert arena.used <= SMALL


def test_arrays():
    for shape in ((3, 4), (300, 400)):
        array = empty(shape)
        assert array.shape == shape
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        array[...] = 1
    image = empty_channels_last((2, 3, 50, 60))
    assert image.shape == (2, 3, 50, 60)
    assert is_channels_last(image)
    assert not is_channels_last(np.empty((2, 3, 5, 6)))
    assert is_channels_last(np.empty((2, 1, 5, 6)))


#: Forks again and again while another thread takes memory; the children take some, too.
FORK = """
import os, threading, time
from fashion_models.onednn.memory import SMALL, Arena

arena = Arena(64 * SMALL)

def hammer():
    while True:
        arena.take(SMALL)

threading.Thread(target=hammer, daemon=True).start()
for _ in range(50):
    child = os.fork()
    if not child:
        arena.take(SMALL)
        os._exit(0)
    end = time.monotonic() + 5
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > end:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise SystemExit('a child hangs')
        time.sleep(0.001)
"""


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='needs fork')
def test_a_forked_child_takes_memory_whatever_the_other_threads_were_doing():
    subprocess.run([sys.executable, '-c', FORK], check=True, timeout=100)
