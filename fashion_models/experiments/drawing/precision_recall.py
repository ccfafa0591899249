"""A picture of precision over recall."""


import pathlib

from fashion_models.experiments.kit.results import Figures
from fashion_models.experiments.measuring.listing_pairs import PRECISION


def draw_curves(measured: dict[tuple[str, str], list[Figures]], path: pathlib.Path) -> None:
    """Precision over recall, of the first seed, all pairs."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4.2), layout='constrained')
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
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
