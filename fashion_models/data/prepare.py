"""Decodes a catalogue's images into an image store; each picture once, wherever it comes again."""

import contextlib
import errno
import functools
import hashlib
import itertools
import json
import math
import os
import pathlib
import re
import shutil
import sys

import numpy as np
import PIL
from tqdm import tqdm

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import Catalogue
from fashion_models.data.dropped import line, report_dropped
from fashion_models.data.pictures import Pictures, SegmentWriter
from fashion_models.data.stamps import Looked, Stamps
from fashion_models.data.store import LAYOUT, ImageStore, PicturesGone, StoreWriter, store_key
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.files import locked
from fashion_models.parsing import json_file
from fashion_models.workers import InProcesses, WorkerDied, refuse_while_spawned

#: The shorter sides that a store may have, in pixels; anything else is taken for a typing error.
SHORTER_SIDES = range(1, 2049)

#: Images sent to a worker at a time: enough to hide the queue's cost behind small images, few
#: enough to keep the large ones in flight within tens of megabytes per worker.
CHUNK = 16

#: With fewer images to decode, a worker is not worth its start, a few tenths of a second.
IMAGES_PER_WORKER = 128


def prepare(
        catalogue: Catalogue, shorter_side: int, folder: str | os.PathLike | None = None,
        workers: int | None = None, progress: bool = True) -> ImageStore:
    """Opens the image store of a catalogue, and makes it first where there is none.

    Pictures are kept by the content of their files: what any store in the folder has already, for a
    catalogue as it was before, at another place, or for another catalogue, is not decoded again.
    The store itself, which pictures a catalogue has, is named after the catalogue's hash and the
    size and time of change of each of its image files, the shorter side, and the versions of
    :mod:`fashion_models.catalogue.decode` and of the files' layout. So a store that no longer fits
    is never opened; a folder of stores may be deleted at any time. A store appears complete or not
    at all, however its preparation ends; of several processes that want the same one, one makes it
    and the others wait.

    An image that cannot be decoded costs its product that image; a product that has none left is
    left out. Both are listed in the store's ``dropped`` and reported on stderr.

    Args:
        catalogue (~fashion_models.catalogue.io.Catalogue): Whose images.
        shorter_side (int): Pixels of the shorter side that images are scaled to.
        folder: Where stores are kept, each in a sub-folder of its own; ``.prepared`` in the
            catalogue's folder if omitted.
        workers (int): Processes that decode; one per usable core if omitted. With 1, this process
            does it alone.
        progress (bool): Whether to report on stderr.

    Returns:
        ImageStore

    Raises:
        UserError: If the shorter side is out of range, the folder cannot be written, the disk is
            full, or not one product has a readable image.
    """
    if shorter_side not in SHORTER_SIDES:
        raise UserError(
            f'the shorter side of prepared images is {shorter_side}; expected '
            f'{SHORTER_SIDES[0]} to {SHORTER_SIDES[-1]} pixels')
    source, catalogue_hash, files = _source(catalogue, shorter_side)
    header = {
        'source': source, 'shorter_side': shorter_side, 'catalogue_hash': catalogue_hash,
        'decode_version': decode.VERSION, 'pillow_version': PIL.__version__}
    parent = pathlib.Path(catalogue.folder, '.prepared') if folder is None else pathlib.Path(folder)
    store = parent / f'{shorter_side}-{source[:16]}'
    prepared = _opened(store)
    if prepared is None:
        refuse_while_spawned()
        with _writing_to(parent), locked(parent / 'lock', lambda: _wait(parent, progress)):
            _remove_partial(parent)
            if _opened(store) is None:  # another process may have made it while this one waited
                earlier = _earlier(parent, shorter_side)
                if earlier and progress:
                    print(f'{parent}: images prepared by an earlier version are prepared again',
                          file=sys.stderr)
                partial = store.with_name(f'{store.name}.partial')
                try:
                    _make(catalogue, files, partial, store, workers, progress, header)
                finally:
                    shutil.rmtree(partial, ignore_errors=True)
                for folder in earlier:
                    shutil.rmtree(folder, ignore_errors=True)
        prepared = ImageStore.open(store)
    if prepared.source != source:
        raise UserError(f'{store}: this image store belongs to another catalogue; delete it')
    return prepared


def _opened(store):
    """The store, or None where there is none, or pictures that it needs were deleted."""
    try:
        return ImageStore.open(store) if store.exists() else None
    except PicturesGone:
        return None


def _earlier(parent, shorter_side):
    """Folders of stores and pictures that this version no longer opens."""
    found = [folder for folder in (parent / 'pictures').glob(f'{shorter_side}-v*')
             if folder.name != _pictures_name(shorter_side)]
    for folder in parent.glob(f'{shorter_side}-*'):
        if re.fullmatch(r'\d+-[0-9a-f]{16}', folder.name):
            try:
                header = json_file(folder / 'store.json')
                fits = (header['layout'], header['decode_version']) == (LAYOUT, decode.VERSION)
            except (OSError, ValueError, KeyError, TypeError):
                continue    # damaged, which is told when it is opened
            if not fits:
                found.append(folder)
    return found


def _pictures_name(shorter_side):
    return f'{shorter_side}-v{decode.VERSION}'


def _source(catalogue, shorter_side):
    """What names a store, the catalogue's hash, and the stamps of its image files."""
    looked = Looked()
    catalogue_hash = catalogue.hash(looked.size)
    digest = hashlib.sha256(json.dumps(
        [LAYOUT, decode.VERSION, shorter_side, catalogue_hash]).encode())
    files = looked.stamps()
    # Size and time of change; zeros where a file is missing: when it comes, another store is made.
    digest.update(np.ascontiguousarray(files[:, 1:3]))
    return digest.hexdigest(), catalogue_hash, files


