"""A picture of how many wrong labels are found by looking at how many."""

import itertools
import pathlib

import numpy as np

from fashion_models.experiments.kit.results import Figures
from fashion_models.files import atomic_write


def draw_lists(path: pathlib.Path, lists: dict[str, Figures]) -> None:
    """Draws the share of wrong labels found over the share of labels looked at, for each task.

    Args:
        path: A PNG file.
        lists: From each task to its figures.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4), layout='constrained')
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color='0.6', linestyle=':', label='in any order')
    styles = '-', '--', '-.', (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1))
    for style, (task, own) in zip(itertools.cycle(styles), lists.items()):
        if own['wrong']:
            found = np.concatenate([[0], own['found_after'], [own['labels']]])
            recall = np.concatenate([[0], np.arange(1, own['wrong'] + 1), [own['wrong']]])
            axes.step(found / own['labels'], recall / own['wrong'], where='post', linestyle=style,
                      label=f'{task} ({own["wrong"]} wrong)')
    axes.set(xlabel='share of the labels looked at, the most suspicious first',
             ylabel='share of the wrong labels found', xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc='lower right')
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=120)
