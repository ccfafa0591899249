"""Decoded pictures of one size, keyed by the content of their files.

They lie in a folder that only grows, by a sub-folder at a time::

    000001/pixels.bin      the pictures' pixels, (h, w, 3) uint8 RGB each, one after another
    000001/index.npz       each picture's digest, size and checksum
    000001/segment.json    sizes and checksums of the two

A sub-folder, a segment, appears complete or not at all, and is never written into, since other
processes may have mapped it. Image stores (:mod:`fashion_models.data.store`) say which of the
pictures a catalogue has, and in which order.
"""

import array
import contextlib
import io
import json
import os
import pathlib
import zipfile
from collections.abc import Iterable

import numpy as np

from fashion_models.errors import UserError
from fashion_models.files import atomic_write, checksum, sealed, unsealed
from fashion_models.parsing import json_file, require_form, require_plain

#: Bytes of a digest: SHA-256, cut short.
DIGEST_SIZE = 16

#: Strings of bytes sort and compare as NumPy arrays; arrays of bytes do not.
DIGESTS = f'S{DIGEST_SIZE}'


class Pictures:
    """The pictures in a folder; none where there is no such folder.

    Attributes:
        folder (pathlib.Path): Where they are.
        segments (list of str): Names of the k segments, in their order.
        digests: ``(N,)`` strings of 16 bytes, sorted.
        segment: ``(N,)`` int32, which segment each lies in.
        offset: ``(N,)`` int64, the place of its first byte there.
        sizes: ``(N, 2)`` int64, height and width.
        checksums: ``(N,)`` uint64, of its pixels.

    Raises:
        UserError: If a segment is damaged.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.segments = sorted(
            path.name for path in folder.glob('*') if path.name.isdecimal()) if (
                folder.is_dir()) else []
        parts = [_read_segment(folder / name) for name in self.segments]
        digests = [part['digests'].view(DIGESTS).ravel() for part in parts]
        everything = np.concatenate(digests) if parts else np.empty(0, DIGESTS)
        # The first of equal ones, should two segments hold the same picture.
        self.digests, first = np.unique(everything, return_index=True)
        self.segment = np.repeat(
            np.arange(len(parts), dtype=np.int32), [len(part) for part in digests])[first]
        self.offset = _joined([_offsets(part['sizes'])[:-1] for part in parts], (0,))[first]
        self.sizes = _joined([part['sizes'] for part in parts], (0, 2))[first]
        self.checksums = _joined([part['checksums'] for part in parts], (0,), np.uint64)[first]

    def find(self, digests: np.ndarray) -> np.ndarray:
        """The places of pictures in the arrays, int64, -1 where there is none."""
        return positions(self.digests, digests)

    def next_segment(self) -> str:
        """The name of a segment to come."""
        return f'{int(self.segments[-1]) + 1 if self.segments else 1:06}'


def positions(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where in a sorted array each of some values is, int64, -1 for those that are not."""
    if not len(known):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, places, -1)


def _joined(parts, empty, dtype=np.int64):
    return np.concatenate(parts) if parts else np.empty(empty, dtype)


def _offsets(sizes):
    """``(m + 1,)`` int64, where each picture begins, and the last one ends."""
    return np.concatenate([[0], np.cumsum(3 * sizes.prod(axis=1))])


def _read_segment(folder):
    try:
        header = unsealed(json_file(folder / 'segment.json'))
        require_form(header, {'index': int, 'bytes': int})
        require_plain(folder / 'index.npz')
        content = (folder / 'index.npz').read_bytes()
        if checksum(content) != header['index']:
            raise ValueError('index.npz is not as it was written')
        with np.load(io.BytesIO(content), allow_pickle=False) as index:
            part = {name: index[name] for name in ('digests', 'sizes', 'checksums')}
        count = len(part['digests'])
        found = {name: (array.dtype, array.shape) for name, array in part.items()}
        if found != {'digests': (np.uint8, (count, DIGEST_SIZE)), 'sizes': (np.int64, (count, 2)),
                     'checksums': (np.uint64, (count,))} or (
                count and not 0 < part['sizes'].min() <= part['sizes'].max() < 1 << 20):
            raise ValueError('index.npz holds something else')
        found = (folder / 'pixels.bin').stat().st_size
        if found != header['bytes']:
            raise ValueError(f'pixels.bin: {found} bytes where {header["bytes"]} are expected')
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(
            f'{folder}: the prepared pictures are damaged ({error}); delete this folder, and they '
            'are prepared again') from None
    return part


class SegmentWriter:
    """Writes a segment, picture by picture, into an empty folder that nobody else uses.

    The pixels go to disk as they come; in memory remain a few numbers for each picture. The segment
    is complete only after :meth:`finish`.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._pixels = open(folder / 'pixels.bin', 'xb')  # noqa: SIM115 (see close)
        self._digests, self._sizes = bytearray(), array.array('q')
        self._checksums = array.array('Q')

    def __len__(self) -> int:
        """The number of pictures so far."""
        return len(self._checksums)

    def add(self, digest: bytes, image: np.ndarray) -> None:
        """Adds a picture, ``(h, w, 3)`` uint8, whose file has this digest."""
        image = np.ascontiguousarray(image)
        self._pixels.write(image.data)
        self._digests.extend(digest.ljust(DIGEST_SIZE, b'\0'))
        self._checksums.append(checksum(image))
        self._sizes.extend(image.shape[:2])

    def finish(self) -> None:
        """Writes the index, and sees everything to the disk."""
        self._pixels.flush()
        os.fsync(self._pixels.fileno())
        index = io.BytesIO()
        sizes = np.array(self._sizes, np.int64).reshape(-1, 2)
        np.savez(
            index, sizes=sizes, checksums=np.array(self._checksums, np.uint64),
            digests=np.frombuffer(self._digests, np.uint8).reshape(-1, DIGEST_SIZE))
        with atomic_write(self._folder / 'index.npz') as file:
            file.write(index.getvalue())
        header = sealed({
            'index': checksum(index.getvalue()), 'bytes': int(_offsets(sizes)[-1]),
            'pictures': len(self)})
        with atomic_write(self._folder / 'segment.json', 'w', encoding='utf-8') as file:
            json.dump(header, file, indent=1)

    def close(self) -> None:
        """Closes the file of pixels, finished or not."""
        # On a full disk what is still buffered fails once more; the first failure was raised.
        with contextlib.suppress(OSError):
            self._pixels.close()


def map_segments(folder: pathlib.Path, names: Iterable[str]) -> list[np.ndarray]:
    """The pixels of some segments, each a ``(bytes,)`` uint8 array over its mapped file.

    Raises:
        OSError: If one cannot be read.
        ValueError: If one is empty.
    """
    # Arrays over the maps, not numpy.memmaps: slicing those is several times slower.
    for name in names:
        require_plain(folder / name / 'pixels.bin')
    return [np.asarray(np.memmap(folder / name / 'pixels.bin', np.uint8, 'r')) for name in names]
