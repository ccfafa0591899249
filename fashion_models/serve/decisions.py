"""Decisions of reviewers, in the journal before anybody is told that they are saved.

Two reviewers may look at the same label or pair. Whoever decides says what they had seen of it; if
somebody else has decided since, nothing is written, and they are told what was decided. Having seen
that, they may decide again: the last word counts, and the journal has them all.
"""

import dataclasses
import threading
from collections.abc import Collection, Sequence

from fashion_models.catalogue.journal import (
    Decision,
    Journal,
    LabelDecision,
    PairDecision,
    Undo,
)
from fashion_models.serve.refusal import Refusal


@dataclasses.dataclass(frozen=True)
class Saved:
    """What became of some decisions.

    Attributes:
        saved (list of Decision): Those that are in the journal.
        conflicts (list of Decision): Decisions of others, which kept the rest from it.
    """

    saved: list
    conflicts: list


class Decisions:
    """The decisions in a journal.

    Args:
        journal: The journal.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._lock = threading.Lock()

    def last(self, kind: type) -> dict[tuple[str, str], Decision]:
        """What counts of each label or pair, by its ``item``.

        Args:
            kind: ``LabelDecision`` or ``PairDecision``.
        """
        state = self.journal.state()
        return {LabelDecision: state.labels, PairDecision: state.pairs}[kind]

    def add(self, decisions: Sequence[Decision], seen: Sequence[Collection[str]]) -> Saved:
        """Saves decisions; when it returns, they are on the disk.

        Args:
            decisions: By one reviewer, all of one kind.
            seen: For each, the ids of the decisions on the same thing that they had seen.
        """
        with self._lock:
            fitting, conflicts = [], []
            counting = self.last(type(decisions[0]))
            for decision, known in zip(decisions, seen):
                last = counting.get(decision.item)
                if last and last.id not in known and last.who != decision.who:
                    conflicts.append(last)
                else:
                    fitting.append(decision)
            # Many decisions at once are one act, which is undone as one.
            fitting = [dataclasses.replace(one, when=fitting[0].when) for one in fitting]
            if fitting:
                self.journal.add(*fitting)
        return Saved(fitting, conflicts)

    def undo(self, who: str, kind: type) -> list[Decision]:
        """Takes back the last act of a reviewer, one decision or the many that were made at once.

        Args:
            who: The reviewer.
            kind: Of which decisions.

        Raises:
            Refusal: If there is none.
        """
        with self._lock:
            own = [one for one in self.journal.state().decisions
                   if one.who == who and isinstance(one, kind)]
            if not own:
                raise Refusal(404, f'{who} has decided nothing that could be undone')
            taken = [one for one in own if one.when == own[-1].when]
            self.journal.add(*(Undo(who=who, entry=one.id) for one in taken))
        return taken
