"""What each choice of a recipe is worth: one change at a time, judged by validation figures.

    python experiments/studies/recipe_study.py CATALOGUE -o experiments/studies/results/NAME.json

Networks that are recorded in the file already are not trained again: call it again to resume, or to
add seeds or variants. The test split is never looked at. A table is printed at the end, and written
beside the JSON file as NAME.rst.
"""

import argparse
import contextlib
import copy
import json
import pathlib
import shutil
import sys
import time
import tomllib

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.training import train as train_module
from fashion_models.training import trainer as trainer_module
from fashion_models.training.evaluation import evaluate
from fashion_models.training.recipe import Recipe

#: Of a variant: the decay of a moving average of the weights, which is evaluated besides.
AVERAGE = 'study.weight_average'
#: In a table's first cell: an empty one would make its line a part of the one above.
BLANK = '\\'
HERE = pathlib.Path(__file__).resolve().parent


def main():
    """Runs the command."""
    study(__doc__, 'compact.toml', table)


def study(description, variants, table, measure=None):
    """Runs a study: parses the command line, trains what is not recorded yet, writes the table.

    Args:
        description: Of the command.
        variants: Name of the file of variants beside this one, unless the user names another.
        table: From what is recorded and the variants' names to the table, as text.
        measure: What else to record of a network: from its finished run to a dict for JSON.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('catalogue', help='a catalogue folder')
    parser.add_argument('--variants', type=pathlib.Path, default=HERE / variants, help=(
        'a TOML file: [centre] names a recipe and its changes, [variants.NAME] what else is '
        'changed, as "section.field" = value (default: %(default)s)'))
    parser.add_argument('--only', nargs='+', metavar='NAME', help='some of the variants')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], metavar='SEED')
    parser.add_argument('--runs', type=pathlib.Path, default=pathlib.Path('runs', 'studies'),
                        help='where networks are trained; each is removed when recorded')
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True, metavar='FILE.json')
    arguments = parser.parse_args()
    try:
        study = tomllib.loads(arguments.variants.read_text(encoding='utf-8'))
        open_catalogue(arguments.catalogue)
    except (OSError, ValueError, UserError) as error:
        parser.error(str(error))
    unknown = set(arguments.only or ()) - set(study['variants'])
    if unknown:
        parser.error(f'{arguments.variants} has no variant {", ".join(sorted(unknown))}')
    recorded = load(arguments.output)
    names = arguments.only or list(study['variants'])
    jobs = [(name, seed) for seed in arguments.seeds for name in names
            if not any(one['variant'] == name and one['seed'] == seed
                       for one in recorded['networks'])]
    for number, (name, seed) in enumerate(jobs, 1):
        print(f'network {number} of {len(jobs)}: {name}, seed {seed}', flush=True)
        recorded['networks'].append(_train(
            study, name, seed, arguments.catalogue, arguments.runs / f'{name}-{seed}', measure))
        save(arguments.output, recorded)
    show(arguments.output, table(recorded, list(study['variants'])))


def load(path):
    """What is recorded in a file, or the beginning of it."""
    if path.exists():
        return json.loads(path.read_text(encoding='utf-8'))
    return {'command': ' '.join(['python', *sys.argv]), 'networks': []}


def save(path, recorded):
    """Records it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, 'w', encoding='utf-8') as file:
        json.dump(recorded, file, indent=1, ensure_ascii=False)


def show(path, text):
    """Prints the table of what is recorded in a file, and writes it beside that."""
    with atomic_write(path.with_suffix('.rst'), 'w', encoding='utf-8') as file:
        file.write(text)
    print(text)


