"""Learns from lists that a person ranked how to order other products.

Of any two products in a list, the merchandiser says which goes first. A linear model of the
representation is trained to say the same: logistic regression on the difference of the two vectors,
which is the ranking SVM (Joachims, 2002, "Optimizing search engines using clickthrough
data") with the logistic loss in place of the hinge. Its score of a single product, weights times
vector, then orders any set.

The examples are a CSV file with a heading and one row per product::

    list,product,rank
    spring dresses,1163,1
    spring dresses,1551,2

Rank 1 goes first. Products of a list that share a rank are not compared, nor are products of
different lists.
"""

import dataclasses
import json
import os
import re

import numpy as np

from fashion_models.arrays import read_npz, write_npz
from fashion_models.catalogue.cells import text_in
from fashion_models.catalogue.importers.tables import Table
from fashion_models.errors import UserError
from fashion_models.optional import require
from fashion_models.parsing import json_value, shown
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.linear import Whitening, in_blocks

COLUMNS = 'list', 'product', 'rank'
#: Strengths of regularization to try, as the logistic regression's C.
STRENGTHS = 0.0001, 0.001, 0.01, 0.1, 1.0
#: The strength if there are too few lists to try them on.
USUAL_STRENGTH = 0.01
#: Pairs per list, at most; of a list with more, a sample.
PAIRS = 2000
FOLDS = 5
#: Of ``1,000``, nobody can tell whether it is one or a thousand.
_RANK = re.compile(r'[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?\d+,(?!\d{3}$)\d+',
                   re.IGNORECASE)
_FORMAT = 'fashion-models linear order 1'


@dataclasses.dataclass(frozen=True)
class RankedList:
    """Products ranked by a person.

    Attributes:
        name (str): The list's name.
        products (tuple of str): Their ids.
        ranks (tuple of float): Their ranks; the lowest goes first.
    """

    name: str
    products: tuple
    ranks: tuple


def read_ranked_lists(
        path: str | os.PathLike, encoding: str | None = None) -> list[RankedList]:
    """Reads ranked lists from a CSV file; see the module for the format.

    Args:
        path: The file.
        encoding: Its encoding; by default UTF-8, or UTF-16 where its first bytes say so.

    Returns:
        In the order of the file.

    Raises:
        UserError: If a line cannot be read, or no list has two ranks.
    """
    lists = {}
    table = Table(path, encoding)
    table.require(*COLUMNS, what='ordered lists')
    for where, row in table.all_rows():
        name, product, rank = (text_in(row[column].strip()) for column in COLUMNS)
        ranks = lists.setdefault(name, {})
        if product in ranks:
            raise UserError(f'{where}: product {product!r} is in list {name!r} already')
        ranks[product] = _rank(rank, where)
    if not any(len(set(ranks.values())) > 1 for ranks in lists.values()):
        raise UserError(f'{path}: nothing to learn: no list has products of two ranks')
    return [RankedList(name, tuple(ranks), tuple(ranks.values())) for name, ranks in lists.items()]


def _rank(text, where):
    if not _RANK.fullmatch(text) or not np.isfinite(rank := float(text.replace(',', '.'))):
        raise UserError(f'{where}: rank {shown(text)} is not a number')
    return rank


