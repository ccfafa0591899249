"""Removes prepared pictures that a catalogue no longer has, so that daily changes do not add up."""

import contextlib
import os
import pathlib
import shutil

import numpy as np

from fashion_models.data.pictures import DIGEST_SIZE, DIGESTS, SegmentWriter
from fashion_models.data.store import ImageStore
from fashion_models.files import locked


def prune(store: ImageStore) -> int:
    """Keeps, of all pictures of a store's size in its folder, those of this store only.

    Stores of other catalogues, or of the catalogue as it was, go too; they are made again when they
    are asked for. Pictures that stay are copied, not decoded. At every moment what is there is
    whole; whoever has a store open keeps its pictures until he closes it.

    Args:
        store: The store of a catalogue as it is now.

    Returns:
        Bytes that were freed.
    """
    parent = store.folder.parent
    with locked(parent / 'lock', lambda: None):
        pictures = parent / store.pictures
        before = _size(pictures)
        digests, first = np.unique(
            np.ascontiguousarray(store.digests).view(DIGESTS).ravel(), return_index=True)
        used = 3 * int(store.sizes[first].prod(axis=1).sum())
        old = sorted(path for path in pictures.iterdir() if path.name.isdecimal())
        held = sum((path / 'pixels.bin').stat().st_size for path in old)
        if used < held:
            partial = parent / f'{store.folder.name}.partial'
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            with contextlib.closing(SegmentWriter(partial)) as segment:
                for digest, number in zip(digests, first):
                    segment.add(bytes(digest).ljust(DIGEST_SIZE, b'\0'), store.image(number))
                segment.finish()
            os.rename(partial, pictures / f'{int(old[-1].name) + 1:06}')
        for folder in parent.glob(f'{store.shorter_side}-*'):
            if _is_store(folder) and (used < held or folder != store.folder):
                shutil.rmtree(folder)
        if used < held:
            for folder in old:
                shutil.rmtree(folder)
        return before - _size(pictures)


def _is_store(folder):
    return (folder / 'store.json').is_file()


def _size(folder: pathlib.Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob('*') if file.is_file())
