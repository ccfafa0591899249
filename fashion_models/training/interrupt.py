"""Ctrl-C at any moment, without a half-done iteration."""

import signal
import sys


class Interrupt:
    """Notes the first SIGINT or SIGTERM; a second one ends the process.

    Attributes:
        requested: Whether a signal has come.
    """

    SIGNALS = signal.SIGINT, signal.SIGTERM

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self):
        self._handlers = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        return self

    def __exit__(self, *exception):
        self._restore()

    def _note(self, number, frame):
        self.requested = True
        self._restore()
        print('\nfinishing this step, then saving a snapshot (again: stop at once)',
              file=sys.stderr)

    def _restore(self):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
