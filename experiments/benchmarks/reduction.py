"""What shorter vectors cost: neighbours that stay the same, and whether those found are as good.

    python experiments/benchmarks/reduction.py EMBEDDINGS [EMBEDDINGS …]

EMBEDDINGS are files of "fashion-models embed" of whole catalogues, as long as the network makes
them. Each is reduced as "--pca D --float16" does, and the ten nearest neighbours of up to a
thousand products of the test split are sought among all products of other groups. Writes
``reduction.json`` and ``reduction.rst`` to the results folder and prints the latter. About a minute
for 40,000 products on two cores.
"""

import argparse
import json
import pathlib

import numpy as np

from fashion_models.catalogue.split import split_of
from fashion_models.experiments.kit.results import Table, portable_provenance
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.linear import principal_components
from fashion_models.representation.search.neighbours import exact_search

HERE = pathlib.Path(__file__).resolve().parent
SIZES = 32, 64, 128, 256
K = 10
QUERIES = 1000
#: More than K, so that K are left without the query's own group.
FOUND = 50
TASKS = 'subcategory', 'colour'


def measure(embeddings):
    """Neighbours by whole and by reduced vectors.

    Returns:
        dict: ``rows``: of each kind of vectors the bytes of one, the share of the whole vectors'
        neighbours that are its, too, and the share of its neighbours with the query's label.
    """
    items = list(embeddings.items)
    split = np.array([split_of(item.group) for item in items])
    queries = np.flatnonzero(split == 'test')
    queries = np.sort(np.random.default_rng(0).choice(
        queries, min(QUERIES, len(queries)), replace=False))
    whole = np.asarray(embeddings.vectors, np.float32)
    kinds = {f'{whole.shape[1]} numbers, float32': whole,
             f'{whole.shape[1]} numbers, float16': whole.astype(np.float16)}
    for size in SIZES:
        projection, _ = principal_components(whole, split == 'train', size)
        kinds[f'{size} numbers, float16'] = projection(whole).astype(np.float16)
    rows, first = [], None
    for name, vectors in kinds.items():
        found = _neighbours(vectors, queries, items)
        first = found if first is None else first
        rows.append({
            'kind': name, 'bytes': vectors.shape[1] * vectors.itemsize,
            'same': np.mean([len(np.intersect1d(*pair)) / K for pair in zip(found, first)]),
            **{task: _agreeing(items, queries, found, task) for task in TASKS}})
    return {
        'catalogue': embeddings.header['catalogue_name'],
        'catalogue_hash': embeddings.header['catalogue_hash'],
        'recipe': embeddings.header['recipe'], 'products': len(items), 'queries': len(queries),
        'rows': rows}


def _neighbours(vectors, queries, items):
    """Rows (queries, K) of the nearest products of other groups."""
    near, _ = exact_search(vectors, vectors[queries], FOUND)
    return np.array([
        [row for row in own if items[row].group != items[query].group][:K]
        for query, own in zip(queries, near)])


def _agreeing(items, queries, found, task):
    """The share of the neighbours that have the query's label, of those that have one."""
    labels = [(items[query].labels.get(task), [items[row].labels.get(task) for row in own])
              for query, own in zip(queries, found)]
    return np.mean([other == label for label, others in labels if label for other in others])


def report(record):
    """The record as reStructuredText."""
    parts = ['What shorter vectors cost\n=========================\n']
    for own in record['files']:
        title = f'{own["catalogue"]}, {own["products"]:,} products'
        parts.append(f'{title}\n{"-" * len(title)}\n')
        parts.append(Table('', (
            'vectors', 'bytes', f'same {K} nearest', *(f'same {task}' for task in TASKS)), [
            (row['kind'], row['bytes'], row['same'], *(row[task] for task in TASKS))
            for row in own['rows']]).rst())
    parts.append(f':command: {record["command"]}\n:date: {record["date"]}\n'
                 f':commit: {record["commit"]}')
    parts.append(':machine: {processor}, {cores} cores, {system}\n'.format(**record['machine']))
    return '\n'.join(parts)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('embeddings', nargs='+', metavar='EMBEDDINGS')
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    record = {**portable_provenance(provenance()),
              'files': [measure(open_embeddings(file)) for file in arguments.embeddings]}
    text = report(record)
    arguments.output.mkdir(parents=True, exist_ok=True)
    with atomic_write(arguments.output / 'reduction.json', 'w', encoding='utf-8') as file:
        json.dump(record, file, ensure_ascii=False, indent=1)
        file.write('\n')
    with atomic_write(arguments.output / 'reduction.rst', 'w', encoding='utf-8') as file:
        file.write(text)
    print(text)


if __name__ == '__main__':
    main()
