"""All experiments, one after the other.

    python -m fashion_models.experiments [--catalogue DIR] [--seeds 3]
    python -m fashion_models.experiments --quick

Networks that several experiments need are trained once. --quick gives a first look at all of them,
with one seed and two epochs; its results are no finding, and go to a folder of their own. What one
experiment cannot do on the catalogue does not keep the others from running.
"""

import argparse
import importlib
import sys
import time

from fashion_models.experiments.kit.settings import add_arguments

#: Their modules, in the order in which they are run: those first that train what others need.
EXPERIMENTS = (
    'main_table', 'single_vs_multi', 'filters', 'tsne', 'misclassified', 'with_text',
    'label_audit', 'graph', 'devices')


def main(argv=None):
    """Runs the command; returns its exit status: the first of the experiments' that is not 0."""
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.experiments', description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument('--only', metavar='NAME', nargs='+', choices=EXPERIMENTS, help=(
        f'some of them: {", ".join(EXPERIMENTS)}'))
    arguments, argv = parser.parse_args(argv), _without_only(sys.argv[1:] if argv is None else argv)
    outcomes = {}
    for name in arguments.only or EXPERIMENTS:
        print(f'== {name}', flush=True)
        started = time.monotonic()
        status = importlib.import_module(f'fashion_models.experiments.{name}').main(argv)
        outcomes[name] = status, time.monotonic() - started
        if status == 130:
            break
    print()
    for name, (status, seconds) in outcomes.items():
        print(f'{name:16} {seconds:7.0f} s  ' + (f'failed ({status})' if status else 'done'))
    return next((status for status, _ in outcomes.values() if status), 0)


def _without_only(argv):
    """The arguments that are for the experiments themselves."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--only', nargs='+')
    return parser.parse_known_args(argv)[1]


if __name__ == '__main__':
    sys.exit(main())
