"""Ctrl-C at any moment, without a half-done iteration."""

import signal
import sys


class Interrupt:
    """Notes the first SIGINT or SIGTERM; a second one ends the process.

    Args:
        silent: Whether to say nothing about it.

    Attributes:
        requested: Whether a signal has come.
    """

    SIGNALS = signal.SIGINT, signal.SIGTERM

    def __init__(self, silent: bool = False) -> None:
        self.requested = False
        self._silent = silent

    def __enter__(self):
        self._handlers = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        return self

    def __exit__(self, *exception):
        self._restore()

    def _note(self, number, frame):
        self.requested = True
        self._restore()
        if not self._silent:
            print('\nfinishing this step, then saving a snapshot (again: stop at once)',
                  file=sys.stderr)

    def _restore(self):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
