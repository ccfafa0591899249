"""Evaluation of a run on a split: the article's table and the numbers behind it."""

from __future__ import annotations

import collections
import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence

import chainer
import numpy as np

from fashion_models import article
from fashion_models.catalogue.io import Catalogue, open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.products import ProductSet, require_products
from fashion_models.data.vocabulary import MISSING, UNKNOWN, Vocabulary
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.functions.precision import FLOAT32, require_precision, using_precision
from fashion_models.plural import counted
from fashion_models.provenance import provenance
from fashion_models.surrogates import json_text
from fashion_models.training.evaluation import Evaluation, evaluate, majority_accuracies
from fashion_models.training.model import build_loss
from fashion_models.training.run import Run
from fashion_models.training.run_files import ELSEWHERE
from fashion_models.training.table import accuracy_table, with_mean

#: Unknown labels of a task that a line names, the commonest ones.
_NAMED = 12


def evaluate_run(
        run: Run, splits: Sequence[str], device: chainer.backend.Device, which: str = 'best',
        catalogue_folder: str | os.PathLike | None = None,
        store: str | os.PathLike | None = None, known_only: bool = False,
        precision: str = FLOAT32) -> dict[str, dict]:
    """Evaluates a trained network.

    Args:
        run: The run.
        splits: Some of 'train', 'validation' and 'test'.
        device: Where to compute.
        which: ``'best'`` or ``'last'`` snapshot.
        catalogue_folder: Another catalogue than that of the training. Labels that the run does not
            know count as wrong.
        store: Folder of image stores; the catalogue's own if ``None``.
        known_only: Whether labels that the run does not know are left out instead.
        precision: What to compute with: ``'float32'`` or ``'bfloat16'``.

    Returns:
        From each split to its record, for :func:`write_records`.

    Raises:
        UserError: If there is no snapshot, a split is empty, or the device cannot compute with the
            precision.
    """
    require_precision(precision, [device])
    catalogue = open_catalogue(catalogue_folder or run.provenance['catalogue']['folder'])
    model = run.load_model(which)
    model.to_device(device)
    images = prepare(catalogue, run.recipe.data.shorter_side, store)
    products = run.view.products(catalogue, images, run.vocabulary)
    records = {}
    for split in splits:
        require_products(products[split], split, catalogue)
        own = products[split]
        unknown = unknown_labels(catalogue, own, run)
        if known_only:
            own = dataclasses.replace(own, t=np.where(own.t == UNKNOWN, MISSING, own.t))
            if (own.t == MISSING).all():
                raise UserError(f'{catalogue.folder}: no product of its {split} split has a label '
                                f'that {run.folder} knows')
        with using_precision(precision):
            evaluation = evaluate(
                model, own, run.mean, device, progress=True, whose=run.folder)
        several = (own.others >= 0).any(axis=2).sum(axis=0)
        record = {
            'split': split,
            'snapshot': which,
            'precision': precision,
            'catalogue': {
                'name': catalogue.header.name, 'version': catalogue.header.version,
                'hash': images.catalogue_hash},
            'products': len(own),
            'images': sum(map(len, own.images)),
            'loss': evaluation.loss(
                build_loss(run.recipe), own.others_to_learn(run.recipe.training.accepted)),
            'accuracy': evaluation.accuracy,
            'accuracies': evaluation.accuracies,
            'labelled': dict(zip(run.vocabulary.tasks, map(int, (own.t != MISSING).sum(axis=0)))),
            'majority': dict(zip(
                run.vocabulary.tasks, majority_accuracies(products['train'].t, own.t))),
            'confusion': confusion(evaluation, run.vocabulary),
            'per_class': per_class(evaluation, run.vocabulary),
            'provenance': provenance(),
        }
        if unknown:
            record['unknown_labels'] = {'left_out': known_only, 'products': unknown}
        if several.any():
            record['several_labels'] = dict(zip(run.vocabulary.tasks, map(int, several)))
            record['accepted_accuracies'] = evaluation.accuracies_with(own.others)
        records[split] = record
    return records


