"""The image store: a catalogue's images, decoded and scaled once, memory-mapped.

A store is a folder, written by :mod:`fashion_models.data.prepare`::

    index.npz          which picture each image is, where its pixels lie, and its product
    product_ids.json   list of the ids of the products
    store.json         key, shorter side, catalogue hash, versions, and what had to be left out

The pixels lie in a folder beside it, which the stores of all catalogues share
(:mod:`fashion_models.data.pictures`). Only products with at least one image are in a store;
``product_index`` leads back to the catalogue. Its files are never written into once they are there;
checksums tell where one was.
"""

import array
import hashlib
import io
import json
import os
import pathlib
import zipfile
from collections.abc import Iterable

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.catalogue import decode
from fashion_models.catalogue.paths import path_problem
from fashion_models.data.dropped import DROPPED
from fashion_models.data.pictures import DIGEST_SIZE, Pictures, map_segments
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, checksum, sealed, unsealed
from fashion_models.parsing import json_file, json_value, require_form, require_plain

#: Of the files' layout; a store of another one is not opened.
LAYOUT = 3
_HEADER = {
    'key': str, 'source': str, 'shorter_side': int, 'catalogue_hash': str, 'pictures': str,
    'segments': [str], 'dropped': DROPPED,
    'checksums': {'index.npz': int, 'product_ids.json': int}}


class PicturesGone(UserError):
    """The pictures that a store is made of are not there any more."""


