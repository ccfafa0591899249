"""Likely duplicates to review: pairs, or groups of more than two."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from fashion_models.catalogue.journal import DIFFERENT, PairDecision
from fashion_models.representation.duplicates.pairs import Pair, grouped
from fashion_models.serve.duplicate_search import DuplicateSearch
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.review_schema import MOST_PAIRS, PairAnswer

#: Members of a group that are answered at once, at most: every pair of them is a decision.
MOST = 40


class PairReview:
    """The likely duplicates of a shop.

    Args:
        search: Finds them.
    """

    def __init__(self, search: DuplicateSearch) -> None:
        self._search = search
        self._groups = None

    def pairs(self, least: float = 0, known: bool = False) -> Iterator[tuple[int, Pair]] | None:
        """The pairs, the likeliest first, with a number each, which stays.

        Args:
            least: The least probability.
            known: Whether to include pairs that the catalogue has as one product already.

        Returns:
            None as long as they are being looked for.
        """
        found = self._search.found(0.2)
        if found is None:
            return None
        return ((number, pair) for number, pair in enumerate(found.pairs)
                if pair.probability >= least and (known or not pair.known))

    def groups(self) -> Iterator[tuple[int, list]] | None:
        """Groups of three or more items that are probably one product, the largest first, with a
        number each; None as long as they are being looked for. Groups of one product are left
        out."""
        found = self._search.found(0.2)
        if found is None:
            return None
        if self._groups is None:
            self._groups = sorted((
                group for group in grouped(found.pairs)
                if len(group) > 2 and len({item.product for item in group}) > 1),
                key=len, reverse=True)
        return enumerate(self._groups)

    @staticmethod
    def decisions(who: str, answers: Sequence[PairAnswer],
                  last: Mapping[tuple[str, str], PairDecision]) -> dict[PairDecision, set[str]]:
        """What a reviewer's answers come to: one decision on each pair, by the last answer on it.

        Args:
            who: The reviewer.
            answers: On two items each, or on every pair of several.
            last: What counts of each pair by now.

        Returns:
            From each decision to the ids of those on the same pair that the reviewer has seen.

        Raises:
            Refusal: If there are too few or too many items, or too many pairs.
        """
        asked, found = 0, {}
        for one in answers:
            ids = list(dict.fromkeys(one.ids))
            if not 2 <= len(ids) <= MOST:
                raise Refusal(400, f'ids: found {len(ids)}, expected 2 to {MOST}')
            apart = dict.fromkeys(one.apart)
            if both := apart.keys() & ids:
                raise Refusal(400, f'apart: {min(both)!r} is among the ids, too')
            asked += math.comb(len(ids), 2) + len(ids) * len(apart)
            if asked > MOST_PAIRS:
                raise Refusal(400, f'answers: expected at most {MOST_PAIRS:,} pairs in one request')
            seen = set(one.seen)
            for pair in itertools.combinations(sorted(ids), 2):
                found[pair] = one.answer, seen
            for pair in map(tuple, map(sorted, itertools.product(ids, apart))):
                given = last.get(pair)
                if given is None or given.who != who and given.id not in seen:
                    found.setdefault(pair, (DIFFERENT, seen))
        return {PairDecision(who=who, a=a, b=b, answer=answer): seen
                for (a, b), (answer, seen) in found.items()}
