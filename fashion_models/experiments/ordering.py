"""Does an order by pictures suit a shopper, and a merchandiser, better than one by words?

    python -m fashion_models.experiments.ordering [--catalogue DIR] [--seeds 3]

The article's opening use case: "If we order the products using only textual features then it will
be hard to match user expectations and replicate the manual merchandising process." Shoppers and
merchandisers are simulated, with hidden tastes on the true attributes of the products
(:mod:`~fashion_models.experiments.kit.shoppers` describes them); their products are those of the
test split.

* **Shoppers** have liked five products and disliked five. The others are ordered for them by the
  pictures (:mod:`fashion_models.representation.ordering.order`), by the texts (the same rule on
  TF-IDF vectors of titles and descriptions), by the true attributes (the same rule on these: what a
  better representation could reach), by how many other shoppers liked them, and at random.
* **Merchandisers** rank lists of 20 validation products. What was learned from 5 or 20 lists
  (:mod:`fashion_models.representation.ordering.merchandiser`) orders the test products.

NDCG is the share of the best possible gain that the first places of an order have: the first 10,
and the first 50 where so many products are left to order. Intervals are over shoppers or
merchandisers, and over seeds where there are several; differences are paired.

Time: one training a seed (shared with the other experiments); then, on a CPU, about a minute a seed
to embed 30,000 images and for the rest.
"""

import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.kit.shoppers import (
    Population,
    gains,
    history,
    noisy,
    seen_of,
    true_attributes,
)
from fashion_models.experiments.kit.vectors import product_embeddings
from fashion_models.experiments.measuring.requirements import require_scikit_learn, require_texts
from fashion_models.experiments.measuring.scene import Scene, Words
from fashion_models.plural import counted
from fashion_models.representation.metrics import ndcg
from fashion_models.representation.ordering.merchandiser import learn
from fashion_models.representation.ordering.order import DISLIKED, DIVERSITY, Shopper, diversify

SHOPPERS, QUICK_SHOPPERS = 300, 30
OTHERS = 300        # shoppers whose likes make the popularity
MERCHANDISERS, QUICK_MERCHANDISERS = 12, 1
LISTS, LIST_SIZE = (5, 20), 20
PLACES = 10, 50
DIVERSITIES = 0.0, 0.1, DIVERSITY, 0.3, 0.5
ORDERS = {
    'pictures': 'by the pictures', 'words': 'by the words (TF-IDF)', 'both': 'by both',
    'popularity': 'by popularity', 'random': 'at random', 'truth': 'by the true attributes'}
COMPARED = ('pictures', 'words'), ('both', 'pictures'), ('both', 'words')
_SHOPPER, _OTHER, _MERCHANDISER = 1, 2, 3


def ordering(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_scikit_learn()
    require_texts(settings.catalogue)
    products = settings.products(settings.recipe)
    places = _places(len(products['test']), settings.catalogue)
    words = Words(settings.catalogue, products['train'].ids)
    settings.networks = len(settings.seeds)
    runs = settings.seeds_of('multi-task')
    attributes = true_attributes(settings.catalogue)
    shoppers = QUICK_SHOPPERS if settings.quick else SHOPPERS
    merchandisers = QUICK_MERCHANDISERS if settings.quick else MERCHANDISERS
    of_seeds = []
    for run in runs:
        embeddings = product_embeddings(run, settings.catalogue)
        scene = Scene(words, embeddings, attributes)
        of_seeds.append((
            serve(scene, shoppers, places), merchandise(scene, merchandisers, places)))
    served, merchandised = (_stacked([own[part] for own in of_seeds]) for part in (0, 1))
    figures = {
        'shoppers': shoppers, 'others': OTHERS, 'merchandisers': merchandisers,
        'products': len(scene.test), 'places': places,
        'list_size': min(LIST_SIZE, len(scene.validation)), 'diversity': DIVERSITY,
        'accidental_likes': float(served.pop('accidental').mean()),
        'orders': _intervals(served['orders']), 'diversities': _intervals(served['diversities']),
        'learned': _intervals(merchandised),
        'differences': {'orders': _differences(served['orders']), 'learned': {
            many: _differences(merchandised, f' {many}') for many in LISTS}}}
    return figures, tables(figures)


def _places(products, catalogue):
    """Those of :data:`PLACES` that an order has, of so many products of the test split.

    Raises:
        UnsuitableCatalogue: If it has none of them.
    """
    seen = seen_of(products)
    left = products - seen      # the shoppers', since merchandisers order all
    found = tuple(k for k in PLACES if k <= left)
    if not found:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: {counted(products, "product")} in the test split, of which a '
            f'shopper has seen {seen}; expected {min(PLACES)} or more that are left to order')
    return found


