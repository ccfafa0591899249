"""All experiments, one after the other.

    python -m fashion_models.experiments [--catalogue DIR] [--seeds 3]
    python -m fashion_models.experiments --quick

A network that several experiments need is trained once. How long all of it takes here is estimated
first; Ctrl-C stops it, and the same command resumes. --quick gives a first look at all of them,
with one seed and two epochs; its results prove nothing, and go to a folder of their own. An
experiment that fails does not stop the others. One that the catalogue cannot answer is listed as
not possible here, which does not count as a failure.
"""

import argparse
import functools
import sys
import time
from collections.abc import Sequence

from fashion_models.experiments.kit.command import (
    INTERRUPTED,
    NOT_POSSIBLE,
    add_arguments,
    guarded,
    settings_of,
)
from fashion_models.experiments.kit.estimate import training_seconds
from fashion_models.experiments.kit.runs import duration
from fashion_models.experiments.registry import EXPERIMENTS, SHARED, Experiment
from fashion_models.plural import counted
from fashion_models.terminal import READER_GONE, reader_gone, ready_streams


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        argv: Instead of the process' arguments.

    Returns:
        Exit status: that of the first experiment that failed, or 0; 141 if the reader of the output
        went away, which ends it.
    """
    ready_streams()
    argv = sys.argv[1:] if argv is None else argv
    names = [experiment.name for experiment in EXPERIMENTS]
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.experiments', description=__doc__,
        epilog='experiments:\n' + '\n'.join(
            f'  {one.name:17} {one.title} ({one.of})'
            for one in EXPERIMENTS),
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    add_arguments(parser)
    parser.add_argument('--only', metavar='NAME', nargs='+', choices=names, help=(
        'run only these, in this order'))
    arguments = parser.parse_args(argv)
    by_name = dict(zip(names, EXPERIMENTS))
    chosen = [by_name[name] for name in arguments.only or names]
    argv = _without_only(argv)
    try:
        return _run(arguments, chosen, argv)
    except BrokenPipeError:
        return reader_gone()


def _run(arguments, chosen, argv):
    # What none of them could use is told once.
    if status := guarded('experiments', functools.partial(announce, arguments, chosen)):
        return status
    outcomes = []
    for number, experiment in enumerate(chosen, 1):
        print(f'\nexperiment {number} of {len(chosen)}: {experiment.name}, {experiment.title}',
              flush=True)
        started = time.monotonic()
        status = experiment.main(argv)
        if status == READER_GONE:
            return status
        outcomes.append((experiment.name, status, time.monotonic() - started))
        if status == INTERRUPTED:
            break
    print(f'\n{_time_table(outcomes)}', flush=True)
    return next((status for _, status, _ in outcomes if status not in (0, NOT_POSSIBLE)), 0)


def announce(arguments: argparse.Namespace, chosen: Sequence[Experiment]) -> None:
    """Prints about how long the trainings of some experiments take on this machine.

    Raises:
        UserError: If the arguments cannot be used, or the catalogue.
    """
    settings = settings_of(arguments)
    if settings.quick:
        return
    shared = {name for one in chosen for name in one.shared}
    per_seed = sum(SHARED[name] for name in shared) + sum(one.per_seed for one in chosen)
    trainings = round(per_seed * len(settings.seeds) + sum(one.once for one in chosen))
    if trainings:
        seconds = training_seconds(settings.recipe, settings.catalogue)
        print(f'about {counted(trainings, "training")} of {duration(seconds)}, '
              f'{duration(trainings * seconds)} in all'
              + (f', or less, since {settings.jobs} run side by side' if settings.jobs > 1 else '')
              + '; what is trained already is reused', flush=True)


def _time_table(outcomes):
    words = {0: 'done', NOT_POSSIBLE: 'not possible here', INTERRUPTED: 'stopped'}
    lines = [f'{name:17} {seconds:7.0f} s  {words.get(status, f"failed ({status})")}'
             for name, status, seconds in outcomes]
    return '\n'.join([*lines, f'{"all":17} {sum(seconds for *_, seconds in outcomes):7.0f} s'])


def _without_only(argv):
    """The arguments that are for the experiments themselves."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--only', nargs='+')
    return parser.parse_known_args(argv)[1]


if __name__ == '__main__':
    sys.exit(main())
