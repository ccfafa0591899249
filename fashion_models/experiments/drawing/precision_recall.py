"""A picture of precision over recall."""

import pathlib

from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.listing_pairs import PRECISION
from fashion_models.files import atomic_write


def draw_curves(measured: dict[tuple[str, str], list[Figures]], path: pathlib.Path) -> None:
    """Draws precision over recall for all pairs, by each witness; first seed.

    Args:
        measured: From each witness and kind of pairs to its figures, one a seed.
        path: A PNG file.
    """
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.2), layout='constrained')
    axes = figure.subplots()
    for (name, which), found in measured.items():
        if which == 'two':
            continue
        curve, point = found[0]['curve'], found[0]['operating_point']
        line, = axes.plot(curve['recall'], curve['precision'], label=name)
        if point and point['precision'] is not None:
            axes.plot(point['recall'], point['precision'], 'o', color=line.get_color())
    axes.axhline(PRECISION, color='grey', linewidth=0.8, linestyle='--')
    axes.set(xlabel='recall', ylabel='precision', xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(frameon=False)
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=110)
