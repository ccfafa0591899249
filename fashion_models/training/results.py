"""Evaluation of a run on a split: the article's table and what lies behind it."""

import json

import numpy as np

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.products import require_products
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.training.evaluation import evaluate, majority_accuracies
from fashion_models.training.model import build_loss
from fashion_models.training.table import ARTICLE, accuracy_table


def evaluate_run(run, splits, device, which='best', catalogue_folder=None, store=None):
    """Evaluates a trained network and writes ``evaluation-<split>.json`` into its folder.

    Args:
        run (~fashion_models.training.run.Run): The run.
        splits (sequence of str): Some of 'train', 'validation' and 'test'.
        device (~chainer.backend.Device): Where to compute.
        which (str): ``'best'`` or ``'last'`` snapshot.
        catalogue_folder: Another catalogue than that of the training, with the same labels.
        store: Folder of image stores.

    Returns:
        dict: From each split to its record, as written to the file.

    Raises:
        UserError: If there is no snapshot, a split is empty, or a label is unknown to the run.
    """
    catalogue = open_catalogue(catalogue_folder or run.provenance['catalogue']['folder'])
    model = run.load_model(which)
    model.to_device(device)
    images = prepare(catalogue, run.recipe.data.shorter_side, store)
    products = run.view.products(catalogue, images, run.vocabulary)
    records = {}
    for split in splits:
        require_products(products[split], split, catalogue)
        own = products[split]
        evaluation = evaluate(model, own, run.mean, device, progress=True)
        several = (own.others >= 0).any(axis=2).sum(axis=0)
        record = {
            'split': split,
            'snapshot': which,
            'catalogue': {
                'name': catalogue.header.name, 'version': catalogue.header.version,
                'hash': images.catalogue_hash},
            'products': len(own),
            'images': sum(map(len, own.images)),
            'loss': evaluation.loss(
                build_loss(run.recipe), own.others_to_learn(run.recipe.training.accepted)),
            'accuracy': evaluation.accuracy,
            'accuracies': evaluation.accuracies,
            'labelled': dict(zip(run.vocabulary.tasks, map(int, (evaluation.t >= 0).sum(axis=0)))),
            'majority': dict(zip(
                run.vocabulary.tasks,
                majority_accuracies(products['train'].t, own.t))),
            'confusion': confusion(evaluation, run.vocabulary),
            'per_class': per_class(evaluation, run.vocabulary),
            'provenance': provenance(),
        }
        if several.any():
            record['several_labels'] = dict(zip(run.vocabulary.tasks, map(int, several)))
            record['accepted_accuracies'] = evaluation.accuracies_with(own.others)
        with atomic_write(
                run.folder / f'evaluation-{split}.json', 'w', encoding='utf-8') as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
        records[split] = record
    return records


def results_table(records, tasks):
    """The article's table: its row, and two for each split, as plain text."""
    return accuracy_table(results_rows(records, tasks), tasks)


def results_rows(records, tasks):
    """From each row's title to the accuracies of the tasks, for :func:`results_table`."""
    rows = {'the article, validation': [ARTICLE[task] for task in tasks]}
    for split, record in records.items():
        rows[f'{split}, {record["products"]} products'] = [
            record['accuracies'][task] for task in tasks]
        if 'several_labels' in record:
            rows[f'  any of several labels being right ({split})'] = [
                record['accepted_accuracies'][task] for task in tasks]
        rows[f'  always the commonest label ({split})'] = [
            record['majority'][task] for task in tasks]
    return rows


def confusion(evaluation, vocabulary):
    """How often each label was taken for which: {task: {label: {predicted label: products}}}."""
    counts = {}
    for column, (task, labels) in enumerate(vocabulary.labels.items()):
        pairs = _labelled_pairs(evaluation, column)
        found, numbers = np.unique(pairs, axis=0, return_counts=True)
        counts[task] = {}
        for (true, predicted), number in zip(found, numbers):
            counts[task].setdefault(labels[true], {})[labels[predicted]] = int(number)
    return counts


def per_class(evaluation, vocabulary):
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
