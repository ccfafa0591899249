"""Embeds a whole catalogue into one file, in an amount of memory that does not grow with it."""

import dataclasses
import itertools
import json
import pathlib

import numpy as np
import tqdm

from fashion_models.catalogue.split import split_of
from fashion_models.data.batches import Ahead
from fashion_models.data.crops import assemble
from fashion_models.data.prepare import prepare
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.provenance import versions
from fashion_models.representation.embeddings import (
    EmbeddingsWriter,
    Item,
    Projection,
    open_embeddings,
    refuse_folder,
)
from fashion_models.representation.encoder import batches
from fashion_models.training.snapshots import BEST

#: Vectors that are made together, in any order, and written in that of the catalogue.
WINDOW = 1024


def embed(encoder, catalogue, file, per='product', split=None, dtype='float32', pca=None,
          store=None, progress=True):
    """Embeds the products of a catalogue, or their listings or images one by one, into a file.

    Products come in the catalogue's order; images that cannot be read are left out, and products
    and listings that have no other. What was interrupted is gone on with by the same call; the
    file then holds the same bytes as if it had not been.

    Args:
        encoder (~fashion_models.representation.encoder.Encoder): Makes the vectors.
        catalogue (~fashion_models.catalogue.io.Catalogue): What to embed.
        file: The file to write, see :mod:`fashion_models.representation.embeddings`.
        per (str): What a vector stands for: ``'product'``, ``'listing'`` or ``'image'``.
        split (str): ``'train'``, ``'validation'`` or ``'test'``, or None for the whole catalogue.
        dtype (str): ``'float32'`` or ``'float16'``.
        pca (int): If given, vectors are reduced to so many numbers by a principal component
            analysis of the training split's.
        store: Folder of image stores; that of the catalogue if None.
        progress (bool): Whether to show a progress bar.

    Returns:
        ~fashion_models.representation.embeddings.Embeddings: The file, opened.

    Raises:
        UserError: If there is nothing to embed, the file cannot be written, or there are too few
            products for the PCA.
    """
    if pca is not None and split not in (None, 'train'):
        raise UserError(
            f'a PCA is fitted to the training split, which is not in the {split} split: embed the '
            'whole catalogue')
    if pca is not None and not 1 <= pca <= encoder.size:
        raise UserError(f'a PCA to {pca} numbers: expected 1 to {encoder.size}')
    refuse_folder(file)
    images = prepare(catalogue, encoder.run.recipe.data.shorter_side, store, progress=progress)
    header = {**_describe(encoder, catalogue, images), 'per': per, 'split': split or 'all',
              'size': encoder.size, 'dtype': dtype}
    if pca is None:
        _write(encoder, catalogue, images, file, header, progress)
    else:
        _write_reduced(encoder, catalogue, images, pathlib.Path(file), header, pca, progress)
    return open_embeddings(file)


def _describe(encoder, catalogue, images):
    run = encoder.run
    snapshot = run.snapshots / BEST if encoder.which == 'best' else run.last_snapshot()
    return {
        'run': str(run.folder.resolve()), 'snapshot': snapshot.name,
        'snapshot_sha256': sha256(snapshot),
        'recipe': run.recipe.hash(), 'catalogue': str(pathlib.Path(catalogue.folder).resolve()),
        'catalogue_name': catalogue.header.name, 'catalogue_hash': images.catalogue_hash,
        'store': images.key, 'versions': versions()}


def units(catalogue, images, per, split=None):
    """Yields what is to be embedded, in the catalogue's order.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Its products.
        images (~fashion_models.data.store.ImageStore): Their images.
        per (str): ``'product'``, ``'listing'`` or ``'image'``.
        split (str): If given, only products of this split.

    Yields:
        tuple: :class:`Item`, and the numbers of its images in the store, one or more.
    """
    parts = {'product': _product, 'listing': _listings, 'image': _images}[per]
    place = 0
    for row, product in enumerate(catalogue.products):
        if place == len(images.product_index):
            return
        if images.product_index[place] != row:
            continue    # none of its images can be read
        numbers = images.product_images[place]
        place += 1
        if split is None or split_of(product.group) == split:
            # Places among the product's images in the catalogue → numbers in the store.
            yield from parts(product, dict(zip(images.image_index[numbers].tolist(), numbers)))


def _units(catalogue, images, header):
    """Those that a header names."""
    return units(
        catalogue, images, header['per'], None if header['split'] == 'all' else header['split'])


def _product(product, numbers):
    yield _item(product, product.id, product.listings, numbers), list(numbers.values())


def _listings(product, numbers):
    start = 0
    for count, listing in enumerate(product.listings, 1):
        end = start + len(listing.images)
        own = {place: number for place, number in numbers.items() if start <= place < end}
        if own:
            yield _item(product, f'{product.id}/{count}', [listing], own), list(own.values())
        start = end


def _images(product, numbers):
    place = 0
    seen = set()
    for listing in product.listings:
        for path in listing.images:
            # Two listings may show the same file.
            if place in numbers and path not in seen:
                seen.add(path)
                yield (_item(product, f'{product.id}/{path}', [listing], {place: None}),
                       [numbers[place]])
            place += 1


