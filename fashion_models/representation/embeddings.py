"""Embeddings on disk: unit vectors with ids and metadata, in one memory-mapped file.

The file starts as a NumPy array file, so any program that reads those finds the vectors::

    vectors = numpy.load('shop.embeddings', mmap_mode='r')       # (n, d) float32 or float16

:func:`open_embeddings` reads what follows them, too::

    items      one line of JSON per vector: what it stands for (see Item)
    index      n + 1 int64, little-endian: where each of those lines begins, and the last one ends
    ids        one JSON string per line: the ids of the vectors, to be read at once
    checksums  n pairs of uint64, little-endian: of each vector, and of each of the lines of items
    sources    n digests of 16 bytes, of the pictures that each vector was computed from; may lack
    texts      n times 20 bytes: digest of the product's line in the catalogue and of its pictures,
               and which of the product's vectors it is, from 0 (int32); may lack
    files      24 bytes for each image file of the products of a shard: size, digest of its content;
               of a shard only
    mean.npy, components.npy    the Projection, if the vectors were reduced by PCA
    header     JSON object: what the vectors are and come from, and where each of the above lies
               (offset, length, checksum)
    trailer    32 bytes: FMEMBED2, then offset, length and checksum of the header, little-endian

A file is replaced, never written into, since other processes may have mapped it; by the checksums a
changed byte is noticed when it is first used.

:class:`~fashion_models.representation.embeddings_writer.EmbeddingsWriter` writes it.
"""

import collections.abc
import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Iterable
from typing import NoReturn

import numpy as np

from fashion_models.arrays import array_in
from fashion_models.caching import cached_property
from fashion_models.catalogue.tasks import Task, tasks_of
from fashion_models.data.decoded import FILES
from fashion_models.errors import UserError
from fashion_models.files import checksum
from fashion_models.parsing import ids_like, json_value, require_form
from fashion_models.representation.embeddings_header import (
    PREAMBLE,
    SOURCE_SIZE,
    TEXTS,
    header_in,
    opened,
    stamp_of,
)
from fashion_models.representation.linear import Projection
from fashion_models.surrogates import is_whole

_ITEM = {'id': str, 'product': str, 'group': str, 'labels?': {str: str}, 'images?': [str],
         'retailer?': str, 'title?': str, 'description?': str}