def serve(scene: Scene, count: int, places: Sequence[int] = PLACES) -> Figures:
    """Orders the test products for simulated shoppers.

    Returns:
        dict: ``orders``: from each of :data:`ORDERS` to a dict from ``ndcg@<k>`` to (count,);
        ``diversities``: from each share to (count,) of ``ndcg@10`` and of how many subcategories,
        colours and favourite categories the first ten places show; ``accidental``: (count,) shares
        of likes that are worth no more than the median product.
    """
    people, test = Population(scene.shop), scene.test
    popularity = np.zeros(len(test))
    for number in range(OTHERS):
        taste, rng = people.taste(number, _OTHER)
        popularity[history(taste.worth[test], rng)[1]] += 1
    orders = {name: {f'ndcg@{k}': [] for k in places} for name in ORDERS}
    diversities = {share: {} for share in DIVERSITIES}
    accidental = []
    for number in range(count):
        taste, rng = people.taste(number, _SHOPPER)
        worth = taste.worth[test]
        seen, liked, disliked = history(worth, rng)
        accidental.append(np.mean(worth[liked] <= np.median(worth[seen])))
        left = np.setdiff1d(np.arange(len(test)), seen)
        relevance = _relevance(scene, test, liked, disliked, popularity, rng)
        for name, scores in relevance.items():
            ranked = gains(worth[left])[np.argsort(-scores[left], kind='stable')][np.newaxis]
            for k in places:
                orders[name][f'ndcg@{k}'].append(ndcg(ranked, k)[0])
        for share in DIVERSITIES:
            order = left[diversify(
                relevance['pictures'][left], scene.white[test[left]], share, PLACES[0])]
            for name, value in _page(scene, taste, test, order).items():
                diversities[share].setdefault(name, []).append(value)
    return {'orders': orders, 'diversities': diversities, 'accidental': accidental}


def _relevance(scene, test, liked, disliked, popularity, rng):
    """Scores (t,) of the test products in each of :data:`ORDERS`."""
    pictures = Shopper(
        scene.whitening, scene.vectors[test[liked]], scene.vectors[test[disliked]]
    ).relevance(scene.vectors[test])
    words, truth = (_rocchio(vectors[test], liked, disliked)
                    for vectors in (scene.words, scene.truth))
    both = _standard(pictures) + _standard(words)
    # Popularity is a whole number: equals go in any order.
    return {'pictures': pictures, 'words': words, 'both': both,
            'popularity': popularity + rng.random(len(test)) / 2, 'random': rng.random(len(test)),
            'truth': truth}


def _rocchio(vectors, liked, disliked):
    taste = np.asarray(vectors[liked].mean(axis=0)) - DISLIKED * np.asarray(
        vectors[disliked].mean(axis=0))
    return np.asarray(vectors @ taste.ravel()).ravel()


def _standard(scores):
    return (scores - scores.mean()) / (scores.std() or 1)


def _page(scene, taste, test, order):
    """What the first places of an order show."""
    k = PLACES[0]
    rows = test[order]
    first = rows[:k]
    shares = scene.shop.shares
    shown = {name: int((shares[name][first] > 0).any(axis=0).sum())
             for name in ('subcategory', 'colour')}
    favourites = shares['category'][:, taste.categories] > 0
    possible = favourites[rows].any(axis=0).sum()
    shown['favourites'] = favourites[first].any(axis=0).sum() / possible if possible else np.nan
    return {f'ndcg@{k}': ndcg(gains(taste.worth[rows])[np.newaxis], k)[0], **shown}


