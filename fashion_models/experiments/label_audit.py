"""Wrong labels found by the network, and what correcting them is worth ("The Results").

    python -m fashion_models.experiments.label_audit [--catalogue DIR] [--seeds 3]

The article's colour accuracy rose from 67.5 % to above 90 % "by fixing our labels", and says no
more of it. Here a person would be given the labels that ``fashion-models audit`` finds suspicious:
those that contradict what networks say that were trained without the product and its group
(:mod:`~fashion_models.representation.audit.judge`,
:mod:`~fashion_models.experiments.kit.held_out`), by the
mean of the seeds' probabilities. Measured are

* how many of the first labels of that list are wrong (precision), and how many of all wrong ones
  they are (recall), for lists of several lengths, each task by itself;
* the accuracy before and after a review, of networks trained with the labels as they are, with the
  reviewed ones, and with all labels right: each judged by all three kinds of labels.

The reviewer is simulated, and never errs: he looks at the first tenth of each task's list
(``--reviewed``) and answers by the truth. Where a category is corrected and the subcategory was not
on the list, the product loses the contradicting subcategory.

Which label is wrong is known where the catalogue brings ``truth.jsonl``, as the embedded one does.
In any other, wrong labels are planted, as often as there (a tenth of the colours, a quarter as many
of gender, category and subcategory), with labels that other products have. The catalogue's own
wrong labels count as right then, so that precision is a lower bound; and random mistakes may be
easier to find than those that people make.

Two things make reviewed labels look better than they are worth, and are kept apart by the columns.
A network that has learnt nothing new is more often right on corrected validation labels, because
the labels were wrong and not the network. And of all wrong labels the review finds those that such
networks disagree with, so that the labels move towards what networks say; judged by all labels
right, nothing is won by that.

Time: eight trainings a seed, one of which ``main_table`` shares.
"""

import csv
import dataclasses
import hashlib
import json
import random
import sys

import numpy as np
from matplotlib.figure import Figure

from fashion_models.catalogue.io import HEADER_FILE, open_catalogue
from fashion_models.catalogue.relabel import CHANGES_FILE, Correction, relabel
from fashion_models.catalogue.tasks import TASKS
from fashion_models.data.prepare import prepare
from fashion_models.drawn.truth import read_truth
from fashion_models.errors import UserError
from fashion_models.experiments.kit import predictions, statistics
from fashion_models.experiments.kit.held_out import FOLDS, held_out
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import command
from fashion_models.representation.audit import judge as audit
from fashion_models.representation.audit.review import with_main_colour
from fashion_models.training.table import TITLES

#: Lengths of the list, as shares of the task's labels.
SHARES = 0.01, 0.02, 0.05, 0.1, 0.2
REVIEWED_SHARE = 0.1
SUSPECTED = 'suspected'
#: Shares of the labels that are planted; see
#: :class:`~fashion_models.drawn.difficulty.Difficulty`.
PLANTED = {'colour': 0.1, 'gender': 0.025, 'category': 0.025, 'subcategory': 0.025}

AS_THEY_ARE, REVIEWED, RIGHT = 'as they are', 'reviewed', 'all right'
SPLITS = 'validation', 'test'


@dataclasses.dataclass(frozen=True)
class Truth:
    """What is true of a catalogue.

    Attributes:
        wrong (dict): From products' ids to a dict from each task whose label is wrong to the right
            label, several colours joined by ``|``.
        accepted (dict): From products' ids to all colours that are true of them, where the right
            labels do not name them all.
    """

    wrong: dict
    accepted: dict

    def corrections(self, catalogue, listed=None):
        """What a reviewer changes who knows the truth.

        Args:
            catalogue (~fashion_models.catalogue.io.Catalogue): The labels.
            listed (set): Pairs of a product's id and a task that he looks at; all if ``None``.
        """
        return [
            Correction(product.id, task, product.label_text(task), right)
            for product in catalogue.products
            for task, right in self.wrong.get(product.id, {}).items()
            if listed is None or (product.id, task) in listed]


def known_truth(catalogue):
    """The truth that lies beside an embedded catalogue; ``None`` if there is none.

    Raises:
        UserError: If the catalogue says something else of a product than the truth allows.
    """
    ids = [product.id for product in catalogue.products]
    records = read_truth(catalogue.folder, ids)
    if not records:
        return None
    wrong, accepted = {}, {}
    for id_ in ids:
        record = records[id_]
        right = {task: '|'.join(label) if task == 'colour' else label
                 for task, label in record.labels.items()}
        wrong[id_] = {task: right[task] for task in record.wrong_labels}
        accepted[id_] = record.accepted_colours
    return Truth(wrong, accepted)