class ImageStore:
    """The prepared images of a catalogue; open one with :meth:`open`.

    It holds m images of p products, a product's images side by side and in the catalogue's order.
    It may be used from threads and forked processes, and pickled to other processes, where it is
    opened again: the pixels are shared through the page cache, never copied.

    Attributes:
        folder (pathlib.Path): Where it is, absolute.
        shorter_side (int): Pixels of each image's shorter side.
        pictures (str): The folder of the pictures, seen from the folder of stores.
        key (str): Stands for the catalogue, the content of its image files and the way they were
            decoded.
        source (str): Stands for the catalogue and for its image files as they were found.
        catalogue_hash (str): Hash of the catalogue that it was made from.
        product_ids (list of str): ``(p,)`` ids.
        product_index: ``(p,)`` int64, the products' row numbers in ``products.jsonl``, from 0.
        first_image: ``(p + 1,)`` int64; product i has the images ``first_image[i]`` up to, and
            without, ``first_image[i + 1]``.
        image_index: ``(m,)`` int64, the image's position in its product's ``images`` in the
            catalogue (those left out count).
        sizes: ``(m, 2)`` int64, height and width.
        digests: ``(m, 16)`` uint8, which stand for the content of the images' files.
        dropped (dict): What could not be read: ``'images'``, a list of ``{'product', 'file',
            'reason'}``, and ``'products'``, the list of the ids of those that had no other image.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.folder = pathlib.Path(os.path.realpath(folder))
        header = _read_header(self.folder)
        self.key = header['key']
        self.source = header['source']
        self.shorter_side = header['shorter_side']
        self.catalogue_hash = header['catalogue_hash']
        self.dropped = header['dropped']
        self.pictures = header['pictures']
        pictures = self.folder.parent / self.pictures
        self._files = [pictures / name / 'pixels.bin' for name in header['segments']]
        for file in self._files:
            if not file.exists():
                raise PicturesGone(
                    f'{file}: there is no such file, which the image store {self.folder} is made '
                    f'of; delete {self.folder}')
        try:
            self.product_ids = json_value(self._content(header, 'product_ids.json'))
            require_form(self.product_ids, [str])
            index = io.BytesIO(self._content(header, 'index.npz'))
            with np.load(index, allow_pickle=False) as index:
                self.product_index = index['product_index']
                self.first_image = index['first_image']
                self.image_index = index['image_index']
                self.sizes = index['sizes']
                self.digests = index['digests']
                self._segment = index['segment']
                self._offset = index['offset']
                self._checksums = index['checksums']
            self._require_fit()
            self._pixels = map_segments(pictures, header['segments'])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise UserError(
                f'{self.folder}: the image store is damaged ({error}); delete it') from None
        ends = self._offset + 3 * self.sizes.prod(axis=1)
        for number, (file, pixels) in enumerate(zip(self._files, self._pixels)):
            end = ends[self._segment == number].max(initial=0)
            if end > len(pixels):
                raise UserError(
                    f'{file}: the prepared pictures are damaged: {len(pixels)} bytes where the '
                    f'image store {self.folder} expects {end} or more; delete {file.parent}')
        self._checked = bytearray(len(self.sizes))

    def _require_fit(self):
        """Raises ValueError if the parts of the index are not of one store."""
        products, images = len(self.product_ids), len(self.sizes)
        shapes = {'product_index': (products,), 'first_image': (products + 1,),
                  'image_index': (images,), 'sizes': (images, 2), '_checksums': (images,),
                  'digests': (images, DIGEST_SIZE),
                  '_segment': (images,), '_offset': (images,)}
        for name, shape in shapes.items():
            found = getattr(self, name)
            if found.shape != shape or found.dtype.kind not in 'iu':
                raise ValueError(f'{name}: found {found.dtype} values of shape {found.shape}')
        edges = self.first_image
        if images and (self.sizes.min() < 1 or self.sizes.max() > 1 << 20):
            raise ValueError('impossible sizes')
        if edges[0] != 0 or edges[-1] != images or (np.diff(edges) < 1).any():
            raise ValueError('impossible numbers of images')
        if images and (self._offset.min() < 0 or self._segment.min() < 0
                       or self._segment.max() >= len(self._files)):
            raise ValueError('impossible places of images')

    def _content(self, header, name):
        """The bytes of one of the files, which must be as they were written."""
        require_plain(self.folder / name)
        content = (self.folder / name).read_bytes()
        if checksum(content) != header['checksums'][name]:
            raise ValueError(f'{name} is not as it was written')
        return content

    @classmethod
    def open(cls, folder: str | os.PathLike) -> 'ImageStore':
        """Opens the store in ``folder``.

        Raises:
            UserError: If there is none, or one that is damaged or of another version.
        """
        return cls(folder)

    def __reduce__(self):
        return ImageStore, (self.folder,)

    def __len__(self) -> int:
        """The number m of images."""
        return len(self.sizes)

    def image(self, i: int) -> np.ndarray:
        """Image i, ``(h, w, 3)`` uint8 RGB: a read-only view of the mapped file.

        Raises:
            UserError: If its pixels are not as they were written, which is found out when a process
                reads it for the first time.
        """
        height, width = self.sizes[i]
        start, segment = self._offset[i], self._segment[i]
        pixels = self._pixels[segment][start:start + 3 * height * width]
        if not self._checked[i]:
            if checksum(pixels) != self._checksums[i]:
                file = self._files[segment]
                raise UserError(
                    f'{file}: the prepared pictures are damaged: image {i} of the image store '
                    f'{self.folder} is not as it was written; delete {file.parent}')
            self._checked[i] = True
        return pixels.reshape(height, width, 3)

    @cached_property
    def image_counts(self) -> np.ndarray:
        """``(p,)`` int64: how many images each product has, at least one."""
        return np.diff(self.first_image)

    @cached_property
    def product_images(self) -> list[range]:
        """For each of the p products the range of its images' numbers."""
        edges = self.first_image.tolist()
        return [range(*pair) for pair in zip(edges[:-1], edges[1:])]


def store_key(shorter_side: int, catalogue_hash: str, digests: Iterable[np.ndarray]) -> str:
    """The key of the image store of a catalogue.

    Args:
        shorter_side: Of its images, in pixels.
        catalogue_hash: The catalogue's hash.
        digests: The digests of all its image files, in its order, in arrays of 16 bytes each.
    """
    key = hashlib.sha256(json.dumps(
        [LAYOUT, decode.VERSION, shorter_side, catalogue_hash]).encode())
    for part in digests:
        key.update(np.ascontiguousarray(part))
    return key.hexdigest()


