"""An index beside a file of embeddings that is too large to read at every search.

The index proposes and the vectors decide: it keeps each vector in 128 bytes (128 principal
components of 8 bits), sorted into cells, and proposes the rows in the nearest cells that seem most
similar; their similarities are then computed from the file. How this was chosen:
``experiments/benchmarks/results/search.rst``.

It is a folder, ``<file>.index``::

    cells.faiss     the cells and their content, written and read by faiss
    marks.npy       the vectors' checksums, to find out what has changed since
    labels.npz      the items' labels and groups as numbers; their names are in index.json
    index.json      what it was made from, and how, with checksums; written last
    lock            held by the process that builds it
"""

import contextlib
import mmap
import os
import pathlib
import sys

import numpy as np
from tqdm import tqdm

from fashion_models.arrays import read_npz
from fashion_models.caching import cached_property
from fashion_models.catalogue.tasks import Task, with_further
from fashion_models.errors import UserError
from fashion_models.files import (
    atomic_write,
    checksum,
    locked,
    sealed,
    told_if_unwritable,
    unsealed,
)
from fashion_models.optional import require
from fashion_models.parsing import json_file, require_form, require_plain
from fashion_models.representation.embeddings import Embeddings, open_embeddings
from fashion_models.representation.embeddings_header import stamp_of
from fashion_models.representation.labels import Labels
from fashion_models.representation.search.following import MOST_DRIFT, drift, follow, matched
from fashion_models.surrogates import json_text

#: The version of the files and of the choices below: an index of another version is rebuilt.
LAYOUT = 4

COMPONENTS = 128
#: Cells that a search visits.
PROBES = 32
#: Vectors per cell from which components and cells are learned.
SAMPLE = 50
_BLOCK = 20_000
_FILES = 'cells.faiss', 'labels.npz', 'marks.npy'
_LOCK = 'lock'
_HEADER = {'layout': int, 'checksums': dict.fromkeys(_FILES, int), 'stamp': {'size': int},
           'sha256': str, 'names': {str: [str]}, 'several': [str], 'size': int, 'drift': float}


def index_folder(file: str | os.PathLike) -> pathlib.Path:
    """The folder of the index of a file of embeddings."""
    file = pathlib.Path(file)
    return file.with_name(f'{file.name}.index')


def open_index(embeddings: Embeddings) -> 'Index | None':
    """Opens the index of a file of embeddings.

    Returns:
        The index, or None if there is none, or if it is not of what the file holds now.

    Raises:
        UserError: If faiss is not installed, or the folder's files are damaged.
    """
    folder = index_folder(embeddings.file)
    header = _header(folder)
    if header is None or header['layout'] != LAYOUT or not _belongs(header, embeddings, folder):
        return None
    try:
        return Index(folder, header)
    except UserError:
        now = _header(folder)
        if now is not None and now['checksums'] == header['checksums']:
            raise
        return None     # another process builds it anew, or has done so


def _header(folder):
    """What an index was made from, and how; None if there is none, or it is damaged."""
    try:
        header = unsealed(json_file(folder / 'index.json'))
        require_form(header, _HEADER)
    except (OSError, ValueError):
        return None
    return header


def build_index(file: pathlib.Path, stamp: dict | None = None) -> 'Index':
    """Builds the index of a file of embeddings, with a progress bar, and opens it.

    An index of what the file held before is kept, and follows, while little has changed
    (:mod:`~fashion_models.representation.search.following`). If another process is building it,
    this one waits for that.

    Args:
        file: The file of embeddings.
        stamp: That of the :class:`Embeddings` to be searched, if they have been opened.

    Raises:
        UserError: If faiss is not installed, the file holds no embeddings or is replaced in the
            meantime, or the folder cannot be written.
    """
    _faiss()
    open_embeddings(file)       # before a folder is made beside what holds none
    folder = index_folder(file)
    waited = False

    def wait():
        nonlocal waited
        waited = True
        print(f'{folder}: waiting for another process, which is building it', file=sys.stderr)

    with told_if_unwritable(folder):
        folder.mkdir(exist_ok=True)
        with locked(folder / _LOCK, wait):
            embeddings = open_embeddings(file)      # another one, perhaps, than before the wait
            if stamp not in (None, embeddings.stamp):
                raise UserError(f'{file}: was replaced since it was opened; open it again')
            return waited and open_index(embeddings) or _build(embeddings, folder)


