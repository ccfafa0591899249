"""What a person needs to review labels: a page with pictures, and a CSV file for the answers."""

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence

from fashion_models import pages
from fashion_models.catalogue.cells import write_table
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.label_answers import COLUMNS
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import SEPARATOR, joined
from fashion_models.files import told_if_unwritable

PAGE_FILE, ANSWERS_FILE = 'review.html', 'review.csv'
#: The longer side of a picture in pixels, and how many of a product's pictures are shown.
SIDE = 112
PICTURES = 3


@dataclasses.dataclass(frozen=True)
class Suspect:
    """A label to look at.

    Attributes:
        product (~fashion_models.catalogue.records.Product): The product.
        task (str): The task whose label is suspected.
        suggested (str): The one label that it may be instead.
        p_label (float): The label's probability, by networks that never saw the product.
        p_suggested (float): The suggestion's.
    """

    product: Product
    task: str
    suggested: str
    p_label: float
    p_suggested: float

    @property
    def answer(self) -> str:
        """The label to write if the suggestion is right; see :func:`with_main_label`."""
        return with_main_label(self.product.accepted(self.task), self.suggested)


def with_main_label(labels: Sequence[str], main: str) -> str:
    """Replaces the first of a product's labels of one task; returns them joined by ``|``.

    If the new one is among the others, the two change places.
    """
    others = list(labels[1:])
    if main in others:
        others[others.index(main)] = labels[0]
    return joined([main, *others])


def write_review(folder: pathlib.Path, title: str,
                 sections: Sequence[tuple[str, Sequence[Suspect]]], catalogue: Catalogue) -> None:
    """Writes ``review.html`` and ``review.csv``; rows have the same numbers in both.

    Args:
        folder: Where to write them; created if it does not exist.
        title: The page's title.
        sections: Pairs of a heading and the suspects below it.
        catalogue: The catalogue with the pictures.

    Raises:
        UserError: If a file cannot be written.
    """
    with told_if_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    rows = itertools.count(1)
    pages.write_page(
        folder / PAGE_FILE, 'review', title=title, answers_file=ANSWERS_FILE, sections=(
            (heading, (_shown(next(rows), suspect, catalogue) for suspect in suspects))
            for heading, suspects in sections))
    # Last: a folder that has it holds a whole review, which is not written over.
    _write_answers(folder / ANSWERS_FILE, sections)


def _write_answers(file, sections):
    suspects = (one for _, own in sections for one in own)
    write_table(file, ('row', *COLUMNS, 'p_label', 'p_suggested'), (
        (row, one.product.id, one.task, one.product.label_text(one.task), one.answer, '',
         f'{one.p_label:.3f}', f'{one.p_suggested:.3f}')
        for row, one in enumerate(suspects, 1)))


def _shown(row, suspect, catalogue):
    product = suspect.product
    # Pictures that cannot be read are left out, as in training.
    urls = filter(None, (
        pages.picture(catalogue.image_file(path), SIDE, 75) for path in product.images))
    return {
        'row': row, 'pictures': list(itertools.islice(urls, PICTURES)),
        'label': product.label_text(suspect.task).replace(SEPARATOR, ' / '),
        'answer': suspect.answer.replace(SEPARATOR, ' / '),
        'p_label': f'{suspect.p_label:.0%}', 'p_suggested': f'{suspect.p_suggested:.0%}',
        'text': ' · '.join(filter(None, (product.title, product.id)))}
