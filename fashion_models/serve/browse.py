"""Finds, filters and sorts: what a page of the workbench shows, as a value that fits in a URL."""

import collections
import dataclasses
import threading
from collections.abc import Mapping, Sequence

import numpy as np

from fashion_models.errors import UserError
from fashion_models.serve.folding import folded
from fashion_models.serve.shop import Shop

#: How results may be sorted; by similarity if the view is near something.
SORTS = {'catalogue': 'Catalogue order', 'title': 'Title, A to Z', 'title-down': 'Title, Z to A',
         'mixed': 'Mixed'}
#: A view near a product or a picture holds so many, the nearest first.
NEAREST = 500
#: Views whose results are kept.
_KEPT = 64


@dataclasses.dataclass(frozen=True)
class View:
    """What is shown.

    Attributes:
        text (str): Words that all have to be in an item's title, id or retailer; accents and case
            do not count.
        where (tuple): Pairs of a task and its labels (tuple of str), any of which will do.
        sort (str): One of :data:`SORTS`.
        near (str): Id of the item to whose neighbours the view is limited, or ``''``.
        picture (str): Token of a query by picture (see :mod:`.queries`) instead, or ``''``.
        other_groups (bool): Whether to leave out the group of the item in ``near``.
    """

    text: str = ''
    where: tuple = ()
    sort: str = 'catalogue'
    near: str = ''
    picture: str = ''
    other_groups: bool = False


def where_of(conditions: Sequence[str] | Mapping[str, str | Sequence[str]]) -> tuple:
    """Conditions in the form of :attr:`View.where`.

    Args:
        conditions: Texts such as ``type=shoes``, several of one task meaning any of them, or a
            mapping from task to label or labels.

    Raises:
        UserError: If a text has no ``=``.
    """
    found = {}
    if isinstance(conditions, Mapping):
        for task, labels in conditions.items():
            found[task] = [labels] if isinstance(labels, str) else list(labels)
    else:
        for text in conditions:
            task, _, label = text.partition('=')
            if not label:
                raise UserError(f'where {text}: expected TASK=LABEL, as in type=shoes')
            found.setdefault(task.strip(), []).append(label.strip())
    return tuple((task, tuple(dict.fromkeys(labels))) for task, labels in found.items() if labels)


@dataclasses.dataclass(frozen=True)
class Found:
    """The items of a view.

    Attributes:
        rows (numpy.ndarray): (m,) int64, in order.
        similarities (numpy.ndarray): (m,) float64 where the view is near something, else None.
    """

    rows: np.ndarray
    similarities: np.ndarray | None = None


class Browser:
    """Answers views of a shop, and keeps the last answers.

    Args:
        shop: What is looked through.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._kept = collections.OrderedDict()
        self._lock = threading.Lock()

    def find(self, view: View, vector: np.ndarray | None = None) -> Found:
        """The items of a view.

        Args:
            view: What to show.
            vector: (d,) that of ``view.picture``.

        Raises:
            UserError: If a task, a label or a way to sort is unknown.
        """
        with self._lock:
            if view in self._kept:
                self._kept.move_to_end(view)
                return self._kept[view]
        found = self._find(view, vector)
        with self._lock:
            self._kept[view] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def allowed(self, view: View, but: str | None = None) -> np.ndarray:
        """Which items have the text and the labels of a view: (n,) bool.

        Near an item, that item is left out, and its group if the view says so.

        Args:
            view: The view.
            but: A task whose labels do not count.
        """
        where = {task: labels for task, labels in view.where if task != but}
        allowed = self.shop.labels.allowed(where)
        words = folded(view.text).split()
        if words:
            texts = self.shop.texts
            allowed &= np.fromiter(
                (all(word in text for word in words) for text in texts), bool, len(texts))
        if view.near:
            row = self.shop.embeddings.row(view.near)
            allowed[row] = False
            if view.other_groups:
                groups = self.shop.labels.groups
                allowed &= groups != groups[row]
        return allowed

    def facets(self, view: View) -> dict[str, dict[str, int]]:
        """From each task to how many items of a view each label would give.

        The labels that a view already asks for of a task do not limit the counts of that task, so
        that they say what another choice would find.
        """
        labels = self.shop.labels
        chosen = {task for task, _ in view.where}
        whole = self.allowed(view)
        most = NEAREST if view.near or view.picture else len(whole)
        return {task: {label: min(count, most) for label, count in labels.counts(
            task, self.allowed(view, but=task) if task in chosen else whole).items()}
            for task in labels.tasks if labels.names[task]}

    def _find(self, view, vector):
        if view.sort not in SORTS:
            raise UserError(f'sort: found {view.sort!r}, expected one of {", ".join(SORTS)}')
        allowed = self.allowed(view)
        if view.near or view.picture:
            return self._near(view, vector, allowed)
        rows = np.flatnonzero(allowed)
        if view.sort.startswith('title'):
            titles = self.shop.titles
            rows = np.array(sorted(rows.tolist(), key=lambda row: titles[row].casefold(),
                                   reverse=view.sort == 'title-down'), np.int64)
        elif view.sort == 'mixed':
            rows = np.random.default_rng(0).permutation(rows)
        return Found(rows)

    def _near(self, view, vector, allowed):
        shop = self.shop
        if view.near:
            vector = shop.embeddings.mapped[shop.embeddings.row(view.near)]
        hits = shop.searcher.nearest(vector, NEAREST, without=np.flatnonzero(~allowed))
        return Found(np.array([hit.row for hit in hits], np.int64),
                     np.array([hit.similarity for hit in hits]))
