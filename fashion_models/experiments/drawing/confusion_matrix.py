"""A picture of a confusion matrix, its labels in the order of the taxonomy."""

import pathlib
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.colours import LYST16
from fashion_models.catalogue.records import Header
from fashion_models.catalogue.taxonomy import Places
from fashion_models.files import atomic_write


def in_order(task: str, labels: Sequence[str], header: Header) -> list[str]:
    """The labels of a task in the order of the taxonomy, colours in that of LYST16.

    Args:
        task: The task.
        labels: The labels to put in order.
        header: Has the taxonomy.

    Returns:
        The labels; those without a known order come last, alphabetically.
    """
    tree = header.taxonomy
    orders = {
        'gender': header.genders, 'colour': LYST16, 'type': tree,
        'category': [category for below in tree.values() for category in below],
        'subcategory': [name for below in tree.values() for names in below.values()
                        for name in names]}
    known = [name for name in dict.fromkeys(orders.get(task, ())) if name in set(labels)]
    return known + sorted(set(labels) - set(known))


def parents(task: str, names: Sequence[str], header: Header) -> list[str]:
    """The label above each of a task's labels, '' where there is none."""
    places = Places(header.taxonomy)
    above = {'category': {name: types[0] for name, types in places.categories.items()},
             'subcategory': {name: found[0][1] for name, found in places.subcategories.items()}}
    return [above.get(task, {}).get(name, '') for name in names]


def draw_confusion(
        counts: np.ndarray, names: list[str], above: list[str], title: str,
        path: pathlib.Path) -> None:
    """Draws a confusion matrix: the shares of each label's products that get each answer.

    Args:
        counts: (n, n); rows are labels.
        names: (n,) in the order of the matrix.
        above: (n,) their parents; lines separate labels of different parents.
        title: The task's title.
        path: A PNG file.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    n = len(names)
    cell = min(50, 900 / n)     # pixels
    width = max(400, n * cell + 170)
    figure = Figure(figsize=(width / 100, (n * cell + 190) / 100), layout='constrained')
    axes = figure.subplots()
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    # One hue from light to dark, which everybody can tell apart; small shares are emphasised.
    axes.imshow(shares, cmap='Blues', norm=PowerNorm(0.5, 0, 1), interpolation='nearest')
    if cell >= 20:
        for row, column in zip(*np.nonzero(shares >= 0.01)):
            axes.text(column, row, f'{100 * shares[row, column]:.0f}', ha='center', va='center',
                      fontsize=min(9, cell / 3.2),
                      color='white' if shares[row, column] > 0.3 else 'black')
    starts = [0, *(place for place in range(1, n) if above[place] != above[place - 1])]
    for place in starts[1:]:
        axes.axhline(place - 0.5, color='0.75', linewidth=0.5)
        axes.axvline(place - 0.5, color='0.75', linewidth=0.5)
    if cell >= 12:
        places, texts = range(n), names
    else:   # too many for their own names
        places = [(start + end - 1) / 2 for start, end in zip(starts, [*starts[1:], n])]
        texts = [above[start] for start in starts]
    axes.set_xticks(places, texts, rotation=90, fontsize=9)
    axes.set_yticks(places, texts, fontsize=9)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel('predicted')
    axes.set_ylabel('label')
    numbers = ', % of the label\'s products' if cell >= 20 else ''
    axes.set_title(f'{title}{numbers}', fontsize='medium')
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)
