"""Runs commands in forked processes: limited in time, their memory measured."""

import contextlib
import dataclasses
import faulthandler
import os
import pathlib
import pickle
import resource
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator

from fashion_models.representation.search import searcher

#: Resident memory at which a command is ended, so that the machine lives. (Address space cannot be
#: limited: the CPU engine reserves much of it.)
_MOST = 3 << 30
_NOBODY = 65534
#: Seconds without any progress after which a process whose time is over is ended.
_PATIENCE = 10


@dataclasses.dataclass(frozen=True)
class Result:
    """How a command ended.

    Attributes:
        status: Its exit status; negative the number of the signal that ended it.
        killed: Whether it took too long, or far too much memory.
        out: What it printed.
        error: What it printed to standard error.
        megabytes: The most memory that it, or a process it started, had at a time.
        seconds: How long it took.
    """

    status: int
    killed: bool
    out: str
    error: str
    megabytes: int
    seconds: float


def call(function: Callable, seconds: float) -> object:
    """The result of a function, computed in a process of its own; must pickle."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reading)
            signal.alarm(int(seconds))
            os.dup2(2, 1)
            os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])     # no worker processes
            with os.fdopen(writing, 'wb') as file:
                pickle.dump(function(), file)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, 'rb') as file:
        content = file.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(1)
    return pickle.loads(content)


def share_out(function: Callable[[list], list], items: list, jobs: int) -> Iterator:
    """Yields what a function makes of items, shared out among processes: a list of some to a list.

    Results come process by process.
    """
    running = []
    for job in range(jobs):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            try:
                with os.fdopen(writing, 'wb') as file:
                    pickle.dump(function(items[job::jobs]), file)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        os.close(writing)
        running.append((pid, reading))
    for pid, reading in running:
        with os.fdopen(reading, 'rb') as file:
            content = file.read()
        if os.waitpid(pid, 0)[1]:
            raise SystemExit(1)
        yield from pickle.loads(content)


def run(
    words: list[str],
    printed: pathlib.Path,
    seconds: float,
    nobody: bool = False,
    indexed: bool = False,
) -> Result:
    """Runs ``fashion-models`` with these words.

    Args:
        words: The command and its arguments. ``TRUTH DIR`` reads the truth about a drawn catalogue.
        printed: Where to keep what it prints; ``.out`` and ``.error`` are added.
        seconds: How long it may take.
        nobody: Whether to run as a user who owns nothing.
        indexed: Whether to search with an index however few the vectors are.
    """
    out, error = (f'{printed}.{name}' for name in ('out', 'error'))
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        _child(words, out, error, seconds, nobody, indexed)
    killed = not _ended(pid, started + seconds, seconds)
    if killed:
        os.kill(pid, signal.SIGUSR1)    # it says where it is
        time.sleep(0.2)
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    status = os.waitstatus_to_exitcode(status)
    texts = [pathlib.Path(path).read_text('utf-8', 'replace') for path in (out, error)]
    return Result(
        status,
        killed,
        *texts,
        usage.ru_maxrss // 1024,
        time.monotonic() - started,
    )


def _ended(pid, end, seconds):
    """Waits for a process; says whether it ended in time, and within its memory.

    On a busy machine, one that goes on may have as many seconds of a processor.
    """
    descriptor = os.pidfd_open(pid)
    used, since = 0, time.monotonic()
    try:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        while not waiting.poll(50):
            now, own = time.monotonic(), _processor_seconds(pid)
            if own > used:
                used, since = own, now
            if _resident(pid) > _MOST or now > end and (used > seconds or now > since + _PATIENCE):
                return False
        return True
    finally:
        os.close(descriptor)


def _processor_seconds(pid):
    """The seconds of a processor that a process has used."""
    with contextlib.suppress(OSError), open(f'/proc/{pid}/stat') as file:
        fields = file.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
    return 0


def _resident(pid):
    """The bytes that a process has in memory."""
    with contextlib.suppress(OSError), open(f'/proc/{pid}/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    return 0


def _child(words, out, error, seconds, nobody, indexed):
    """Runs a command in this process, and ends it."""
    status = 70
    try:
        os.setpgid(0, 0)
        for descriptor, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, out, os.O_WRONLY | os.O_CREAT),
            (2, error, os.O_WRONLY | os.O_CREAT),
        ):
            os.dup2(os.open(path, flags, 0o644), descriptor)
        sys.stdout = open(1, 'w', encoding='utf-8', errors='strict', closefd=False)  # noqa: SIM115
        sys.stderr = open(2, 'w', encoding='utf-8', errors='backslashreplace', closefd=False)  # noqa: SIM115
        faulthandler.enable(2)
        faulthandler.register(signal.SIGUSR1, 2)
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        socket.getaddrinfo = _no_network
        if nobody:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        if indexed:
            searcher.EXACT_LIMIT = 0
        status = _status(words)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _status(words):
    from fashion_models import cli
    from fashion_models.errors import UserError

    if words[0] != 'TRUTH':
        return cli.main(words)
    from fashion_models.drawn.truth import read_truth

    try:
        read_truth(words[1])
    except (UserError, OSError) as error:
        print(f'fashion-models: error: {ascii(str(error))}', file=sys.stderr)
        return 2
    return 0


def _no_network(*_, **__):
    raise socket.gaierror('there is no network here')
