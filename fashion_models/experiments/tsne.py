"""Maps of the representation, and beside them the numbers that a map cannot give.

    python -m fashion_models.experiments.tsne [--catalogue DIR] [--seeds 3]

As in the article, the products of the test split are mapped to two dimensions by t-SNE (van der
Maaten & Hinton, 2008): by the multi-task network's representation, and by that of a network
trained on colour only. The networks are those of the first seed; the 1024 numbers are first
reduced to 50 by PCA, as that article does. Needs openTSNE, of the extra ``analysis``.

===================  ===============================================================================
``products.jpg``     the multi-task map, of products' pictures: in each square of a grid the product
                     nearest its middle; left out where the catalogue's licence does not allow it
                     (:mod:`~fashion_models.experiments.kit.pictures`)
``multi-task.png``   the same map as points, by type, with the categories' names in their midst
``colour-only.png``  the colour-only map: points in the products' colours
===================  ===============================================================================

A t-SNE map shows neighbourhoods, but neither distances nor how pure a neighbourhood is. The measure
for that is nearest-neighbour purity in the space of 1024 numbers: the share of a product's nearest
neighbours, k = 1 or 10, that have its label. Neighbours are other products of the test split that
have a label in the task, without the product's own group (the colourways of its design); a product
with fewer than k of them does not count, and a k that is too large for all is left out. The table
also has the purity of neighbours drawn at random, and how much of it the map keeps. Intervals are
over products and seeds.

Time: in units of one training of the recipe, 2 a seed, shared with ``main_table`` and ``filters``;
a minute or two for the rest.
"""


import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.errors import UnsuitableCatalogue, UserError
from fashion_models.experiments.drawing.maps import draw_colours, draw_products, draw_types
from fashion_models.experiments.kit import pictures
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.purity import (
    COLOUR,
    MULTI,
    purity_figures,
    usable_neighbours,
)
from fashion_models.experiments.measuring.requirements import require_labels
from fashion_models.experiments.tabulating.purity import purity_table
from fashion_models.optional import require
from fashion_models.plural import counted
from fashion_models.representation.encoder import Encoder

MAPPED = 5000       # products; with more of them points hide each other
COMPONENTS = 50
PERPLEXITY = 30
FEWEST = 5          # products; a map of fewer shows nothing


def tsne(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_open_tsne()
    require_labels(settings.catalogue, 'colour')
    tasks = settings.recipe.model.tasks
    if 'colour' not in tasks:
        raise UserError(f'recipe: found the tasks {", ".join(tasks)}, expected colour among them')
    products = settings.products(settings.recipe)['test']
    neighbours = _neighbours(products, settings.catalogue)
    colour = settings.recipe.for_tasks(('colour',))
    settings.networks = 2 * len(settings.seeds)
    settings.train([('multi-task', None, None), ('colour-only', colour, None)])
    runs = {
        MULTI: settings.seeds_of('multi-task'), COLOUR: settings.seeds_of('colour-only', colour)}
    vocabulary = runs[MULTI][0].vocabulary
    vectors = {name: [_vectors(run, products) for run in own] for name, own in runs.items()}
    rows = np.unique(np.linspace(0, len(products) - 1, MAPPED).astype(int))
    maps = {name: places_of(own[0][rows]) for name, own in vectors.items()}
    figures = {
        'products': len(products), 'mapped': len(rows), 'pictures': pictures.may_show(settings),
        'purity': purity_figures(
            vectors, maps, rows, products, vocabulary.tasks, neighbours)}
    draw_products(maps[MULTI], rows, products, folder / 'products.jpg', figures['pictures'])
    labels = {
        task: [names[number] if number >= 0 else None for number in column]
        for (task, names), column in zip(vocabulary.labels.items(), products.t[rows].T)}
    draw_types(maps[MULTI], labels.get('type'), labels.get('category'), folder / 'multi-task.png')
    draw_colours(maps[COLOUR], labels['colour'], folder / 'colour-only.png')
    return figures, [purity_table(figures, vocabulary.tasks)]


def require_open_tsne() -> None:
    """Raises UserError, before any training, if openTSNE is missing."""
    _open_tsne()


def _open_tsne():
    return require('openTSNE', extra='analysis', purpose='a map')


def _neighbours(products, catalogue):
    """The numbers of neighbours that the products of the test split allow.

    Raises:
        UnsuitableCatalogue: If they are too few for a map, or have no neighbours.
    """
    if len(products) < FEWEST:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: {counted(len(products), "product")} in the test split, expected '
            f'{FEWEST} or more for a map')
    found = usable_neighbours(products)
    if not found:
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: no product of the test split has a neighbour, a product of '
            'another group with a label of the same task; expected some')
    return found


def _vectors(run, products):
    return Encoder(
        run, device=run.devices, with_labels=False).embed_set(products)


def places_of(vectors: np.ndarray) -> np.ndarray:
    """Maps vectors (n, d) to the plane by t-SNE: (n, 2); the same each time."""
    centred = np.asarray(vectors, np.float64) - vectors.mean(axis=0)
    components = np.linalg.eigh(centred.T @ centred)[1][:, :-COMPONENTS - 1:-1]
    return np.asarray(_open_tsne().TSNE(
        perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3), neighbors='exact',
        negative_gradient_method='bh', initialization='pca', random_state=0, n_jobs=1,
    ).fit(centred @ components))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('tsne', __doc__, tsne, argv)


if __name__ == '__main__':
    sys.exit(main())
