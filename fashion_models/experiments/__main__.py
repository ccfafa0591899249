"""All experiments, one after the other.

    python -m fashion_models.experiments [--catalogue DIR] [--seeds 3]
    python -m fashion_models.experiments --as-recorded
    python -m fashion_models.experiments --quick

A network that several experiments need is trained once. How long all of it takes here is estimated
first; Ctrl-C stops it, and the same command resumes. --as-recorded makes recorded tables again,
each with the options of its record, and says how far they are from those. --quick gives a first
look at all experiments, with one seed and two epochs; its results prove nothing, and go to a folder
of their own. An experiment that fails does not stop the others. One that the catalogue cannot
answer is listed as not possible here, which does not count as a failure.
"""

import argparse
import os
import pathlib
import sys
import time
from collections.abc import Sequence

from fashion_models.errors import UserError
from fashion_models.experiments.kit.command import (
    INTERRUPTED,
    NOT_POSSIBLE,
    RESULTS,
    add_arguments,
    guarded,
    settings_of,
    usual_jobs,
)
from fashion_models.experiments.kit.estimate import training_seconds
from fashion_models.experiments.kit.results import RESULTS as RECORD
from fashion_models.experiments.kit.results import load_record
from fashion_models.experiments.kit.runs import duration
from fashion_models.experiments.registry import EXPERIMENTS, SHARED, Experiment
from fashion_models.experiments.report.recorded import Recorded, compared, recorded
from fashion_models.plural import counted
from fashion_models.terminal import READER_GONE, reader_gone, ready_streams, visible

#: What --as-recorded makes again must not replace what it is compared with.
REPRODUCED = pathlib.Path('runs', 'reproduced')


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
    parser.add_argument('--as-recorded', metavar='DIR', nargs='?', const=RESULTS, help=(
        'rerun the experiments of which DIR holds results of this catalogue, with the seeds, the '
        f'recipe and the other options of each (default of DIR: {RESULTS}); write to {REPRODUCED} '
        'unless -o says otherwise'))
    arguments = parser.parse_args(argv)
    by_name = dict(zip(names, EXPERIMENTS))
    chosen = [by_name[name] for name in arguments.only or names]
    argv = _for_experiments(argv)
    if arguments.as_recorded is not None and arguments.output is None:
        arguments.output = str(REPRODUCED)
        argv += ['-o', arguments.output]
    try:
        return _run(arguments, chosen, argv)
    except BrokenPipeError:
        return reader_gone()


def _run(arguments, chosen, argv):
    made = {}

    def prepare():
        if arguments.as_recorded is None:
            announce(arguments, chosen)
        else:
            made.update(announce_recorded(arguments, chosen))

    # What none of them could use is told once.
    if status := guarded('experiments', prepare):
        return status
    if made:
        chosen = [one for one in chosen if one.name in made]
    outcomes = []
    for number, experiment in enumerate(chosen, 1):
        print(f'\nexperiment {number} of {len(chosen)}: {experiment.name}, {experiment.title}',
              flush=True)
        started = time.monotonic()
        status = (_rerun(experiment, argv, *made[experiment.name]) if made
                  else experiment.main(argv))
        if status == READER_GONE:
            return status
        outcomes.append((experiment.name, status, time.monotonic() - started))
        if status == INTERRUPTED:
            break
    print(f'\n{_time_table(outcomes)}', flush=True)
    return next((status for _, status, _ in outcomes if status not in (0, NOT_POSSIBLE)), 0)


def _rerun(experiment, argv, record, again):
    """Runs an experiment as it was recorded and compares; returns its status."""
    try:
        status = experiment.main([*record.options, *argv])
    except SystemExit:      # an option of the record that the experiment no longer has
        return 2
    return status or guarded(experiment.name, lambda: print(
        *map(visible, compared(record.tables, load_record(again)['tables'])), sep='\n',
        flush=True))


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
        _tell(trainings, trainings * training_seconds(settings.recipe, settings.catalogue),
              settings.jobs)


def announce_recorded(
        arguments: argparse.Namespace,
        chosen: Sequence[Experiment]) -> dict[str, tuple[Recorded, pathlib.Path]]:
    """Likewise for those that have recorded results, as they were made.

    Returns:
        From the name of each of these to how they were made, and where they will be again.

    Raises:
        UserError: If the arguments cannot be used, the catalogue or the records; or there are none.
    """
    folder = arguments.as_recorded
    for option in 'seeds', 'quick', 'recipe':
        if getattr(arguments, option):
            raise UserError(f'{option}: cannot be combined with as-recorded, which takes the '
                            'seeds, the recipe and the other options of each record')
    if not os.path.isdir(folder):
        raise UserError(f'as-recorded: found no folder {folder!s}, expected one of results')
    settings = settings_of(arguments)
    catalogue_hash = settings.catalogue.hash()
    found, seconds, trainings, jobs = {}, {}, {}, 1
    for one in chosen:
        made = recorded(folder, one.name, settings.name, catalogue_hash)
        if made is None:
            continue
        found[one.name] = made, settings.results / one.name / settings.name / RECORD
        for field, (then, today) in made.changed.items():
            print(f'{one.name}: the recipe is not as it was recorded: {field} was {then!r}, is '
                  f'{today!r}', flush=True)
        for name, weight in made.trainings.items():
            recipe = made.recipe.replace(training__devices=arguments.devices)
            jobs = max(jobs, arguments.jobs or usual_jobs(recipe))
            if recipe.to_toml() not in seconds:
                seconds[recipe.to_toml()] = training_seconds(recipe, settings.catalogue)
            trainings[name] = weight * seconds[recipe.to_toml()]
    missing = [one.name for one in chosen if one.name not in found]
    if not found:
        raise UserError(
            f'{folder}: found no results of {settings.name} for {", ".join(missing)}; choose '
            'another folder (as-recorded), name (name) or other experiments (only)')
    if missing:
        print(f'left out, since no results of {settings.name} are recorded in {folder}: '
              f'{", ".join(missing)}', flush=True)
    if trainings:
        _tell(len(trainings), sum(trainings.values()), jobs)
    return found


def _tell(trainings, seconds, jobs):
    print(f'about {counted(trainings, "training")} of {duration(seconds / trainings)}, '
          f'{duration(seconds)} in all'
          + (f', or less, since {jobs} run side by side' if jobs > 1 else '')
          + '; what is trained already is reused', flush=True)


def _time_table(outcomes):
    words = {0: 'done', NOT_POSSIBLE: 'not possible here', INTERRUPTED: 'stopped'}
    lines = [f'{name:17} {seconds:7.0f} s  {words.get(status, f"failed ({status})")}'
             for name, status, seconds in outcomes]
    return '\n'.join([*lines, f'{"all":17} {sum(seconds for *_, seconds in outcomes):7.0f} s'])


def _for_experiments(argv):
    """The arguments that are for the experiments themselves."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--only', nargs='+')
    parser.add_argument('--as-recorded', nargs='?')
    return parser.parse_known_args(argv)[1]


if __name__ == '__main__':
    sys.exit(main())