def _read_header(folder):
    try:
        header = json_file(folder / 'store.json')
    except FileNotFoundError:
        raise UserError(f'{folder}: no image store here: there is no store.json') from None
    except (OSError, ValueError) as error:
        raise UserError(f'{folder / "store.json"}: cannot be read: {error}') from None
    if not isinstance(header, dict) or header.get('layout') != LAYOUT:
        raise UserError(
            f'{folder / "store.json"}: not the header of an image store of layout {LAYOUT}; '
            'prepare the catalogue again')
    try:
        header = unsealed(header)
        require_form(header, _HEADER)
        if not all(name.isdecimal() for name in header['segments']) or (
                path_problem(header['pictures'])):
            raise ValueError('it names files elsewhere')
        return header
    except ValueError as error:
        raise UserError(
            f'{folder / "store.json"}: the image store is damaged: {error}; delete {folder}'
        ) from None


class StoreWriter:
    """Writes a store, product by product, into an empty folder that nobody else uses.

    It is complete only after :meth:`finish`, which writes ``store.json`` last.

    Args:
        folder: Where to write.
        pictures: Where the pixels lie.
    """

    def __init__(self, folder: pathlib.Path, pictures: Pictures) -> None:
        self._folder = folder
        self._pictures = pictures
        self._product_ids = []
        self._product_index, self._first_image = array.array('q'), array.array('q', [0])
        self._image_index, self._places = array.array('q'), array.array('q')
        self._dropped_images = []
        self._dropped_products = []

    def add(self, product_id: str, row: int, images: list[int | tuple[str, str]]) -> None:
        """Adds a product, or what is left of it.

        Args:
            product_id (str): Its id.
            row (int): Its row in ``products.jsonl``, from 0.
            images: A list with, for each of its images in order, its place among the pictures, or
                ``(file, reason)`` if it cannot be used.
        """
        for position, image in enumerate(images):
            if isinstance(image, tuple):
                file, reason = image
                self._dropped_images.append({'product': product_id, 'file': file, 'reason': reason})
            else:
                self._places.append(image)
                self._image_index.append(position)
        if len(self._places) == self._first_image[-1]:
            self._dropped_products.append(product_id)
            return
        self._product_ids.append(product_id)
        self._product_index.append(row)
        self._first_image.append(len(self._places))

    @property
    def dropped(self) -> dict[str, list]:
        """As :attr:`ImageStore.dropped`, so far."""
        return {'images': self._dropped_images, 'products': self._dropped_products}

    def __len__(self) -> int:
        """The number of products kept so far."""
        return len(self._product_ids)

    def finish(self, **header: object) -> None:
        """Writes the index and the header.

        Args:
            header: ``key``, ``source``, ``shorter_side``, ``catalogue_hash``, and what else is
                worth recording.
        """
        pictures, places = self._pictures, np.array(self._places, np.int64)
        segments, segment = np.unique(pictures.segment[places], return_inverse=True)
        index = io.BytesIO()
        np.savez(
            index,
            product_index=np.array(self._product_index, np.int64),
            first_image=np.array(self._first_image, np.int64),
            image_index=np.array(self._image_index, np.int64),
            sizes=pictures.sizes[places], checksums=pictures.checksums[places],
            digests=pictures.digests[places].view(np.uint8).reshape(-1, DIGEST_SIZE),
            segment=segment.astype(np.int64), offset=pictures.offset[places])
        contents = {
            'index.npz': index.getbuffer(),
            'product_ids.json': json.dumps(self._product_ids).encode()}
        for name, content in contents.items():
            with atomic_write(self._folder / name) as file:
                file.write(content)
        header = sealed({
            'layout': LAYOUT, **header, 'products': len(self), 'images': len(places),
            'pictures': pathlib.Path(
                os.path.relpath(pictures.folder, self._folder.parent)).as_posix(),
            'segments': [pictures.segments[number] for number in segments],
            'dropped': self.dropped,
            'checksums': {name: checksum(content) for name, content in contents.items()}})
        with atomic_write(self._folder / 'store.json', 'w', encoding='utf-8') as file:
            json.dump(header, file, indent=1)
