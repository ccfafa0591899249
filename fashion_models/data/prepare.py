"""Decodes a catalogue's images once into an image store."""

import contextlib
import errno
import functools
import hashlib
import itertools
import json
import math
import os
import pathlib
import shutil
import sys

import PIL
from tqdm import tqdm

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import Catalogue
from fashion_models.data.store import LAYOUT, ImageStore, StoreWriter
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.files import locked
from fashion_models.plural import counted
from fashion_models.workers import InProcesses, WorkerDied, refuse_while_spawned

#: The shorter sides that a store may have, in pixels; anything else is taken for a typing error.
SHORTER_SIDES = range(1, 2049)

#: Images sent to a worker at a time: enough to hide the queue's cost behind small images, few
#: enough to keep the large ones in flight within tens of megabytes per worker.
CHUNK = 16

#: With fewer images to decode, a worker is not worth its start, a few tenths of a second.
IMAGES_PER_WORKER = 128

_REPORTED = 10


def prepare(
        catalogue: Catalogue, shorter_side: int, folder: str | os.PathLike | None = None,
        workers: int | None = None, progress: bool = True) -> ImageStore:
    """Opens the image store of a catalogue, and makes it first where there is none.

    A store is named by a key, a hash of everything that decides its content: the catalogue, the
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
    key, catalogue_hash, images = _key(catalogue, shorter_side)
    header = {'key': key, 'shorter_side': shorter_side, 'catalogue_hash': catalogue_hash}
    parent = pathlib.Path(catalogue.folder, '.prepared') if folder is None else pathlib.Path(folder)
    store = parent / f'{shorter_side}-{key[:16]}'
    if not store.exists():
        refuse_while_spawned()
        with _writing_to(parent), locked(parent / 'lock', lambda: _wait(parent, progress)):
            _remove_partial(parent)
            if not store.exists():  # another process may have made it while this one waited
                partial = store.with_name(f'{store.name}.partial')
                try:
                    partial.mkdir()
                    _write(catalogue, images, partial, workers, progress, header)
                    if _key(catalogue, shorter_side)[0] != key:
                        raise UserError(
                            f'{catalogue.folder}: the catalogue changed while its images were '
                            'prepared; start again')
                    os.rename(partial, store)
                except BaseException:
                    shutil.rmtree(partial, ignore_errors=True)
                    raise
    prepared = ImageStore.open(store)
    if prepared.key != key:
        raise UserError(f'{store}: this image store belongs to another catalogue; delete it')
    return prepared


def _key(catalogue, shorter_side):
    """The store's key, the catalogue's hash, and the number of the catalogue's images."""
    images = 0
    catalogue_hash = catalogue.hash()
    digest = hashlib.sha256(json.dumps(
        [LAYOUT, decode.VERSION, shorter_side, catalogue_hash]).encode())
    for product in catalogue.products:
        for path in product.images:
            images += 1
            try:
                status = os.stat(os.path.join(catalogue.folder, path))
                file = [path, status.st_size, status.st_mtime_ns]
            except (OSError, ValueError):
                file = [path, None, None]  # missing; when it comes, the key changes
            digest.update(json.dumps(file).encode())
    return digest.hexdigest(), catalogue_hash, images


def _write(catalogue, images, folder, workers, progress, header):
    """Decodes all images of the catalogue into a store in ``folder``, products in their order."""
    if workers is None:
        workers = min(usable_cores(), math.ceil(images / IMAGES_PER_WORKER))
    # In a log file a bar is noise, unless the work takes long.
    quiet = {} if sys.stderr.isatty() else {'delay': 60, 'mininterval': 60, 'maxinterval': 60}
    products, ahead = itertools.tee(catalogue.products)
    files = (os.path.join(catalogue.folder, path) for product in ahead for path in product.images)
    chunks = iter(lambda: list(itertools.islice(files, CHUNK if workers > 1 else 1)), [])
    decode_chunk = functools.partial(_decode, shorter_side=header['shorter_side'])
    with (
        contextlib.closing(StoreWriter(folder)) as writer,
        _death_told(),
        InProcesses(decode_chunk, chunks, workers) as decoded,
        tqdm(total=images, desc='preparing images', unit=' images', disable=not progress,
             **quiet) as bar,
    ):
        decoded_images = itertools.chain.from_iterable(decoded)
        for row, product in enumerate(products):
            of_product = []
            for path in product.images:
                image = next(decoded_images)
                of_product.append((path, image) if isinstance(image, str) else image)
                bar.update()
            writer.add(product.id, row, of_product)
        dropped = writer.dropped
        if not len(writer):
            raise UserError(f'{catalogue.folder}: ' + (
                f'not one of its {len(dropped["products"])} products has a readable image '
                f'({_line(dropped["images"][0])})' if images else 'the catalogue has no products'))
        writer.finish(decode_version=decode.VERSION, pillow_version=PIL.__version__, **header)
    if progress:
        _report(dropped)


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


def _report(dropped):
    for image in dropped['images'][:_REPORTED]:
        print(f'dropped {_line(image)}', file=sys.stderr)
    if len(dropped['images']) > _REPORTED:
        print('… (all are listed in store.json)', file=sys.stderr)
    if dropped['images'] or dropped['products']:
        print(f'dropped {_counts(dropped)}', file=sys.stderr)


def _line(image):
    return f'product {image["product"]}: {image["file"]}: {image["reason"]}'


def _counts(dropped):
    return (f'{counted(len(dropped["images"]), "unreadable image")} and '
            f'{counted(len(dropped["products"]), "product")} without any other')
