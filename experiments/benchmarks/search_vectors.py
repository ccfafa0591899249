"""A million vectors with the local statistics of real embeddings, and what to look for in them.

Catalogues of a million products are not public. The vectors are the real embeddings of a
catalogue's training and validation products, and between them vectors drawn from the local
covariance around each: the vector, plus a random combination of the ways to its nearest
neighbours, with negative numbers set to zero as by the network's last ReLU. Queries are real
embeddings only: of the test products, none of which is among the vectors or took part in drawing
them. How much the drawn vectors are like real ones is measured, too.
"""

import dataclasses
import json

import numpy as np
from tqdm import tqdm

from fashion_models.catalogue.split import split_of
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import normalize
from fashion_models.representation.search.neighbours import exact_search

#: How many neighbours span the surroundings of a vector.
AROUND = 16
#: Length of a drawn way, as a multiple of the neighbours' mean. So chosen that a drawn vector is as
#: far from the nearest real one as real ones are from each other.
SPREAD = 0.95
QUERIES = 1000
NEIGHBOURS = 100
BLOCK = 1000


def split(embeddings, seed=0):
    """Rows (m,) of the vectors to draw from, and of the queries, (QUERIES,)."""
    held_out = np.array([split_of(item.group) == 'test' for item in embeddings.items])
    rows = np.flatnonzero(held_out)
    queries = np.random.default_rng(seed).choice(rows, min(QUERIES, len(rows)), replace=False)
    return np.flatnonzero(~held_out), np.sort(queries)


def neighbours(vectors, queries, k, text):
    """Rows and similarities as of exact_search, with progress, in an even amount of memory."""
    parts = [exact_search(vectors, queries[start:start + 1000], k)
             for start in tqdm(range(0, len(queries), 1000), desc=text, unit='k')]
    return tuple(np.concatenate(part) for part in zip(*parts))


def draw(real, around, seeds, rng):
    """A vector around each of the real ones with the numbers ``seeds``: (s, d) float32."""
    weights = rng.normal(0, SPREAD / np.sqrt(AROUND), (len(seeds), AROUND)).astype(np.float32)
    drawn = real[seeds] * (1 - weights.sum(axis=1, keepdims=True))
    for weight, neighbour in zip(weights.T, around[seeds].T):
        drawn += weight[:, np.newaxis] * real[neighbour]
    return normalize(np.maximum(drawn, 0))


def make(embeddings, count, folder):
    """Writes vectors.embeddings, queries.npy, truth.npz and likeness.json to a folder.

    Each is written only where it is missing. A drawn vector has the labels of the real one that it
    was drawn around. ``truth`` holds the queries' true neighbours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows, query_rows = split(embeddings)
    real = normalize(embeddings.vectors[rows].astype(np.float32))
    around = _around(real, folder.parent / 'around.npy')
    queries = normalize(embeddings.vectors[query_rows].astype(np.float32))
    np.save(folder / 'queries.npy', queries)
    file = folder / 'vectors.embeddings'
    if not file.exists():
        items = [embeddings.items[row] for row in rows]
        _write(file, embeddings.header, real, around, items, count)
    vectors = open_embeddings(file).vectors
    if not (folder / 'truth.npz').exists():
        found, similarities = neighbours(vectors, queries, NEIGHBOURS, 'truth')
        np.savez(folder / 'truth.npz', rows=found, similarities=similarities)
    if not (folder / 'likeness.json').exists():
        rng = np.random.default_rng(2)
        drawn = draw(real, around, rng.integers(0, len(real), len(queries)), rng)
        likeness = {
            'real queries, among the real vectors': _surroundings(
                queries, exact_search(real, queries, NEIGHBOURS)[1]),
            'drawn vectors, among the real vectors': _surroundings(
                drawn, exact_search(real, drawn, NEIGHBOURS)[1]),
            f'real queries, among all {count:,}': _surroundings(
                queries, np.load(folder / 'truth.npz')['similarities'])}
        (folder / 'likeness.json').write_text(json.dumps(likeness, indent=1))


def _around(real, file):
    """(m, AROUND) numbers of each real vector's neighbours, kept in a file."""
    if not file.exists():
        found, _ = neighbours(real, real, AROUND + 1, 'surroundings')
        # A vector's own place among its neighbours is the first, but for identical vectors.
        own = found == np.arange(len(real))[:, np.newaxis]
        own[~own.any(axis=1), AROUND] = True
        np.save(file, found[~own].reshape(-1, AROUND))
    return np.load(file)


def _write(file, header, real, around, items, count):
    """Writes the real vectors, and drawn ones up to ``count``, in an order drawn by lot."""
    rng = np.random.default_rng(1)
    real_count = min(len(real), count // 2)
    seeds = np.concatenate([
        rng.permutation(len(real))[:real_count],
        rng.integers(0, len(real), count - real_count)])
    as_they_are = np.arange(count) < real_count
    order = rng.permutation(count)
    seeds, as_they_are = seeds[order], as_they_are[order]
    header = {**header, 'dtype': 'float16', 'drawn around': header.get('catalogue_name')}
    with EmbeddingsWriter(file, header) as writer:
        for start in tqdm(range(0, count, BLOCK), desc='vectors', unit='block'):
            some = seeds[start:start + BLOCK]
            vectors = draw(real, around, some, rng)
            kept = as_they_are[start:start + BLOCK]
            vectors[kept] = real[some[kept]]
            writer.add(vectors, [
                dataclasses.replace(items[seed], id=str(row), group=str(row), description='')
                for row, seed in enumerate(some, start)])


def _surroundings(queries, similarities, k=50):
    """Quartiles of the distances to the 1st and 10th neighbour, of the local dimension, zeros."""
    similarities = similarities[:, :k]
    distances = np.sqrt(np.maximum(2 - 2 * similarities, 1e-6))
    # The maximum likelihood estimate of Levina and Bickel, "Maximum likelihood estimation of
    # intrinsic dimension", 2004.
    dimension = -1 / np.log(distances[:, :-1] / distances[:, -1:]).mean(axis=1)
    return {
        name: [round(float(quartile), 3) for quartile in np.percentile(values, [25, 50, 75])]
        for name, values in (
            ('distance to the nearest', distances[:, 0]),
            ('distance to the 10th', distances[:, 9]),
            ('local dimension', dimension),
            ('share of numbers above zero', (queries > 0).mean(axis=1)))}