def finished_runs(description):
    """The parsed command line of a study that trains nothing: catalogue, runs and output."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('catalogue', help='a catalogue folder')
    parser.add_argument('runs', nargs='+', metavar='RUN', help='finished runs, one a seed')
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True, metavar='FILE.json')
    return parser.parse_args()


def recipe_of(study, name, seed):
    """The recipe of a variant: the centre's, with the variant's changes."""
    changes = study['centre'].get('changes', {}) | study['variants'][name]
    changes.pop(AVERAGE, None)
    return Recipe.load(study['centre']['recipe']).replace(training__seed=seed, **{
        key.replace('.', '__'): tuple(value) if isinstance(value, list) else value
        for key, value in changes.items()})


def _train(study, name, seed, catalogue, folder, measure):
    recipe = recipe_of(study, name, seed)
    started, computed = time.monotonic(), time.process_time()
    average = WeightAverage(study['variants'][name].get(AVERAGE))
    with average.watching():
        run, finished = train_module.train(recipe, catalogue, folder, overwrite=True)
    if not finished:
        sys.exit(130)
    log = json.loads((run.folder / 'log.json').read_text(encoding='utf-8'))
    record = {
        'variant': name, 'seed': seed, 'changes': study['variants'][name],
        'recipe': recipe.to_toml(), 'catalogue': run.provenance['catalogue'],
        'seconds': round(time.monotonic() - started, 1),
        'processor_seconds': round(time.process_time() - computed, 1),
        'validation': {key.removeprefix('validation/'): value for key, value in log[-1].items()
                       if key.startswith('validation/')} | average.accuracies(),
        'epochs': [one['validation/accuracy'] for one in log],
        'provenance': provenance()}
    if measure is not None:
        record['measured'] = measure(run)
    shutil.rmtree(run.folder)
    return record


class WeightAverage:
    """A moving average of the weights and of the running statistics (Polyak & Juditsky, 1992)."""

    def __init__(self, decay):
        self._decay = decay
        self._model = None

    @contextlib.contextmanager
    def watching(self):
        """Within, every training is averaged, unless the decay is ``None``."""
        build = trainer_module.build_trainer

        def build_with_average(run, products, devices, *arguments):
            trainer = build(run, products, devices, *arguments)
            trainer.extend(self, name='weight_average', trigger=(1, 'iteration'))
            self._model, self._mean = copy.deepcopy(trainer.updater.master), run.mean
            self._products, self._device = products['validation'], devices[0]
            return trainer

        trainer_module.build_trainer = build if self._decay is None else build_with_average
        try:
            yield
        finally:
            trainer_module.build_trainer = build

    def __call__(self, trainer):
        """Moves the average towards the weights of this iteration."""
        ours, theirs = self._model, trainer.updater.master
        for (_, mine), (_, other) in zip(_arrays(ours), _arrays(theirs)):
            mine += (1 - self._decay) * (other - mine)

    def accuracies(self):
        """The validation figures of the average, in place of those of the last weights."""
        if self._decay is None:
            return {}
        evaluation = evaluate(self._model, self._products, self._mean, self._device)
        return {'accuracy': evaluation.accuracy, **evaluation.accuracies}


def _arrays(model):
    """The parameters and the running statistics, by name, in a fixed order."""
    for path, link in sorted(model.namedlinks(), key=lambda one: one[0]):
        for name in sorted(link._params):
            yield f'{path}/{name}', getattr(link, name).array
        for name in ('avg_mean', 'avg_var'):
            if hasattr(link, name):
                yield f'{path}/{name}', getattr(link, name)


def table(recorded, names):
    """The study as a reStructuredText table, the centre first."""
    width = max(map(len, names))
    rule = '  '.join('=' * column for column in (width, 5, 6, 6, 6, 6, 6, 6, 7))
    lines = [
        rule,
        f'{"variant":{width}}  seeds  global  gender  colour  type    categ.  subcat  proc. s',
        rule]
    tasks = 'accuracy', 'gender', 'colour', 'type', 'category', 'subcategory'
    for name in names:
        own = [one for one in recorded['networks'] if one['variant'] == name]
        if own:
            cells = '  '.join(
                f'{sum(one["validation"][task] for one in own) / len(own):6.3f}' for task in tasks)
            seconds = sum(one['processor_seconds'] for one in own) / len(own)
            lines.append(f'{name:{width}}  {len(own):5}  {cells}  {seconds:7.0f}')
    return '\n'.join([*lines, lines[0], ''])


if __name__ == '__main__':
    main()