def planted_corrections(catalogue, shares=PLANTED, seed=0):
    """Wrong labels for a catalogue that has none known, as corrections that make them wrong.

    A wrong label is one that a product drawn by chance has: any other colour or gender, another
    category of the same type with its subcategory, another subcategory of the same category. So
    frequent labels are frequent among the wrong ones, too.
    """
    rng = random.Random(seed)
    products = list(catalogue.products)
    corrections = []

    def other(task, fitting):
        """A product with another label, which is to share the labels of some tasks; or None."""
        for _ in range(100):
            found = rng.choice(products)
            if found.label(task) not in (None, product.label(task)) and all(
                    found.label(level) == product.label(level) for level in fitting):
                return found
        return None

    def plant(task, label):
        if label and label != product.label_text(task):
            corrections.append(Correction(product.id, task, product.label_text(task), label))

    for product in products:
        drawn = {task: rng.random() < share for task, share in shares.items()}
        for task in 'colour', 'gender':
            if drawn[task] and product.label(task) and (found := other(task, ())):
                label = found.label(task)
                plant(task, label if task == 'gender' else with_main_colour(product.colours, label))
        if drawn['category'] and product.label('category') and (
                found := other('category', ['type'])):
            plant('category', found.label('category'))
            plant('subcategory', found.label('subcategory'))
        elif drawn['subcategory'] and product.label('subcategory') and (
                found := other('subcategory', ['type', 'category'])):
            plant('subcategory', found.label('subcategory'))
    return corrections


def label_audit(settings, folder, arguments):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    audit.require_cleanlab()
    if not 0 < arguments.reviewed <= 1:
        raise UserError(f'reviewed: found {arguments.reviewed:g}, expected a share above 0 and '
                        'up to 1')
    truth = known_truth(settings.catalogue)
    planted = truth is None
    if planted:
        settings.catalogue = _relabelled(
            settings, 'planted', planted_corrections(settings.catalogue))
        truth = _planted_truth(settings.catalogue)
    catalogue = settings.catalogue
    answers = held_out(
        catalogue, prepare(catalogue, settings.recipe.data.shorter_side), arguments.folds,
        lambda view, seed: settings.run(f'multi-image-fold-{view.fold}', seed, view=view),
        settings.seeds)
    tasks = answers.vocabulary.tasks
    judged = {task: audit.judge(answers.probabilities(task), answers.t[:, column])
              for column, task in enumerate(tasks)}
    listed = {(answers.ids[row], task) for task in tasks
              for row in judged[task].order[:_length(judged[task].order, arguments.reviewed)]}
    catalogues = {AS_THEY_ARE: catalogue, **{
        title: _relabelled(settings, title.replace(' ', '-'), corrections)
        for title, corrections in (
            (REVIEWED, truth.corrections(catalogue, listed)), (RIGHT, truth.corrections(catalogue)))
        if corrections}}
    figures = {
        'tasks': tasks, 'folds': arguments.folds, 'products': len(answers.ids),
        'planted': PLANTED if planted else None,
        'lists': {task: list_figures(answers, task, judged[task], truth) for task in tasks},
        'review': {'share': arguments.reviewed, 'labels_looked_at': len(listed),
                   'products_looked_at': len({id for id, _ in listed}),
                   'wrong_labels': sum(map(len, truth.wrong.values())),
                   'corrected': len(truth.corrections(catalogue, listed))},
        **_before_and_after(settings, catalogues, truth, tasks)}
    _draw(folder / 'lists.png', figures['lists'])
    return figures, _tables(figures)


def _relabelled(settings, title, corrections):
    """The catalogue of the settings with other labels; written only once."""
    digest = hashlib.sha256(json.dumps(
        [settings.catalogue.hash(), *map(dataclasses.astuple, corrections)]).encode()).hexdigest()
    folder = settings.runs / f'{settings.name}-{title}-{digest[:8]}.catalogue'
    if not (folder / HEADER_FILE).exists():
        settings.runs.mkdir(parents=True, exist_ok=True)
        relabel(settings.catalogue, corrections, folder, link=True)
    return open_catalogue(folder)