def merchandise(scene: Scene, count: int, places: Sequence[int] = PLACES) -> Figures:
    """Learns from simulated merchandisers' lists, and orders the test products.

    Returns:
        dict: From ``<order> <number of lists>`` to a dict from ``ndcg@<k>`` to (count,).
    """
    people = Population(scene.shop)
    linear = scene.whitening.linear(scene.vectors)
    found = {}
    for number in range(count):
        taste, rng = people.taste(number, _MERCHANDISER)
        size = min(LIST_SIZE, len(scene.validation))
        lists = [rng.choice(scene.validation, size, replace=False) for _ in range(max(LISTS))]
        ranks = [np.argsort(np.argsort(-noisy(taste.worth[own], rng))) for own in lists]
        worth = gains(taste.worth[scene.test])
        for many in LISTS:
            scores = {'random': rng.random(len(scene.test))}
            for name, vectors in (('pictures', linear), ('words', scene.words)):
                weights, _ = learn([_dense(vectors[own]) for own in lists[:many]], ranks[:many])
                scores[name] = np.asarray(vectors[scene.test] @ weights).ravel()
            scores['both'] = _standard(scores['pictures']) + _standard(scores['words'])
            for name, own in scores.items():
                ranked = worth[np.argsort(-own, kind='stable')][np.newaxis]
                for k in places:
                    found.setdefault(f'{name} {many}', {}).setdefault(f'ndcg@{k}', []).append(
                        ndcg(ranked, k)[0])
    return found


def _dense(vectors):
    return vectors.toarray() if hasattr(vectors, 'toarray') else vectors


def _stacked(of_seeds):
    """Dicts of dicts of (count,) lists, one a seed, as dicts of dicts of (seeds, count) arrays."""
    if isinstance(of_seeds[0], dict):
        return {key: _stacked([own[key] for own in of_seeds]) for key in of_seeds[0]}
    return np.array(of_seeds, np.float64)


def _intervals(values, name=''):
    if isinstance(values, dict):
        return {key: _intervals(own, key) for key, own in values.items()}
    # Subcategories and colours are counted.
    highest = PLACES[0] if name in ('subcategory', 'colour') else 1
    return statistics.accuracy(values, range(values.shape[1]), highest=highest)


def _differences(values, suffix=''):
    """How far one order is ahead of another, for the pairs of :data:`COMPARED`."""
    found = {}
    for one, other in COMPARED:
        own, beside = values[one + suffix], values[other + suffix]
        found[f'{one} minus {other}'] = {
            metric: statistics.difference(own[metric], beside[metric], range(own[metric].shape[1]))
            for metric in own}
    return found


def _rows(differences, places, prefix=''):
    return [(prefix + name, *(str(own[f'ndcg@{k}']) for k in places))
            for name, own in differences.items()]


def tables(figures: Figures) -> list[Table]:
    """The three tables of the figures."""
    places = figures['places']
    orders = [
        (title, *_cells(figures['orders'][name], [f'ndcg@{k}' for k in places]))
        for name, title in ORDERS.items()]
    orders += _rows(figures['differences']['orders'], places)
    heading = [f'NDCG@{k}' for k in places]
    k = PLACES[0]
    diversities = [
        (f'{share:g}', *_cells(own, [f'ndcg@{k}', 'subcategory', 'colour', 'favourites']))
        for share, own in figures['diversities'].items()]
    learned = []
    for many in LISTS:
        learned += [
            (f'{many} lists, {ORDERS[name]}',
             *_cells(figures['learned'][f'{name} {many}'], [f'ndcg@{k}' for k in places]))
            for name in ('pictures', 'words', 'both', 'random')]
        learned += _rows(
            figures['differences']['learned'][many], places, f'{many} lists, ')
    return [
        Table(f'{counted(figures["products"], "test product")} in order for '
              f'{counted(figures["shoppers"], "simulated shopper")}, 95 % intervals',
              ('', *heading), orders),
        Table(f'The diversity term: what the first {k} places show',
              ('share', f'NDCG@{k}', 'subcategories', 'colours', 'favourite categories'),
              diversities),
        Table(f'Learned from lists of {figures["list_size"]} by '
              f'{counted(figures["merchandisers"], "simulated merchandiser")}',
              ('', *heading), learned)]


def _cells(intervals, names):
    return [f'{intervals[name].value:.3f} ({intervals[name].range()})' for name in names]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('ordering', __doc__, ordering, argv)


if __name__ == '__main__':
    sys.exit(main())