def write_records(run: Run, records: Mapping[str, dict]) -> list[pathlib.Path]:
    """Writes what :func:`evaluate_run` returned into ``evaluation-<split>.json`` of the run.

    What was found on another catalogue than that of the training goes to
    ``evaluation-<split>-elsewhere.json``. A figure that there is none of, as of a task without
    labels, is null.

    Returns:
        The files.

    Raises:
        UserError: If one cannot be written, or another run has taken the folder meanwhile.
    """
    if Run.open(run.folder).provenance != run.provenance:
        raise UserError(f'{run.folder}: was overwritten by another training while it was evaluated')
    paths = []
    for split, record in records.items():
        own = record['catalogue']['hash'] == run.provenance['catalogue']['hash']
        path = run.folder / f'evaluation-{split}{"" if own else ELSEWHERE}.json'
        with (told_if_unwritable(path),
              atomic_write(path, 'w', encoding='utf-8') as file):
            file.write(json_text(_with_null(record), indent=1, allow_nan=False))
        paths.append(path)
    return paths


def _with_null(value):
    """The value, with ``None`` in place of what is not a number: JSON has no word for that."""
    if isinstance(value, dict):
        return {key: _with_null(one) for key, one in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def unknown_labels(catalogue: Catalogue, products: ProductSet,
                   run: Run) -> dict[str, dict[str, int]]:
    """Labels that a run does not know: from tasks to labels to how many products have them.

    Args:
        catalogue: Whose products.
        products: Some of them, as the run's view has them.
        run: Knows the labels of its vocabulary.
    """
    # As a view that flattens names images: '<product id>/<number>'.
    counts = collections.Counter(
        id.rpartition('/')[0] if run.view.flattened else id for id in products.ids)
    found = collections.defaultdict(collections.Counter)
    for product in catalogue.products:
        if product.id in counts:
            for task, label in run.vocabulary.unknown(product).items():
                found[task][label] += counts[product.id]
    return {task: dict(labels.most_common()) for task, labels in found.items()}


def unknown_text(record: dict) -> str:
    """What an evaluation says of labels that the run does not know, in a line; or ``''``."""
    if 'unknown_labels' not in record:
        return ''
    own = record['unknown_labels']
    of_tasks = []
    for task, labels in own['products'].items():
        named = [f'{label} {count:,}' for label, count in list(labels.items())[:_NAMED]]
        more = len(labels) - len(named)
        of_tasks.append(f'{task}: {", ".join(named)}' + (f' and {more} more' if more else ''))
    return (f'not known to the run, and {"left out" if own["left_out"] else "counted as wrong"} '
            f'({record["split"]}): {"; ".join(of_tasks)}')


def results_table(records: Mapping[str, dict], tasks: Sequence[str]) -> str:
    """The article's table: its row, and two for each split, as plain text."""
    return accuracy_table(results_rows(records, tasks), tasks)


def results_rows(
        records: Mapping[str, dict], tasks: Sequence[str]) -> dict[str, list[float | None]]:
    """From each row's title to its accuracies, the mean first, for :func:`results_table`."""
    rows = {'the article, validation': [
        article.mean(article.MULTI_TASK, tasks), *article.row(article.MULTI_TASK, tasks)]}
    for split, record in records.items():
        products = counted(record['products'], 'product').replace(',', '')  # as in recorded tables
        rows[f'{split}, {products}'] = with_mean(record['accuracies'][task] for task in tasks)
        if 'several_labels' in record:
            rows[f'  any of several labels being right ({split})'] = with_mean(
                record['accepted_accuracies'][task] for task in tasks)
        rows[f'  always the commonest label ({split})'] = with_mean(
            record['majority'][task] for task in tasks)
    return rows


def confusion(
        evaluation: Evaluation, vocabulary: Vocabulary) -> dict[str, dict[str, dict[str, int]]]:
    """How often each label was taken for which: {task: {label: {predicted label: products}}}."""
    counts = {}
    for column, (task, labels) in enumerate(vocabulary.labels.items()):
        pairs = _labelled_pairs(evaluation, column)
        found, numbers = np.unique(pairs, axis=0, return_counts=True)
        counts[task] = {}
        for (true, predicted), number in zip(found, numbers):
            counts[task].setdefault(labels[true], {})[labels[predicted]] = int(number)
    return counts


def per_class(
        evaluation: Evaluation, vocabulary: Vocabulary) -> dict[str, dict[str, dict[str, float]]]:
    """Accuracy among the products of each label: {task: {label: {products, accuracy}}}."""
    results = {}
    for column, (task, labels) in enumerate(vocabulary.labels.items()):
        true, predicted = _labelled_pairs(evaluation, column).T
        results[task] = {}
        for number in np.unique(true):
            own = true == number
            results[task][labels[number]] = {
                'products': int(own.sum()),
                'accuracy': float((predicted[own] == number).mean())}
    return results


def _labelled_pairs(evaluation, column):
    t = evaluation.t[:, column]
    return np.stack([t, evaluation.predicted[:, column]], axis=1)[t >= 0]
