"""Maps of the representation, and beside them the numbers that a map cannot give.

    python -m fashion_models.experiments.tsne [--catalogue DIR] [--seeds 3]

As in the article, the products of the test split are mapped to two dimensions by t-SNE (van der
Maaten & Hinton, 2008): by the multi-task network's representation, and by that of a network
trained on colour only. The networks are those of the first seed; the 1024 numbers are first
reduced to 50 by PCA, as that article does. Needs openTSNE, of the extra ``analysis``.

===================  ===============================================================================
``products.jpg``     the multi-task map, of products' pictures: in each square of a grid the product
                     nearest its middle. Left out where the catalogue's licence does not allow it
                     (:mod:`~fashion_models.experiments.kit.pictures`)
``multi-task.png``   the same map as points, by type, with the categories' names in their midst
``colour-only.png``  the colour-only map: points in the products' colours
===================  ===============================================================================

A t-SNE map shows neighbourhoods, and neither distances nor how pure a neighbourhood is. That is
told by nearest-neighbour purity, in the space of 1024 numbers: the share of a product's nearest
neighbours, k = 1 or 10, that have its label. Neighbours are other products of the test split that
have a label in the task, without the product's own group (the colourways of its design). Beside it
what as many products drawn at random would give, and how much of the purity the map has kept.
Intervals are over products and seeds.

Time: in units of one training of the recipe, 2 a seed, shared with ``main_table`` and ``filters``;
a minute or two for the rest.
"""

import collections
import sys

import numpy as np
from PIL import Image

from fashion_models.catalogue.colours import fold
from fashion_models.data.products import require_products
from fashion_models.devices import resolve
from fashion_models.drawn.palette import BY_COLOUR
from fashion_models.errors import UserError
from fashion_models.experiments.kit import pictures, predictions
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import command
from fashion_models.experiments.retrieval import represent
from fashion_models.files import atomic_write
from fashion_models.optional import require
from fashion_models.training.table import TITLES

MULTI, COLOUR = 'multi-task', 'colour only'
NEIGHBOURS = 1, 10
MAPPED = 5000       # products; with more of them points hide each other
COMPONENTS = 50
PERPLEXITY = 30
FEWEST = 5          # products; a map of less is none

_QUERIES = 256      # at once: bounds the memory
#: Colours that the colour-blind tell apart (Okabe & Ito, 2008), and markers besides.
_STYLES = (('#0072B2', 'o'), ('#D55E00', '^'), ('#009E73', 's'), ('#CC79A7', 'D'), ('#E69F00', 'v'),
           ('#56B4E9', 'P'), ('#000000', 'X'))
_OTHERS = ('#999999', '.')


def tsne(settings, folder):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    require_open_tsne()
    colour = settings.recipe.replace(model__tasks=('colour',))
    runs = {
        MULTI: [settings.run('multi-task', seed) for seed in settings.seeds],
        COLOUR: [settings.run('colour-only', seed, colour) for seed in settings.seeds]}
    vocabulary = runs[MULTI][0].vocabulary
    products = settings.products(runs[MULTI][0])['test']
    require_products(products, 'test', settings.catalogue)
    if len(products) < FEWEST:
        raise UserError(
            f'{settings.catalogue.folder}: {len(products)} products in the test split, expected '
            f'{FEWEST} or more for a map')
    vectors = {name: [_vectors(run, products) for run in own] for name, own in runs.items()}
    rows = np.unique(np.linspace(0, len(products) - 1, MAPPED).astype(int))
    maps = {name: places_of(own[0][rows]) for name, own in vectors.items()}
    figures = {
        'products': len(products), 'mapped': len(rows), 'pictures': pictures.may_show(settings),
        'purity': purity_figures(vectors, maps, rows, products, vocabulary.tasks)}
    _draw_products(maps[MULTI], rows, products, folder / 'products.jpg', figures['pictures'])
    labels = {
        task: [names[number] if number >= 0 else None for number in column]
        for (task, names), column in zip(vocabulary.labels.items(), products.t[rows].T)}
    draw_types(maps[MULTI], labels.get('type'), labels.get('category'), folder / 'multi-task.png')
    draw_colours(maps[COLOUR], labels['colour'], folder / 'colour-only.png')
    return figures, [purity_table(figures, vocabulary.tasks)]


def require_open_tsne():
    """Raises UserError, before any training, if openTSNE is missing."""
    _open_tsne()


def _open_tsne():
    return require('openTSNE', extra='analysis', purpose='a map')


def _vectors(run, products):
    device = resolve(run.recipe.training.devices)[0]
    model = run.load_model()
    model.to_device(device)
    return represent(model, products, run.mean, device)


