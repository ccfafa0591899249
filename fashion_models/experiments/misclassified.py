"""Where the multi-task network is wrong: pictures of it, where errors come from, who is mixed up.

    python -m fashion_models.experiments.misclassified [--catalogue DIR] [--seeds 3]

Products of the test split that the network of the first seed gets wrong, drawn at random, with the
label and what was predicted, and the probability of each (as in the article's figures):

==================================  ================================================================
``colour-random.jpg``               wrong colours
``colour-several.jpg``              wrong colours of products with several prominent ones
``colour-ambiguous.jpg``            wrong colours that are hardly less likely than the label (by
                                    less than 0.1), or of a shade that has two names
``subcategory-random.jpg``          wrong subcategories
``confusion-<task>.png``            of all seeds: rows are labels, in the order of the taxonomy, and
                                    what of their products is predicted as what; a white row has
                                    no products in the split
==================================  ================================================================

Products are pictured only where the catalogue's licence allows it
(:mod:`~fashion_models.experiments.kit.pictures`).

Every error is counted once, under the first of these causes that explains the predicted label: the
label was wrong and the answer is right; it is another prominent colour of the product; the other
name of a shade between two; the label of another garment in the picture; for subcategories, of a
look-alike (drawn with a neighbour's cut), of the same category, of the same type. Some causes need
the truth, which the embedded catalogue has (``truth.jsonl``); other catalogues get those that their
labels can tell. An error may fall under a cause by chance, so each cause comes with the share that
it would have if the wrong answers were dealt out anew among the errors. Intervals are over products
and seeds.

Time: in units of one training of the recipe, 1 a seed, shared with ``main_table`` and others;
seconds for the rest.
"""

import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.tasks import title_of
from fashion_models.data.products import require_products
from fashion_models.experiments.drawing.confusion_matrix import draw_confusion, in_order, parents
from fashion_models.experiments.drawing.error_examples import draw_examples
from fashion_models.experiments.kit import pictures, predictions
from fashion_models.experiments.kit.command import command
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.error_causes import (
    SEVERAL,
    Answers,
    Siblings,
    colour_causes,
    count,
    extra_error,
    records_of,
    sparse,
    subcategory_causes,
)
from fashion_models.experiments.tabulating.misclassified import cause_table, confusion_table


def misclassified(settings: Settings, folder: pathlib.Path) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    settings.networks = len(settings.seeds)
    runs = settings.seeds_of('multi-task')
    vocabulary = runs[0].vocabulary
    test = settings.products(runs[0].recipe)['test']
    require_products(test, 'test', settings.catalogue)
    evaluations = [predictions.evaluate_run(run, test) for run in runs]
    answers = {task: Answers.of(task, column, vocabulary, evaluations, test.groups)
               for column, task in enumerate(vocabulary.tasks)}
    records = records_of(settings.catalogue, test.ids)
    causes = {}
    if 'colour' in answers:
        causes['colour'] = [colour_causes(*record) for record in records]
    if 'subcategory' in answers:
        siblings = Siblings(settings.catalogue.header.taxonomy)
        causes['subcategory'] = [
            subcategory_causes(*record, siblings) for record in records]
    figures = {
        'products': len(test), 'truth': any(truth for _, truth in records),
        'pictures': pictures.may_show(settings), 'errors': {}, 'confusion': {}}
    for task, own in causes.items():
        figures['errors'][task] = count(answers[task], own)
    if 'colour' in answers:
        several = np.array([bool(own.get(SEVERAL)) for own in causes['colour']])
        sound = np.array([truth is None or 'colour' not in truth.wrong_labels
                          for _, truth in records])
        figures['extra_error_of_several_colours'] = extra_error(answers['colour'], several, sound)
    for task, own in answers.items():
        names = in_order(task, vocabulary.labels[task], settings.catalogue.header)
        matrix = own.confusion()
        figures['confusion'][task] = sparse(matrix, own.names)
        order = [own.names.index(name) for name in names]
        draw_confusion(
            matrix[np.ix_(order, order)] / len(runs), names,
            parents(task, names, settings.catalogue.header), title_of(task),
            folder / f'confusion-{task}.png')
    draw_examples(settings, answers, causes, records, folder)
    return figures, [
        *(cause_table(task, found) for task, found in figures['errors'].items() if found),
        confusion_table(answers)]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('misclassified', __doc__, misclassified, argv)


if __name__ == '__main__':
    sys.exit(main())
