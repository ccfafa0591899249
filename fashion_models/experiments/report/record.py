"""Records the results of a training, without its weights, for the repository and the docs.

    python -m fashion_models.experiments.report.record RUN experiments/results/<recipe>/<catalogue>

writes ``results.json`` (recipe, log, evaluation of the validation and the test split with confusion
counts and accuracy of each class, command, commit, versions, machine, catalogue hash, time), the
table as ``table.txt`` and ``table.rst``, and the plots of its log.
"""

import argparse
import os
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from fashion_models.catalogue.tasks import title_of
from fashion_models.errors import UserError, system_text
from fashion_models.experiments.kit.results import (
    Table,
    portable_provenance,
    read_log,
    training_seconds,
    write_record,
)
from fashion_models.files import atomic_write
from fashion_models.parsing import json_file, require_form
from fashion_models.training.results import results_rows
from fashion_models.training.run import Run

SPLITS = 'validation', 'test'


def record(run: Run, folder: str | os.PathLike) -> dict[str, Any]:
    """Writes the record of a run into a folder.

    Args:
        run (~fashion_models.training.run.Run): A finished run, both splits of which have been
            evaluated.
        folder: Where to; made if it does not exist.

    Returns:
        dict: What ``results.json`` holds.

    Raises:
        UserError: If an evaluation is missing.
    """
    folder = pathlib.Path(folder)
    evaluations = {split: _evaluation(run, split) for split in SPLITS}
    provenance = run.provenance
    tasks = run.vocabulary.tasks
    results = write_record(folder, {
        'recipe': run.recipe.to_toml(),
        **portable_provenance(provenance),
        'catalogue': {
            key: value for key, value in provenance['catalogue'].items() if key != 'folder'},
        'seconds': training_seconds(run),
        'evaluation': evaluations,
        'log': read_log(run),
    }, [accuracies_table(
        f'{provenance["catalogue"]["name"]}: accuracy over products',
        results_rows(evaluations, tasks), tasks)])
    for plot in 'loss.png', 'accuracy.png':
        if (run.folder / plot).exists():    # not of a single epoch
            with atomic_write(pathlib.Path(folder, plot)) as file:
                file.write((run.folder / plot).read_bytes())
    return results


def accuracies_table(
        title: str, rows: Mapping[str, Sequence[float | None]], tasks: Sequence[str]) -> Table:
    """Rows of accuracies, the mean first, from their titles, under the article's headings."""
    return Table(title, ('', 'Multi-task', *(title_of(task) for task in tasks)), [
        (title, *accuracies) for title, accuracies in rows.items()])


def _evaluation(run, split):
    path = run.folder / f'evaluation-{split}.json'
    if not path.exists():
        raise UserError(
            f'{path}: there is no such file; evaluate the run on this split')
    try:
        evaluation = json_file(path)
        require_form(evaluation, {'provenance': dict})
    except (ValueError, TypeError):
        raise UserError(f'{path}: is damaged; evaluate the run on this split again') from None
    del evaluation['provenance']
    return evaluation


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.experiments.report.record', description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', metavar='RUN', help='the folder of a finished run')
    parser.add_argument('folder', metavar='FOLDER', help='folder that the record is written to')
    arguments = parser.parse_args(argv)
    try:
        record(Run.open(arguments.run), arguments.folder)
    except (UserError, OSError) as error:
        text = error if isinstance(error, UserError) else system_text(error)
        print(f'record: error: {text}', file=sys.stderr)
        return 2
    print((pathlib.Path(arguments.folder) / 'table.txt').read_text(encoding='utf-8'), end='')
    return 0


if __name__ == '__main__':
    sys.exit(main())