def _planted_truth(catalogue):
    wrong = {product.id: {} for product in catalogue.products}
    with open(catalogue.folder / CHANGES_FILE, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            wrong[row['product']][row['task']] = row['before']
    return Truth(wrong, {})


def _length(order, share):
    return round(share * len(order))


def list_figures(answers, task, judged, truth):
    """How good the list of suspicious labels of a task is.

    Args:
        answers (~fashion_models.experiments.kit.held_out.HeldOut): Whose products.
        task (str): Which.
        judged (~fashion_models.representation.audit.judge.Judged): The list.
        truth (Truth): Which labels are wrong.

    Returns:
        dict: ``lengths``: from each of :data:`SHARES`, and ``'suspected'`` (the labels that
        cleanlab takes for wrong), to the number of labels with precision and recall, which have
        intervals over products. ``average_precision``: the mean of the precisions at each wrong
        label, by each way to rank; ``by_seed``: that of each seed's own list.
    """
    wrong = np.array([task in truth.wrong[id_] for id_ in answers.ids])
    t = answers.t[:, answers.vocabulary.tasks.index(task)]
    lists = {str(share): judged.order[:_length(judged.order, share)] for share in SHARES}
    lists[SUSPECTED] = np.flatnonzero(judged.suspected)

    def among(rows, others):
        """The share of some products that is among others."""
        if not len(rows) or not len(others):
            return None if not len(rows) else 0.0
        found = np.isin(rows, others).astype(np.float64)
        return statistics.accuracy(found[None], [answers.groups[row] for row in rows])

    rows_wrong = np.flatnonzero(wrong & (t >= 0))
    return {
        'labels': len(judged.order), 'wrong': len(rows_wrong),
        'lengths': {name: {'labels': len(rows), 'precision': among(rows, rows_wrong),
                           'recall': among(rows_wrong, rows)} for name, rows in lists.items()},
        'average_precision': {
            method: average_precision(
                wrong[audit.judge(answers.probabilities(task), t, method).order])
            for method in audit.METHODS},
        'by_seed': [
            average_precision(wrong[audit.judge(answers.probabilities(task, seed), t).order])
            for seed in range(len(answers.evaluations))],
        'found_after': np.flatnonzero(wrong[judged.order]) + 1}


def average_precision(wrong):
    """The mean, over all wrong labels, of the share of wrong ones down to it; nan without any.

    Args:
        wrong (numpy.ndarray): (labels,) bool, in the list's order.
    """
    places = np.flatnonzero(wrong)
    if not len(places):
        return float('nan')
    return float(np.mean(np.arange(1, len(places) + 1) / (places + 1)))


def _before_and_after(settings, catalogues, truth, tasks):
    products = {}
    right, colours = {}, {}
    labels = {judge: {product.id: product for product in catalogue.products}
              for judge, catalogue in catalogues.items()}
    for trained, catalogue in catalogues.items():
        own = dataclasses.replace(settings, catalogue=catalogue, _products={})
        runs = [own.run('multi-task', seed) for seed in settings.seeds]
        if not products:
            products = settings.products(runs[0])
        for split in SPLITS:
            part = products[split]
            answered = [_predicted(run, part, tasks) for run in runs]
            for judge, by_id in labels.items():
                judged_by = [by_id[id_] for id_ in part.ids]
                right[split, trained, judge] = np.stack(
                    [correct_names(names, judged_by, tasks) for names in answered])
                if 'colour' in tasks:
                    accepted = [set(product.colours) for product in judged_by]
                    if judge == RIGHT:
                        accepted = [own | truth.accepted.get(id_, set())
                                    for own, id_ in zip(accepted, part.ids)]
                    colours[split, trained, judge] = np.stack([
                        accepted_colours(names[:, tasks.index('colour')], accepted)
                        for names in answered])

    def nested(function):
        return {split: {trained: {judge: function(split, trained, judge) for judge in labels}
                        for trained in labels} for split in SPLITS}

    def groups(split):
        return products[split].groups

    figures = {
        'accuracy': nested(lambda split, *key: predictions.accuracies(
            right[split, *key], tasks, groups(split))),
        'minus_as_they_are': nested(lambda split, trained, judge: predictions.differences(
            right[split, trained, judge], right[split, AS_THEY_ARE, judge], tasks, groups(split)))}
    if colours:
        if REVIEWED in labels:
            # As the article tells it: other labels to learn from, and to be judged by.
            figures['colour_before_to_after'] = {
                split: statistics.difference(*(
                    right[split, title, title][..., tasks.index('colour')]
                    for title in (REVIEWED, AS_THEY_ARE)), groups(split)) for split in SPLITS}
        figures['any_accepted_colour'] = nested(lambda split, *key: statistics.accuracy(
            colours[split, *key], groups(split)))
    return figures


def _predicted(run, products, tasks):
    """The labels that a run answers with: (products, tasks) str."""
    predicted = predictions.evaluate_run(run, products).predicted
    return np.stack([np.array(run.vocabulary.labels[task], object)[predicted[:, column]]
                     for column, task in enumerate(tasks)], axis=1)


def correct_names(names, products, tasks):
    """How right answers are by the labels of products, which may be unknown to the network.

    Args:
        names (numpy.ndarray): (products, tasks) the labels answered.
        products (list of ~fashion_models.catalogue.records.Product): With the labels to judge by.
        tasks (sequence of str): Of the columns.

    Returns:
        numpy.ndarray: (products, tasks) 1, 0, or nan where there is no label.
    """
    return np.array([
        [np.nan if (label := product.label(task)) is None else float(name == label)
         for name, task in zip(own, tasks)] for own, product in zip(names, products)])


def accepted_colours(names, accepted):
    """1 where the colour answered is one of a product's colours, nan where it has none."""
    return np.array([float(name in own) if own else np.nan for name, own in zip(names, accepted)])


def _tables(figures):
    tasks, review = figures['tasks'], figures['review']
    whose = 'planted' if figures['planted'] else 'wrong'
    names = [*map(str, SHARES), SUSPECTED]
    titles = [f'{share:.0%}' for share in SHARES]
    columns = [ALL, *tasks]
    header = ['Multi-task', *(TITLES[task] for task in tasks)]

    def lists(title, key, first):
        return Table(title, ('', 'labels', whose, *(['at random'] if first else []), *titles,
                             SUSPECTED), [
            (TITLES[task], own['labels'], own['wrong'],
             *([own['wrong'] / own['labels']] if first else []),
             *(_with_range(own['lengths'][name][key]) for name in names))
            for task, own in figures['lists'].items() if own['wrong']])

    tables = [
        lists('Precision: how many of the first labels of the list are wrong, with 95 % intervals',
              'precision', True),
        lists('Recall: how many of all wrong labels are among them, with 95 % intervals',
              'recall', False),
        Table('How many labels cleanlab suspects', ('', 'labels', whose, SUSPECTED), [
            (TITLES[task], own['labels'], own['wrong'], own['lengths'][SUSPECTED]['labels'])
            for task, own in figures['lists'].items()])]
    what = (f'a simulated reviewer corrected {review["corrected"]} of {review["wrong_labels"]} '
            f'{whose} labels, looking at {review["labels_looked_at"]} of '
            f'{review["products_looked_at"]} products')
    for split in SPLITS:
        tables.append(Table(
            f'Accuracy, {split} products; {what}', ('trained with labels', 'judged by', *header), [
                (trained, judge, *(_value(own.get(task)) for task in columns))
                for trained, judges in figures['accuracy'][split].items()
                for judge, own in judges.items()]))
        tables.append(Table(
            f'More than with the labels as they are, with 95 % intervals, {split} products',
            ('trained with labels', 'judged by', *header), [
                (trained, judge, *(own.get(task) for task in columns))
                for trained, judges in figures['minus_as_they_are'][split].items()
                for judge, own in judges.items() if trained != AS_THEY_ARE]))
    if 'colour_before_to_after' in figures:
        tables.append(Table(
            'Colour, reviewed labels to learn from and to be judged by, minus the labels as they '
            'are for both', ('', 'difference'), figures['colour_before_to_after'].items()))
    if 'any_accepted_colour' in figures:
        judges = list(figures['any_accepted_colour'][SPLITS[0]])
        tables.append(Table(
            'Colour accuracy where any of the colours of a product is accepted',
            ('split', 'trained with labels', *(f'judged by {judge}' for judge in judges)), [
                (split, trained, *(own[judge].value for judge in judges))
                for split, of_split in figures['any_accepted_colour'].items()
                for trained, own in of_split.items()]))
    return tables


def _value(interval):
    return interval and interval.value


def _with_range(interval):
    if isinstance(interval, statistics.Interval):
        low, high = interval.widest
        return f'{interval.value:.2f} [{low:.2f}, {high:.2f}]'
    return interval


def _draw(path, lists):
    """How many of the wrong labels are found by the time that so many have been looked at."""
    figure = Figure(figsize=(5.6, 4), layout='constrained')
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color='0.6', linestyle=':', label='in any order')
    styles = '-', '--', '-.', (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1))
    for style, task in zip(styles, TASKS):
        if task in lists and lists[task]['wrong']:
            own = lists[task]
            found = np.concatenate([[0], own['found_after'], [own['labels']]])
            recall = np.concatenate([[0], np.arange(1, own['wrong'] + 1), [own['wrong']]])
            axes.step(found / own['labels'], recall / own['wrong'], where='post', linestyle=style,
                      label=f'{task} ({own["wrong"]} wrong)')
    axes.set(xlabel='share of the labels looked at, the most suspicious first',
             ylabel='share of the wrong labels found', xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc='lower right')
    figure.savefig(path, dpi=120)


def _add_arguments(parser):
    parser.add_argument('--folds', metavar='K', type=int, default=FOLDS, choices=range(2, 101),
                        help=f'default: {FOLDS}')
    parser.add_argument('--reviewed', metavar='SHARE', type=float, default=REVIEWED_SHARE, help=(
        "how much of each task's list the simulated reviewer looks at (default: "
        f'{REVIEWED_SHARE})'))


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('label_audit', __doc__, label_audit, argv, _add_arguments)


if __name__ == '__main__':
    sys.exit(main())
