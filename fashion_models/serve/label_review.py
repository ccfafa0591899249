"""Labels to review: those that an audit suspects, or all."""

import dataclasses
import difflib
import math
import pathlib
from collections.abc import Iterator

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.journal import CANNOT_TELL, LABEL, RIGHT, LabelDecision
from fashion_models.catalogue.label_answers import COLUMNS
from fashion_models.catalogue.tasks import parts
from fashion_models.catalogue.taxonomy import Places
from fashion_models.errors import UserError
from fashion_models.representation.audit.review import with_main_label
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.shop import Shop

#: Answers of a reviewer, and what they are in the journal.
ANSWERS = {'right': RIGHT, 'suggested': LABEL, 'other': LABEL, 'cannot tell': CANNOT_TELL}


@dataclasses.dataclass(frozen=True)
class Doubt:
    """A label to look at.

    Attributes:
        row (int): Of the product.
        task (str): Of the label.
        label (str): What the catalogue says, ``''`` if nothing; several are joined by ``|``.
        suggested (str): What it may be instead; ``''`` if nothing is suggested.
        p_label (float): The label's probability; None if it is not known.
        p_suggested (float): The suggestion's.
    """

    row: int
    task: str
    label: str
    suggested: str = ''
    p_label: float | None = None
    p_suggested: float | None = None


class LabelReview:
    """The labels of a shop to review.

    Args:
        shop: The shop.
        review: What ``fashion-models audit`` wrote, the CSV file; without it, there are no
            suspects, but all labels can be looked at.

    Attributes:
        suspects (list of Doubt): The most suspicious of each task first.

    Raises:
        UserError: If the file cannot be read, or is of another catalogue.
    """

    def __init__(self, shop: Shop, review: pathlib.Path | None = None) -> None:
        self._shop = shop
        self._rows = {}     # of each product; of one with several listings, the first
        for row, id in enumerate(shop.embeddings.ids):
            product = id if shop.noun == 'product' else shop.item(row).product
            self._rows.setdefault(product, row)
        self._products = {row: product for product, row in self._rows.items()}
        self._suspected = {}
        self.suspects = list(self._read(review)) if review else []
        if review and not self.suspects:
            raise UserError(f'{review}: none of its products is among those of '
                            f'{shop.embeddings.file}')

    @property
    def tasks(self) -> list[str]:
        """The tasks whose labels can be reviewed."""
        return list(self._shop.embeddings.tasks)

    def doubts(self, task: str, label: str = '', suspects: bool = True,
               surest: float = 1.0) -> Iterator[tuple[int, Doubt]]:
        """Labels to look at, with a number each, which stays.

        Args:
            task: Of which labels; ``''`` for all tasks.
            label: Only this label.
            suspects: Only suspects, or all products.
            surest: Only labels of this probability or less; those of an unknown one, too.
        """
        for number, doubt in enumerate(self.suspects if suspects else self._all(task)):
            if ((not task or doubt.task == task)
                    and (not label or label in self._parts(doubt.task, doubt.label))
                    and (doubt.p_label is None or doubt.p_label <= surest)):
                yield number, doubt

    def doubt(self, product: str, task: str) -> Doubt:
        """A label of a product.

        Raises:
            Refusal: If there is no such product or task.
        """
        if product not in self._rows:
            raise Refusal(404, f'there is no product {product!r}')
        if task not in self._shop.embeddings.tasks:
            raise Refusal(400, f'task: found {task!r}, expected one of {", ".join(self.tasks)}')
        row = self._rows[product]
        return self._suspected.get((row, task)) or Doubt(
            row, task, self._shop.item(row).labels.get(task, ''))

    def product(self, doubt: Doubt) -> str:
        """The id of the product that a label is of."""
        return self._products[doubt.row]

    def labels(self, task: str) -> list[str]:
        """The labels that a product may have in a task, in alphabetical order."""
        shop = self._shop
        found = {part for name in shop.labels.names[task] for part in self._parts(task, name)}
        if shop.catalogue is not None:
            header = shop.catalogue.header
            places = Places(header.taxonomy)
            found |= set(header.labels_in_use(task)) | set({
                'type': places.types, 'category': places.categories,
                'subcategory': places.subcategories}.get(task, ()))
        return sorted(found)

    def decision(self, who: str, product: str, task: str, before: str, answer: str,
                 label: str = '') -> LabelDecision:
        """A reviewer's answer, as the journal takes it.

        Args:
            who: The reviewer.
            product: The product's id.
            task: Of which label.
            before: What the reviewer saw.
            answer: One of :data:`ANSWERS`.
            label: The right label, if the answer is ``other``.

        Raises:
            Refusal: If the answer does not fit the label.
        """
        doubt = self.doubt(product, task)
        if before != doubt.label:
            raise Refusal(409, f'the {task} of {product!r} is {doubt.label!r} here, not {before!r}')
        after = ''
        if answer == 'suggested':
            if not doubt.suggested:
                raise Refusal(400, f'nothing is suggested for the {task} of {product!r}')
            after = doubt.suggested
        elif answer == 'other':
            after = self._other(doubt, label.strip())
        if after and after == doubt.label:
            answer, after = 'right', ''
        return LabelDecision(who=who, product=product, task=task, before=before,
                             answer=ANSWERS[answer], label=after)

    def _other(self, doubt, label):
        known = self.labels(doubt.task)
        if label not in known:
            folded = {name.casefold(): name for name in known}
            begun = [name for name in folded if name.startswith(label.casefold())][:3]
            close = [folded[name] for name in
                     begun or difflib.get_close_matches(label.casefold(), folded, 3)]
            raise Refusal(400, f'the catalogue has no {doubt.task} {label!r}'
                               + (f', but {", ".join(close)}' if close and label else ''))
        if not self._shop.embeddings.tasks[doubt.task].several:
            return label
        return with_main_label(parts(doubt.label) or (label,), label)

    def _all(self, task):
        labels = self._shop.labels
        for row in self._rows.values():
            for own in [task] if task else self.tasks:
                number = labels.numbers[own][row]
                if number >= 0:
                    yield self._suspected.get((row, own)) or Doubt(
                        row, own, labels.names[own][number])

    def _parts(self, task, name):
        return parts(name) if self._shop.embeddings.tasks[task].several else [name]

    def _read(self, path):
        table = Table(path)
        table.require(*COLUMNS[:4], what='a review of labels')
        for where, row in table.all_rows():
            product, task, label, suggested = (
                text_in(row[name].strip()) for name in COLUMNS[:4])
            if product not in self._rows:
                continue
            if task not in self._shop.embeddings.tasks:
                raise UserError(f'{where}: there is no task {task!r}, only {", ".join(self.tasks)}')
            own = self._rows[product]
            if self._shop.item(own).labels.get(task, '') != label:
                continue    # it has been corrected since
            doubt = Doubt(own, task, label, suggested, _number(row.get('p_label')),
                          _number(row.get('p_suggested')))
            self._suspected[own, task] = doubt
            yield doubt


def _number(text):
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
