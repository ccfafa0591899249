"""The products most similar to one in the catalogue, or to one seen only in pictures.

::

    searcher = Searcher(open_embeddings('shop.embeddings'))
    for hit in searcher.like('1234', k=5, where={'type': 'shoes'}):
        print(hit.similarity, hit.item.title)

Up to 100,000 vectors are all read and compared; among more, an index proposes candidates
(:mod:`fashion_models.representation.search.index`).
"""

import dataclasses
import os
import pathlib
import sys
import typing
from collections.abc import Sequence

import numpy as np

from fashion_models.caching import cached_property
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.remote import is_address
from fashion_models.representation.embeddings import Embeddings, Item
from fashion_models.representation.labels import Labels
from fashion_models.representation.search.index import build_index, index_folder, open_index
from fashion_models.representation.search.neighbours import exact_search, rank

if typing.TYPE_CHECKING:    # it imports Chainer, which a search by id does not need
    from fashion_models.representation.picture_encoder import PictureEncoder

#: Up to this many vectors are all read and compared at every search.
EXACT_LIMIT = 100_000
#: Rows that the index proposes for a search, or three times k, if that is more.
SHORTLIST = 100
#: For more neighbours than this, the index is not used: the few cells visited may not hold them.
MOST_FROM_INDEX = 100


def encoder_of(embeddings: Embeddings, run: str | os.PathLike | None = None,
               precision: str | None = None) -> 'PictureEncoder':
    """The encoder that made a file of embeddings.

    Args:
        embeddings: The file.
        run: Its run folder, or the ONNX file of its tower, if that has moved since.
        precision: What a run's network computes with, whatever made the file; ``float32`` by
            default.

    Raises:
        UserError: If the run or the tower is not there, or is not as it was at the time; if this
            machine does not compute with that precision.
    """
    from fashion_models.representation.encoder import Encoder
    from fashion_models.training.run import Run
    from fashion_models.training.snapshots import BEST

    header = embeddings.header
    if 'tower' in header:
        if precision:
            raise UserError(f'{embeddings.file}: was made with an image tower, which computes as '
                            f'its file says; expected no precision, found {precision}')
        return _tower(embeddings, run or header['tower'])
    made_with = header.get('run', '')
    folder = pathlib.Path(run or made_with)
    if not run and not folder.is_dir():
        raise UserError(
            f'{embeddings.file}: was made with the run {made_with}, '
            + ('which is not on this machine: copy it here, and say where it is (run)'
               if is_address(made_with) else 'which is not there; say where it is now (run)'))
    run = Run.open(folder)
    name = header.get('snapshot', '')
    which = 'best' if name == BEST else 'last'
    snapshot = run.snapshots / name
    if (not snapshot.is_file() or sha256(snapshot) != header.get('snapshot_sha256')
            or (which == 'last' and snapshot != run.last_snapshot())):
        raise UserError(
            f'{folder}: its {which} snapshot is not the one that {embeddings.file} was made with; '
            'embed the catalogue again, or name the right run')
    return Encoder(run, which, precision=precision or 'float32',
                   with_labels=bool(header.get('labels')))


def _tower(embeddings, file):
    from fashion_models.representation.image_tower import ImageTower

    tower = ImageTower(file)
    if tower.origin()['snapshot_sha256'] != embeddings.header['snapshot_sha256']:
        raise UserError(
            f'{file}: is not the tower that {embeddings.file} was made with, or its TOML file says '
            'something else now; embed the catalogue again, or name the right one')
    return tower


@dataclasses.dataclass(frozen=True)
class Hit:
    """A neighbour that a search found.

    Attributes:
        rank (int): From 1.
        similarity (float): Scalar product of the unit vectors: the cosine of their angle.
        row (int): The row of its vector.
        item (Item): The product, listing or image found.
    """

    rank: int
    similarity: float
    row: int
    item: Item


