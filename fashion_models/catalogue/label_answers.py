"""A person's answers on labels: each is right, or another one is, or nobody can tell.

They stand in a journal (:mod:`~fashion_models.catalogue.journal`) or in a CSV file with a row for
each label that somebody is to look at; further columns do not matter. ``fashion-models audit``
writes one.

=============  =====================================================================================
``product``    the product's id
``task``       gender, colour, type, category, subcategory, or a further one of the catalogue
``label``      what the catalogue says; several are joined by ``|``, the main one first
``suggested``  what it may be instead
``answer``     to be filled in: nothing where the label is right, ``y`` where the suggestion is,
               ``?`` where nobody can tell (the product loses this label), or else the right label;
               several are joined by ``|``
=============  =====================================================================================

:mod:`~fashion_models.catalogue.relabel` applies them.
"""

import collections
import dataclasses
import os
from collections.abc import Iterable

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.journal import State
from fashion_models.catalogue.tasks import TASKS, require
from fashion_models.errors import UserError

COLUMNS = 'product', 'task', 'label', 'suggested', 'answer'
YES, UNKNOWN = 'y', '?'


@dataclasses.dataclass(frozen=True)
class Correction:
    """A person's answer on one label.

    Attributes:
        product (str): The product's id.
        task (str): Of which label.
        before (str): What the catalogue must say, so that no answer is applied to another label
            than the one that was looked at; several are joined by ``|``.
        after (str): What is right; ``''`` takes the label away.
        where (str): Where the answer stands, for messages.
    """

    product: str
    task: str
    before: str
    after: str
    where: str = ''


def read_review(path: str | os.PathLike, tasks: Iterable[str] = TASKS,
                encoding: str | None = None) -> list[Correction]:
    """Reads the answers of a review in a CSV file.

    Args:
        path: The CSV file, in any form that :class:`~importers.tables.Table` reads.
        tasks (iterable of str): Those of the catalogue.
        encoding: Its encoding; by default UTF-8, or UTF-16 where its first bytes say so.

    Returns:
        list of Correction: One for each row with an answer that changes the label.

    Raises:
        UserError: It cannot be read or lacks a column, or a row cannot be used.
    """
    table = Table(path, encoding)
    table.require(*COLUMNS, what='answers on labels')
    corrections = []
    for where, row in table.all_rows():
        product, task, label, suggested, answer = (
            text_in(row[name].strip()) for name in COLUMNS)
        require(task, tasks, where)
        if answer.lower() == YES and not suggested:
            raise UserError(f'{where}: the answer is {YES}, but nothing is suggested')
        after = {YES: suggested, UNKNOWN: ''}.get(answer.lower(), answer)
        if answer and after != label:
            corrections.append(Correction(product, task, label, after, where))
    return corrections


@dataclasses.dataclass(frozen=True)
class Decided:
    """What a journal says of a catalogue's labels.

    Attributes:
        corrections (list of Correction): What is to be changed.
        applied (int): How many labels are as was decided already.
        absent (int): How many decisions are on products that the catalogue does not have.
    """

    corrections: list
    applied: int
    absent: int


def decided(journal: str | os.PathLike, state: State, catalogue: Catalogue) -> Decided:
    """What a journal says of a catalogue's labels.

    A journal may be older than the catalogue: what it has been applied to before, or where products
    have come and gone.

    Args:
        journal: Its file, for messages.
        state: What it comes to.
        catalogue: The catalogue.
    """
    of_product = collections.defaultdict(list)
    for decision in state.labels.values():
        of_product[decision.product].append(decision)
    corrections, applied = [], 0
    for product in catalogue.products:
        for one in of_product.pop(product.id, ()):
            require(one.task, catalogue.tasks, f'{journal}, {one.who} at {one.when}')
            if product.label_text(one.task) == one.after:
                applied += 1
            else:
                corrections.append(Correction(
                    one.product, one.task, one.before, one.after,
                    f'{journal}, {one.who} at {one.when}'))
    return Decided(corrections, applied, sum(map(len, of_product.values())))
