"""Embeds a whole catalogue into one file, in an amount of memory that does not grow with it."""

import array
import dataclasses
import itertools
import json
import os
import pathlib
import sys
from collections.abc import Callable

import numpy as np
import tqdm

from fashion_models.arrays import is_array
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.pictures import DIGESTS
from fashion_models.data.prepare import prepare
from fashion_models.data.survey import Survey
from fashion_models.errors import UserError
from fashion_models.files import hidden_beside
from fashion_models.representation.embeddings import Embeddings, open_embeddings
from fashion_models.representation.embeddings_writer import (
    EmbeddingsWriter,
    remove_leftovers,
    require_place,
)
from fashion_models.representation.kept import Kept
from fashion_models.representation.linear import principal_components, require_enough
from fashion_models.representation.picture_encoder import WINDOW, PictureEncoder
from fashion_models.representation.units import header_of, text_digest, units


def embed(encoder: PictureEncoder, catalogue: Catalogue, file: str | os.PathLike,
          per: str = 'product', split: str | None = None, dtype: str = 'float32',
          pca: int | None = None, store: str | os.PathLike | None = None,
          progress: bool = True, update: bool = False,
          told: Callable[['Update'], object] | None = None) -> Embeddings:
    """Embeds the products of a catalogue, or each of their listings or images, into a file.

    Products come in the catalogue's order. Unreadable images are left out, and so are products and
    listings without any other. Call it again to resume after an interruption; the file ends up with
    the same bytes as without one. So it does with ``update``, which computes only the vectors of
    what is new or shows other pictures, and takes the rest from the file that is there.

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
        update: Whether to start from the file that is there, if it was made with the same network,
            options and versions; else all is computed, and a line says why. With ``pca``, the full
            vectors are kept beside the file, as ``<file>.whole``.
        told: Called at the end with what was computed and what was kept.

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
    survey = Survey(catalogue)
    images = prepare(catalogue, encoder.shorter_side, store, progress=progress, survey=survey)
    header = header_of(
        encoder, catalogue, per, split, dtype, images.catalogue_hash, images.key)
    file = pathlib.Path(file)
    if pca is None:
        done = _write(encoder, survey, images, file, header, progress, update)
    else:
        done = _write_reduced(encoder, survey, images, file, header, pca, progress, update)
    done.left_out = images.dropped
    if told:
        told(done)
    return open_embeddings(file)


@dataclasses.dataclass
class Update:
    """What a call of :func:`embed` did, in vectors.

    Attributes:
        computed (int): Those that were computed.
        kept (int): Those that the file had.
        discarded (int): Those that the file had and that are of no use any more, of products that
            are gone or show other pictures.
        left_out (dict): What has no vector, as of
            :attr:`~fashion_models.data.store.ImageStore.dropped`.
    """

    computed: int = 0
    kept: int = 0
    discarded: int = 0
    left_out: dict = dataclasses.field(default_factory=dict, compare=False)


def _write(encoder, survey, images, file, header, progress, update):
    kept = Kept(_known(file, header, progress) if update else None)
    texts = np.array([
        text_digest(line, images, numbers)
        for line, numbers in zip(survey.lines[images.product_index], images.product_images)
    ] if update else [], DIGESTS)
    runs = [rows.tolist() for rows in kept.runs(texts)] if update else None
    with EmbeddingsWriter(file, header, resume=True) as writer:
        done, place = Update(), 0
        todo, counts = array.array('q'), array.array('q')   # images, and how many a vector has
        for part in _parts(survey, images, header, runs):
            if isinstance(part, range):
                kept.use(part)
            else:
                for row in np.flatnonzero(kept.find(_sources(part)) < 0):
                    done.computed += 1
                    if place + row >= writer.rows:
                        todo.extend(part[row].images)
                        counts.append(len(part[row].images))
            place += len(part)
        done.kept = place - done.computed
        done.discarded = int(np.count_nonzero(~kept.used))
        images_of_new = iter(todo)
        new = (list(itertools.islice(images_of_new, count)) for count in counts)
        bar = tqdm.tqdm(total=len(todo), desc='embedding', unit=' images',
                        disable=None if progress else True)
        with bar, encoder.windows(
                new, images.image, done=bar.update, steady=True) as windows:
            fresh = itertools.chain.from_iterable(windows)
            for part in _parts(survey, images, header, runs, writer.rows):
                if isinstance(part, range):
                    writer.add_rows(kept.rows(part.start, part.stop))
                    continue
                vectors = np.empty((len(part), header['size']), header['dtype'])
                places = kept.find(_sources(part))
                old = places >= 0
                if old.any():
                    vectors[old] = kept.vectors(places[old])
                for row in np.flatnonzero(~old):
                    vectors[row] = next(fresh)
                writer.add(vectors, *zip(*(
                    (unit.item, unit.source, unit.text) for unit in part)))
    return done


def _units(survey, images, header, places):
    """Yields the units that a header describes of products, given their places in the store."""
    rows = images.product_index[places]
    split = None if header['split'] == 'all' else header['split']
    for place, line, product in zip(places, survey.lines[rows], survey.products(rows)):
        yield from units(
            product, line, images, images.product_images[place], header['per'], split)


def _sources(part):
    return np.array([unit.source for unit in part], DIGESTS)


def _parts(survey, images, header, runs, skipped=0):
    """Yields the vectors that a header describes, in order, but for the first few.

    Args:
        runs: The first row of each product in the known file, -1 where it has none, and the first
            after its rows; or None.

    Yields:
        Rows to be copied from the known file, a range; or units, a list.
    """
    for part in _all_parts(survey, images, header, runs):
        if len(part) > skipped:
            yield part[skipped:]
        skipped = max(0, skipped - len(part))


def _all_parts(survey, images, header, runs):
    place, count = 0, len(images.product_index)
    starts, ends = runs or ([-1] * count, None)
    while place < count:
        first = place
        if starts[place] < 0:
            while place < count and starts[place] < 0:
                place += 1
            found = _units(survey, images, header, range(first, place))
            while part := list(itertools.islice(found, WINDOW)):
                yield part
        else:
            place += 1
            while place < count and starts[place] == ends[place - 1] and (
                    ends[place] - starts[first] <= WINDOW):
                place += 1
            yield range(starts[first], ends[place - 1])


#: What may differ between two files of which one can begin with the other's vectors.
_FREE = ('run', 'tower', 'catalogue', 'catalogue_name', 'catalogue_hash', 'store', 'tasks', 'rows')


def _known(file, header, progress):
    """The file that is there, if a new one can begin with its vectors."""
    if not file.exists():
        return None
    try:
        found = Embeddings(file)
    except UserError as error:
        if is_array(file):  # of a user: it never was one of embeddings
            raise
        return _none(str(error).removesuffix('; embed again'), progress)
    wanted = json.loads(json.dumps(header))
    differs = sorted(name for name in wanted.keys() | found.header.keys()
                     if name not in _FREE and wanted.get(name) != found.header.get(name))
    if differs:
        return _none(f'{file}: it was made with other {", ".join(differs)}', progress)
    if found.sources is None:
        return _none(
            f'{file}: it does not say what its vectors were computed from', progress)
    return found


def _none(reason, progress):
    if progress:
        print(f'{reason}; all is embedded again', file=sys.stderr)


def _write_reduced(encoder, survey, images, file, header, size, progress, update):
    """Embeds into a file of full vectors beside ``file``, then reduces these into ``file``."""
    require_enough(sum(
        split_of(unit.item.group) == 'train'
        for unit in _units(survey, images, header, range(len(images.product_index)))), size)
    whole = file.with_name(f'{file.name}.whole') if update else hidden_beside(file, 'whole')
    of_whole, of_reduced = {**header, 'dtype': 'float32'}, {**header, 'size': size}
    if _is_complete(whole, of_whole):
        remove_leftovers(whole)
        done = Update(kept=len(open_embeddings(whole)))
        if update and _is_complete(file, of_reduced, 'pca'):
            return done
    else:
        done = _write(encoder, survey, images, whole, of_whole, progress, update)
    embeddings = open_embeddings(whole)
    train = np.fromiter((split_of(item.group) == 'train' for item in embeddings.items), bool)
    projection, variance = principal_components(embeddings.vectors, train, size)
    header = {**of_reduced, 'pca': {
        'from': encoder.size, 'fitted_to': int(train.sum()), 'variance': variance}}
    with EmbeddingsWriter(file, header, projection) as writer:
        for start in range(0, len(embeddings), WINDOW):
            part = slice(start, start + WINDOW)
            writer.add(projection(embeddings.vectors[part]), embeddings.items[part])
    if not update:
        whole.unlink(missing_ok=True)  # another process may have written the same file meanwhile
    return done


def _is_complete(file, header, *further):
    """Whether an earlier call left a complete file with the same header, and further fields."""
    try:
        found = open_embeddings(file)
        found.vectors   # noqa: B018  (checks them)
    except UserError:
        return False
    return found.header == json.loads(json.dumps(header)) | {
        name: found.header.get(name) for name in ('rows', *further)}
