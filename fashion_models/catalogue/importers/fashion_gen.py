"""Fashion-Gen (photographs and texts of the shop SSENSE), in HDF5 files.

What is relied on, read in public code that uses the files and nowhere else: a file has one data set
a column, all as long as ``input_image``, which is (N, height, width, 3) uint8; the others are
(N, 1) and hold numbers or bytes. Rows of one ``input_productID`` are the poses of one product
(``input_pose`` is ``id_gridfs_1`` to ``id_gridfs_6``, 1 the front). That they follow each other is
not relied on, nor that an id is in one of the two files only. Bytes that are not UTF-8 are
Windows-1252, which is Latin-1 with letters where that has none. Only ``input_image`` and
``input_productID`` must be there.

The colour has no column. ``input_name`` begins with it as a rule (``Black Leather Jacket``), among
fabrics and motifs, and there are nearly as many names as products: a name is no class to train on.
So a product has no colour, unless colours are folded: then they are those of the shared vocabulary
(:mod:`fashion_models.catalogue.colours`) that the name holds, in its order.

Pixels become PNG files. They have been through JPEG and a resampling once; PNG keeps them as they
are, so that what is trained on is what was published, at about 50 kB an image (13 GB for all; JPEG
at quality 95 is a third of that, with a loss that the first of many steps should not cause).
"""

import argparse
import contextlib
import io
import math
import os
import pathlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from fashion_models.catalogue.colours import fold
from fashion_models.catalogue.importers import reading
from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import Tree, is_inside
from fashion_models.catalogue.importers.wording import plain_text
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.optional import require

SUMMARY = 'Fashion-Gen (SSENSE), HDF5: 293,000 images of 256×256, one to six poses a product'

DESCRIPTION = """\
SOURCE  fashiongen_256_256_train.h5 or fashiongen_256_256_validation.h5, or a folder with
        one or both (then they are one catalogue, split as this project splits); needs the
        extra fashion-gen
labels  input_gender, input_department → type, input_category → category,
        input_subcategory → subcategory; no colour, but with --colours lyst16 those that
        input_name holds; brand, composition, season, price and the file are kept as extra
        texts
images  one to six a product, by pose; written as PNG files, once, which loses nothing
        (about 50 kB each); there are no files to --link
groups  the rows of one input_productID are one product, wherever they stand, and a group
        (the data set does not name colourways)
from    fashion-gen.com, on request, under the terms stated there; the photographs are
        SSENSE's"""

LABELS = {'gender': 'input_gender', 'type': 'input_department', 'category': 'input_category',
          'subcategory': 'input_subcategory'}
EXTRA = {'brand': 'input_brand', 'composition': 'input_composition', 'season': 'input_season',
         'price_usd': 'input_msrpUSD'}
REQUIRED = ('input_image', 'input_productID')

#: Rows of a text column, and at most of the images, that are read at a time.
_TEXT_ROWS, _IMAGE_ROWS = 1024, 128
#: Bytes of a chunk, which HDF5 reads whole, and of the rows that are read at a time.
_MOST_BYTES = 1 << 27
#: What h5py raises on files that are damaged.
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError)
#: How much zlib tries: 6, the default, takes twice the time for 8 % fewer bytes.
_COMPRESSION = 3
_PNG_END = b'\0\0\0\0IEND\xaeB`\x82'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds no options: none is needed."""


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens an HDF5 file, or all those of a folder, as a :class:`Source`."""
    h5py = require('h5py', extra='fashion-gen', purpose='reading HDF5 files')
    place = pathlib.Path(source)
    paths = [place]
    if place.is_dir():
        paths = sorted(path for path in place.iterdir()
                       if path.suffix in ('.h5', '.hdf5') and is_inside(place, path))
    if not paths or not paths[0].is_file():
        raise UserError(f'{place}: expected an HDF5 file such as fashiongen_256_256_train.h5, or a '
                        'folder with one or more')
    with contextlib.ExitStack() as stack:
        files = []
        for path in paths:
            try:
                file = stack.enter_context(h5py.File(path, 'r'))
            except _DAMAGE as error:
                raise UserError(f'{path}: no HDF5 file, or damaged: {error}') from error
            files.append(_File(path, file))
        names = [file.name for file in files]
        if len(set(names)) < len(names):
            raise UserError(f'{place}: two of its files are {max(names, key=names.count)}; '
                            'expected one train and one validation file')
        yield _FashionGen(_Hdf5Tree(place, files), arguments.colours == 'lyst16')


