import contextlib
import functools
import os
import signal
import threading
import time

import pytest

from fashion_models import workers
from fashion_models.workers import WorkerDied, in_order


def square(number):
    return number * number


def invert(number):
    return 1 / number


def die_at(fatal, number):
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize('count', [1, 2])
def test_results_come_in_order(count):
    assert list(in_order(square, range(50), count)) == [number ** 2 for number in range(50)]
    assert list(in_order(square, [], count)) == []


@pytest.mark.parametrize('count', [1, 2])
def test_errors_come_through(count):
    results = in_order(invert, [1, 2, 0, 4], count)
    assert [next(results), next(results)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_a_worker_that_dies_is_noticed():
    found = []
    with pytest.raises(WorkerDied) as death:
        found.extend(in_order(functools.partial(die_at, 7), range(1000), 2))
    assert death.value.job <= 7


@pytest.mark.parametrize('count', [1, 2])
def test_jobs_are_read_only_a_little_ahead(count):
    read = []

    def jobs():
        for number in range(1000):
            read.append(number)
            yield number

    with contextlib.closing(in_order(square, jobs(), count, ahead=4)) as results:
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
