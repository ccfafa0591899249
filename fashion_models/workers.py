"""Work shared among processes, in order: Ctrl-C, errors and dead workers end it at once."""

import collections
import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator


class WorkerDied(Exception):
    """A worker process ended unexpectedly: it was killed, or something crashed in it.

    Attributes:
        job: The first job that has no result; the one that broke the worker is near.
    """

    def __init__(self, job: object) -> None:
        super().__init__(f'a worker process ended unexpectedly, near {job!r}')
        self.job = job


def in_order(function: Callable, jobs: Iterable, workers: int, ahead: int = 3) -> Iterator:
    """Yields ``function(job)`` of each job, in the jobs' order.

    Close the generator (:func:`contextlib.closing`): it owns the processes. Scripts that call this
    do so below ``if __name__ == '__main__':``, since the processes import them.

    Args:
        function: What to compute; it and the jobs must pickle, unless there is one worker.
        jobs: Read only as far as they are worked on, so that memory does not grow with them.
        workers: Processes; with one, this process does the work itself.
        ahead: Jobs for each worker to have in hand or waiting.

    Raises:
        WorkerDied: A worker was killed or crashed.
        Exception: Whatever ``function`` raises.
    """
    if workers <= 1:
        yield from map(function, jobs)
        return
    # Spawned, not forked: a forked child of a process in which Chainer, OpenMP or CUDA have run, or
    # in which any thread holds a lock at that moment, may hang.
    pool = concurrent.futures.ProcessPoolExecutor(
        workers, multiprocessing.get_context('spawn'), initializer=_start)
    pending, job = collections.deque(), None
    try:
        for job in jobs:
            pending.append((job, _submit(pool, function, job)))
            if len(pending) >= ahead * workers:
                yield pending[0][1].result()
                pending.popleft()
        while pending:
            yield pending[0][1].result()
            pending.popleft()
    except concurrent.futures.BrokenExecutor:
        raise WorkerDied(pending[0][0] if pending else job) from None
    finally:
        pool.shutdown(cancel_futures=True)


def refuse_while_spawned() -> None:
    """Keeps a worker that runs its parent's script anew from waiting for a lock of that parent.

    A spawned process imports the script that the parent was started with. Python refuses to start
    further processes meanwhile, by the same mark, but a lock comes first.

    Raises:
        RuntimeError: This process is still importing its parent's script.
    """
    if getattr(multiprocessing.current_process(), '_inheriting', False):
        raise RuntimeError(
            "a script that starts worker processes does so below if __name__ == '__main__':, since "
            'they import it')


def _submit(pool, function, job):
    """Hands a job to the pool, which may start a worker for it, with Ctrl-C blocked.

    Workers inherit that: Ctrl-C is for this process, which ends them in order.
    """
    with _ctrl_c_later():
        return pool.submit(function, job)


@contextlib.contextmanager
def _ctrl_c_later():
    """Blocks Ctrl-C for this thread and what it starts; one that comes meanwhile follows.

    That it is blocked here does not keep the system from giving the signal to another thread (NumPy
    has some), for which Python would interrupt this one, hence the handler.
    """
    if not hasattr(signal, 'pthread_sigmask'):  # Windows
        yield
        return
    came = []
    main = threading.current_thread() is threading.main_thread()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda *_: came.append(True)) if main else None
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # One that was set by other than Python code cannot be put back.
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
    if came:
        signal.raise_signal(signal.SIGINT)


def _start():
    """Readies a worker: it leaves Ctrl-C to its parent, and ends if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Windows has no inherited mask

    def wait():
        multiprocessing.parent_process().join()
        os._exit(1)

    # Without a parent it would wait for ever for something to do.
    threading.Thread(target=wait, daemon=True).start()
