"""Pictures that say nothing of a product: "coming soon", a shop's logo, a chart of sizes.

Listings that show the very same pictures are usually one product, with the supplier's photographs.
How many share them does not tell these from a placeholder: what they are called does. Where kinds
and titles differ, the picture is of none of them.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.tasks import LEVELS
from fashion_models.representation.duplicates.evidence import SAME_PICTURES, WORD, Evidence
from fashion_models.representation.embeddings import Item

#: Titles differ that have no more than this share of their words in common: of listings whose
#: kinds differ, too, and of others.
TITLES, TITLES_ALONE = 0.5, 0.25
#: Listings of a group that are compared with each other, at most.
_COMPARED = 40


def placeholders(evidence: Evidence, items: Sequence[Item]) -> list[list[int]]:
    """Finds listings that share a picture and are unlike otherwise.

    Args:
        evidence: Of pairs of neighbours.
        items: The listings of the file.

    Returns:
        For each such picture the rows of the listings that show it, two or more, in their order.
    """
    same = evidence.rows[
        (evidence.features['similarity'] >= SAME_PICTURES) | evidence.photographs]
    return [group for group in _connected(same.tolist()) if _unlike(group, items)]


def without(evidence: Evidence, groups: Sequence[Sequence[int]]) -> Evidence:
    """The evidence without the pairs that are within one of some groups of rows."""
    group_of = {row: number for number, group in enumerate(groups) for row in group}
    return evidence.chosen(np.array([
        group_of.get(a, -1) != group_of.get(b, -2) for a, b in evidence.rows.tolist()], bool))


def _connected(pairs):
    """Groups of rows that pairs connect, each sorted."""
    group_of = {}
    for a, b in pairs:
        one, other = group_of.setdefault(a, [a]), group_of.setdefault(b, [b])
        if one is not other:
            one, other = sorted((one, other), key=len, reverse=True)
            one += other
            group_of.update(dict.fromkeys(other, one))
    return sorted(sorted(group) for group in {id(group): group for group in group_of.values()}
                  .values())


def _unlike(group, items):
    """Whether at least half of the pairs of a group of rows differ."""
    compared = [items[row] for row in group[::-(-len(group) // _COMPARED)]]
    # Two shops may well have no word in common for one product; three or more hardly.
    alone = TITLES_ALONE if len(compared) > 2 else 0
    differ = [_differ(a, b, alone) for a, b in itertools.combinations(compared, 2)]
    return 2 * sum(differ) >= len(differ)


def _differ(a, b, alone):
    common = [level for level in LEVELS if level in a.labels and level in b.labels]
    one, other = (set(WORD.findall(item.title.casefold())) for item in (a, b))
    titles = len(one & other) / len(one | other) if one and other else None
    if any(a.labels[level] != b.labels[level] for level in common):
        return titles is None or titles < TITLES
    # One type, such as clothing, makes no two products alike.
    alike = any(level != LEVELS[0] for level in common)
    return not alike and titles is not None and titles < alone
