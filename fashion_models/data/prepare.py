"""Decodes a catalogue's images into an image store; each picture once, wherever it comes again."""

import contextlib
import errno
import functools
import hashlib
import itertools
import json
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
from fashion_models.data.stamps import Stamps
from fashion_models.data.store import LAYOUT, ImageStore, PicturesGone, StoreWriter, store_key
from fashion_models.data.survey import Survey
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

#: With fewer bytes of image files to decode, a worker is not worth its start, half a second: files
#: are decoded at 10 MB a second if they are small, faster if they are large.
BYTES_PER_WORKER = 4 << 20
#: The name of a store's folder.
_STORE = r'\d+-[0-9a-f]{16}'


def prepare(
        catalogue: Catalogue, shorter_side: int, folder: str | os.PathLike | None = None,
        workers: int | None = None, progress: bool = True,
        survey: Survey | None = None) -> ImageStore:
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
        survey (~fashion_models.data.survey.Survey): Of the catalogue, if the caller has one.

    Returns:
        ImageStore: Of the catalogue as it was when it was surveyed.

    Raises:
        UserError: If the shorter side is out of range, the folder cannot be written, the disk is
            full, or not one product has a readable image; or if the products, or an image that had
            to be read, changed meanwhile.
    """
    if shorter_side not in SHORTER_SIDES:
        raise UserError(
            f'the shorter side of prepared images is {shorter_side}; expected '
            f'{SHORTER_SIDES[0]} to {SHORTER_SIDES[-1]} pixels')
    survey = survey or Survey(catalogue)
    source = _source(survey, shorter_side)
    header = {
        'source': source, 'shorter_side': shorter_side, 'catalogue_hash': survey.hash,
        'decode_version': decode.VERSION, 'pillow_version': PIL.__version__}
    parent = pathlib.Path(catalogue.folder, '.prepared') if folder is None else pathlib.Path(folder)
    store = parent / f'{shorter_side}-{source[:16]}'
    prepared = None
    # Without the lock, another process may just be removing it; under it, what is wrong is told.
    with contextlib.suppress(UserError):
        prepared = _opened(store)
    if prepared is None:
        refuse_while_spawned()
        with _writing_to(parent), locked(parent / 'lock', lambda: _wait(parent, progress)):
            _remove_partial(parent)
            # Another process may have made it while this one waited.
            prepared = _opened(store)
            if prepared is None:
                earlier = _earlier(parent, shorter_side)
                if earlier and progress:
                    print(f'{parent}: images prepared by an earlier version are prepared again',
                          file=sys.stderr)
                partial = store.with_name(f'{store.name}.partial')
                try:
                    _make(survey, partial, store, workers, progress, header)
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
             if folder.name != _pictures_name(shorter_side)
             and re.fullmatch(r'\d+-v\d+', folder.name)]
    for folder in parent.glob(f'{shorter_side}-*'):
        if re.fullmatch(_STORE, folder.name):
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


def _source(survey, shorter_side):
    """What names a store."""
    digest = hashlib.sha256(json.dumps(
        [LAYOUT, decode.VERSION, shorter_side, survey.hash]).encode())
    # Size and time of change; zeros where a file is missing: when it comes, another store is made.
    digest.update(np.ascontiguousarray(survey.stamps[:, 1:3]))
    return digest.hexdigest()


def _make(survey, partial, store, workers, progress, header):
    """Decodes the pictures that are not there yet, then writes the store; all by way of partial."""
    parent, shorter_side = store.parent, header['shorter_side']
    known = Stamps(parent)
    digests, read = known.digests(survey.stamps, survey.images)
    folder = parent / 'pictures' / _pictures_name(shorter_side)
    pictures = Pictures(folder)
    wanted = _wanted(digests, pictures)
    partial.mkdir()
    with contextlib.closing(SegmentWriter(partial)) as segment:
        failed = _decode(survey, digests, wanted, segment, shorter_side, workers, progress)
        # What was not read is what it was when it was looked at.
        survey.require_unchanged(np.union1d(read, wanted))
        if len(segment):
            segment.finish()
    if len(segment):
        folder.mkdir(parents=True, exist_ok=True)
        os.rename(partial, folder / pictures.next_segment())
        pictures = Pictures(folder)
    else:
        shutil.rmtree(partial)
    partial.mkdir()
    _write(survey, digests, pictures, failed, partial, progress, header)
    survey.require_unchanged()
    known.save(survey.stamps, digests)
    shutil.rmtree(store, ignore_errors=True)    # one whose pictures were deleted
    os.rename(partial, store)   # last: nothing is left to do for a later call


def _wanted(digests, pictures):
    """The numbers of the images that have to be decoded: of each picture the first."""
    first = np.zeros(len(digests), bool)
    first[np.unique(digests, return_index=True)[1]] = True
    return np.flatnonzero((digests == b'') | first & (pictures.find(digests) < 0))


def _decode(survey, digests, wanted, segment, shorter_side, workers, progress):
    """Adds the wanted images to a segment.

    Returns:
        dict: The reasons why images cannot be used: by digest, or by an image's number in the
        catalogue if its file cannot be read at all.
    """
    if workers is None:
        size = int(survey.stamps[wanted, 1].sum())
        workers = max(1, min(usable_cores(), size // BYTES_PER_WORKER))
    # In a log file a bar is noise, unless the work takes long.
    quiet = {} if sys.stderr.isatty() else {'delay': 60, 'mininterval': 60, 'maxinterval': 60}
    files = survey.images(wanted)
    chunks = iter(lambda: list(itertools.islice(files, CHUNK if workers > 1 else 1)), [])
    failed = {}
    with (
        _death_told(),
        InProcesses(functools.partial(_decode_files, shorter_side=shorter_side), chunks, workers
                    ) as decoded,
        tqdm(total=len(wanted), desc='preparing images', unit=' images', disable=not progress,
             **quiet) as bar,
    ):
        for number, image in zip(wanted.tolist(), itertools.chain.from_iterable(decoded)):
            digest = digests[number]
            if isinstance(image, str):
                failed[digest or number] = image
            elif not digest:
                failed[number] = 'it came while images were prepared'    # which is refused later
            else:
                segment.add(digest, image)
            bar.update()
    return failed


def _write(survey, digests, pictures, failed, folder, progress, header):
    """Writes the store, products in their order."""
    places = pictures.find(digests)
    edges = survey.first_image.tolist()
    writer = StoreWriter(folder, pictures)
    for row, (id, first, end) in enumerate(zip(survey.ids, edges, edges[1:])):
        own = places[first:end].tolist()
        if min(own) < 0:
            product, = survey.products([row])
            own = [place if place >= 0 else (path, failed[digests[number] or number])
                   for number, place, path in zip(range(first, end), own, product.images)]
        writer.add(id, row, own)
    dropped = writer.dropped
    if not len(writer):
        raise UserError(f'{survey.catalogue.folder}: ' + (
            f'none of its products ({len(dropped["products"]):,}) has a readable image '
            f'({line(dropped["images"][0])})' if len(survey) else 'the catalogue has no products'))
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


def _decode_files(files, shorter_side):
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
        if re.fullmatch(rf'{_STORE}\.partial', folder.name):
            if folder.is_symlink():
                folder.unlink()     # what it points to is somebody's
            shutil.rmtree(folder, ignore_errors=True)
