"""Embeddings on disk: unit vectors with ids and metadata, in one memory-mapped file.

The file begins as a NumPy array file, so that any program that reads those finds the vectors::

    vectors = numpy.load('shop.embeddings', mmap_mode='r')       # (n, d) float32 or float16

What follows the vectors is read by :func:`open_embeddings`::

    items      one JSON object a vector: what it stands for (see Item), a line each
    index      n + 1 int64, little-endian: where each of those lines begins, and the last one ends
    ids        JSON strings, a line each: the vectors' ids, to be read at once
    mean.npy, components.npy    where the vectors were reduced by PCA: see Projection
    header     JSON object: what the vectors are and come from, and where each of the above lies
    trailer    24 bytes: FMEMBED1, then offset and length of the header as little-endian int64

Everything is written as it comes, in an amount of memory that does not grow with n, into a folder
``.<name>.partial`` beside the file. The file itself appears, or is replaced, only when complete.
"""

import collections.abc
import contextlib
import dataclasses
import difflib
import errno
import hashlib
import io
import json
import os
import pathlib
import shutil
import struct
import time

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, locked

_ARRAY = 'vectors'
_SECTIONS = ('items', 'index', 'ids')
_PROGRESS = 'progress.json'
_LOCK = 'lock'
_PREAMBLE = 128     # bytes of the array's header, whatever the number of rows
_TRAILER = struct.Struct('<8sqq')
_MAGIC = b'FMEMBED1'
_DTYPES = ('float32', 'float16')
_SECONDS_BETWEEN = 5


@dataclasses.dataclass(frozen=True)
class Item:
    """What a vector stands for: a product, one of its listings, or one of its images.

    Attributes:
        id (str): The product's id, or ``<product>/<number of the listing, from 1>``, or
            ``<product>/<image path>``.
        product (str): Id of the product.
        group (str): Its group; the colourways of a design share one.
        labels (dict): Task to label, the known ones only; several colours are joined by ``|``.
        retailer (str): Who sells it; several are joined by ``|``.
        title (str): The first title that is known.
        description (str): The first description that is known.
        images (tuple of str): The images that the vector was made of, relative to the catalogue.
    """

    id: str
    product: str
    group: str
    labels: dict = dataclasses.field(default_factory=dict)
    retailer: str = ''
    title: str = ''
    description: str = ''
    images: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, 'images', tuple(self.images))

    def record(self):
        """The JSON object (dict) that stands for the item; what is not known is left out."""
        record = dataclasses.asdict(self)
        return {name: value for name, value in record.items()
                if value or name in ('id', 'product', 'group')}


@dataclasses.dataclass(frozen=True)
class Projection:
    """A principal component analysis: from vectors of ``d`` numbers to fewer.

    Attributes:
        mean (numpy.ndarray): (d,) float32, mean of the vectors that it was fitted to.
        components (numpy.ndarray): (size, d) float32, orthonormal rows, the strongest first.
    """

    mean: np.ndarray
    components: np.ndarray

    def __call__(self, vectors):
        """Projects vectors (…, d) and gives the results unit length: (…, size) float32."""
        return normalize((np.asarray(vectors, np.float32) - self.mean) @ self.components.T)


