"""Keeps what a training found, without its weights, for the repository and its documentation.

    python -m fashion_models.experiments.record RUN experiments/results/<recipe>/<catalogue>

writes ``results.json`` (recipe, log, evaluation of the validation and the test split with confusion
counts and accuracy of each class, command, commit, versions, machine, catalogue hash, time), the
table as ``table.txt`` and ``table.rst``, and both plots.
"""

import argparse
import json
import pathlib
import shutil
import sys

from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.training.results import results_rows
from fashion_models.training.run import Run
from fashion_models.training.table import TITLES, accuracy_table, with_mean

SPLITS = 'validation', 'test'


def record(run, folder):
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
    log = json.loads((run.folder / 'log.json').read_text(encoding='utf-8'))
    provenance = run.provenance
    results = {
        'recipe': run.recipe.to_toml(),
        **{key: provenance[key] for key in ('date', 'commit', 'versions', 'machine')},
        'command': _without_folders(provenance['command']),
        'catalogue': {
            key: value for key, value in provenance['catalogue'].items() if key != 'folder'},
        'seconds': log[-1]['elapsed_time'],
        'evaluation': evaluations,
        'log': log,
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / 'results.json', json.dumps(results, ensure_ascii=False, indent=1) + '\n')
    tasks = run.vocabulary.tasks
    rows = results_rows(evaluations, tasks)
    _write(folder / 'table.txt', accuracy_table(rows, tasks) + '\n')
    _write(folder / 'table.rst', rst_table(rows, tasks))
    for plot in 'loss.png', 'accuracy.png':
        shutil.copyfile(run.folder / plot, folder / plot)
    return results


def rst_table(rows, tasks):
    """Rows of accuracies under the article's headings, as a reStructuredText table."""
    cells = [['', 'Multi-task', *(TITLES[task] for task in tasks)]]
    for title, accuracies in rows.items():
        cells.append([title.strip(), *(f'{value:.3f}' for value in with_mean(accuracies))])
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    rule = '  '.join('=' * width for width in widths)
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in cells]
    # An empty first cell would be read as the continuation of the line above it.
    lines[0] = '\\' + lines[0][1:]
    return '\n'.join([rule, lines[0], rule, *lines[1:], rule]) + '\n'


def _evaluation(run, split):
    path = run.folder / f'evaluation-{split}.json'
    if not path.exists():
        raise UserError(
            f'{path}: missing; fashion-models evaluate {run.folder} --split all makes it')
    evaluation = json.loads(path.read_text(encoding='utf-8'))
    del evaluation['provenance']
    return evaluation


def _without_folders(command):
    return ' '.join(
        word.rstrip('/').rsplit('/', 1)[-1] if word.startswith(('/', '..')) else word
        for word in command.split(' '))


def _write(path, text):
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write(text)


def main(argv=None):
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog='python -m fashion_models.experiments.record', description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', metavar='RUN', help='the folder of a finished run')
    parser.add_argument('folder', metavar='FOLDER', help='where to keep its record')
    arguments = parser.parse_args(argv)
    try:
        record(Run.open(arguments.run), arguments.folder)
    except UserError as error:
        print(f'record: error: {error}', file=sys.stderr)
        return 2
    print((pathlib.Path(arguments.folder) / 'table.txt').read_text(encoding='utf-8'), end='')
    return 0


if __name__ == '__main__':
    sys.exit(main())