class _FashionGen(Source):
    header = Header('fashion-gen', source='Fashion-Gen, fashion-gen.com',
                    licence="as fashion-gen.com states on request; the photographs are SSENSE's")

    def __init__(self, tree, fold_names):
        super().__init__(tree)
        self._fold_names = fold_names

    def products(self, report):
        for identity, rows in _by_product(self.tree.files):
            report.read()
            if not identity:
                report.drop('no input_productID', f'{rows[0]}')
                continue
            yield f'{rows[0]} (product {identity})', self._product(identity, rows, report)

    def _product(self, identity, rows, report):
        first = rows[0]
        name = clean(first.text('input_name'))
        labels = {task: clean(first.text(column)) for task, column in LABELS.items()}
        if self._fold_names:
            labels['colour'] = fold(name)
        extra = {key: text for key, column in EXTRA.items() if (text := clean(first.text(column)))}
        images = [row.path for row in self._views(rows, report)]
        listing = Listing('SSENSE', name, plain_text(first.text('input_description')), images)
        return Product(identity, identity, labels, [listing], extra | {'file': first.file.name})

    def _views(self, rows, report):
        """The rows by pose, without those that repeat a pose pixel for pixel."""
        kept = []
        for row in sorted(rows, key=lambda row: row.text('input_pose')):
            same_pose = [other for other in kept
                         if other.text('input_pose') == row.text('input_pose')]
            if same_pose and any(np.array_equal(row.pixels(), other.pixels())
                                 for other in same_pose):
                report.drop_image('a pose that came before, pixel for pixel', str(row),
                                  missed=False)
            else:
                kept.append(row)
        return kept


def _by_product(files):
    """Yields (product id, its rows) in the order of the products' first rows.

    Memory holds one number a row, and the ids.
    """
    starts = np.cumsum([0, *(len(file.ids) for file in files)])
    numbers = {}
    product = np.fromiter((
        numbers.setdefault(id, len(numbers)) for file in files for id in file.ids), int)
    by_product = np.argsort(product, kind='stable')
    ends = np.cumsum(np.bincount(product))
    for which, identity in enumerate(numbers):
        rows = []
        for row in by_product[ends[which - 1] if which else 0:ends[which]]:
            number = int(np.searchsorted(starts, row, side='right')) - 1
            rows.append(_Row(files[number], int(row - starts[number])))
        yield identity, rows


class _Row:
    """A row of a file: one image with its texts."""

    def __init__(self, file, number):
        self.file = file
        self.number = number

    @property
    def path(self):
        """Where the image lies in the tree, a thousand to a folder."""
        return f'{self.file.name}/{self.number // 1000:03d}/{self.number:06d}.png'

    def text(self, column):
        return self.file.text(column, self.number)

    def pixels(self):
        return self.file.pixels(self.number)

    def __str__(self):
        return f'{self.file.path.name} row {self.number}'