def places_of(vectors):
    """Maps vectors (n, d) to the plane by t-SNE: (n, 2); the same each time."""
    centred = np.asarray(vectors, np.float64) - vectors.mean(axis=0)
    components = np.linalg.eigh(centred.T @ centred)[1][:, :-COMPONENTS - 1:-1]
    return np.asarray(_open_tsne().TSNE(
        perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3), neighbors='exact',
        negative_gradient_method='bh', initialization='pca', random_state=0, n_jobs=1,
    ).fit(centred @ components))


def purity(vectors, t, groups, k=None):
    """The share of each vector's nearest neighbours that are of its class.

    Args:
        vectors (numpy.ndarray): (n, d); the nearest are those at the least Euclidean distance,
            which for vectors of unit length are those of the greatest cosine.
        t (numpy.ndarray): (n,) classes; a vector with -1 is nobody's neighbour.
        groups (sequence of str): (n,); no neighbours are those of one group.
        k (int): How many neighbours; ``None`` takes all that there are, which is what neighbours
            drawn at random would give.

    Returns:
        numpy.ndarray: (n,) 0 to 1; nan without a class or without any neighbour. Where there are
        fewer than k, it is the share of those.
    """
    known = np.flatnonzero(np.asarray(t) >= 0)
    found = np.full(len(vectors), np.nan)
    own_vectors, classes = vectors[known], np.asarray(t)[known]
    groups = np.unique(groups, return_inverse=True)[1][known]
    half_norms = (own_vectors ** 2).sum(axis=1) / 2
    for start in range(0, len(known), _QUERIES):
        part = slice(start, start + _QUERIES)
        barred = groups[part, None] == groups
        same = (classes[part, None] == classes) & ~barred
        counts = (~barred).sum(axis=1)
        if k is not None and k < len(known):
            nearness = own_vectors[part] @ own_vectors.T - half_norms
            nearness[barred] = -np.inf
            nearest = np.argpartition(-nearness, k - 1, axis=1)[:, :k]
            same = np.take_along_axis(same, nearest, axis=1)
            counts = np.minimum(counts, k)
        found[known[part]] = np.where(
            counts > 0, same.sum(axis=1) / np.maximum(counts, 1), np.nan)
    return found


def purity_figures(vectors, maps, rows, products, tasks):
    """Purities of all networks, of their maps, and of chance.

    Args:
        vectors (dict): From each network to its (products, d) vectors, one array a seed.
        maps (dict): From each network to the places (m, 2) of some products.
        rows (numpy.ndarray): (m,) which of the products those are.
        products (~fashion_models.data.products.ProductSet): The products.
        tasks (sequence of str): The columns of ``products.t``.

    Returns:
        dict: From each network and from ``multi-task minus colour only`` to k to task to
        :class:`~.statistics.Interval`; ``map`` and ``chance`` to means.
    """
    groups = np.array(products.groups)
    t = products.t

    def all_tasks(own, t, groups, k):
        return np.stack([purity(own, column, groups, k) for column in t.T], axis=1)

    found = {name: {k: np.stack([all_tasks(own, t, groups, k) for own in of_seeds])
                    for k in NEIGHBOURS} for name, of_seeds in vectors.items()}
    figures = {name: {k: predictions.accuracies(values, tasks, groups)
                      for k, values in of_name.items()} for name, of_name in found.items()}
    figures[f'{MULTI} minus {COLOUR}'] = {
        k: predictions.differences(found[MULTI][k], found[COLOUR][k], tasks, groups)
        for k in NEIGHBOURS}
    figures['map'] = {name: {k: _means(all_tasks(own, t[rows], groups[rows], k), tasks)
                             for k in NEIGHBOURS} for name, own in maps.items()}
    figures['chance'] = _means(all_tasks(vectors[MULTI][0], t, groups, None), tasks)
    return figures


def _means(values, tasks):
    known = [column for column in range(len(tasks)) if not np.isnan(values[:, column]).all()]
    means = {tasks[column]: float(np.nanmean(values[:, column])) for column in known}
    return {ALL: float(np.mean(list(means.values()))), **means}


