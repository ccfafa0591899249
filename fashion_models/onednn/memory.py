"""Memory for arrays, reused instead of returned to the system.

A training step asks for hundreds of megabytes of activations and gradients and drops them all.
If they came from the system each time, the kernel would clear every page at its first use, which
costs more than all layers but the convolutions. Here an array's memory goes to the next one.
"""

import bisect
import collections
import contextlib
import functools
import math
import mmap
import os
import threading

import numpy as np

#: Smaller arrays, in bytes, are NumPy's.
SMALL = 1 << 16
#: Linux' value, which Python's mmap names from 3.13 on.
_MAP_NORESERVE = 0x4000

#: Held while an arena cuts or joins its pieces.
_lock = threading.Lock()


def _after_fork():
    """Releases the lock that a thread of the parent may have held when this child was forked."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_after_fork)


class _Lease(np.ndarray):
    """Bytes of an arena; they go back when the last array that lies in them is gone."""

    arena = None

    def __new__(cls, arena, start, size):
        # Made on the arena itself: NumPy looks through arrays that are views of other arrays, and
        # what lies in this one must keep it alive, not what is below.
        lease = super().__new__(cls, (size,), np.uint8, buffer=arena.memory, offset=start)
        lease.arena, lease.start = arena, start
        return lease

    def __del__(self):
        if self.arena is not None:
            self.arena.returned.append((self.start, self.start + self.size))


class Arena:
    """A range of addresses, as large as the machine's memory, from which arrays are cut.

    Addresses are free: the system provides memory only for those that are written to. An array gets
    the lowest that fit, which keeps the footprint close to the most that was ever in use at once.

    Args:
        size (int): Bytes.

    Attributes:
        used (int): Bytes in use.
        footprint (int): Bytes that have ever been in use.
    """

    def __init__(self, size: int) -> None:
        self.memory = mmap.mmap(
            -1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE)
        with contextlib.suppress(OSError, AttributeError):
            # Fewer pages to clear and to look up; it is no matter if the kernel has none.
            self.memory.madvise(mmap.MADV_HUGEPAGE)
        self.used = self.footprint = 0
        # Leases end wherever the garbage collector runs, inside `take` too: they only append here.
        self.returned = collections.deque()
        self._free = [(0, size)]    # (start, end), in order, never adjacent

    def take(self, size: int) -> np.ndarray | None:
        """At least ``size`` bytes, or ``None`` if there is no room for them in one piece."""
        size = -(-size // SMALL) * SMALL
        with _lock:
            while self.returned:
                self._give_back(*self.returned.popleft())
            for i, (start, end) in enumerate(self._free):
                if end - start >= size:
                    self._free[i:i + 1] = [(start + size, end)] if end - start > size else []
                    self.used += size
                    self.footprint = max(self.footprint, start + size)
                    return _Lease(self, start, size)
        return None

    def _give_back(self, start, end):
        self.used -= end - start
        i = bisect.bisect(self._free, (start, end))
        first, last = i, i
        if i < len(self._free) and self._free[i][0] == end:
            end, last = self._free[i][1], i + 1
        if i and self._free[i - 1][1] == start:
            start, first = self._free[i - 1][0], i - 1
        self._free[first:last] = [(start, end)]


@functools.cache
def arena() -> Arena | None:
    """The arena of this process, or ``None`` where it may have no addresses for one."""
    size = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    while size > SMALL:
        try:
            return Arena(size // SMALL * SMALL)
        except OSError:  # a limit on the addresses of a process
            size //= 2
    return None


def empty(shape: tuple, dtype: np.dtype | type = np.float32) -> np.ndarray:
    """Uninitialised C-contiguous array."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size >= SMALL and arena() is not None:
        lease = arena().take(size)
        if lease is not None:
            return np.ndarray(shape, dtype, buffer=lease)
    return np.empty(shape, dtype)


def empty_channels_last(shape: tuple, dtype: np.dtype | type = np.float32) -> np.ndarray:
    """Uninitialised array of logical shape (N, C, H, W) that lies as (N, H, W, C)."""
    n, c, h, w = shape
    return empty((n, h, w, c), dtype).transpose(0, 3, 1, 2)


def is_channels_last(x: np.ndarray) -> bool:
    """Whether x (N, C, H, W) lies in memory as (N, H, W, C) without gaps."""
    return x.transpose(0, 2, 3, 1).flags.c_contiguous