class LinearOrder:
    """A learned order.

    Attributes:
        weights (numpy.ndarray): (d,) float32; the larger a product's weights · vector, the earlier
            it goes.
        facts (dict): What it was learned from, JSON-ready: ``space`` (of the vectors, see
            :attr:`~fashion_models.representation.embeddings.Embeddings.space`), ``lists``,
            ``products``, ``pairs``, ``strength`` (C), and ``tau``: the mean of Kendall's tau over
            held-out lists, or None.
    """

    def __init__(self, weights: np.ndarray, facts: dict) -> None:
        self.weights = np.asarray(weights, np.float32)
        self.facts = facts

    def relevance(self, vectors: np.ndarray) -> np.ndarray:
        """Scores (n,) float32 of products (n, d): the larger, the earlier they go."""
        return in_blocks(lambda block: np.asarray(block, np.float32) @ self.weights, vectors)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the order to a ``.npz`` file, without pickle.

        Raises:
            UserError: If it cannot be written, or is there and no ``.npz`` file.
        """
        write_npz(path, format=np.array(_FORMAT), weights=self.weights,
                  facts=np.array(json.dumps(self.facts)))

    @classmethod
    def load(cls, path: str | os.PathLike) -> 'LinearOrder':
        """Reads what :meth:`save` wrote.

        Raises:
            UserError: If the file is something else.
        """
        try:
            content = read_npz(path)
            weights, facts = content['weights'], json_value(str(content['facts']))
            fits = (str(content['format']) == _FORMAT and isinstance(facts, dict)
                    and weights.ndim == 1 and weights.dtype.kind == 'f'
                    # As long as this, a score is finite: vectors are of unit length.
                    and np.linalg.norm(weights.astype(np.float64)) < np.finfo(np.float32).max)
        except (UserError, OSError, ValueError, KeyError):
            fits = False
        if not fits:
            raise UserError(f'{path}: not a learned order; expected a file that "fashion-models '
                            'order" saved')
        return cls(weights, facts)

    def check(self, embeddings: Embeddings) -> None:
        """Raises UserError if the embeddings are in another space than the order."""
        if (len(self.weights) != embeddings.header['size']
                or self.facts.get('space') != embeddings.space):
            raise UserError(
                f'{embeddings.file}: comes from another network than the learned order, or was '
                'reduced differently; learn the order again')


def learn_order(lists: list[RankedList], embeddings: Embeddings,
                whitening: Whitening | None = None) -> LinearOrder:
    """Learns an order from ranked lists.

    Args:
        lists: Lists of products that are among the embeddings.
        embeddings: The products' vectors.
        whitening: That of the embeddings, if it has been computed already.

    Raises:
        UserError: If a product is not among the embeddings, or scikit-learn is not installed.
    """
    whitening = whitening or Whitening(embeddings.vectors)
    rows = [[embeddings.row(product) for product in ranked.products] for ranked in lists]
    weights, facts = learn(
        [whitening.linear(embeddings.vectors[own]) for own in rows],
        [np.array(ranked.ranks) for ranked in lists])
    return LinearOrder(whitening.pull_back(weights), {
        'space': embeddings.space, 'lists': len(lists),
        'products': len({row for own in rows for row in own}), **facts})


def learn(parts: list[np.ndarray], ranks: list[np.ndarray]) -> tuple[np.ndarray, dict]:
    """Learns weights from lists of vectors, with the regularization that suits held-out lists best.

    Args:
        parts: For each list, its vectors (m, d).
        ranks: For each list, its ranks (m,).

    Returns:
        The weights (d,), and ``pairs``, ``strength`` and ``tau`` as in :attr:`LinearOrder.facts`.
    """
    # The best weights are a sum of the products' vectors: with fewer products than numbers in a
    # vector, there are fewer unknowns.
    basis = np.linalg.qr(np.concatenate(parts).T)[0]
    parts = [part @ basis for part in parts]
    pairs = [_pairs(own, number) for number, own in enumerate(ranks)]
    strength, tau = _choose(parts, ranks, pairs)
    weights = basis @ _fit(parts, pairs, strength)
    return weights, {'pairs': sum(map(len, pairs)), 'strength': strength, 'tau': tau}


def _fit(parts, pairs, strength):
    """The weights (d,) that give the first of each pair (p, 2) of rows the larger score."""
    linear_model = require(
        'sklearn.linear_model', extra='analysis', purpose='learning an order')
    used = [(part, own) for part, own in zip(parts, pairs) if len(own)]
    differences = np.concatenate([part[own[:, 0]] - part[own[:, 1]] for part, own in used])
    # A list of forty products has 130 times the pairs of a list of four, but is one opinion.
    weights = np.concatenate([np.full(len(own), 1 / len(own)) for _, own in used])
    # Half of the pairs are turned round: without an intercept it makes no difference, and the model
    # wants to see both labels. A single pair is used both ways.
    if len(differences) == 1:
        differences, weights = differences.repeat(2, axis=0), np.full(2, 0.5)
    signs = np.where(np.arange(len(differences)) % 2, -1, 1)
    model = linear_model.LogisticRegression(C=strength, fit_intercept=False, max_iter=1000)
    model.fit(differences * signs[:, np.newaxis], signs, weights * len(weights) / weights.sum())
    return model.coef_[0]


def _pairs(ranks, seed):
    """(p, 2) rows of one list, the one with the lower rank first."""
    # All pairs are numbered, row by row; only those chosen are made: of a list of 8,000 products
    # there are 32 million.
    later = len(ranks) - np.searchsorted(np.sort(ranks), ranks, 'right')
    ends, total = later.cumsum(), int(later.sum())
    chosen = (np.arange(total) if total <= PAIRS else
              np.random.default_rng(seed).choice(total, PAIRS, replace=False))
    before = np.searchsorted(ends, chosen, 'right')
    places = chosen - (ends - later)[before]
    pairs = [(row, np.flatnonzero(ranks > ranks[row])[place])
             for row, place in zip(before.tolist(), places.tolist())]
    return np.array(pairs, np.intp).reshape(-1, 2)


def _choose(parts, ranks, pairs):
    """The strength that orders held-out lists best, and the mean tau (or None) it reaches."""
    usable = [number for number, own in enumerate(pairs) if len(own)]
    if len(usable) < 2:
        return USUAL_STRENGTH, None
    folds = [usable[start::FOLDS] for start in range(min(FOLDS, len(usable)))]
    reached = {}
    for strength in STRENGTHS:
        taus = []
        for fold in folds:
            rest = [number for number in usable if number not in fold]
            weights = _fit([parts[n] for n in rest], [pairs[n] for n in rest], strength)
            taus += [kendall_tau(parts[n] @ weights, ranks[n]) for n in fold]
        reached[strength] = float(np.mean(taus))
    best = max(reached, key=reached.get)
    return best, reached[best]


def kendall_tau(scores: np.ndarray, ranks: np.ndarray) -> float:
    """Kendall's tau-b between scores (n,), the largest first, and ranks (n,), the lowest first.

    1 is the same order, -1 the reverse, and 0 chance, or equal scores for all.
    """
    stats = require('scipy.stats', extra='analysis', purpose='learning an order')
    tau = stats.kendalltau(-np.asarray(scores), ranks).statistic
    return 0.0 if np.isnan(tau) else float(tau)
