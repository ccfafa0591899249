"""Writes a file of embeddings in an amount of memory that does not grow with their number.

Everything goes, as it comes, into a folder ``.<name>.partial`` beside the file. The file itself
appears, or is replaced, only once it is complete. For its format see
:mod:`fashion_models.representation.embeddings`.
"""

import contextlib
import errno
import io
import json
import os
import pathlib
import struct
import time
import types
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import xxhash

from fashion_models.errors import UserError
from fashion_models.files import (
    atomic_write,
    checksum,
    hidden_beside,
    told_if_unwritable,
)
from fashion_models.parsing import json_file, require_form, require_kind, require_plain
from fashion_models.representation.embeddings import Item
from fashion_models.representation.embeddings_header import (
    MAGIC,
    PREAMBLE,
    SOURCE_SIZE,
    TEXTS,
    TRAILER,
)
from fashion_models.representation.linear import Projection
from fashion_models.representation.work_folder import empty, held

_ARRAY = 'vectors'
_SECTIONS = ('items', 'index', 'ids', 'checksums', 'sources', 'texts', 'files')
#: Those that are left out where there is nothing in them.
_OPTIONAL = ('sources', 'texts', 'files')
_PROGRESS = 'progress.json'
_PROGRESS_FORM = {'header': dict, 'rows': int, 'sizes': {str: int}}
_DTYPES = ('float32', 'float16')
_SECONDS_BETWEEN = 5
_PIECE = 1 << 16


def require_place(file: str | os.PathLike) -> None:
    """Raises UserError if a file of embeddings cannot be written there, before the work for it."""
    file = pathlib.Path(file)
    if file.is_dir():
        raise UserError(f'{file}: is a folder, expected a file to write')
    if not file.absolute().parent.is_dir():
        raise UserError(f'{file}: cannot be written: there is no folder {file.parent}')
    if not os.access(file.absolute().parent, os.W_OK):
        raise UserError(f'{file}: cannot be written: the folder {file.parent} is read-only')
    with told_if_unwritable(file):
        require_plain(file)
        require_kind(file, [b'\x93numpy'])


def remove_leftovers(file: pathlib.Path) -> None:
    """Removes what a writer left that was killed once its file was complete.

    Raises:
        UserError: If another process is writing the file.
    """
    if _unfinished(file).is_dir():
        with held(_unfinished(file), lambda: _refuse(file)):
            empty(_unfinished(file))


def _unfinished(file):
    return hidden_beside(file, 'partial')


def _refuse(file):
    raise UserError(f'{file}: another process is writing it')