def _item(product, id, listings, places):
    paths = product.images
    return Item(
        id, product.id, product.group,
        {task: '|'.join(product.colours) if task == 'colour' else label
         for task, label in product.labels.items()},
        '|'.join(dict.fromkeys(listing.retailer for listing in listings if listing.retailer)),
        next((listing.title for listing in listings if listing.title), ''),
        next((listing.description for listing in listings if listing.description), ''),
        tuple(paths[place] for place in places))


def _write(encoder, catalogue, images, file, header, progress):
    todo = _units(catalogue, images, header)
    bar = tqdm.tqdm(
        total=len(images), desc='embedding', unit=' images', disable=None if progress else True)
    with EmbeddingsWriter(file, header, resume=True) as writer, bar:
        # Whole windows are written, so that the next ones hold what they would have held without
        # an interruption.
        for _, numbers in itertools.islice(todo, writer.rows):
            bar.update(numbers[-1] + 1 - bar.n)
        with _batches(encoder, images, todo) as made:
            for window in _windows(encoder, made, bar):
                writer.add(window.vectors, [item for item, _ in window.units])
                # Numbers rise from unit to unit; images of other splits count as done, too.
                bar.update(window.units[-1][1][-1] + 1 - bar.n)


@dataclasses.dataclass
class _Window:
    """Units that are embedded together.

    Attributes:
        units (list): Pairs of an item and the numbers of its images.
        vectors (numpy.ndarray): (units, size) float32.
        missing (int): How many of the vectors are still to be made.
    """

    units: list
    vectors: np.ndarray
    missing: int


def _batches(encoder, images, todo):
    """Gives (window, its rows, their x), made ahead of the network by threads."""
    def jobs():
        while part := list(itertools.islice(todo, WINDOW)):
            window = _Window(part, np.empty((len(part), encoder.size), np.float32), len(part))
            for rows in batches([len(numbers) for _, numbers in part]):
                yield window, rows

    def make(job):
        window, rows = job
        pixels = [[images.image(number) for number in window.units[row][1]] for row in rows]
        return window, rows, assemble(pixels, encoder.run.mean, np.zeros(len(rows), bool))

    return Ahead(make, jobs())


def _windows(encoder, made, bar):
    """Yields one window after the other, complete."""
    for window, rows, x in made:
        window.vectors[rows] = encoder.encode(x)
        window.missing -= len(rows)
        bar.update(x.shape[0] * x.shape[1] // 3)
        if not window.missing:
            yield window


def _write_reduced(encoder, catalogue, images, file, header, size, progress):
    """Embeds into a file of whole vectors beside ``file``, and those into ``file``."""
    _require_enough(sum(
        split_of(item.group) == 'train' for item, _ in _units(catalogue, images, header)), size)
    whole, of_whole = file.with_name(f'.{file.name}.whole'), {**header, 'dtype': 'float32'}
    if not _is_complete(whole, of_whole):
        _write(encoder, catalogue, images, whole, of_whole, progress)
    embeddings = open_embeddings(whole)
    train = np.fromiter((split_of(item.group) == 'train' for item in embeddings.items), bool)
    projection, variance = fit(embeddings.vectors, train, size)
    header = {**header, 'size': size, 'pca': {
        'from': encoder.size, 'fitted_to': int(train.sum()), 'variance': variance}}
    with EmbeddingsWriter(file, header, projection) as writer:
        for part in _chunks(len(embeddings)):
            writer.add(projection(embeddings.vectors[part]), embeddings.items[part])
    whole.unlink()


def _is_complete(file, header):
    """Whether an interrupted call has left a complete file of the same header."""
    try:
        found = open_embeddings(file).header
    except UserError:
        return False
    return found == {**json.loads(json.dumps(header)), 'rows': found['rows']}


def _require_enough(count, size):
    if count <= size:
        raise UserError(
            f'a PCA to {size} numbers needs more than {size} vectors of the training split, and '
            f'there are {count}')


def fit(vectors, selected, size):
    """Principal component analysis of some vectors, in memory that does not grow with them.

    Args:
        vectors (numpy.ndarray): (n, d).
        selected (numpy.ndarray): (n,) bool, the ones to fit it to.
        size (int): How many components to keep.

    Returns:
        tuple: :class:`Projection`, and the share (float) of the variance that it keeps.

    Raises:
        UserError: If there are too few vectors for so many components.
    """
    count = int(selected.sum())
    _require_enough(count, size)
    d = vectors.shape[1]
    total, squares = np.zeros(d), np.zeros((d, d))
    for part in _chunks(len(vectors)):
        own = vectors[part][selected[part]].astype(np.float64)
        total += own.sum(axis=0)
        squares += own.T @ own
    mean = total / count
    values, components = np.linalg.eigh(squares / count - np.outer(mean, mean))
    components = components[:, ::-1][:, :size].T
    # A component's sign is arbitrary; fixed, so that the same vectors give the same file.
    strongest = np.abs(components).argmax(axis=1)
    components *= np.sign(components[np.arange(size), strongest])[:, np.newaxis]
    projection = Projection(mean.astype(np.float32), components.astype(np.float32))
    return projection, float(values[-size:].sum() / values.sum())


def _chunks(rows, size=4096):
    for start in range(0, rows, size):
        yield slice(start, start + size)
