"""What a person's answers on pairs come to: which products are one, and which are one design.

Answers are transitive: if A and B are one product, and B and C, so are A and C. Answers that
contradict each other are refused, with the chain that leads to it.
"""

import collections
import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from fashion_models.catalogue.journal import COLOURWAY, DIFFERENT, SAME
from fashion_models.catalogue.pair_answers import PairAnswer
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.errors import UserError

_SHOWN = 3
_SIGNS = {SAME: '=', COLOURWAY: '~', DIFFERENT: '≠'}


@dataclasses.dataclass(frozen=True)
class Sameness:
    """What answers come to.

    Attributes:
        into (dict): The id of each product that is joined to the id of the one it is joined into,
            the first of them in the catalogue.
        groups (dict): Each group that becomes part of another one to that.
    """

    into: dict[str, str]
    groups: dict[str, str]


def sameness(answers: Sequence[PairAnswer], group_of: Mapping[str, str],
             product_of: Callable[[str], str]) -> Sameness:
    """Says which products are one, and which groups.

    Groups that become one have a name that one of them had, of the training split where there is
    one, else of the validation split: so no product becomes one to test on that a network has been
    trained on.

    Args:
        answers: The answers.
        group_of: The id of each product to its group, in the catalogue's order.
        product_of: From an id in an answer to that of the product.

    Raises:
        UserError: If answers contradict each other or the catalogue, or :func:`product_of` does.
    """
    answers = [_of_products(one, product_of) for one in answers]
    problems = list(_contradictions(answers))
    if problems:
        more = len(problems) - _SHOWN
        raise UserError('; '.join(problems[:_SHOWN])
                        + (f'; and {more} more contradictions' if more > 0 else ''))
    place = {id: number for number, id in enumerate(group_of)}
    into = {}
    for members in components((one.a, one.b) for one in answers if one.answer == SAME):
        first = min(members, key=place.get)
        into |= {id: first for id in members if id != first}
    first_of = {}
    for id, group in group_of.items():
        first_of.setdefault(group, place[id])
    groups = {}
    for members in components((group_of[one.a], group_of[one.b]) for one in answers
                              if one.answer != DIFFERENT):
        name = min(members, key=lambda group: (SPLITS.index(split_of(group)), first_of[group]))
        groups |= {group: name for group in members if group != name}
    return Sameness(into, groups)


def _of_products(answer, product_of):
    try:
        return dataclasses.replace(answer, a=product_of(answer.a), b=product_of(answer.b))
    except UserError as error:
        raise UserError(f'{answer.where}: {error}' if answer.where else str(error)) from None


def components(pairs: Iterable[tuple[Hashable, Hashable]]) -> list[list]:
    """What pairs connect, directly or through others: lists of two or more, in the pairs' order."""
    neighbours = collections.defaultdict(list)
    for a, b in pairs:
        if a != b:
            neighbours[a].append(b)
            neighbours[b].append(a)
    found, seen = [], set()
    for start in neighbours:
        if start not in seen:
            seen.add(start)
            members = [start]
            for member in members:      # it grows meanwhile
                new = [one for one in dict.fromkeys(neighbours[member]) if one not in seen]
                seen.update(new)
                members += new
            found.append(members)
    return found


def _contradictions(answers):
    one_product = _Joints(one for one in answers if one.answer == SAME)
    one_design = _Joints(one for one in answers if one.answer != DIFFERENT)
    for one in answers:
        said = f'{one.where}: {one.a} {_SIGNS[one.answer]} {one.b}'
        if one.answer == SAME:
            continue
        if one.a == one.b:
            yield (f'{said}: two listings of one product of the catalogue, perhaps joined by '
                   'earlier answers; take that back first')
        elif one_product.connect(one.a, one.b):
            yield f'{said} contradicts {one_product.chain(one.a, one.b)}'
        elif one.answer == DIFFERENT and one_design.connect(one.a, one.b):
            yield f'{said} contradicts {one_design.chain(one.a, one.b)}'


class _Joints:
    """Answers that connect products."""

    def __init__(self, answers):
        self._answers = collections.defaultdict(list)
        for one in answers:
            self._answers[one.a].append((one.b, one))
            self._answers[one.b].append((one.a, one))
        self._number = {id: number for number, members in enumerate(components(
            (id, other) for id, own in self._answers.items() for other, _ in own))
            for id in members}

    def connect(self, a, b):
        return self._number.get(a, -1) == self._number.get(b, -2)

    def chain(self, a, b):
        """The shortest chain of answers from one product to another, as a text."""
        came = {a: None}
        for id in (queue := [a]):
            for other, answer in self._answers[id]:
                if other not in came:
                    came[other] = id, answer
                    queue.append(other)
        steps = []
        while came[b]:
            before, answer = came[b]
            steps.append(f'{before} {_SIGNS[answer.answer]} {b} ({answer.where})')
            b = before
        return ', '.join(reversed(steps))
