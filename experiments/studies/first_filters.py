"""A picture of the first filters of runs, as trained and what they have learnt of it.

    python experiments/studies/first_filters.py RUN [RUN ...] -o FILE.png

Each run is named after its folder.
"""

import argparse
import pathlib

from fashion_models.experiments.drawing.filter_tiles import draw_filters
from fashion_models.experiments.filters import parts_of
from fashion_models.experiments.measuring.chromatic_shares import LEARNT, TRAINED, shares
from fashion_models.training.run import Run


def main():
    """Runs the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('runs', nargs='+', type=pathlib.Path, metavar='RUN')
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True, metavar='FILE.png')
    arguments = parser.parse_args()
    weights = {run.name: parts_of([Run.open(run)]) for run in arguments.runs}
    figures = {name: {part: shares(W) for part, W in of_name.items()}
               for name, of_name in weights.items()}
    for name, of_name in weights.items():
        energy = (of_name[LEARNT] ** 2).sum() / (of_name[TRAINED] ** 2).sum()
        print(f'{name}: {energy:.1%} of the energy of the filters is learnt')
    draw_filters(weights, figures, arguments.output)


if __name__ == '__main__':
    main()
