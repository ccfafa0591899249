"""``cached_property`` without the lock that Python 3.11's has."""

import functools
import sys

if sys.version_info >= (3, 12):
    cached_property = functools.cached_property
else:
    class cached_property:
        """As :func:`functools.cached_property` from Python 3.12 on.

        That of 3.11 holds a lock, one for all instances of the class, while it computes. In a
        child that is forked meanwhile nobody ever releases it.
        """

        def __init__(self, function):
            self._function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, owner, name):
            self._name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            # The first value stays if two threads compute one at the same time.
            return vars(instance).setdefault(self._name, self._function(instance))
