"""Work shared among threads or processes: Ctrl-C, errors and dead workers end it at once."""

import collections
import concurrent.futures
import contextlib
import itertools
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator

from fashion_models.errors import UserError


class WorkerDied(Exception):
    """A worker process ended unexpectedly: it was killed, or something crashed in it.

    Attributes:
        job: The first job that has no result; the one that broke the worker is near.
    """

    def __init__(self, job: object) -> None:
        super().__init__(f'a worker process ended unexpectedly, near {job!r}')
        self.job = job


class Ahead(Iterator):
    """Gives function(job) for every job in order, computing some of them in advance, in threads.

    Threads suffice where almost all the time goes into NumPy or Pillow, which let other threads run
    meanwhile. They also cannot hang as forked processes do once OpenMP or CUDA has started in their
    parent.

    The threads end with the ``with`` block, with the last result or with the first error. One that
    is abandoned is left to the garbage collector, which may run in any thread at any moment, even
    in one that holds a lock which joining a thread waits for. So nothing here is a generator or has
    a finaliser: the pool notices by itself, without waiting, when it is no longer referenced. For
    the same reason no generator yields within such a ``with`` block.

    Args:
        function (callable): Takes a job.
        jobs (iterable): Read by the thread that asks for the results, only as far as they are
            worked on: memory does not grow with their number.
        workers (int): Number of threads.
        depth (int): Number of results computed in advance.
    """

    def __init__(
            self, function: Callable, jobs: Iterable, workers: int = 2, depth: int = 4) -> None:
        self._function = function
        self._jobs = iter(jobs)
        self._depth = depth
        self._pending = collections.deque()
        self._pool = self._start(workers)

    def _start(self, workers):
        return concurrent.futures.ThreadPoolExecutor(workers, 'ahead')

    def _submit(self, job):
        return self._pool.submit(self._function, job)

    def __next__(self) -> object:
        try:
            for job in itertools.islice(self._jobs, self._depth + 1 - len(self._pending)):
                self._pending.append((job, self._submit(job)))
            if self._pending:
                return self._result()
        except BaseException:
            self.close()
            raise
        self.close()
        raise StopIteration

    def _result(self):
        result = self._pending[0][1].result()
        self._pending.popleft()
        return result

    def close(self) -> None:
        """Drops the jobs that have not begun and waits for those that have."""
        self._jobs = iter(())
        self._pending.clear()
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> 'Ahead':
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class InProcesses(Ahead):
    """As :class:`Ahead`, in processes; with one worker, this process does the work itself.

    Scripts that use it do so below ``if __name__ == '__main__':``, since the processes import them.

    Args:
        function: What to compute; it and the jobs must pickle, unless there is one worker.
        jobs: As of :class:`Ahead`.
        workers: Processes.
        ahead: Jobs for each worker to have in hand or waiting.

    Raises:
        UserError: The script has no such line.
        WorkerDied: By ``next``: a worker was killed or crashed.
        Exception: By ``next``: whatever ``function`` raises.
    """

    def __init__(
            self, function: Callable, jobs: Iterable, workers: int, ahead: int = 3) -> None:
        super().__init__(function, jobs, workers, ahead * workers - 1 if workers > 1 else 0)

    def _start(self, workers):
        if workers <= 1:
            return None
        require_guard()
        # Spawned, not forked: a forked child of a process in which Chainer, OpenMP or CUDA have
        # run, or in which any thread holds a lock at that moment, may hang.
        context = multiprocessing.get_context('spawn')
        line, self._line = context.Pipe(duplex=False)
        return concurrent.futures.ProcessPoolExecutor(
            workers, context, initializer=follow_parent, initargs=(line,))

    def __next__(self) -> object:
        return self._function(next(self._jobs)) if self._pool is None else super().__next__()

    def _submit(self, job):
        try:
            return _submit(self._pool, self._function, job)
        # The pipe is that to a worker which died before it had read what to import.
        except (concurrent.futures.BrokenExecutor, BrokenPipeError):
            raise WorkerDied(self._pending[0][0] if self._pending else job) from None

    def _result(self):
        try:
            return super()._result()
        except concurrent.futures.BrokenExecutor:
            raise WorkerDied(self._pending[0][0]) from None

    def close(self) -> None:
        """Drops the jobs that are left, those that have begun, too, and ends the processes.

        A job may be seconds of work, and each worker has several in hand.
        """
        if self._pool is not None:
            self._line.close()
            super().close()


def require_guard() -> None:
    """Refuses to start processes for a script that would start them again as they import it.

    Raises:
        UserError: The script has no line such as ``if __name__ == '__main__':``.
    """
    main = sys.modules['__main__']
    file = getattr(main, '__file__', None)
    if file is None or getattr(main, '__spec__', None):     # typed in, or a module run by name
        return
    try:
        source = pathlib.Path(file).read_text(encoding='utf-8', errors='replace')
    except OSError:
        return
    if '__main__' not in source:
        raise UserError(f'{file}: starts worker processes, which import it; put what it does below '
                        "if __name__ == '__main__':")


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
    with ctrl_c_later():
        return pool.submit(function, job)


@contextlib.contextmanager
def ctrl_c_later() -> Iterator[None]:
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


def follow_parent(*lines: multiprocessing.connection.Connection) -> None:
    """Readies a worker process: it leaves Ctrl-C to its parent, and ends with that.

    Args:
        lines: As of :func:`end_with_parent`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Windows has no inherited mask
    end_with_parent(*lines)


def end_with_parent(*lines: multiprocessing.connection.Connection) -> None:
    """Readies a worker process: it ends if its parent is killed.

    Args:
        lines: It ends as well when one of them is closed at the other end.
    """
    def wait():
        multiprocessing.connection.wait([multiprocessing.parent_process().sentinel, *lines])
        os._exit(1)

    # Without a parent it would wait for ever for something to do.
    threading.Thread(target=wait, daemon=True).start()
