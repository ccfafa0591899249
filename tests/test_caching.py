import os
import subprocess
import sys

import pytest

from fashion_models.caching import cached_property


class Counted:
    calls = 0

    @cached_property
    def value(self):
        """What it says."""
        self.calls += 1
        return [self.calls]


def test_is_computed_once_for_each_instance():
    one, other = Counted(), Counted()
    assert one.value is one.value
    assert one.value is not other.value
    assert (one.calls, other.calls) == (1, 1)
    assert Counted.value.__doc__ == 'What it says.'


def test_is_computed_again_once_deleted():
    one = Counted()
    assert one.value == [1]
    del one.value
    assert one.value == [2]


#: Forks while another thread computes a property of another instance.
FORK = """
import os, threading
from fashion_models.caching import cached_property

class Slow:
    def __init__(self, wait):
        self.wait = wait

    @cached_property
    def value(self):
        return self.wait()

begun = threading.Event()
end = threading.Event()
thread = threading.Thread(target=lambda: Slow(lambda: (begun.set(), end.wait())).value)
thread.start()
begun.wait()
child = os.fork()
if not child:
    os._exit(Slow(lambda: 7).value)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
end.set()
thread.join()
"""


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='needs fork')
def test_a_forked_child_computes_though_another_thread_was_computing():
    subprocess.run([sys.executable, '-c', FORK], check=True, timeout=30)