class EmbeddingsWriter:
    """Writes a file of embeddings, a few vectors at a time; a context manager.

    The file appears, complete, when the ``with`` block ends well; until then, one that was there
    before stays as it is. With ``resume``, the writer continues what an earlier one with the same
    header left unfinished, and keeps what it leaves unfinished itself. ::

        with EmbeddingsWriter('shop.embeddings', {'per': 'product', 'size': 1024}) as writer:
            writer.add(vectors, items)

    Args:
        file: The file to write.
        header: JSON-ready; ``per``, ``size``, ``dtype`` (``'float32'``, the default, or
            ``'float16'``), and where the vectors come from.
        projection: What reduced the vectors, if anything did.
        resume: Whether to continue and to keep unfinished work.

    Attributes:
        rows (int): Vectors written so far, including those of an earlier writer.

    Raises:
        UserError: If the file cannot be written, or another process is writing it.
    """

    def __init__(self, file: str | os.PathLike, header: dict,
                 projection: Projection | None = None, resume: bool = False) -> None:
        self.file = pathlib.Path(file)
        # As it will be read back, so that headers can be compared.
        self.header = json.loads(json.dumps({'dtype': 'float32', **header}))
        if self.header['dtype'] not in _DTYPES:
            raise ValueError(f'dtype must be one of {_DTYPES}, not {self.header["dtype"]!r}')
        self.rows = 0
        self._projection = projection
        self._resume = resume
        self._folder = _unfinished(self.file)

    def __enter__(self) -> 'EmbeddingsWriter':
        require_place(self.file)
        with contextlib.ExitStack() as stack:
            stack.enter_context(held(self._folder, lambda: _refuse(self.file)))
            self._open_parts(stack)
            self._holding = stack.pop_all()
        self._saved = time.monotonic()
        return self

    def _open_parts(self, stack):
        left = self._left() if self._resume else None
        self.rows, self._sizes = left or (0, {_ARRAY: PREAMBLE, **dict.fromkeys(_SECTIONS, 0)})
        self._parts = {}
        if not left:
            # The record first: killed now, this writer's rows must not pass for those it tells of.
            for name in (_PROGRESS, *self._sizes):
                (self._folder / name).unlink(missing_ok=True)
        for name, size in self._sizes.items():
            mode = 'r+b' if left else 'xb'
            part = open(self._folder / name, mode)  # noqa: SIM115 (the stack closes it)
            stack.push(part)
            if not left and name == _ARRAY:
                part.write(_preamble(self.header, 0))
            part.seek(size)
            part.truncate()
            self._parts[name] = part

    def add(self, vectors: np.ndarray, items: Iterable[Item],
            sources: Sequence[bytes] = (),
            texts: Sequence[tuple[bytes, int]] = ()) -> None:
        """Writes vectors (k, d), of unit length, and their k items.

        Args:
            vectors: The vectors.
            items: What they stand for.
            sources: Digests of 16 bytes, what they were computed from; for all vectors of a file,
                or for none.
            texts: What the vectors and the items were made of; see
                :data:`~fashion_models.representation.embeddings_header.TEXTS`. For all, or none.

        Raises:
            ValueError: If shapes differ or a value is not finite.
            UserError: If the disk is full.
        """
        dtype = np.dtype(self.header['dtype']).newbyteorder('<')
        vectors = np.ascontiguousarray(vectors, dtype)
        items = list(items)
        if vectors.shape != (len(items), self.header['size']):
            raise ValueError(
                f'{len(items)} items and vectors of shape {vectors.shape}, expected '
                f'({len(items)}, {self.header["size"]})')
        if not np.isfinite(vectors).all():
            raise ValueError('a vector holds a value that is not finite')
        lines = [json.dumps(item.record()).encode() + b'\n' for item in items]
        self.add_rows({
            'vectors': vectors, 'items': np.frombuffer(b''.join(lines), np.uint8),
            'index': np.cumsum([0, *map(len, lines)])[:-1],
            'ids': np.frombuffer(b''.join(
                json.dumps(item.id).encode() + b'\n' for item in items), np.uint8),
            'checksums': np.array(
                [[checksum(own) for own in pair] for pair in zip(vectors, lines)], '<u8'),
            'sources': np.array(sources, f'S{SOURCE_SIZE}'), 'texts': np.array(list(texts), TEXTS)})

    def add_rows(self, parts: dict[str, np.ndarray]) -> None:
        """Writes rows as another file of such vectors has them.

        Args:
            parts: From :class:`~fashion_models.representation.kept.Rows`.

        Raises:
            UserError: If the disk is full.
        """
        start = self._sizes['items']
        with self._full_disk_told():
            for name, part in parts.items():
                if name == 'index':
                    part = np.asarray(part, '<i8') + start
                self._parts[name].write(np.ascontiguousarray(part).data)
            self.rows, self._sizes = self.rows + len(parts['vectors']), {
                name: part.tell() for name, part in self._parts.items()}
            if self._resume and time.monotonic() - self._saved > _SECONDS_BETWEEN:
                self._save_progress()

    def add_files(self, files: np.ndarray) -> None:
        """Writes what the image files of a shard's products were.

        Args:
            files: (m,) :data:`~fashion_models.data.decoded.FILES`.
        """
        with self._full_disk_told():
            self._parts['files'].write(files.tobytes())
            self._sizes['files'] += files.nbytes

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: types.TracebackType | None) -> None:
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
                with contextlib.suppress(OSError):      # reported above
                    part.close()
            with self._holding:
                if not keep:
                    empty(self._folder)

    @contextlib.contextmanager
    def _full_disk_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise UserError(f'{self.file}: cannot be written: {error.strerror}') from error

    def _left(self):
        """Rows and the sizes of the parts that an earlier writer left, or None."""
        try:
            progress = json_file(self._folder / _PROGRESS)
            require_form(progress, _PROGRESS_FORM)
            as_expected = progress['sizes'].keys() == {_ARRAY, *_SECTIONS} and all(
                size >= 0 and
                not (self._folder / name).is_symlink()     # a link is not written through
                and (self._folder / name).stat().st_size >= size
                for name, size in progress['sizes'].items())
        except (OSError, ValueError):
            return None
        if progress['header'] != self.header or not as_expected:
            return None
        return progress['rows'], progress['sizes']

    def _save_progress(self):
        """Records how much of all parts is on disk, for a writer that resumes."""
        for part in self._parts.values():
            part.flush()
            os.fsync(part.fileno())
        progress = {'header': self.header, 'rows': self.rows, 'sizes': self._sizes}
        with atomic_write(self._folder / _PROGRESS, 'w', encoding='utf-8') as file:
            json.dump(progress, file)
        self._saved = time.monotonic()

    def _finish(self):
        if not self.rows and 'shard' not in self.header:
            raise UserError(f'{self.file}: not written: there is nothing to embed')
        self._parts['index'].write(struct.pack('<q', self._sizes['items']))
        for part in self._parts.values():
            part.close()
        with open(self._folder / _ARRAY, 'r+b') as file:
            preamble = _preamble(self.header, self.rows)
            file.write(preamble)
            file.seek(0, os.SEEK_END)
            sections = {'preamble': (0, PREAMBLE, checksum(preamble))}
            for name in _SECTIONS:
                if name in _OPTIONAL and not self._sizes[name]:
                    continue
                with open(self._folder / name, 'rb') as part:
                    sections[name] = _append(iter(lambda: part.read(_PIECE), b''), file)
            if self._projection:
                for name in 'mean', 'components':
                    array = io.BytesIO()
                    np.save(array, getattr(self._projection, name).astype('<f4'))
                    sections[f'{name}.npy'] = _append([array.getvalue()], file)
            offset = file.tell()
            header = json.dumps(
                {**self.header, 'rows': self.rows, 'sections': sections}).encode()
            file.write(header)
            file.write(TRAILER.pack(MAGIC, offset, len(header), checksum(header)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._folder / _ARRAY, self.file)


def _append(pieces, file):
    """Adds a section; returns its offset, length and checksum."""
    file.write(b'\n' * (-file.tell() % 64))     # so that an array of any type may follow
    start, digest = file.tell(), xxhash.xxh3_64()
    for piece in pieces:
        file.write(piece)
        digest.update(piece)
    return start, file.tell() - start, digest.intdigest()


def _preamble(header, rows):
    """The header of a .npy file of format 1.0, always of the same length."""
    description = {
        'descr': np.dtype(header['dtype']).newbyteorder('<').str, 'fortran_order': False,
        'shape': (rows, header['size'])}
    start = b'\x93NUMPY\x01\x00' + struct.pack('<H', PREAMBLE - 10)
    return (start + repr(description).encode()).ljust(PREAMBLE - 1) + b'\n'