def _build(embeddings, folder):
    file = embeddings.file
    previous = _previous(embeddings, folder)
    (folder / 'index.json').unlink(missing_ok=True)
    if previous:
        index, rows, drifted = previous
        follow(index, rows, embeddings)
        _write_cells(index, folder / 'cells.faiss')
    else:
        drifted = 0
        _write_cells(_learned(embeddings.vectors), folder / 'cells.faiss')
    with atomic_write(folder / 'marks.npy') as marks:
        np.save(marks, embeddings.checksums[:, 0])
    labels = Labels.of(tqdm(embeddings.items, desc='reading labels', unit=' items',
                            unit_scale=True, disable=None), embeddings.tasks)
    with atomic_write(folder / 'labels.npz') as numbers:
        np.savez(numbers, groups=labels.groups, **labels.numbers)
    header = {
        'layout': LAYOUT, 'checksums': {name: _checksum(folder / name) for name in _FILES},
        'size': embeddings.header['size'], 'drift': drifted,
        'stamp': embeddings.stamp, 'sha256': embeddings.sha256(), 'names': labels.names,
        'several': [name for name, task in labels.tasks.items() if task.several],
        'versions': {'faiss': _faiss().__version__, 'numpy': np.__version__}}
    if stamp_of(file.stat()) != embeddings.stamp:
        raise UserError(f'{file}: was replaced while it was being indexed')
    _write_header(header, folder)
    return Index(folder, header)


def _previous(embeddings, folder):
    """An index of faiss that can follow, the new rows of its vectors, and its drift; or None."""
    try:
        header = unsealed(json_file(folder / 'index.json'))
        require_form(header, _HEADER)
        if header['layout'] != LAYOUT or header['size'] != embeddings.header['size'] or any(
                _checksum(folder / name) != header['checksums'][name] for name in _FILES):
            return None
        marks = np.load(folder / 'marks.npy', allow_pickle=False)
        if marks.dtype != np.uint64 or marks.ndim != 1:
            return None
        rows = matched(marks, embeddings.checksums[:, 0])
        drifted = header['drift'] + drift(rows, len(embeddings))
        if drifted > MOST_DRIFT * len(embeddings):
            return None
        return _faiss().read_index(str(folder / 'cells.faiss')), rows, drifted
    except (OSError, RuntimeError, KeyError, ValueError):
        return None     # damaged, or none: it is built


def _learned(vectors):
    faiss = _faiss()
    n, size = vectors.shape
    cells = 2 ** round(np.log2(4 * np.sqrt(n)))
    reduction = f'PCA{COMPONENTS},' if size > COMPONENTS else ''
    # By distance: among unit vectors the nearest are the most similar, and unlike scalar products,
    # distances do not change when PCA moves the origin.
    index = faiss.index_factory(size, f'{reduction}IVF{cells},SQ8', faiss.METRIC_L2)
    sample = np.random.default_rng(0).choice(n, min(n, SAMPLE * cells), replace=False)
    with tqdm(total=n, desc='indexing', unit=' vectors', unit_scale=True, disable=None) as bar:
        index.train(vectors[np.sort(sample)].astype(np.float32))
        for start in range(0, n, _BLOCK):
            block = vectors[start:start + _BLOCK]
            index.add(np.ascontiguousarray(block, np.float32))
            bar.update(len(block))
    return index


def _write_cells(index, file):
    faiss = _faiss()
    with atomic_write(file) as partial:
        faiss.write_index(index, faiss.PyCallbackIOWriter(partial.write))


