"""What bfloat16 changes in a trained network: its vectors, their neighbours, its answers.

    python experiments/benchmarks/precision.py RUN CATALOGUE

Embeds the whole catalogue and evaluates the validation split, both in float32 and in bfloat16.
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
from fashion_models.devices import resolve
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


def report(record):
    """The record as reStructuredText."""
    rows = (
        ('cosine of the two vectors, least', f'{record["cosine"]["least"]:.5f}', '>= 0.999'),
        ('cosine of the two vectors, median', f'{record["cosine"]["median"]:.5f}', ''),
        ('of the ten nearest products, the same', f'{record["nearest_kept"]:.1%}', '>= 98 %'),
        *((f'accuracy in {name}, validation', f'{value:.4f}', '')
          for name, value in record['validation_accuracy'].items()))
    rule = f'{"=" * 38}  {"=" * 8}  {"=" * 8}'
    line = '{:38}  {:8}  {:8}'
    return '\n'.join([
        rule, line.format('what', 'found', 'bar').rstrip(), rule,
        *(line.format(*row).rstrip() for row in rows), rule]) + '\n'


def main():
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('run', metavar='RUN')
    parser.add_argument('catalogue', metavar='CATALOGUE')
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    record = {'circumstances': circumstances(), **measure(
        Run.open(arguments.run), open_catalogue(arguments.catalogue))}
    write(arguments.output, 'precision', record, report(record))


if __name__ == '__main__':
    main()
