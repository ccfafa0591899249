"""Memory for arrays, used again instead of given back to the system.

A training step asks for hundreds of megabytes of activations and gradients and drops them all.
Taken from the system each time, every page of them is cleared by the kernel at its first use, which
costs about as much as the elementwise layers themselves. The pool keeps what is dropped, but never
more than has been in use at one moment: its footprint is the peak of what was alive.
"""

import collections
import contextlib
import math
import mmap
import threading

import numpy as np

SMALL = 1 << 16


class _Lease(np.ndarray):
    """Bytes out of the pool; they go back when the last array that lies in them is gone."""

    pool = block = None

    def __new__(cls, pool, block):
        # Made on the block itself: NumPy looks through arrays that are views of other arrays, and
        # what lies in this one must keep it alive, not what is below.
        lease = super().__new__(cls, (len(block),), np.uint8, buffer=block)
        lease.pool, lease.block = pool, block
        return lease

    def __del__(self):
        if self.pool is not None:
            self.pool.returned.append(self.block)


class Pool:
    """Blocks of memory that wait for the next array.

    A block is handed out for any size from two thirds of its own up, so that batches whose n
    changes share them. When nothing fits, blocks that waited longest are freed before a new one is
    made.

    Attributes:
        used (int): Bytes in blocks that are handed out.
        free (int): Bytes in blocks that wait.
        peak (int): Largest ``used`` so far.
    """

    def __init__(self):
        self.used = self.free = self.peak = 0
        # Leases end wherever the garbage collector runs, inside `take` too: they only append here.
        self.returned = collections.deque()
        self._waiting = []      # longest first
        self._lock = threading.Lock()

    def take(self, size):
        """Bytes, at least ``size`` of them, at the beginning of a page."""
        with self._lock:
            while self.returned:
                block = self.returned.popleft()
                self._waiting.append(block)
                self.used -= len(block)
                self.free += len(block)
            block = self._fitting(size)
            if block is None:
                rounded = -(-size // SMALL) * SMALL
                self.peak = max(self.peak, self.used + rounded)
                while self._waiting and self.used + self.free + rounded > self.peak:
                    self.free -= len(self._waiting.pop(0))
                block = _allocate(rounded)
            self.used += len(block)
            self.peak = max(self.peak, self.used)
        return _Lease(self, block)

    def _fitting(self, size):
        best = None
        for i, block in enumerate(self._waiting):
            if size <= len(block) <= size * 3 // 2 + SMALL and (
                    best is None or len(block) < len(self._waiting[best])):
                best = i
                if len(block) - size < SMALL:
                    break
        if best is None:
            return None
        block = self._waiting.pop(best)
        self.free -= len(block)
        return block


def _allocate(size):
    block = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, 'MADV_HUGEPAGE'):
        # Fewer pages to clear and to look up; a kernel without them says so, which is no matter.
        with contextlib.suppress(OSError):
            block.madvise(mmap.MADV_HUGEPAGE)
    return block


pool = Pool()


def empty(shape, dtype=np.float32):
    """Uninitialised C-contiguous array."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < SMALL:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, buffer=pool.take(size))


def empty_channels_last(shape):
    """Uninitialised float32 array of logical shape (N, C, H, W) that lies as (N, H, W, C)."""
    n, c, h, w = shape
    return empty((n, h, w, c)).transpose(0, 3, 1, 2)


def is_channels_last(x):
    """Whether x (N, C, H, W) lies in memory as (N, H, W, C) without gaps."""
    return x.transpose(0, 2, 3, 1).flags.c_contiguous