class Index:
    """An index in a folder; see :func:`open_index` and :func:`build_index`.

    Raises:
        UserError: If faiss is not installed, or the folder's files are damaged.
    """

    def __init__(self, folder: pathlib.Path, header: dict) -> None:
        faiss = _faiss()
        try:
            for name in _FILES:
                if _checksum(folder / name) != header['checksums'][name]:
                    raise ValueError(f'{name} is not as it was written')
            self._index = faiss.read_index(str(folder / 'cells.faiss'))
            numbers = read_npz(folder / 'labels.npz')
            groups = numbers.pop('groups')
            if any(found.shape != (self._index.ntotal,) or found.dtype.kind != 'i'
                   for found in (groups, *numbers.values())) or (
                       numbers.keys() != header['names'].keys()):
                raise ValueError('labels.npz is of another index')
            #: The :class:`~fashion_models.representation.labels.Labels` of the items.
            self.labels = Labels(header['names'], numbers, groups, with_further(
                Task(name, several=name in header['several']) for name in header['names']))
        except (UserError, OSError, RuntimeError, KeyError, ValueError) as error:
            raise UserError(f'{folder}: the index is damaged; delete it ({error})') from error
        self._cells = faiss.extract_index_ivf(self._index)

    def __len__(self) -> int:
        return self._index.ntotal

    def candidates(self, query: np.ndarray, count: int,
                   allowed: np.ndarray | None = None) -> np.ndarray:
        """Proposes rows that may be the nearest to a query.

        Args:
            query: (d,), of unit length.
            count: How many rows are wanted.
            allowed: (n,) bool, the rows to choose from; by default all. As many of these are
                compared as would be of all rows, in the nearest cells that hold any.

        Returns:
            At most ``count`` rows, int64, in no particular order.
        """
        faiss = _faiss()
        limits = {'nprobe': PROBES}
        if allowed is not None:
            held = np.bincount(self._cell_of_row[allowed], minlength=self._cells.nlist)
            wanted = PROBES * len(self) / self._cells.nlist
            limits = {
                'nprobe': int(np.ceil(wanted / held[held > 0].mean())),
                'sel': _selector(allowed),
                'quantizer_params': faiss.SearchParameters(sel=_selector(held > 0))}
        query = np.asarray(query, np.float32)[np.newaxis]
        _, found = self._index.search(query, count, params=faiss.SearchParametersIVF(**limits))
        return found[found >= 0]

    @cached_property
    def _cell_of_row(self):
        faiss = _faiss()
        cells = np.empty(len(self), np.int32)
        lists = self._cells.invlists
        for cell in range(self._cells.nlist):
            size = lists.list_size(cell)
            if size:
                cells[faiss.rev_swig_ptr(lists.get_ids(cell), size)] = cell
        return cells


def _selector(mask):
    return _faiss().IDSelectorBitmap(np.packbits(mask, bitorder='little'))


def _belongs(header, embeddings, folder):
    """Whether the index was made from the file that was opened."""
    stamp = embeddings.stamp
    if header['stamp'] == stamp:
        return True
    if header['stamp']['size'] != stamp['size'] or header['sha256'] != embeddings.sha256():
        return False
    # Moved or copied: the next time, its content need not be read.
    with contextlib.suppress(OSError):      # the folder may be read-only
        if _header(folder) == header:       # none that another process has built meanwhile
            _write_header({**header, 'stamp': stamp}, folder)
    return True


def _checksum(file):
    require_plain(file)
    with open(file, 'rb') as content:
        if not os.fstat(content.fileno()).st_size:
            return checksum(b'')    # nothing can be mapped
        with mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return checksum(mapped)


def _write_header(header, folder):
    with atomic_write(folder / 'index.json', 'w', encoding='utf-8') as file:
        file.write(json_text(sealed(header), indent=1))


def _faiss():
    return require('faiss', extra='search', purpose='an index (exact search does without)')
