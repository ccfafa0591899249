"""What the first layer looks at: its filters as RGB tiles, and how much of them is colour.

    python -m fashion_models.experiments.filters [--catalogue DIR] [--seeds 3]

The article shows the first filters of the multi-task network, finds "a stronger emphasis on colour
than traditional imagenet models", and beside them those of a network trained on colour only whose
first filters are 1 x 1. Here are both, and the filters of a colour-only network of the usual size.

After so few steps as a small catalogue gives, a filter is still mostly the random one that it
started as. So beside each filter is its learnt part: what is left of it when the start, times
whatever is left of that, is taken away. Every tile is scaled by its own largest weight, grey is 0.

The number beside the impression is the chromatic share of a filter's energy: of the sum of its
squared weights, what is left when at each pixel the mean of red, green and blue is taken out. A
filter of brightness alone has 0, of colour alone 1; random weights have 2/3. What is learnt is a
sum of what was in the images, so that their own share is what to compare it with. Intervals are
over filters and seeds.

Time: in units of one training of the recipe, 3 a seed, of which those of the multi-task and of the
colour-only network are shared with ``main_table`` and ``single_vs_multi``; seconds for the rest.
"""

import colorsys
import sys

import numpy as np

from fashion_models.data.crops import crop
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import command
from fashion_models.files import atomic_write
from fashion_models.training import snapshots
from fashion_models.training.model import build_model

WEIGHTS = 'encoder/trunk/conv1/W'
MULTI, COLOUR, COLOUR_1 = 'multi-task', 'colour only', 'colour only, 1 x 1'
IMAGES = 1000
TRAINED, LEARNT, STARTED = 'trained', 'learnt part', 'start'


def filters(settings, folder):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    colour = settings.recipe.replace(model__tasks=('colour',))
    recipes = {
        MULTI: ('multi-task', settings.recipe), COLOUR: ('colour-only', colour),
        COLOUR_1: ('colour-only-1x1', colour.replace(model__first_ksize=1))}
    weights = {}
    for name, (run_name, recipe) in recipes.items():
        runs = [settings.run(run_name, seed, recipe) for seed in settings.seeds]
        trained, started = (np.stack(list(map(part, runs))) for part in (_trained, _start))
        weights[name] = {
            TRAINED: trained, LEARNT: learnt(trained, started), STARTED: started}
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
    draw(weights, figures, folder / 'filters.png')
    return figures, [table(figures)]


def _trained(run):
    return snapshots.read_model_arrays(run.snapshot('best'))[WEIGHTS]


def _start(run):
    """The first filters that a run started from."""
    return build_model(run.recipe, run.vocabulary.classes).encoder.trunk.conv1.W.array


def images_share(settings, run):
    """The chromatic share of the images' own energy, the mean image subtracted."""
    products = settings.products(run)['train']
    size = run.recipe.data.size
    numbers = np.concatenate(products.images)
    numbers = numbers[::-(-len(numbers) // IMAGES)]
    images = np.stack([crop(products.store.image(number), size) for number in numbers])
    W = images.transpose(0, 3, 1, 2) - run.mean
    return {'images': len(W), 'of_all_energy': np.average(
        chromatic_shares(W), weights=(W ** 2).sum(axis=(1, 2, 3)))}


def minus_images(W, share):
    """The chromatic share of all energy of filters (seeds, filters, 3, k, k), less the images'."""
    energy = (W ** 2).sum(axis=(-3, -2, -1))
    weights = energy / energy.mean(axis=1, keepdims=True)
    return statistics.difference(
        chromatic_shares(W) * weights, share * weights, range(W.shape[1]))


def learnt(trained, started):
    """What training has added to each filter: what is left without its part along the start.

    Args:
        trained (numpy.ndarray): (…, 3, height, width).
        started (numpy.ndarray): Of the same shape.
    """
    axes = (-3, -2, -1)
    trained, started = (np.asarray(W, np.float64) for W in (trained, started))
    along = (trained * started).sum(axes, keepdims=True) / (started ** 2).sum(axes, keepdims=True)
    return trained - along * started


def chromatic_shares(W):
    """How much of each filter's energy is colour.

    Args:
        W (numpy.ndarray): (…, 3, height, width).

    Returns:
        numpy.ndarray: (…) 0 to 1; 0 for a filter without any energy.
    """
    W = np.asarray(W, np.float64)
    chromatic = ((W - W.mean(axis=-3, keepdims=True)) ** 2).sum(axis=(-3, -2, -1))
    energy = (W ** 2).sum(axis=(-3, -2, -1))
    return np.divide(chromatic, energy, out=np.zeros_like(energy), where=energy > 0)


def shares(W):
    """The figures of the filters of several seeds, (seeds, filters, 3, k, k)."""
    found = chromatic_shares(W)
    return {
        'chromatic_share': statistics.accuracy(found, range(found.shape[1])),
        'of_all_energy': np.average(found, weights=(W ** 2).sum(axis=(-3, -2, -1))),
        'mostly_colour': np.mean(found > 0.5), 'by_filter': found}


def table(figures):
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


def draw(weights, figures, path):
    """Draws the filters of all networks with the first seed, as trained and their learnt part.

    Args:
        weights (dict): From each name to {part: (seeds, filters, 3, k, k)}.
        figures (dict): From each name to its figures.
        path (~pathlib.Path): PNG.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 14), layout='constrained')
    for row, (name, of_name) in zip(figure.subplots(len(weights), 2), weights.items()):
        order = sorted(range(len(of_name[LEARNT][0])), key=lambda n: _place(of_name[LEARNT][0][n]))
        for axes, part in zip(row, (TRAINED, LEARNT)):
            share = figures[name][part]['chromatic_share'].value
            axes.imshow(tiles(of_name[part][0][order]), interpolation='nearest')
            axes.set_title(f'{name}: {part}\n{share:.0%} of a filter is colour')
            axes.set_axis_off()
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)


def tiles(W, side=14):
    """Filters as an image of tiles in rows.

    Args:
        W (numpy.ndarray): (filters, 3, k, k).
        side (int): Least width of a tile, in pixels.

    Returns:
        numpy.ndarray: (height, width, 3) float, 0 to 1; white between the tiles.
    """
    scale = -(-side // W.shape[2])
    largest = np.abs(W).max(axis=(1, 2, 3), keepdims=True)
    shown = 0.5 + 0.5 * W / np.where(largest > 0, largest, 1)
    shown = shown.transpose(0, 2, 3, 1).repeat(scale, axis=1).repeat(scale, axis=2)
    columns = int(np.ceil(np.sqrt(len(W))))
    step = shown.shape[1] + 2
    image = np.ones((-(-len(W) // columns) * step, columns * step, 3))
    for number, tile in enumerate(shown):
        top, left = number // columns * step, number % columns * step
        image[top:top + step - 2, left:left + step - 2] = tile
    return image


def _place(W):
    """The order in the picture: colourless filters, dark to bright, then the others by hue."""
    if chromatic_shares(W) < 0.5:
        return 0, float(W.mean())
    red, green, blue = W[:, *np.unravel_index(np.abs(W).sum(axis=0).argmax(), W.shape[1:])]
    low, high = min(red, green, blue), max(red, green, blue)
    return 1, colorsys.rgb_to_hsv(*((v - low) / (high - low or 1) for v in (red, green, blue)))[0]


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('filters', __doc__, filters, argv, test_split=False)


if __name__ == '__main__':
    sys.exit(main())