def normalize(vectors):
    """Vectors (…, d) scaled to unit length; those of zero length stay as they are."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def open_embeddings(file):
    """Opens a file of embeddings.

    Returns:
        Embeddings

    Raises:
        UserError: If it is none, or not a complete one.
    """
    return Embeddings(file)


class Embeddings:
    """The embeddings in a file; see :func:`open_embeddings`.

    Attributes:
        file (pathlib.Path): The file.
        header (dict): What the vectors are and come from: ``per`` (``'product'``, ``'listing'`` or
            ``'image'``), ``size`` d, ``dtype``, ``run`` and ``catalogue`` (folders),
            ``catalogue_hash``, ``versions`` and more.
        vectors (numpy.ndarray): (n, d) float32 or float16, rows of unit length, memory-mapped and
            read-only.
        items (collections.abc.Sequence): n times :class:`Item`, each read when asked for.
    """

    def __init__(self, file):
        self.file = pathlib.Path(file)
        self.header, self._sections = _read_header(self.file)
        dtype = np.dtype(self.header['dtype'])
        shape = self.header['rows'], self.header['size']
        # Arrays over the map, not numpy.memmaps: slicing those is several times slower.
        content = np.asarray(np.memmap(self.file, np.uint8, 'r'))
        end = _PREAMBLE + shape[0] * shape[1] * dtype.itemsize
        self.vectors = content[_PREAMBLE:end].view(dtype).reshape(shape)
        self._content = content
        self.items = _Items(self._section('items'), self._section('index').view('<i8'))

    def __len__(self):
        return len(self.vectors)

    @cached_property
    def ids(self):
        """The n ids (list of str)."""
        lines = self._section('ids').tobytes().splitlines()
        return json.loads(b'[' + b','.join(lines) + b']')

    @cached_property
    def _rows(self):
        return {id: row for row, id in enumerate(self.ids)}

    def row(self, id):
        """Row (int) of the vector with an id.

        Raises:
            UserError: If there is none; it names ids that look alike.
        """
        if id in self._rows:
            return self._rows[id]
        close = difflib.get_close_matches(id, self.ids, 3) or self.ids[:3]
        raise UserError(
            f'{self.file}: no {self.header["per"]} has the id {id!r}; there are '
            f'{len(self)}, among them {", ".join(close)}')

    @cached_property
    def projection(self):
        """The :class:`Projection` that reduced the vectors, or None."""
        if 'mean.npy' not in self._sections:
            return None
        return Projection(*(
            np.load(io.BytesIO(self._section(name).tobytes()), allow_pickle=False)
            for name in ('mean.npy', 'components.npy')))

    @cached_property
    def space(self):
        """What vectors can be compared with these (list of str).

        They are of the same network, by the digest of its snapshot, and were reduced in the same
        way, by the digest of the projection; files that were reduced one by one have each their
        own.
        """
        own = [self.header.get('snapshot_sha256') or '']
        if self.projection:
            own.append(hashlib.sha256(
                self.projection.mean.tobytes() + self.projection.components.tobytes()).hexdigest())
        return own

    def project(self, vectors):
        """Brings vectors of the run's encoder (…, representation) to where these are: (…, d).

        A query by image is compared with :attr:`vectors` after this.
        """
        return self.projection(vectors) if self.projection else np.asarray(vectors)

    def _section(self, name):
        offset, length = self._sections[name]
        return self._content[offset:offset + length]


class _Items(collections.abc.Sequence):
    """The items of a file, parsed one by one when asked for."""

    def __init__(self, lines, index):
        self._lines = lines
        self._index = index

    def __len__(self):
        return len(self._index) - 1

    def __getitem__(self, row):
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        start, end = self._index[row:row + 2]
        return Item(**json.loads(self._lines[start:end].tobytes()))


def _read_header(file):
    if not file.is_file():
        raise UserError(f'{file}: no such file, expected one that "fashion-models embed" wrote')
    size = file.stat().st_size
    try:
        with open(file, 'rb') as content:
            content.seek(max(0, size - _TRAILER.size))
            magic, offset, length = _TRAILER.unpack(content.read())
            if magic != _MAGIC or offset + length + _TRAILER.size != size:
                raise ValueError
            content.seek(offset)
            header = json.loads(content.read(length))
            return header, header.pop('sections')
    except (struct.error, ValueError, OSError):
        raise UserError(
            f'{file}: no embeddings, or not all of them: its end is not that of a file that '
            '"fashion-models embed" completed') from None


def refuse_folder(file):
    """Raises UserError if embeddings cannot be written to a file because it is a folder."""
    if pathlib.Path(file).is_dir():
        raise UserError(f'{file}: is a folder, expected a file to write')


class EmbeddingsWriter:
    """Writes a file of embeddings, a few vectors at a time; a context manager.

    The file is there, complete, after the ``with`` block has ended well; one that was there before
    is as it was until then. With ``resume``, what an earlier writer with the same header left
    unfinished is gone on with, and what this one leaves, kept. ::

        with EmbeddingsWriter('shop.embeddings', {'per': 'product', 'size': 1024}) as writer:
            writer.add(vectors, items)

    Args:
        file: The file to write.
        header (dict): JSON-ready; ``per``, ``size``, the dtype as ``dtype`` (``'float32'``, the
            default, or ``'float16'``), and where the vectors come from.
        projection (Projection): What reduced the vectors, if anything did.
        resume (bool): Whether to keep, and to go on with, what is unfinished.

    Attributes:
        rows (int): Vectors written so far, those of an earlier writer included.

    Raises:
        UserError: If the file cannot be written, or another process is writing it.
    """

    def __init__(self, file, header, projection=None, resume=False):
        self.file = pathlib.Path(file)
        # As it will be read back, so that headers can be compared.
        self.header = json.loads(json.dumps({'dtype': 'float32', **header}))
        if self.header['dtype'] not in _DTYPES:
            raise ValueError(f'dtype must be one of {_DTYPES}, not {self.header["dtype"]!r}')
        self.rows = 0
        self._projection = projection
        self._resume = resume
        self._folder = self.file.with_name(f'.{self.file.name}.partial')

    def __enter__(self):
        refuse_folder(self.file)
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UserError(f'{self.file}: cannot be written: {error.strerror}') from None
        self._lock = contextlib.ExitStack()
        self._lock.enter_context(locked(self._folder / _LOCK, self._refuse))
        left = self._left() if self._resume else None
        self.rows, self._sizes = left or (0, {_ARRAY: _PREAMBLE, 'items': 0, 'index': 0, 'ids': 0})
        self._parts = {}
        for name, size in self._sizes.items():
            part = open(self._folder / name, 'r+b' if left else 'wb')
            if not left and name == _ARRAY:
                part.write(_preamble(self.header, 0))
            part.seek(size)
            part.truncate()
            self._parts[name] = part
        self._saved = time.monotonic()
        return self

    def add(self, vectors, items):
        """Writes vectors (k, d), of unit length, and their k items."""
        dtype = np.dtype(self.header['dtype']).newbyteorder('<')
        vectors = np.ascontiguousarray(vectors, dtype)
        items = list(items)
        if vectors.shape != (len(items), self.header['size']):
            raise ValueError(
                f'{len(items)} items and vectors of shape {vectors.shape}, expected '
                f'({len(items)}, {self.header["size"]})')
        if not np.isfinite(vectors).all():
            raise ValueError('a vector holds a value that is not finite')
        end = self._sizes['items']
        with self._full_disk_told():
            self._parts[_ARRAY].write(vectors)
            for item in items:
                line = json.dumps(item.record()).encode() + b'\n'
                self._parts['items'].write(line)
                self._parts['index'].write(struct.pack('<q', end))
                self._parts['ids'].write(json.dumps(item.id).encode() + b'\n')
                end += len(line)
            self.rows, self._sizes = self.rows + len(items), {
                name: part.tell() for name, part in self._parts.items()}
            if self._resume and time.monotonic() - self._saved > _SECONDS_BETWEEN:
                self._save_progress()

    def __exit__(self, kind, error, trace):
        keep = self._resume and self.rows
        try:
            with self._full_disk_told():
                if kind is None:
                    self._finish()
                    keep = False
                elif self._resume:
                    self._save_progress()
        finally:
            for part in self._parts.values():
                with contextlib.suppress(OSError):      # what it could not write is reported above
                    part.close()
            if not keep:
                for path in self._folder.iterdir():
                    if path.name != _LOCK:
                        path.unlink()
            self._lock.close()
            if not keep:
                # Last, since Windows removes no file that is open.
                shutil.rmtree(self._folder, ignore_errors=True)

    def _refuse(self):
        raise UserError(f'{self.file}: another process is writing it')

    @contextlib.contextmanager
    def _full_disk_told(self):
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise UserError(f'{self.file}: cannot be written: {error.strerror}') from error

    def _left(self):
        """Rows and the sizes of the parts that an earlier writer left, or None."""
        try:
            progress = json.loads((self._folder / _PROGRESS).read_text('utf-8'))
            long_enough = all(
                (self._folder / name).stat().st_size >= size
                for name, size in progress['sizes'].items())
        except (OSError, ValueError):
            return None
        if progress['header'] != self.header or not long_enough:
            return None
        return progress['rows'], progress['sizes']

    def _save_progress(self):
        """Notes how far all parts are on the disk: what a resumed writer goes on from."""
        for part in self._parts.values():
            part.flush()
            os.fsync(part.fileno())
        progress = {'header': self.header, 'rows': self.rows, 'sizes': self._sizes}
        with atomic_write(self._folder / _PROGRESS, 'w', encoding='utf-8') as file:
            json.dump(progress, file)
        self._saved = time.monotonic()

    def _finish(self):
        if not self.rows:
            raise UserError(f'{self.file}: not written: there is nothing to embed')
        self._parts['index'].write(struct.pack('<q', self._sizes['items']))
        for part in self._parts.values():
            part.close()
        with open(self._folder / _ARRAY, 'r+b') as file:
            file.write(_preamble(self.header, self.rows))
            file.seek(0, os.SEEK_END)
            sections = {}
            for name in _SECTIONS:
                _align(file)
                start = file.tell()
                with open(self._folder / name, 'rb') as part:
                    shutil.copyfileobj(part, file)
                sections[name] = start, file.tell() - start
            if self._projection:
                for name in 'mean', 'components':
                    _align(file)
                    start = file.tell()
                    np.save(file, getattr(self._projection, name).astype('<f4'))
                    sections[f'{name}.npy'] = start, file.tell() - start
            offset = file.tell()
            header = {**self.header, 'rows': self.rows, 'sections': sections}
            file.write(json.dumps(header).encode())
            file.write(_TRAILER.pack(_MAGIC, offset, file.tell() - offset))
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._folder / _ARRAY, self.file)


def _align(file):
    """Fills up to where arrays of any kind may begin."""
    file.write(b'\n' * (-file.tell() % 64))


def _preamble(header, rows):
    """The first bytes of a .npy file of format 1.0, always of the same length."""
    description = {
        'descr': np.dtype(header['dtype']).newbyteorder('<').str, 'fortran_order': False,
        'shape': (rows, header['size'])}
    start = b'\x93NUMPY\x01\x00' + struct.pack('<H', _PREAMBLE - 10)
    return (start + repr(description).encode()).ljust(_PREAMBLE - 1) + b'\n'
