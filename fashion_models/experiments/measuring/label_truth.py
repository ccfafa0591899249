"""Which labels of a catalogue are wrong: by its truth, or because they were planted."""

import dataclasses
import random

from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.io import CHANGES_FILE, Catalogue
from fashion_models.catalogue.label_answers import Correction
from fashion_models.drawn.truth import read_truth
from fashion_models.representation.audit.review import with_main_label

#: Share of each task's labels that are replaced by wrong ones; see
#: :class:`~fashion_models.drawn.difficulty.Difficulty`.
PLANTED = {'colour': 0.1, 'gender': 0.025, 'category': 0.025, 'subcategory': 0.025}


@dataclasses.dataclass(frozen=True)
class LabelTruth:
    """The truth about a catalogue's labels.

    Attributes:
        wrong: From each product's id and each task whose label is wrong to the right label, several
            colours joined by ``|``.
        accepted: From products' ids to all their true colours, where the right labels do not name
            them all.
    """

    wrong: dict[str, dict[str, str]]
    accepted: dict[str, set[str]]

    def corrections(self, catalogue: Catalogue,
                    listed: set[tuple[str, str]] | None = None) -> list[Correction]:
        """The corrections of a reviewer who knows the truth.

        Args:
            catalogue: The catalogue.
            listed: The labels looked at, as pairs of product id and task; all if ``None``.
        """
        return [
            Correction(product.id, task, product.label_text(task), right)
            for product in catalogue.products
            for task, right in self.wrong.get(product.id, {}).items()
            if listed is None or (product.id, task) in listed]


def known_truth(catalogue: Catalogue) -> LabelTruth | None:
    """The truth recorded beside an embedded catalogue; ``None`` if there is none.

    Raises:
        UserError: If catalogue and truth contradict each other.
    """
    ids = [product.id for product in catalogue.products]
    records = read_truth(catalogue.folder, ids)
    if not records:
        return None
    wrong, accepted = {}, {}
    for id_ in ids:
        record = records[id_]
        right = {task: '|'.join(label) if task == 'colour' else label
                 for task, label in record.labels.items()}
        wrong[id_] = {task: right[task] for task in record.wrong_labels}
        accepted[id_] = record.accepted_colours
    return LabelTruth(wrong, accepted)


def planted_corrections(
        catalogue: Catalogue, shares: dict[str, float] = PLANTED,
        seed: int = 0) -> list[Correction]:
    """Wrong labels for a catalogue without known ones, as corrections that make labels wrong.

    A wrong label is copied from a randomly drawn product: any other colour or gender, another
    category of the same type with its subcategory, another subcategory of the same category. So
    frequent labels are frequent among the wrong ones, too.
    """
    rng = random.Random(seed)
    products = list(catalogue.products)
    corrections = []

    def other(task, fitting):
        """A product with another label in a task and the same in the fitting ones; or None."""
        for _ in range(100):
            found = rng.choice(products)
            if found.label(task) not in (None, product.label(task)) and all(
                    found.label(level) == product.label(level) for level in fitting):
                return found
        return None

    def plant(task, label):
        if label and label != product.label_text(task):
            corrections.append(Correction(product.id, task, product.label_text(task), label))

    for product in products:
        drawn = {task: rng.random() < share for task, share in shares.items()}
        for task in 'colour', 'gender':
            if drawn[task] and product.label(task) and (found := other(task, ())):
                label = found.label(task)
                plant(task, label if task == 'gender' else with_main_label(product.colours, label))
        if drawn['category'] and product.label('category') and (
                found := other('category', ['type'])):
            plant('category', found.label('category'))
            plant('subcategory', found.label('subcategory'))
        elif drawn['subcategory'] and product.label('subcategory') and (
                found := other('subcategory', ['type', 'category'])):
            plant('subcategory', found.label('subcategory'))
    return corrections


def planted_truth(catalogue: Catalogue) -> LabelTruth:
    """The truth of a catalogue that :func:`planted_corrections` were applied to."""
    wrong = {product.id: {} for product in catalogue.products}
    for _, row in Table(catalogue.folder / CHANGES_FILE).all_rows():
        wrong[text_in(row['product'])][row['task']] = text_in(row['before'])
    return LabelTruth(wrong, {})
