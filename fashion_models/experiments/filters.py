"""What the first layer looks at: its filters as RGB tiles, and how much of them is colour.

    python -m fashion_models.experiments.filters [--catalogue DIR] [--seeds 3]

The article shows the first filters of the multi-task network, in which it finds "a stronger
emphasis on colour than traditional imagenet models", and those of a network trained on colour only
whose first filters are 1 x 1. Here are both, and the filters of a colour-only network of the usual
size.

After the few steps that a small catalogue allows, a filter is still in large part the random one
that it started as. So its learnt part is shown beside it: the filter without its projection on the
random start. Every tile is scaled by its own largest weight; grey is 0.

The impression is measured as the chromatic share of a filter's energy: the part of the sum of its
squared weights that is left when the mean of red, green and blue is subtracted at each pixel. A
filter of brightness alone has 0, of colour alone 1; random weights have 2/3. What is learnt is a
sum of what was in the images, so compare it with the images' own share. Intervals are over filters
and seeds.

Time: in units of one training of the recipe, 3 a seed, of which those of the multi-task and of the
colour-only network are shared with ``main_table`` and ``single_vs_multi``; seconds for the rest.
"""


import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.data.crops import crop
from fashion_models.experiments.drawing.filter_tiles import draw_filters
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.chromatic_shares import (
    LEARNT,
    STARTED,
    TRAINED,
    chromatic_shares,
    learnt,
    minus_images,
    shares,
)
from fashion_models.experiments.measuring.requirements import require_labels
from fashion_models.training import snapshots
from fashion_models.training.model import build_model
from fashion_models.training.run import Run

WEIGHTS = 'encoder/trunk/conv1/conv/W'
MULTI, COLOUR, COLOUR_1 = 'multi-task', 'colour only', 'colour only, 1 x 1'
IMAGES = 1000


def filters(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    require_labels(settings.catalogue, 'colour')
    colour = settings.recipe.for_tasks(('colour',))
    recipes = {
        MULTI: ('multi-task', settings.recipe), COLOUR: ('colour-only', colour),
        COLOUR_1: ('colour-only-1x1', colour.replace(model__first_ksize=1))}
    settings.networks = len(recipes) * len(settings.seeds)
    settings.train([(run_name, recipe, None) for run_name, recipe in recipes.values()])
    weights = {}
    for name, (run_name, recipe) in recipes.items():
        runs = settings.seeds_of(run_name, recipe)
        weights[name] = parts_of(runs)
    figures = {name: {
        'filters': of_name[TRAINED].shape[1], 'ksize': of_name[TRAINED].shape[3],
        'learnt_share_of_energy': (of_name[LEARNT] ** 2).sum() / (of_name[TRAINED] ** 2).sum(),
        **{part: shares(W) for part, W in of_name.items()}} for name, of_name in weights.items()}
    figures['multi-task minus colour only'] = {
        part: statistics.difference(*(
            chromatic_shares(weights[name][part]) for name in (MULTI, COLOUR)),
            range(figures[MULTI]['filters'])) for part in (TRAINED, LEARNT)}
    figures['images'] = images_share(settings, runs[0])
    figures['multi-task learnt part minus images'] = minus_images(
        weights[MULTI][LEARNT], figures['images']['of_all_energy'])
    draw_filters(weights, figures, folder / 'filters.png')
    return figures, [table(figures)]


def parts_of(runs: Sequence[Run]) -> dict[str, np.ndarray]:
    """The first filters of finished runs, as trained, what they have learnt, and as they started.

    Returns:
        From each part to (runs, filters, 3, k, k).
    """
    trained, started = (np.stack(list(map(part, runs))) for part in (_trained, _start))
    return {TRAINED: trained, LEARNT: learnt(trained, started), STARTED: started}


def _trained(run):
    return snapshots.read_model_arrays(run.snapshot('best'))[WEIGHTS]


def _start(run):
    """The first filters that a run started from."""
    return build_model(run.recipe, run.vocabulary.classes).encoder.trunk.conv1.conv.W.array


def images_share(settings: Settings, run: Run) -> dict[str, float]:
    """The chromatic share of the images' own energy, the mean image subtracted."""
    products = settings.products(run.recipe)['train']
    size = run.recipe.data.size
    numbers = np.concatenate(products.images)
    numbers = numbers[::-(-len(numbers) // IMAGES)]
    images = np.stack([crop(products.store.image(number), size) for number in numbers])
    W = images.transpose(0, 3, 1, 2) - run.mean
    return {'images': len(W), 'of_all_energy': np.average(
        chromatic_shares(W), weights=(W ** 2).sum(axis=(1, 2, 3)))}


def table(figures: Figures) -> Table:
    """Chromatic shares of all networks."""
    rows = []
    for name in (MULTI, COLOUR, COLOUR_1):
        own = figures[name]
        for part in (TRAINED, LEARNT, STARTED):
            share = own[part]['chromatic_share']
            energy = {TRAINED: 1.0, LEARNT: own['learnt_share_of_energy']}.get(part)
            rows.append((
                f'{name}: {part}', f'{own["filters"]} of {own["ksize"]} x {own["ksize"]}', energy,
                share.value, share.range(), own[part]['of_all_energy'],
                f'{own[part]["mostly_colour"]:.0%}'))
    rows.append((f'{figures["images"]["images"]} training images', None, None, None, None,
                 figures['images']['of_all_energy'], None))
    rows.append((f'{MULTI}: {LEARNT} minus images', None, None, *str(
        figures['multi-task learnt part minus images']).split(' ', 1), None, None))
    for part, found in figures['multi-task minus colour only'].items():
        rows.append((f'multi-task minus colour only: {part}', None, None, *(
            str(found).split(' ', 1)), None, None))
    return Table(
        'Chromatic share of the energy of the first filters, mean over filters and seeds',
        ('network', 'filters', 'energy', 'chromatic share', '95 % interval',
         'of the summed energy', 'filters of mostly colour'), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('filters', __doc__, filters, argv, splits=('train', 'validation'))


if __name__ == '__main__':
    sys.exit(main())
