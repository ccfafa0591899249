"""The tables of how well listings of one product are found."""

import numpy as np

from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.listing_pairs import (
    FIGURES,
    KINDS,
    PRECISIONS,
    Split,
    colourways,
    mean_of_seeds,
)


def pair_tables(measured: dict[tuple[str, str], list[Figures]],
                called: dict[str, list[dict[str, int]]], test: Split) -> list[Table]:
    """How well each witness finds the pairs, and what the pairs are that it calls one product."""
    rows = []
    for (name, which), found in measured.items():
        cells = [_cell(*mean_of_seeds(found, key)) for key in FIGURES]
        points = [one['operating_point'] for one in found if one['operating_point']]
        for key in ('precision', 'recall'):
            known = [point[key] for point in points if point[key] is not None]
            cells.append(float(np.mean(known)) if len(known) == len(found) else None)
        rows.append((f'{name}, {"all pairs" if which == "all" else "of two retailers"}', *cells))
    tables = [Table(
        f'Duplicates among {len(test.items):,} listings of the test split, with {test.total:,} '
        'pairs of one product',
        ('witness', *FIGURES[:2], *(f'at {wanted}' for wanted in PRECISIONS[1:]),
         'operating point: precision', 'recall'), rows)]
    in_colourways = colourways(test)
    rows = []
    for kind in KINDS:
        title = {'one product': f'{kind} (of {test.total:,})',
                 'colourways of a design': f'{kind} (of {in_colourways:,})'}.get(kind, kind)
        rows.append((title, *(
            f'{np.mean([counts[kind] for counts in found]):.0f}' for found in called.values())))
    tables.append(Table(
        'What the pairs are that are called one product, with a probability of 0.5 or more',
        ('pairs', *called), rows))
    return tables


def _cell(value, interval):
    return f'{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})'
