import functools
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from fashion_models import workers
from fashion_models.workers import Ahead, InProcesses, WorkerDied


def square(number):
    return number * number


def slow_but_the_first(number):
    time.sleep(1 if number else 0)
    return number


def invert(number):
    return 1 / number


def die_at(fatal, number):
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize('count', [1, 2])
def test_results_come_InProcesses(count):
    assert list(InProcesses(square, range(50), count)) == [number ** 2 for number in range(50)]
    assert list(InProcesses(square, [], count)) == []


@pytest.mark.parametrize('count', [1, 2])
def test_errors_come_through(count):
    results = InProcesses(invert, [1, 2, 0, 4], count)
    assert [next(results), next(results)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_worker_that_dies_is_noticed():
    found = []
    with pytest.raises(WorkerDied) as death:
        found.extend(InProcesses(functools.partial(die_at, 7), range(1000), 2))
    assert death.value.job <= 7


@pytest.mark.parametrize('count', [1, 2])
def test_jobs_are_read_only_a_little_ahead(count):
    read = []

    def jobs():
        for number in range(1000):
            read.append(number)
            yield number

    with InProcesses(square, jobs(), count, ahead=4) as results:
        assert next(results) == 0
        assert len(read) <= 4 * count


def test_ctrl_c_while_workers_start_comes_when_they_have_started():
    class Pool:
        started = False

        def submit(self, *_):
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(20):     # the system may give the signal to any thread, at any time
                time.sleep(0.005)
            self.started = True

    pool, end = Pool(), threading.Event()
    another = threading.Thread(target=end.wait)
    another.start()
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            workers._submit(pool, square, 10)
        assert pool.started
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.signal(signal.SIGINT, handler)
        end.set()
        another.join()


def test_ahead_keeps_the_order_and_passes_errors_on():
    assert list(Ahead(lambda job: job * 2, range(50), workers=3)) == list(range(0, 100, 2))

    def fail(job):
        if job == 3:
            raise OSError('disk gone')
        return job

    results = Ahead(fail, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match='disk gone'):
        next(results)
    assert list(results) == []


def test_no_thread_is_left_when_the_block_ends():
    before = set(threading.enumerate())
    done = []
    with Ahead(lambda job: done.append(job) or job, range(100), workers=3) as results:
        assert next(results) == 0
    finished = len(done)
    assert finished <= 5
    assert set(threading.enumerate()) <= before
    assert list(results) == []
    assert len(done) == finished


def test_abandoned_processes_end_without_a_wait():
    results = InProcesses(slow_but_the_first, range(100), 2)
    assert next(results) == 0
    processes = multiprocessing.active_children()
    assert processes
    begun = time.monotonic()
    del results
    assert time.monotonic() - begun < 0.8
    # The pool's own thread joins them, too; whichever thread comes second cannot tell at once that
    # a process has ended.
    deadline = time.monotonic() + 30
    while any(process.is_alive() for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_long(number):
    time.sleep(100 if number else 0)
    return number


def test_jobs_that_have_begun_are_dropped_at_once(capfd):
    with InProcesses(wait_long, range(100), 2) as results:
        assert next(results) == 0
        processes = multiprocessing.active_children()
        assert len(processes) == 2
        begun = time.monotonic()
    assert time.monotonic() - begun < 20    # of 100 for each job
    assert not any(process.is_alive() for process in processes)
    assert list(results) == []
    assert capfd.readouterr() == ('', '')


def test_a_worker_that_dies_before_it_has_read_what_to_import_is_told(monkeypatch):
    def broken(pool, function, job):
        raise BrokenPipeError
    monkeypatch.setattr(workers, '_submit', broken)
    with pytest.raises(WorkerDied) as died, InProcesses(square, range(7, 9), 2) as results:
        next(results)
    assert died.value.job == 7


@pytest.mark.parametrize(('guard', 'expected'), [
    ('', "script.py: starts worker processes, which import it; put what it does below if __name__ "
         "== '__main__':"),
    ("if __name__ == '__main__':\n    ", '')], ids=['none', 'guarded'])
def test_a_script_that_would_start_itself_is_told_so(tmp_path, guard, expected):
    (tmp_path / 'script.py').write_text(
        'from fashion_models.workers import InProcesses\n'
        f'{guard}print([*InProcesses(abs, range(-3, 0), 2)])\n')
    ended = subprocess.run(
        [sys.executable, 'script.py'], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=os.environ | {'PYTHONPATH': str(pathlib.Path(workers.__file__).parents[1])})
    if expected:
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].endswith(expected)
    else:
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, '[3, 2, 1]\n', '')
