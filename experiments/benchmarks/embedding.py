"""Throughput of "fashion-models embed", beside that of the network alone.

    python experiments/benchmarks/embedding.py RUN CATALOGUE [--split SPLIT] [--rounds N]

Writes ``embedding.json`` and ``embedding.rst`` to the results folder and prints the latter. The
catalogue's images are decoded before the clock starts, as they are after a training. About half a
minute for 4,000 images on two cores. What embed does besides, above all reading the catalogue three
times, grows with the catalogue and not with the split.
"""

import argparse
import os
import pathlib
import tempfile

from fashion_models.devices import usable_cores

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

import numpy as np
from measure import circumstances, interleaved, lines_of, summary, write

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import IMAGES_PER_BATCH, load

HERE = pathlib.Path(__file__).resolve().parent


def measure(run_folder, catalogue_folder, split, rounds):
    """Clocks both, in turn.

    Returns:
        dict: Numbers of products and images, and under ``'times'`` the :func:`summary` of each.
    """
    encoder = load(run_folder)
    catalogue = open_catalogue(catalogue_folder)
    prepare(catalogue, encoder.run.recipe.data.shorter_side)
    with tempfile.TemporaryDirectory() as folder:
        def end_to_end():
            return embed(encoder, catalogue, f'{folder}/embeddings', split=split, progress=False)

        embeddings = end_to_end()
        images = sum(len(item.images) for item in embeddings.items)
        x = np.random.default_rng(0).normal(
            scale=50, size=(IMAGES_PER_BATCH, *encoder.run.mean.shape)).astype(np.float32)

        def network():
            for start in range(0, images, IMAGES_PER_BATCH):
                encoder.encode(x[:images - start])

        times = interleaved({'embed': end_to_end, 'the network alone': network}, rounds)
    return {
        'catalogue': catalogue.header.name, 'catalogue_hash': embeddings.header['catalogue_hash'],
        'split': split or 'all', 'size': encoder.run.recipe.data.size,
        'width': encoder.run.recipe.model.width, 'products': len(embeddings), 'images': images,
        'times': {name: summary(values) for name, values in times.items()}}


def report(record):
    """The record as reStructuredText."""
    made = record['circumstances']
    rule = '=================  ==========  ============'
    lines = [
        'Throughput of embed', '===================', '',
        f'{record["images"]} images of {record["products"]} products ({record["catalogue"]}, split '
        f'{record["split"]}), {record["size"]} px, width {record["width"]}:', '', rule,
        'what               images / s  products / s', rule]
    for name, values in record['times'].items():
        rates = (record[kind] / values['median'] for kind in ('images', 'products'))
        lines.append('{:17}  {:10.0f}  {:12.0f}'.format(name, *rates))
    lines += [rule, '', f'Medians of {len(values["times"])} rounds.', '']
    lines += lines_of(
        made, 'command', 'date', 'commit', 'threads', 'priority', 'load_before', 'engine')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('run', metavar='RUN')
    parser.add_argument('catalogue', metavar='CATALOGUE')
    parser.add_argument('--split', choices=('train', 'validation', 'test'))
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    made = circumstances()
    record = {'circumstances': made, **measure(
        arguments.run, arguments.catalogue, arguments.split, arguments.rounds)}
    write(arguments.output, 'embedding', record, report(record))


if __name__ == '__main__':
    main()
