"""Which labels of a catalogue are wrong: by its truth, or because they were planted."""


import csv
import dataclasses
import random

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.relabel import CHANGES_FILE, Correction
from fashion_models.drawn.truth import read_truth
from fashion_models.representation.audit.review import with_main_label

#: Shares of the labels that are planted; see
#: :class:`~fashion_models.drawn.difficulty.Difficulty`.
PLANTED = {'colour': 0.1, 'gender': 0.025, 'category': 0.025, 'subcategory': 0.025}


@dataclasses.dataclass(frozen=True)
class LabelTruth:
    """What is true of a catalogue.

    Attributes:
        wrong (dict): From products' ids to a dict from each task whose label is wrong to the right
            label, several colours joined by ``|``.
        accepted (dict): From products' ids to all colours that are true of them, where the right
            labels do not name them all.
    """

    wrong: dict
    accepted: dict

    def corrections(self, catalogue: Catalogue, listed: set | None = None) -> list[Correction]:
        """What a reviewer changes who knows the truth.

        Args:
            catalogue (~fashion_models.catalogue.io.Catalogue): The labels.
            listed (set): Pairs of a product's id and a task that he looks at; all if ``None``.
        """
        return [
            Correction(product.id, task, product.label_text(task), right)
            for product in catalogue.products
            for task, right in self.wrong.get(product.id, {}).items()
            if listed is None or (product.id, task) in listed]


def known_truth(catalogue: Catalogue) -> LabelTruth | None:
    """The truth that lies beside an embedded catalogue; ``None`` if there is none.

    Raises:
        UserError: If the catalogue says something else of a product than the truth allows.
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
    """Wrong labels for a catalogue that has none known, as corrections that make them wrong.

    A wrong label is one that a product drawn by chance has: any other colour or gender, another
    category of the same type with its subcategory, another subcategory of the same category. So
    frequent labels are frequent among the wrong ones, too.
    """
    rng = random.Random(seed)
    products = list(catalogue.products)
    corrections = []

    def other(task, fitting):
        """A product with another label, which is to share the labels of some tasks; or None."""
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
    wrong = {product.id: {} for product in catalogue.products}
    with open(catalogue.folder / CHANGES_FILE, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            wrong[row['product']][row['task']] = row['before']
    return LabelTruth(wrong, {})
