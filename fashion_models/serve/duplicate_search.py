"""Likely duplicates among a shop's items, looked for once, in the background."""

import sys
import threading
import traceback

from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.duplicates.pairs import Found, Pair, find
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.shop import Shop

#: The least probability of a pair that is shown for review: lower than that of the command, since
#: a person decides.
THRESHOLD = 0.2


class DuplicateSearch:
    """Finds the pairs of a shop; all neighbours are compared, which may take a minute.

    Args:
        shop: The shop.
        calibration: Where probabilities come from; by default, the package's own.
    """

    def __init__(self, shop: Shop, calibration: Calibration | None = None) -> None:
        self._shop = shop
        self._calibration = calibration
        self._lock = threading.Lock()
        self._thread = None
        self._found = None
        self._error = None
        self._of_row = {}

    def found(self, wait: float = 0) -> Found | None:
        """What was found, or None as long as it is being looked for.

        Args:
            wait: Seconds to wait for it.

        Raises:
            Refusal: If it cannot be looked for.
        """
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        self._thread.join(wait)
        if self._error:
            raise Refusal(503, f'duplicates cannot be looked for: {self._error}')
        return self._found

    def of(self, row: int) -> list[Pair] | None:
        """The pairs that one item is in, the likeliest first; None as long as they are unknown."""
        return None if self.found(0.2) is None else self._of_row.get(row, [])

    def _run(self):
        try:
            found = find(self._shop.embeddings, self._calibration, THRESHOLD)
            for pair in found.pairs:
                for row in pair.rows:
                    self._of_row.setdefault(row, []).append(pair)
            self._found = found
        except UserError as error:
            self._error = str(error)
            print(f'fashion-models: duplicates: {error}', file=sys.stderr)
        except Exception as error:  # whoever asks would else be told to ask again, for ever
            self._error = (f'something went wrong in the server ({type(error).__name__}); its log '
                           'says what')
            traceback.print_exc()