def _files(catalogue):
    return (os.path.join(catalogue.folder, path)
            for product in catalogue.products for path in product.images)


def _make(catalogue, files, partial, store, workers, progress, header):
    """Decodes the pictures that are not there yet, then writes the store; all by way of partial."""
    parent, shorter_side = store.parent, header['shorter_side']
    known = Stamps(parent)
    digests = known.digests(_files(catalogue), files)
    folder = parent / 'pictures' / _pictures_name(shorter_side)
    pictures = Pictures(folder)
    partial.mkdir()
    with contextlib.closing(SegmentWriter(partial)) as segment:
        failed = _decode_missing(
            catalogue, digests, pictures, segment, shorter_side, workers, progress)
        if len(segment):
            segment.finish()
    if len(segment):
        _require_unchanged(catalogue, header)
        folder.mkdir(parents=True, exist_ok=True)
        os.rename(partial, folder / pictures.next_segment())
        pictures = Pictures(folder)
    else:
        shutil.rmtree(partial)
    partial.mkdir()
    _write(catalogue, digests, pictures, failed, partial, progress, header)
    _require_unchanged(catalogue, header)
    known.save(files, digests)
    shutil.rmtree(store, ignore_errors=True)    # one whose pictures were deleted
    os.rename(partial, store)   # last: nothing is left to do for a later call


def _require_unchanged(catalogue, header):
    if _source(catalogue, header['shorter_side'])[0] != header['source']:
        raise UserError(
            f'{catalogue.folder}: the catalogue changed while its images were prepared; '
            'start again')


def _decode_missing(catalogue, digests, pictures, segment, shorter_side, workers, progress):
    """Adds the pictures that are not there yet to a segment.

    Returns:
        dict: The reasons why images cannot be used: by digest, or by an image's number in the
        catalogue if its file cannot be read at all.
    """
    unread = digests == b''
    first = np.zeros(len(digests), bool)
    first[np.unique(digests, return_index=True)[1]] = True
    wanted = unread | first & (pictures.find(digests) < 0)
    count = np.count_nonzero(wanted)
    if workers is None:
        workers = min(usable_cores(), math.ceil(count / IMAGES_PER_WORKER))
    # In a log file a bar is noise, unless the work takes long.
    quiet = {} if sys.stderr.isatty() else {'delay': 60, 'mininterval': 60, 'maxinterval': 60}
    files = itertools.compress(_files(catalogue), wanted)
    chunks = iter(lambda: list(itertools.islice(files, CHUNK if workers > 1 else 1)), [])
    failed = {}
    with (
        _death_told(),
        InProcesses(functools.partial(_decode, shorter_side=shorter_side), chunks, workers
                    ) as decoded,
        tqdm(total=count, desc='preparing images', unit=' images', disable=not progress,
             **quiet) as bar,
    ):
        for number, image in zip(
                np.flatnonzero(wanted).tolist(), itertools.chain.from_iterable(decoded)):
            if isinstance(image, str):
                failed[number if unread[number] else digests[number]] = image
            elif unread[number]:
                failed[number] = 'it came while images were prepared'    # which is refused later
            else:
                segment.add(digests[number], image)
            bar.update()
    return failed


def _write(catalogue, digests, pictures, failed, folder, progress, header):
    """Writes the store, products in their order."""
    places = pictures.find(digests).tolist()
    writer, number = StoreWriter(folder, pictures), 0
    for row, product in enumerate(catalogue.products):
        of_product = []
        for path in product.images:
            of_product.append(places[number] if places[number] >= 0 else (
                path, failed[digests[number] or number]))
            number += 1
        writer.add(product.id, row, of_product)
    dropped = writer.dropped
    if not len(writer):
        raise UserError(f'{catalogue.folder}: ' + (
            f'not one of its {len(dropped["products"])} products has a readable image '
            f'({line(dropped["images"][0])})' if number else 'the catalogue has no products'))
    key = store_key(header['shorter_side'], header['catalogue_hash'], [digests])
    writer.finish(key=key, **header)
    if progress:
        report_dropped(dropped, 'store.json')


@contextlib.contextmanager
def _death_told():
    """Says in the user's words what may have ended a process that decodes."""
    try:
        yield
    except WorkerDied as death:
        raise UserError(
            f'a process that decodes images ended unexpectedly, near {death.job[0]}: the memory '
            'may be full (try fewer workers), or an image there breaks the decoder') from None


def _decode(files, shorter_side):
    """For each file its ``(h, w, 3)`` image, or the reason why there is none."""
    images = []
    for file in files:
        try:
            images.append(decode.load_image(file, shorter_side))
        except decode.ImageError as error:
            images.append(str(error))
    return images


@contextlib.contextmanager
def _writing_to(parent):
    """Says in the user's words why nothing could be written."""
    advice = 'choose another place (store) for the prepared images'
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f'{parent}: this folder cannot be made ({error.strerror}); {advice}') from None
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError(f'{parent}: the disk is full; {advice}') from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOLCK):
            raise UserError(
                f'{parent}: cannot be written ({error.strerror}); {advice}') from None
        raise


def _wait(parent, progress):
    if progress:
        print(f'{parent}: waiting for another process to prepare images', file=sys.stderr)


def _remove_partial(parent):
    """Removes what a killed process left; under the lock nobody is still writing it."""
    for folder in parent.glob('*.partial'):
        shutil.rmtree(folder, ignore_errors=True)
