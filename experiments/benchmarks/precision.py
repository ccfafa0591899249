"""What bfloat16 changes in a trained network: its vectors, their neighbours, its answers.

    python experiments/benchmarks/precision.py RUN CATALOGUE [--float32 RUN … --bfloat16 RUN …]

Embeds the whole catalogue and evaluates the validation split, in float32 and in bfloat16. With
further runs, of the same seeds, whole trainings in one and the other are compared, too: their
accuracies on the validation and the test split, each with its own precision, in pairs.
Writes ``precision.json`` and ``precision.rst`` to the results folder and prints the latter. Needs a
processor with instructions for bfloat16; a minute or two for 30,000 small images.
"""

import argparse
import os
import pathlib
import tempfile

from fashion_models.devices import usable_cores

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

import numpy as np
from measure import circumstances, write

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View
from fashion_models.devices import resolve
from fashion_models.experiments.kit import predictions
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.search.neighbours import exact_search
from fashion_models.training.results import evaluate_run
from fashion_models.training.run import Run

HERE = pathlib.Path(__file__).resolve().parent
PRECISIONS = 'float32', 'bfloat16'
NEAREST, QUERIES = 10, 2000


def measure(run, catalogue):
    """Compares both precisions.

    Returns:
        dict: Cosines of the two vectors of a product, the share of the ten nearest that stay, and
        accuracies of the validation split.
    """
    vectors, accuracies = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for precision in PRECISIONS:
            file = f'{folder}/{precision}.embeddings'
            embeddings = embed(Encoder(run, precision=precision), catalogue, file, progress=False)
            vectors.append(np.array(embeddings.vectors, np.float32))
            records = evaluate_run(run, ['validation'], resolve('@numpy')[0], 'best',
                                   catalogue.folder, precision=precision)
            accuracies[precision] = records['validation']['accuracy']
    cosines = (vectors[0] * vectors[1]).sum(axis=1)
    queries = np.random.default_rng(0).permutation(len(cosines))[:QUERIES]
    near = []
    for own in vectors:
        found, _ = exact_search(own, own[queries], NEAREST + 1)
        near.append([set(row) - {query} for row, query in zip(found.tolist(), queries.tolist())])
    kept = [len(one & other) / NEAREST for one, other in zip(*near)]
    return {
        'recipe': run.recipe.to_toml(), 'catalogue': catalogue.header.name,
        'products': len(cosines),
        'cosine': {'least': float(cosines.min()), 'median': float(np.median(cosines))},
        'nearest_kept': float(np.mean(kept)), 'queries': len(queries),
        'validation_accuracy': accuracies}


def compare(runs, catalogue):
    """Compares whole trainings, from precision to runs.

    Returns:
        dict: For each split, from precision to accuracy, and the ``difference``, float32 minus
        bfloat16, with its 95 % interval over products and seeds.
    """
    first = runs[PRECISIONS[0]][0]
    splits = View().products(
        catalogue, prepare(catalogue, first.recipe.data.shorter_side), first.vocabulary)
    found = {'seeds': [run.recipe.training.seed for run in runs[PRECISIONS[0]]]}
    for split in 'validation', 'test':
        products = splits[split]
        right = {precision: predictions.correct([
            predictions.evaluate_run(run, products, precision=precision) for run in of_precision])
            for precision, of_precision in runs.items()}
        difference = predictions.differences(
            *(right[precision] for precision in PRECISIONS), first.vocabulary.tasks,
            products.groups)[predictions.ALL]
        found[split] = {
            **{name: float(np.nanmean(values)) for name, values in right.items()},
            'difference': {'value': difference.value, 'interval': list(difference.widest)}}
    return found


def report(record):
    """The record as reStructuredText."""
    rows = [
        ('cosine of the two vectors, least', f'{record["cosine"]["least"]:.5f}', '>= 0.999'),
        ('cosine of the two vectors, median', f'{record["cosine"]["median"]:.5f}', ''),
        ('of the ten nearest products, the same', f'{record["nearest_kept"]:.1%}', '>= 98 %'),
        *((f'accuracy in {name}, validation', f'{value:.4f}', '')
          for name, value in record['validation_accuracy'].items())]
    if trained := record.get('trained'):
        for split in 'validation', 'test':
            own, count = trained[split], len(trained['seeds'])
            rows += [(f'trained in {name}, {split}, {count} seeds', f'{own[name]:.4f}', '')
                     for name in PRECISIONS]
            difference = own['difference']
            low, high = difference['interval']
            rows.append((f'trained in float32 minus bfloat16, {split}',
                         f'{difference["value"]:+.4f} [{low:+.4f}, {high:+.4f}]',
                         '0 inside, within .01'))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    rule = '  '.join('=' * width for width in widths)
    line = '  '.join(f'{{:{width}}}' for width in widths)
    return '\n'.join([
        rule, line.format('what', 'found', 'bar').rstrip(), rule,
        *(line.format(*row).rstrip() for row in rows), rule]) + '\n'


def main():
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('run', metavar='RUN')
    parser.add_argument('catalogue', metavar='CATALOGUE')
    for precision in PRECISIONS:
        parser.add_argument(f'--{precision}', metavar='RUN', nargs='+', help=(
            f'runs that were trained in {precision}, in the order of their seeds'))
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    catalogue = open_catalogue(arguments.catalogue)
    record = {'circumstances': circumstances(), **measure(Run.open(arguments.run), catalogue)}
    runs = {precision: [Run.open(folder) for folder in getattr(arguments, precision) or ()]
            for precision in PRECISIONS}
    seeds = [[run.recipe.training.seed for run in of_precision] for of_precision in runs.values()]
    if seeds[0] != seeds[1]:
        parser.error(f'found runs of the seeds {seeds[0]} in float32 and {seeds[1]} in bfloat16, '
                     'expected the same')
    if seeds[0]:
        record['trained'] = compare(runs, catalogue)
    write(arguments.output, 'precision', record, report(record))


if __name__ == '__main__':
    main()
