"""What a catalogue must have for an experiment, checked before anything is trained."""

import collections
from collections.abc import Sequence

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.optional import require
from fashion_models.plural import counted
from fashion_models.representation.tags.words import text_of


def require_labels(catalogue: Catalogue, task: str) -> None:
    """Raises :class:`.UnsuitableCatalogue` if no product has a label of a task."""
    if all(product.label(task) is None for product in catalogue.products):
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: no product has a label of {task}, for which this experiment '
            f'trains a network; expected {task} labels')


def require_texts(catalogue: Catalogue, fewest: int = 1) -> None:
    """Raises :class:`.UnsuitableCatalogue` if a split has too few products with a text.

    Args:
        catalogue: The products.
        fewest: How many the training and the validation split must have; of the test split, on
            which nothing is learnt, one is enough.
    """
    found = collections.Counter(
        split_of(product.group) for product in catalogue.products
        if any(map(text_of, product.listings)))
    for split in SPLITS:
        expected = 1 if split == 'test' else fewest
        if found[split] < expected:
            raise UnsuitableCatalogue(
                f'{catalogue.folder}: {counted(found[split], "product")} of the {split} split with '
                f'a title or a description, expected {expected} or more')


def require_scikit_learn() -> None:
    """Raises UserError if scikit-learn is not installed."""
    require('sklearn', extra='analysis', purpose='this experiment')


def require_several_tasks(catalogue: Catalogue, tasks: Sequence[str]) -> None:
    """Raises :class:`.UnsuitableCatalogue` if products have labels of one task, or of none.

    Args:
        catalogue: The products.
        tasks: Those of the recipe that have labels.
    """
    if len(tasks) < 2:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: products have labels of {" and ".join(tasks) or "no task"} only, '
            'so that several tasks cannot be compared with one; expected labels of more of the '
            "recipe's tasks")


def require_labels_in_splits(catalogue: Catalogue, tasks: Sequence[str]) -> None:
    """Raises :class:`.UnsuitableCatalogue` if a split has no label of a task to be measured.

    Args:
        catalogue: The products.
        tasks: Those whose accuracy is compared on validation and on test products.
    """
    found = {(split_of(product.group), task) for product in catalogue.products
             for task in tasks if product.label(task) is not None}
    for split in SPLITS:
        for task in tasks:
            if (split, task) not in found:
                raise UnsuitableCatalogue(
                    f'{catalogue.folder}: no product of the {split} split has a label of {task}, '
                    'so that its accuracy cannot be measured; expected labels of it in every split')


def require_several_images(catalogue: Catalogue) -> None:
    """Raises :class:`.UnsuitableCatalogue` if every product has one image, or none."""
    if all(len(product.images) < 2 for product in catalogue.products):
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: no product has several images, so there is nothing to pool; '
            'expected some that have')


def require_folds(catalogue: Catalogue, folds: int) -> None:
    """Raises if the groups of a catalogue's products are too few for so many folds.

    Raises:
        UnsuitableCatalogue: If no number of folds would do.
        UserError: If a smaller number would.
    """
    groups = len({product.group for product in catalogue.products})
    if groups < 2:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: {counted(groups, "group")} of products, expected 2 or more to '
            'deal out to folds')
    if folds > groups:
        raise UserError(
            f'folds: found {folds}, expected from 2 to {groups}, the number of groups of products '
            f'in {catalogue.folder}')
