import gc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.onednn.memory import (
    SMALL,
    Pool,
    empty,
    empty_channels_last,
    is_channels_last,
)


def test_memory_is_used_again():
    pool = Pool()
    first = pool.take(SMALL * 4)
    address = first.ctypes.data
    del first
    again = pool.take(SMALL * 4)
    assert again.ctypes.data == address
    assert pool.used == SMALL * 4
    assert pool.free == 0


def test_memory_is_kept_while_a_view_of_it_lives():
    pool = Pool()
    array = np.ndarray((SMALL,), np.float32, buffer=pool.take(4 * SMALL))
    view = array.reshape(16, -1).T[3:]
    address = array.ctypes.data
    del array
    gc.collect()
    other = pool.take(4 * SMALL)
    assert other.ctypes.data != address
    assert pool.used == 8 * SMALL
    del view
    assert pool.take(4 * SMALL).ctypes.data == address


def test_much_larger_memory_is_not_wasted_on_a_small_array():
    pool = Pool()
    large = pool.take(100 * SMALL)
    del large
    small = pool.take(10 * SMALL)
    assert small.nbytes == 10 * SMALL


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40 * SMALL)), max_size=60))
@settings(max_examples=40, deadline=None)
def test_footprint_never_exceeds_the_peak_of_what_was_in_use(requests):
    pool, held = Pool(), []
    for release, size in requests:
        if release and held:
            held.pop(size % len(held))
        else:
            held.append(pool.take(size))
            assert held[-1].nbytes >= size
        assert pool.used + pool.free <= pool.peak
    spans = sorted((array.ctypes.data, array.nbytes) for array in held)
    for (start, size), (following, _) in zip(spans, spans[1:]):
        assert start + size <= following


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
