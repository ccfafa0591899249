"""What the same-product objective is worth: one change at a time, judged by validation figures.

    python experiments/studies/same_product.py CATALOGUE \\
        -o experiments/studies/results/same_product.json

Of the representation of each network after its last epoch, on products of the validation split:

* retrieval of the same colour and of the same subcategory, mean average precision, as the
  experiment ``retrieval`` measures it: of the multi-image vectors, and of the mean of a product's
  single-image vectors;
* listings of one product among all listings, average precision, by pictures and by pictures and
  words, as the experiment ``duplicates`` measures it. The calibration is learnt on one half of the
  pairs and judges the other, and the other way round;
* the accuracy of each task, as the training logs it.

Networks that are recorded in the file already are not trained again: call it again to resume, or to
add seeds or variants. The test split is never looked at. A table is printed at the end, and written
beside the JSON file as NAME.rst.
"""

import pathlib
import tempfile

import numpy as np
from recipe_study import BLANK, study

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import flattened
from fashion_models.experiments.measuring.listing_pairs import PRECISION, Split
from fashion_models.experiments.retrieval import TASKS, pooled, scores
from fashion_models.representation.duplicates.calibration import calibrate
from fashion_models.representation.duplicates.pairs import judge
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.metrics import (
    pair_average_precision,
    precision_recall,
    recall_at_precision,
)

#: The columns of the table: heading, and where the figure is in a record.
COLUMNS = (
    ('colour', ('measured', 'colour')),
    ('subcat', ('measured', 'subcategory')),
    ('col. 1', ('measured', 'colour, mean of images')),
    ('sub. 1', ('measured', 'subcategory, mean of images')),
    ('pict.', ('measured', 'pictures')),
    ('+words', ('measured', 'pictures and words')),
    ('R@.95', ('measured', 'pictures and words, recall')),
    ('global', ('validation', 'accuracy')),
    ('colour', ('validation', 'colour')),
    ('categ.', ('validation', 'category')),
    ('subcat', ('validation', 'subcategory')))


def measure(run):
    """The figures of a run, from their names to numbers."""
    encoder = Encoder(run, 'last', with_labels=False)
    catalogue = open_catalogue(run.provenance['catalogue']['folder'])
    return _retrieval(encoder, catalogue) | _duplicates(encoder, catalogue)


def _retrieval(encoder, catalogue):
    run = encoder.run
    store = prepare(catalogue, run.recipe.data.shorter_side)
    products = run.view.products(catalogue, store, run.vocabulary)['validation']
    t = {task: products.t[:, run.vocabulary.tasks.index(task)] for task in TASKS}
    vectors = {
        '': encoder.embed_set(products),
        ', mean of images': pooled(encoder.embed_set(flattened(products)), products, np.add)}
    return {
        f'{task}{name}': float(np.nanmean(own))
        for name, these in vectors.items()
        for (task, metric), own in scores(these, t, products.groups).items() if metric == 'mAP'}


def _duplicates(encoder, catalogue):
    with tempfile.TemporaryDirectory() as scratch:
        split = Split(embed(
            encoder, catalogue, pathlib.Path(scratch, 'listings'), 'listing', 'validation'))
    evidence, rows = split.evidence, split.evidence.rows
    half = split.groups[rows[:, 0]] % 2 == 0
    found = {'pictures': np.empty(len(rows)), 'pictures and words': np.empty(len(rows))}
    for part in half, ~half:
        calibration = calibrate(evidence.chosen(~part), split.same[~part])
        own = evidence.chosen(part)
        found['pictures'][part] = calibration.models['images'].probability(own)
        found['pictures and words'][part] = judge(own, calibration)[0]
    figures = {}
    for name, probabilities in found.items():
        _, precision, recall = precision_recall(probabilities, split.same, split.total)
        figures[name] = pair_average_precision(precision, recall)
        figures[f'{name}, recall'] = recall_at_precision(precision, recall, PRECISION)
    return figures


def table(recorded, names):
    """The study as a reStructuredText table."""
    width = max(map(len, names))
    rule = '  '.join('=' * column for column in (width, 5, *[6] * len(COLUMNS), 7))
    lines = [
        rule,
        f'{BLANK:{width}}  {"":5}  {"mAP":14}  {"of the mean":14}  {"listings":22}  accuracy',
        '  '.join('-' * column for column in (width, 5, 14, 14, 22, 30, 7)),
        f'{"variant":{width}}  seeds  '
        + '  '.join(f'{heading:6}' for heading, _ in COLUMNS) + '  proc. s',
        rule]
    for name in names:
        own = [one for one in recorded['networks'] if one['variant'] == name]
        if own:
            cells = '  '.join(
                f'{sum(one[part][key] for one in own) / len(own):6.3f}'
                for _, (part, key) in COLUMNS)
            seconds = sum(one['processor_seconds'] for one in own) / len(own)
            lines.append(f'{name:{width}}  {len(own):5}  {cells}  {seconds:7.0f}')
    return '\n'.join([*lines, rule, ''])


if __name__ == '__main__':
    study(__doc__, 'same_product.toml', table, measure)