class _File:
    """One HDF5 file; reads blocks of rows, and keeps the last block of each column.

    Attributes:
        path (pathlib.Path): The file.
        name (str): ``train`` or ``validation``; of any other file its name without the ending.
        ids (list of str): ``input_productID`` of each row.
        image_bytes (int): Size of an image's pixels.
    """

    def __init__(self, path, file):
        self.path = path
        self.name = path.stem.removeprefix('fashiongen_256_256_')
        self._blocks = {}
        try:
            missing = [name for name in REQUIRED if name not in file]
            if missing:
                raise UserError(f'{path}: expected the data set {" and ".join(missing)}; found '
                                f'{", ".join(sorted(file)) or "nothing"}')
            used = ('input_image', 'input_name', 'input_description', 'input_pose',
                    'input_productID', *LABELS.values(), *EXTRA.values())
            self._columns = {name: _data(path, file, name) for name in used if name in file}
            self._images = self._columns.pop('input_image')
            self._check(os.path.getsize(path))
            # Not an array of str, all of which would take as much as the longest.
            self.ids = [clean(self.text('input_productID', row))
                        for row in range(len(self._images))]
        except _DAMAGE as error:
            raise UserError(f'{path}: damaged: {error}') from error

    def _check(self, size):
        images = self._images
        if (images.ndim, images.shape[-1:], images.dtype) != (4, (3,), np.uint8):
            raise UserError(f'{self.path}: input_image must be (N, height, width, 3) uint8, not '
                            f'{images.shape} {images.dtype}')
        if len(images) > size:
            raise UserError(f'{self.path}: says that it has {len(images):,} images, in '
                            f'{size:,} bytes')
        self.image_bytes = math.prod(images.shape[1:])
        # Chunks are read and unpacked whole; with none, images are read one by one.
        rows = images.chunks[0] if images.chunks else 1
        self._image_rows = min(_IMAGE_ROWS, rows, _MOST_BYTES // max(1, self.image_bytes))
        if not self._image_rows:
            raise UserError(f'{self.path}: expected images of {_MOST_BYTES:,} bytes at most, '
                            f'found {images.shape[1]} × {images.shape[2]}')
        for name, column in self._columns.items():
            if column.shape[:1] != images.shape[:1] or column.size != len(images):
                raise UserError(f'{self.path}: expected {name} to have a value for each of '
                                f'{len(images):,} images, found an array of {column.shape}')

    def text(self, column, row):
        """Returns what a column (``''`` if there is none) holds in a row, as str."""
        if column not in self._columns:
            return ''
        data = self._columns[column]
        # Of texts of any length a few at a time: they may all be the same long one.
        rows = 16 if data.dtype.hasobject else min(
            _TEXT_ROWS, max(1, _MOST_BYTES // max(1, data.dtype.itemsize)))
        try:
            return _text(self._value(column, data, row, rows).ravel()[0])
        except _DAMAGE as error:
            raise UserError(f'{self.path}: row {row} of {column} cannot be read: '
                            f'{error}') from error

    def pixels(self, row):
        """Returns an image: (height, width, 3) uint8.

        Raises:
            OSError: The file is damaged there.
        """
        try:
            return self._value('input_image', self._images, row, self._image_rows)
        except _DAMAGE as error:
            raise OSError(f'{self.path}: damaged: {error}') from error

    def _value(self, name, data, row, count):
        start = row // count * count
        if self._blocks.get(name, (None,))[0] != start:
            self._blocks[name] = start, data[start:start + count]
        return np.asarray(self._blocks[name][1][row - start])


def _data(path, file, name):
    """A data set; links and external storage, which bring in other files, are refused."""
    data = file[name] if type(file.get(name, getlink=True)).__name__ == 'HardLink' else None
    if data is None or getattr(data, 'external', None) or getattr(data, 'is_virtual', False):
        raise UserError(f'{path}: {name} lies in another file, expected data in this one')
    if not hasattr(data, 'chunks'):
        raise UserError(f'{path}: {name} is a group, expected data')
    if data.chunks and math.prod(data.chunks) * data.dtype.itemsize > _MOST_BYTES:
        raise UserError(f'{path}: {name} is stored in pieces of {data.chunks}, expected pieces of '
                        f'{_MOST_BYTES:,} bytes at most')
    return data


def _text(value):
    if isinstance(value, bytes):
        return value.decode('utf-8', reading.MIXED)
    return str(value).removesuffix('.0')


class _Hdf5Tree(Tree):
    """The images of HDF5 files, as if they were PNG files: ``train/000/000123.png`` and so on."""

    def __init__(self, place, files):
        self.place = place
        self.files = files
        self._by_name = {file.name: file for file in files}

    def size(self, path):
        """Returns the size in bytes of the pixels (the PNG file's is not known)."""
        return self._row(path).file.image_bytes

    def read(self, path):
        """Returns a PNG file's bytes.

        Raises:
            OSError: The HDF5 file is damaged there.
        """
        file = io.BytesIO()
        Image.fromarray(self._row(path).pixels()).save(file, 'png', compress_level=_COMPRESSION)
        return file.getvalue()

    def is_copy(self, path, file):
        # To compare sizes it would have to be written again; a PNG file says itself where it ends.
        with open(file, 'rb') as opened:
            opened.seek(max(0, file.stat().st_size - len(_PNG_END)))
            return opened.read() == _PNG_END

    def _row(self, path):
        name, _, number = path.split('/')
        return _Row(self._by_name[name], int(number.removesuffix('.png')))
