"""The tables of the label audit: its lists, and accuracy before and after the review."""

from fashion_models.catalogue.tasks import title_of
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.corrected_labels import AS_THEY_ARE, SPLITS
from fashion_models.experiments.measuring.label_lists import SHARES, SUSPECTED


def audit_tables(figures: Figures) -> list[Table]:
    """The tables of the audit's figures."""
    tasks, review = figures['tasks'], figures['review']
    whose = 'planted' if figures['planted'] else 'wrong'
    names = [*map(str, SHARES), SUSPECTED]
    titles = [f'{share:.0%}' for share in SHARES]
    columns = [ALL, *tasks]
    header = ['Multi-task', *(title_of(task) for task in tasks)]

    def lists(title, key, first):
        return Table(title, ('', 'labels', whose, *(['at random'] if first else []), *titles,
                             SUSPECTED), [
            (title_of(task), own['labels'], own['wrong'],
             *([own['wrong'] / own['labels']] if first else []),
             *(_with_range(own['lengths'][name][key]) for name in names))
            for task, own in figures['lists'].items() if own['wrong']])

    tables = [
        lists('Precision: how many of the first labels of the list are wrong, with 95 % intervals',
              'precision', True),
        lists('Recall: how many of all wrong labels are among them, with 95 % intervals',
              'recall', False),
        Table('How many labels cleanlab suspects', ('', 'labels', whose, SUSPECTED), [
            (title_of(task), own['labels'], own['wrong'], own['lengths'][SUSPECTED]['labels'])
            for task, own in figures['lists'].items()])]
    what = (f'a simulated reviewer corrected {review["corrected"]} of {review["wrong_labels"]} '
            f'{whose} labels, looking at {review["labels_looked_at"]} labels of '
            f'{review["products_looked_at"]} products')
    if len(review.get('rounds', [])) > 1:
        tables.append(Table(
            'Rounds of review', ('round', 'labels looked at', 'corrected', 'share'), [
                (str(number), own['labels_looked_at'], own['corrected'],
                 own['corrected'] / own['labels_looked_at'])
                for number, own in enumerate(review['rounds'], 1)]))
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