def purity_table(figures, tasks):
    """The purities of all networks and tasks."""
    own, columns = figures['purity'], [ALL, *tasks]
    rows = []

    def add(title, of_tasks, show):
        rows.append((title, *(show(of_tasks[task]) if task in of_tasks else None
                              for task in columns)))

    for k in NEIGHBOURS:
        for name in MULTI, COLOUR:
            add(f'{name}, k = {k}', own[name][k], lambda i: f'{i.value:.3f} ({i.range()})')
        difference = f'{MULTI} minus {COLOUR}'
        add(f'{difference}, k = {k}', own[difference][k], str)
    for name in MULTI, COLOUR:
        k = NEIGHBOURS[-1]
        add(f'the map of {name}, k = {k}', own['map'][name][k], float)
    add('neighbours at random', own['chance'], float)
    return Table(
        f'Nearest-neighbour purity over {figures["products"]} products of the test split, '
        'with 95 % intervals',
        ('', 'mean', *(TITLES[task] for task in tasks)), rows)


def _draw_products(places, rows, products, path, allowed):
    path.unlink(missing_ok=True)    # that of an earlier run, which may have been allowed to
    if allowed:
        def thumbnail(place):
            return Image.fromarray(products.store.image(products.images[rows[place]][0]))
        pictures.write_jpeg(pictures.mosaic(places, thumbnail), path)


def draw_types(places, types, categories, path):
    """Draws a map as points by type, with the names of categories in their midst.

    Args:
        places (numpy.ndarray): (n, 2).
        types (list of str): (n,) labels, ``None`` where one is missing; or ``None``.
        categories (list of str): As ``types``.
        path (~pathlib.Path): PNG.
    """
    figure, axes = _axes(places)
    types = np.array([label or 'not known' for label in types or [None] * len(places)])
    commonest = [name for name, _ in collections.Counter(types).most_common()]
    for number, name in enumerate(commonest):
        colour, marker = _STYLES[number] if number < len(_STYLES) else _OTHERS
        own = types == name
        axes.scatter(*places[own].T, s=14, c=colour, marker=marker, linewidths=0, alpha=0.7,
                     label=f'{name} ({own.sum()})')
    figure.legend(frameon=False, loc='outside right upper', markerscale=2)
    _name_categories(figure, axes, places, categories)
    _save(figure, path)


def _name_categories(figure, axes, places, categories):
    """Writes each category's name at its middle, the commonest first, where none is yet."""
    from matplotlib import patheffects

    categories = np.array([label or '' for label in categories or []])
    figure.draw_without_rendering()     # decides where the axes are
    taken = []
    for name, count in collections.Counter(categories).most_common():
        if not name or count < 0.005 * len(places):
            continue
        own = places[categories == name]
        # The product in the midst of most others: a mean may lie where the category is not.
        distances = np.linalg.norm(own[:, None] - own[None, :400], axis=2)
        x, y = own[np.median(distances, axis=1).argmin()]
        text = axes.text(
            x, y, name, ha='center', va='center', fontsize=9, fontweight='bold',
            path_effects=[patheffects.withStroke(linewidth=3, foreground='white')])
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def draw_colours(places, colours, path):
    """Draws a map as points in the products' colours.

    Args:
        places (numpy.ndarray): (n, 2).
        colours (list of str): (n,) labels, ``None`` where one is missing.
        path (~pathlib.Path): PNG.
    """
    figure, axes = _axes(places)
    axes.set_facecolor('#d4d4d4')       # white and black are both seen on it
    colours = np.array([label or 'not known' for label in colours])
    handles = {}
    for name, count in collections.Counter(colours).most_common():
        face, marker = _swatch(name)
        handles[name] = axes.scatter(
            *places[colours == name].T, s=18, color=face, marker=marker, linewidths=0.4,
            edgecolors='#555555', label=f'{name} ({count})')
    figure.legend(facecolor='#d4d4d4', loc='outside right upper', markerscale=2)
    _save(figure, path)


def _swatch(label):
    """What to draw a colour's points with: RGB from 0 to 1, or 'none' for hollow; and a marker."""
    base = next(iter(fold(label)), None)
    if base is None:
        return 'none', 'o' if label == 'not known' else 's'
    if base == 'Multicolour':
        return 'white', '*'
    # A metal and the colour next to it differ in their gloss, which a point does not have.
    marker = 'D' if base in ('Gold', 'Silver') else 'o'
    return tuple(part / 255 for part in BY_COLOUR[base][0].rgb), marker


def _axes(places):
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    width, height = np.ptp(places, axis=0)
    # About 9 of the 10.8 inches are left beside the legend.
    figure = Figure(figsize=(10.8, np.clip(9 * height / width, 4.5, 10.8)), layout='constrained')
    axes = figure.subplots()
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect('equal')
    axes.spines[:].set_visible(False)
    return figure, axes


def _save(figure, path):
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('tsne', __doc__, tsne, argv)


if __name__ == '__main__':
    sys.exit(main())