class Searcher:
    """Searches the embeddings of a file.

    For more than ``EXACT_LIMIT`` vectors, opening it builds the file's index, with a progress bar,
    if there is none yet or the file has changed since.

    Args:
        embeddings: An open file.
        exact: Whether to compare all vectors, however many there are.
        labels: Those of the items, if they have been read already.

    Raises:
        UserError: If an index is needed and cannot be built, as where the file has been replaced.
    """

    def __init__(self, embeddings: Embeddings, exact: bool = False,
                 labels: Labels | None = None) -> None:
        self.embeddings = embeddings
        self._labels = labels
        self._index = None
        if not exact and len(embeddings) > EXACT_LIMIT:
            self._index = open_index(embeddings)
            if self._index is None:
                print(f'{index_folder(embeddings.file)}: building an index of '
                      f'{len(embeddings):,} vectors, once', file=sys.stderr)
                self._index = build_index(embeddings.file, embeddings.stamp)

    @cached_property
    def labels(self) -> Labels:
        """The :class:`~fashion_models.representation.labels.Labels` of the items."""
        if self._labels:
            return self._labels
        return self._index.labels if self._index else Labels.of(
            self.embeddings.items, self.embeddings.tasks)

    def like(self, id: str, k: int = 10, where: dict | None = None,
             other_groups: bool = False) -> list[Hit]:
        """The nearest neighbours of an item, without itself.

        Args:
            id: The item's id.
            k: How many to find.
            where: Task to label, or to several labels of which any will do: only items with all
                of these are found.
            other_groups: Whether to leave out the rest of its group, such as its colourways, too.

        Returns:
            k of them, or fewer if there are no more; the nearest first.

        Raises:
            UserError: If there is no such item, or no item has one of the labels.
        """
        row = self.embeddings.row(id)
        without = [row]
        if other_groups:
            without = np.flatnonzero(self.labels.groups == self.labels.groups[row])
        self.embeddings.check([row])
        return self.nearest(self.embeddings.mapped[row], k, where, without)

    def nearest(self, vector: np.ndarray, k: int = 10, where: dict | None = None,
                without: Sequence[int] = ()) -> list[Hit]:
        """The items nearest to a vector.

        Args:
            vector: (d,), of unit length.
            k: How many to find.
            where: Task to label, or to several labels of which any will do: only items with all
                of these are found.
            without: Rows to leave out.

        Returns:
            As :meth:`like`.
        """
        allowed = self.labels.allowed(where) if where else None
        vector, without = np.asarray(vector, np.float32), np.asarray(without, np.int64)
        found = self._from_index(vector, k, allowed, without) if self._index else None
        rows, similarities = found or self._from_all(vector, k, allowed, without)
        return [Hit(number, float(similarity), int(row), self.embeddings.items[row])
                for number, (row, similarity) in enumerate(zip(rows, similarities), 1)]

    def _from_index(self, vector, k, allowed, without):
        """Rows and similarities, or None if only an exact search is sure to give k of them."""
        if k > MOST_FROM_INDEX:
            return None
        if allowed is not None and np.count_nonzero(allowed) <= EXACT_LIMIT:
            return None
        rows = self._index.candidates(vector, max(SHORTLIST, 3 * k) + len(without), allowed)
        rows = rows[~np.isin(rows, without)]
        if len(rows) < k:
            return None
        self.embeddings.check(rows)
        return rank(self.embeddings.mapped, vector, rows, k)

    def _from_all(self, vector, k, allowed, without):
        few = len(without) <= SHORTLIST
        if not few:
            allowed = np.ones(len(self.embeddings), bool) if allowed is None else allowed
            allowed[without] = False
        # A few rows are left out afterwards: a mask would have all vectors around them copied.
        rows, similarities = exact_search(
            self.embeddings.vectors, vector[np.newaxis], k + few * len(without), allowed)
        kept = ~np.isin(rows[0], without)
        return rows[0][kept][:k], similarities[0][kept][:k]
