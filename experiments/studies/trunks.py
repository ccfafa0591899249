"""Trunks side by side: accuracy, time and memory of the same training with each.

    python experiments/studies/trunks.py CATALOGUE -o experiments/studies/results/trunks.json

Each is trained in a process of its own, so that its time and its memory are known. Networks that
are recorded in the file already are not trained again, and an interrupted one goes on: call it
again to resume. Three minutes for ZFNet and three quarters of an hour for ResNet-50, of one core
with bfloat16 instructions, on 10,000 drawn products. Prints a table, and writes it beside the JSON
file as NAME.rst.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import tomllib

from recipe_study import load, recipe_of, save, show

from fashion_models.devices import resolve
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.training.results import evaluate_run
from fashion_models.training.run import Run

HERE = pathlib.Path(__file__).resolve().parent
TASKS = 'gender', 'colour', 'type', 'category', 'subcategory'
LINE = '{:<20}  {:>10}  {:>6}' + '  {:>6}' * 6 + '  {:>7}  {:>9}'
HEADINGS = ('trunk', 'parameters', 'global', 'gender', 'colour', 'type', 'categ.', 'subcat', 'test',
            'minutes', 'memory')


def train(name, recipe, catalogue, runs):
    """Trains in a process of its own; returns the run, processor seconds and peak memory."""
    folder = runs / re.sub(r'\W+', '-', name)
    file, log = folder.with_suffix('.toml'), folder.with_suffix('.measured.json')
    runs.mkdir(parents=True, exist_ok=True)
    file.write_text(recipe.to_toml())
    measured = json.loads(log.read_text()) if log.exists() else []
    if not (folder / 'finished').exists():
        started = time.monotonic()
        process = subprocess.Popen([
            sys.executable, '-m', 'fashion_models', 'train', '--recipe', str(file),
            '--catalogue', str(catalogue), '-o', str(folder)])
        _, status, usage = os.wait4(process.pid, 0)
        measured.append({
            'seconds': time.monotonic() - started,
            'processor_seconds': usage.ru_utime + usage.ru_stime,
            'peak_bytes': usage.ru_maxrss * 1024})
        with atomic_write(log, 'w') as content:
            json.dump(measured, content)
        if status:
            sys.exit(os.waitstatus_to_exitcode(status))
    return Run.open(folder), measured


def record(name, run, measured):
    """What is recorded of a run."""
    evaluations = evaluate_run(run, ['validation', 'test'], resolve('@numpy')[0])
    model = run.load_model('best')
    return {
        'variant': name, 'seed': 0, 'recipe': run.recipe.to_toml(),
        'parameters': sum(parameter.size for parameter in model.params()),
        'catalogue': {key: value for key, value in run.provenance['catalogue'].items()
                      if key != 'folder'},
        'seconds': sum(one['seconds'] for one in measured),
        'processor_seconds': sum(one['processor_seconds'] for one in measured),
        'peak_bytes': max(one['peak_bytes'] for one in measured),
        **{split: {'accuracy': one['accuracy'], **one['accuracies']}
           for split, one in evaluations.items()},
        'provenance': provenance()}


def table(networks):
    """Validation figures, the test split's global one, minutes of a core, and peak memory."""
    rule = LINE.format(*('=' * width for width in (20, 10, 6, 6, 6, 6, 6, 6, 6, 7, 9)))
    rows = [LINE.format(
        one['variant'], f'{one["parameters"] / 1e6:.1f} M',
        *(f'{one["validation"][key]:.3f}' for key in ('accuracy', *TASKS)),
        f'{one["test"]["accuracy"]:.3f}', f'{one["processor_seconds"] / 60:.1f}',
        f'{one["peak_bytes"] / 1e9:.1f} GB') for one in networks]
    return '\n'.join([rule, LINE.format(*HEADINGS), rule, *rows, rule]) + '\n'


def main():
    """Runs the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('catalogue', type=pathlib.Path, help='a catalogue folder')
    parser.add_argument('--runs', type=pathlib.Path, default=pathlib.Path('runs', 'trunks'),
                        help='where networks are trained (default: %(default)s)')
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True, metavar='FILE.json')
    arguments = parser.parse_args()
    study = tomllib.loads((HERE / 'trunks.toml').read_text(encoding='utf-8'))
    recorded = load(arguments.output)
    networks = recorded['networks']
    for name in study['variants']:
        if not any(one['variant'] == name for one in networks):
            run, measured = train(name, recipe_of(study, name, 0), arguments.catalogue.resolve(),
                                  arguments.runs)
            networks.append(record(name, run, measured))
            save(arguments.output, recorded)
    show(arguments.output, table(networks))


if __name__ == '__main__':
    main()