@dataclasses.dataclass(frozen=True)
class Item:
    """What a vector stands for: a product, one of its listings, or one of its images.

    Attributes:
        id (str): The product's id, or ``<product>/<number of the listing, from 1>``, or
            ``<product>/<image path>``.
        product (str): Id of the product.
        group (str): Its group; the colourways of a design share one.
        labels (dict): Task to label, for known labels only; several are joined by ``|``.
        retailer (str): Who sells it; several are joined by ``|``.
        title (str): The first known title.
        description (str): The first known description.
        images (tuple of str): The images behind the vector, as paths within the catalogue.
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

    def record(self) -> dict:
        """The item as a JSON object, without what is unknown."""
        # Not asdict, which copies all of it, and takes half the time of writing an item.
        return {field.name: value for field in dataclasses.fields(self)
                if (value := getattr(self, field.name)) or field.name in ('id', 'product', 'group')}


def open_embeddings(file: str | os.PathLike) -> 'Embeddings':
    """Opens a file of embeddings.

    Raises:
        UserError: If the file holds no embeddings, is incomplete, or a shard.
    """
    found = Embeddings(file)
    if shard := found.header.get('shard'):
        raise UserError(
            f'{file}: is only shard {shard["number"]} of {shard["of"]}; merge all of them first')
    return found


class Embeddings:
    """The embeddings in a file, or in a shard; see :func:`open_embeddings`.

    Attributes:
        file (pathlib.Path): The file.
        header (dict): What the vectors are and come from: ``per`` (``'product'``, ``'listing'`` or
            ``'image'``), ``size`` d, ``dtype``, ``run`` and ``catalogue`` (folders),
            ``catalogue_hash``, ``versions`` and more.
        stamp (dict): :func:`stamp_of` the file that was opened, whatever is at its path by now.
        mapped (numpy.ndarray): :attr:`vectors` before any of them is checked; see :meth:`check`.
        items (collections.abc.Sequence): n :class:`Item`, each read, and checked, on access.

    Raises:
        UserError: Here, or on first use, if something is not as it was written.
    """

    def __init__(self, file: str | os.PathLike) -> None:
        self.file = pathlib.Path(file)
        # Opened once: at its path, another file may be found the next time.
        with opened(self.file) as file:
            self.header, self._sections = header_in(file)
            self.stamp = stamp_of(os.fstat(file.fileno()))
            # Arrays over the map, not numpy.memmaps: slicing those is several times slower.
            content = np.asarray(np.memmap(file, np.uint8, 'r'))
        dtype = np.dtype(self.header['dtype'])
        shape = self.header['rows'], self.header['size']
        end = PREAMBLE + shape[0] * shape[1] * dtype.itemsize
        self.mapped = content[PREAMBLE:end].view(dtype).reshape(shape)
        self._content = content
        self.section('preamble')
        self._checksums = self.section('checksums').view('<u8').reshape(-1, 2)
        self.items = _Items(self, self.section('items'), self.section('index').view('<i8'),
                            self._checksums[:, 1])

    def __len__(self) -> int:
        return len(self.mapped)

    @cached_property
    def vectors(self) -> np.ndarray:
        """(n, d) float32 or float16, rows of unit length, memory-mapped and read-only.

        They are read once to be checked. To use only few of very many, take :attr:`mapped`.
        """
        self.check(range(len(self)))
        return self.mapped

    def check(self, rows: Iterable[int]) -> None:
        """Raises UserError if one of these rows of :attr:`mapped` is not as it was written."""
        for row in rows:
            if checksum(self.mapped[row]) != self._checksums[row, 0]:
                self.refuse(f'vector {row}')

    def sha256(self) -> str:
        """SHA-256 of the whole file, as 64 hexadecimal digits."""
        digest, piece = hashlib.sha256(), 1 << 24
        for start in range(0, len(self._content), piece):
            digest.update(self._content[start:start + piece])
        return digest.hexdigest()

    def refuse(self, what: str) -> NoReturn:
        """Raises the UserError that a part is not as it was written."""
        raise UserError(
            f'{self.file}: the file is damaged: {what} is not as it was written; embed again')

    @property
    def tasks(self) -> dict[str, Task]:
        """The catalogue's tasks by name, the default ones first."""
        return tasks_of(self.header)

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the n vectors."""
        lines = self.section('ids').tobytes().splitlines()
        return self.parsed(b'[' + b','.join(lines) + b']', [str], 'ids')

    @cached_property
    def _rows(self):
        return {id: row for row, id in enumerate(self.ids)}

    def row(self, id: str) -> int:
        """The row of the vector with an id.

        Raises:
            UserError: If no vector has it; the message suggests similar ids.
        """
        if id in self._rows:
            return self._rows[id]
        raise UserError(
            f'{self.file}: no {self.header["per"]} has the id {id!r}; there are '
            f'{len(self)}, among them {ids_like(id, self.ids)}')

    @property
    def checksums(self) -> np.ndarray:
        """(n, 2) uint64, of each vector and of each item: equal ones have equal checksums."""
        return self._checksums

    @cached_property
    def sources(self) -> np.ndarray | None:
        """(n,) strings of 16 bytes that tell what each vector was computed from, if that is known.
        """
        if 'sources' not in self._sections:
            return None
        return self.section('sources').view(f'S{SOURCE_SIZE}')

    @cached_property
    def texts(self) -> np.ndarray | None:
        """(n,) TEXTS that tell what each vector and its item were made of, if that is known."""
        return self.section('texts').view(TEXTS) if 'texts' in self._sections else None

    def item(self, id: str) -> Item:
        """The item with an id.

        Raises:
            UserError: As of :meth:`row`.
        """
        return self.items[self.row(id)]

    @cached_property
    def files(self) -> np.ndarray:
        """(m,) :data:`~fashion_models.data.decoded.FILES`, of a shard: its image files."""
        return self.section('files').view(FILES) if 'files' in self._sections else np.empty(
            0, FILES)

    @cached_property
    def projection(self) -> Projection | None:
        """What reduced the vectors, if anything did."""
        if 'mean.npy' not in self._sections:
            return None
        try:
            mean, components = (array_in(self.section(name).tobytes())
                                for name in ('mean.npy', 'components.npy'))
        except ValueError:
            self.refuse('mean.npy or components.npy')
        if (mean.dtype.kind, components.dtype.kind) != ('f', 'f') or (
                components.shape != (self.header['size'], *mean.shape)):
            self.refuse('components.npy')
        return Projection(mean, components)

    @cached_property
    def space(self) -> list[str]:
        """Digests that tell which vectors these can be compared with: those with the same digests.

        One is of the network's snapshot, followed by the tasks whose probabilities the vectors
        have, and, if the vectors were reduced, by one of the projection.
        Files that were reduced separately have spaces of their own.
        """
        own = [self.header.get('snapshot_sha256') or '', *self.header.get('labels', ())]
        if self.projection:
            own.append(hashlib.sha256(
                self.projection.mean.tobytes() + self.projection.components.tobytes()).hexdigest())
        return own

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Maps the encoder's vectors (…, size) into the space of these: (…, d).

        Only then can a query by image be compared with :attr:`vectors`.
        """
        return self.projection(vectors) if self.projection else np.asarray(vectors)

    def parsed(self, text: bytes, form: object, what: str) -> object:
        """The JSON in a part of the file, which must have a form.

        Raises:
            UserError: It has not.
        """
        try:
            value = json_value(text)
            require_form(value, form)
            if not is_whole(value):     # no file that is written from it can hold it
                raise ValueError
        except ValueError:
            self.refuse(what)
        return value

    def section(self, name: str) -> np.ndarray:
        """The bytes of a part of the file, (k,) uint8.

        Raises:
            UserError: If they are not as they were written, but for the items, each of which has a
                checksum of its own.
        """
        offset, length, expected = self._sections[name]
        content = self._content[offset:offset + length]
        if name != 'items' and checksum(content) != expected:
            self.refuse(name)
        return content


class _Items(collections.abc.Sequence):
    """The items of a file, each parsed on access."""

    def __init__(self, embeddings, lines, index, checksums):
        self._embeddings = embeddings
        self._lines = lines
        self._index = index
        self._checksums = checksums

    def __len__(self):
        return len(self._index) - 1

    def __getitem__(self, row):
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        start, end = self._index[row:row + 2]
        line = self._lines[start:end].tobytes()
        if checksum(line) != self._checksums[row]:
            self._embeddings.refuse(f'item {row}')
        return Item(**self._embeddings.parsed(line, _ITEM, f'item {row}'))
