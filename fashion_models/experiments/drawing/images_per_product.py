"""A picture of accuracy by the number of images of a product."""

import pathlib

import numpy as np

from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.tasks_and_images import MULTI, SINGLE, WAYS
from fashion_models.files import atomic_write


def draw_images(images: Figures, path: pathlib.Path) -> None:
    """Draws, for the test split, accuracy by number of images, and multi-image minus each way.

    Without a number of images that enough products have, only the latter.

    Args:
        images: The figures of
            :func:`~fashion_models.experiments.measuring.tasks_and_images.compare_images`.
        path: A PNG file.
    """
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    own = images['test']
    by_images = bool(own['by_images'])
    figure = Figure(figsize=(11 if by_images else 6.2, 4.4), layout='constrained')
    if by_images:
        left, right = figure.subplots(1, 2, width_ratios=(4, 5))
        _by_images(left, own['by_images'])
    else:
        right = figure.subplots()
    names = [name for name in WAYS if name != MULTI][::-1]
    _whiskers(right, range(len(names)), [own['difference'][name][ALL] for name in names], 'x',
              color='black', marker='o', linestyle='')
    right.axvline(0, color='0.6', linewidth=1)
    right.set_yticks(range(len(names)), names)
    right.margins(y=0.25)
    right.set_xlabel('accuracy of multi-image minus each')
    right.grid(axis='x', color='0.92')
    for axes in figure.axes:
        axes.spines[['top', 'right']].set_visible(False)
    figure.suptitle(f'{own["products"]} products of the test split; bars are 95 % intervals',
                    fontsize='medium')
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=110)


def _by_images(axes, by_images):
    """Accuracy by number of images."""
    # Colours that the colour-blind can tell apart (Okabe & Ito, 2008), and different markers.
    for shift, (name, colour, marker) in enumerate((
            (MULTI, '#0072B2', 'o'), (f'{SINGLE}, averaged', '#D55E00', 's'),
            (SINGLE, '#009E73', '^'))):
        numbers = list(by_images)
        intervals = [by_images[n]['accuracy'][name] for n in numbers]
        _whiskers(axes, [n + 0.1 * (shift - 1) for n in numbers], intervals, 'y',
                  color=colour, marker=marker, linestyle='-', linewidth=1, label=name)
    axes.set_xlabel(f'images of the product ({MAX_IMAGES}: or more)')
    axes.set_ylabel('accuracy, mean over the tasks')
    axes.set_xticks(range(1, MAX_IMAGES + 1))
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.25 * (high - low))      # room for the legend, which hides nothing
    axes.legend(frameon=False, loc='upper left')
    axes.grid(axis='y', color='0.92')


def _whiskers(axes, places, intervals, direction, **style):
    """Values at places along the other axis, with their intervals as bars."""
    values = np.array([interval.value for interval in intervals])
    # A value may lie just outside its interval, which comes from random draws.
    bars = np.clip([values - [interval.widest[0] for interval in intervals],
                    [interval.widest[1] for interval in intervals] - values], 0, None)
    x, y = (list(places), values) if direction == 'y' else (values, list(places))
    axes.errorbar(x, y, **{f'{direction}err': bars}, capsize=3, markersize=5, **style)
