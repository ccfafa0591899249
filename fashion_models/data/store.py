"""The image store: a catalogue's images, decoded and scaled once, in one memory-mapped file.

A store is a folder, written by :mod:`fashion_models.data.prepare`::

    pixels.bin         the images' pixels, (h, w, 3) uint8 RGB each, one after another
    index.npz          each image's size and checksum, and which product it belongs to
    product_ids.json   list of the ids of the products
    store.json         key, shorter side, catalogue hash, versions, and what had to be left out

Only products with at least one image are in it; ``product_index`` leads back to the catalogue. Its
files are never written into once they are there, since other processes may have mapped them;
checksums tell where one was.
"""

import contextlib
import io
import json
import os
import pathlib
import zipfile

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, checksum, sealed, unsealed

#: Of the files' layout; a store of another one is not opened.
LAYOUT = 2


class ImageStore:
    """The prepared images of a catalogue; open one with :meth:`open`.

    It holds m images of p products, a product's images side by side and in the catalogue's order.
    It may be used from threads and forked processes, and pickled to other processes, where it is
    opened again: the pixels are shared through the page cache, never copied.

    Attributes:
        folder (pathlib.Path): Where it is, absolute.
        shorter_side (int): Pixels of each image's shorter side.
        key (str): Stands for the catalogue, its image files and the way they were decoded.
        catalogue_hash (str): Hash of the catalogue that it was made from.
        product_ids (list of str): ``(p,)`` ids.
        product_index: ``(p,)`` int64, the products' row numbers in ``products.jsonl``, from 0.
        first_image: ``(p + 1,)`` int64; product i has the images ``first_image[i]`` up to, and
            without, ``first_image[i + 1]``.
        image_index: ``(m,)`` int64, the image's position in its product's ``images`` in the
            catalogue (those left out count).
        sizes: ``(m, 2)`` int64, height and width.
        dropped (dict): What could not be read: ``'images'``, a list of ``{'product', 'file',
            'reason'}``, and ``'products'``, the list of the ids of those that had no other image.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.folder = pathlib.Path(folder).resolve()
        header = _read_header(self.folder)
        self.key = header['key']
        self.shorter_side = header['shorter_side']
        self.catalogue_hash = header['catalogue_hash']
        self.dropped = header['dropped']
        pixels = self.folder / 'pixels.bin'
        try:
            self.product_ids = json.loads(self._content(header, 'product_ids.json'))
            index = io.BytesIO(self._content(header, 'index.npz'))
            with np.load(index, allow_pickle=False) as index:
                self.product_index = index['product_index']
                self.first_image = index['first_image']
                self.image_index = index['image_index']
                self.sizes = index['sizes']
                self._checksums = index['checksums']
            bytes_found = pixels.stat().st_size
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise UserError(
                f'{self.folder}: the image store is damaged ({error}); delete it') from None
        self._offsets = np.concatenate([[0], np.cumsum(3 * self.sizes.prod(axis=1))])
        if bytes_found != self._offsets[-1]:
            raise UserError(
                f'{pixels}: the image store is damaged: {bytes_found} bytes where its index '
                f'expects {self._offsets[-1]}; delete {self.folder}')
        # An array over the map, not a numpy.memmap: slicing that is several times slower.
        self._pixels = np.asarray(np.memmap(pixels, np.uint8, 'r'))
        self._checked = bytearray(len(self.sizes))

    def _content(self, header, name):
        """The bytes of one of the files, which must be as they were written."""
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
        # Negative numbers count from the end, as in sizes.
        start = self._offsets[range(len(self))[i]]
        pixels = self._pixels[start:start + 3 * height * width]
        if not self._checked[i]:
            if checksum(pixels) != self._checksums[i]:
                raise UserError(
                    f'{self.folder / "pixels.bin"}: the image store is damaged: image {i} is not '
                    f'as it was written; delete {self.folder}')
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


def _read_header(folder):
    try:
        header = json.loads((folder / 'store.json').read_text('utf-8'))
    except FileNotFoundError:
        raise UserError(f'{folder}: no image store here: there is no store.json') from None
    except (OSError, ValueError) as error:
        raise UserError(f'{folder / "store.json"}: cannot be read: {error}') from None
    if not isinstance(header, dict) or header.get('layout') != LAYOUT:
        raise UserError(
            f'{folder / "store.json"}: not the header of an image store of layout {LAYOUT}; '
            'prepare the catalogue again')
    try:
        return unsealed(header)
    except ValueError as error:
        raise UserError(
            f'{folder / "store.json"}: the image store is damaged: {error}; delete {folder}'
        ) from None


class StoreWriter:
    """Writes a store, image by image, into an empty folder that nobody else uses.

    The pixels go to disk as they come; in memory remain a few numbers for each image. The store is
    complete only after :meth:`finish`, which writes ``store.json`` last.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._pixels = open(folder / 'pixels.bin', 'wb')  # noqa: SIM115 (see close)
        self._product_ids = []
        self._product_index = []
        self._first_image = [0]
        self._image_index = []
        self._sizes = []
        self._checksums = []
        self._dropped_images = []
        self._dropped_products = []

    def add(
            self, product_id: str, row: int, images: list[np.ndarray | tuple[str, str]]) -> None:
        """Adds a product, or what is left of it.

        Args:
            product_id (str): Its id.
            row (int): Its row in ``products.jsonl``, from 0.
            images: A list with, for each of its images in order, the ``(h, w, 3)`` uint8 array, or
                ``(file, reason)`` if it cannot be used.
        """
        for position, image in enumerate(images):
            if isinstance(image, np.ndarray):
                image = np.ascontiguousarray(image)
                self._pixels.write(image.data)
                self._checksums.append(checksum(image))
                self._sizes.append(image.shape[:2])
                self._image_index.append(position)
            else:
                file, reason = image
                self._dropped_images.append({'product': product_id, 'file': file, 'reason': reason})
        if len(self._sizes) == self._first_image[-1]:
            self._dropped_products.append(product_id)
            return
        self._product_ids.append(product_id)
        self._product_index.append(row)
        self._first_image.append(len(self._sizes))

    @property
    def dropped(self) -> dict[str, list]:
        """As :attr:`ImageStore.dropped`, so far."""
        return {'images': self._dropped_images, 'products': self._dropped_products}

    def __len__(self) -> int:
        """The number of products kept so far."""
        return len(self._product_ids)

    def finish(self, **header: object) -> None:
        """Writes the index and the header, and sees everything to the disk.

        Args:
            header: ``key``, ``shorter_side``, ``catalogue_hash``, and what else is worth recording.
        """
        self._pixels.flush()
        os.fsync(self._pixels.fileno())
        index = io.BytesIO()
        np.savez(
            index,
            product_index=np.array(self._product_index, np.int64),
            first_image=np.array(self._first_image, np.int64),
            image_index=np.array(self._image_index, np.int64),
            sizes=np.array(self._sizes, np.int64).reshape(-1, 2),
            checksums=np.array(self._checksums, np.uint64))
        contents = {
            'index.npz': index.getvalue(),
            'product_ids.json': json.dumps(self._product_ids).encode()}
        for name, content in contents.items():
            with atomic_write(self._folder / name) as file:
                file.write(content)
        header = sealed({
            'layout': LAYOUT, **header, 'products': len(self), 'images': len(self._sizes),
            'dropped': self.dropped,
            'checksums': {name: checksum(content) for name, content in contents.items()}})
        with atomic_write(self._folder / 'store.json', 'w', encoding='utf-8') as file:
            json.dump(header, file, indent=1)

    def close(self) -> None:
        """Closes the file of pixels, finished or not."""
        # On a full disk what is still buffered fails once more; the first failure was raised.
        with contextlib.suppress(OSError):
            self._pixels.close()
