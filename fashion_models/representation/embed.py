"""Embeds a whole catalogue into one file, in an amount of memory that does not grow with it."""

import itertools
import json
import os
import pathlib
from collections.abc import Iterator

import numpy as np
import tqdm

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.store import ImageStore
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.functions.precision import FLOAT32
from fashion_models.provenance import versions
from fashion_models.representation.embeddings import Embeddings, Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter, require_place
from fashion_models.representation.encoder import WINDOW, Encoder
from fashion_models.representation.linear import principal_components, require_enough
from fashion_models.training.snapshots import BEST


def embed(encoder: Encoder, catalogue: Catalogue, file: str | os.PathLike, per: str = 'product',
          split: str | None = None, dtype: str = 'float32', pca: int | None = None,
          store: str | os.PathLike | None = None, progress: bool = True) -> Embeddings:
    """Embeds the products of a catalogue, or each of their listings or images, into a file.

    Products come in the catalogue's order. Unreadable images are left out, and so are products and
    listings without any other. Call it again to resume after an interruption; the file ends up with
    the same bytes as without one.

    Args:
        encoder: Makes the vectors.
        catalogue: What to embed.
        file: The file to write; see :mod:`fashion_models.representation.embeddings`.
        per: What a vector stands for: ``'product'``, ``'listing'`` or ``'image'``.
        split: ``'train'``, ``'validation'`` or ``'test'``, or None for the whole catalogue.
        dtype: ``'float32'`` or ``'float16'``.
        pca: If given, the vectors are reduced to this many numbers by a principal component
            analysis of those of the training split.
        store: Folder of image stores; the catalogue's own if None.
        progress: Whether to show a progress bar.

    Returns:
        The file, opened.

    Raises:
        UserError: If there is nothing to embed, the file cannot be written, or there are too few
            products for the PCA.
    """
    if pca is not None and split not in (None, 'train'):
        raise UserError(
            f'pca: is fitted to the training split, which is not part of split {split!r}; embed '
            'the whole catalogue')
    if pca is not None and not 1 <= pca <= encoder.size:
        raise UserError(f'pca: found {pca}, expected 1 to {encoder.size} numbers')
    require_place(file)
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
        'tasks': {name: task.several for name, task in catalogue.tasks.items()},
        'catalogue_name': catalogue.header.name, 'catalogue_hash': images.catalogue_hash,
        'store': images.key, 'versions': versions(),
        # Only where it is not the usual, so that what was begun before can be finished.
        **({} if encoder.precision == FLOAT32 else {'precision': encoder.precision})}


def units(catalogue: Catalogue, images: ImageStore, per: str, split: str | None = None,
          ) -> Iterator[tuple[Item, list[int]]]:
    """Yields what to embed, in the catalogue's order.

    Args:
        catalogue: Its products.
        images: Their images.
        per: ``'product'``, ``'listing'`` or ``'image'``.
        split: If given, only products of this split.

    Yields:
        An item, and the numbers of its images in the store, one or more.
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
    """The :func:`units` that a header describes."""
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
        {task: product.label_text(task) for task in product.labels},
        '|'.join(dict.fromkeys(listing.retailer for listing in listings if listing.retailer)),
        next((listing.title for listing in listings if listing.title), ''),
        next((listing.description for listing in listings if listing.description), ''),
        tuple(paths[place] for place in places))


def _write(encoder, catalogue, images, file, header, progress):
    todo = _units(catalogue, images, header)
    bar = tqdm.tqdm(
        total=len(images), desc='embedding', unit=' images', disable=None if progress else True)
    with EmbeddingsWriter(file, header, resume=True) as writer, bar:
        # Whole windows are written, so that those to come hold what they would have held without
        # an interruption.
        for _, numbers in itertools.islice(todo, writer.rows):
            bar.update(numbers[-1] + 1 - bar.n)
        todo, ahead = itertools.tee(todo)
        with encoder.windows(
                (numbers for _, numbers in ahead), images.image, done=bar.update) as windows:
            for vectors in windows:
                items, numbers = zip(*itertools.islice(todo, len(vectors)))
                writer.add(vectors, items)
                # Numbers rise from unit to unit; images of other splits count as done, too.
                bar.update(numbers[-1][-1] + 1 - bar.n)


def _write_reduced(encoder, catalogue, images, file, header, size, progress):
    """Embeds into a file of full vectors beside ``file``, then reduces these into ``file``."""
    require_enough(sum(
        split_of(item.group) == 'train' for item, _ in _units(catalogue, images, header)), size)
    whole, of_whole = file.with_name(f'.{file.name}.whole'), {**header, 'dtype': 'float32'}
    if not _is_complete(whole, of_whole):
        _write(encoder, catalogue, images, whole, of_whole, progress)
    embeddings = open_embeddings(whole)
    train = np.fromiter((split_of(item.group) == 'train' for item in embeddings.items), bool)
    projection, variance = principal_components(embeddings.vectors, train, size)
    header = {**header, 'size': size, 'pca': {
        'from': encoder.size, 'fitted_to': int(train.sum()), 'variance': variance}}
    with EmbeddingsWriter(file, header, projection) as writer:
        for start in range(0, len(embeddings), WINDOW):
            part = slice(start, start + WINDOW)
            writer.add(projection(embeddings.vectors[part]), embeddings.items[part])
    whole.unlink()


def _is_complete(file, header):
    """Whether an interrupted call left a complete file with the same header."""
    try:
        found = open_embeddings(file).header
    except UserError:
        return False
    return found == {**json.loads(json.dumps(header)), 'rows': found['rows']}
