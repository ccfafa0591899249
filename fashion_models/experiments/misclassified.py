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

Every error is counted once, under the first of these that has the predicted label: the label was
wrong and this one is right; the product's other prominent colours; the other name of a shade
between two; other garments in the picture; for subcategories a look-alike (what is drawn with a
neighbour's cut), the same category, the same type. Some of that needs the truth, which the embedded
catalogue has (``truth.jsonl``); other catalogues have what their labels tell. An error may fall
under a cause by chance: so each has beside it the share that it would have if the wrong answers had
been dealt out anew among the errors. Intervals are over products and seeds.

Time: in units of one training of the recipe, 1 a seed, shared with ``main_table`` and others;
seconds for the rest.
"""

import sys

import numpy as np

from fashion_models.catalogue.colours import LYST16
from fashion_models.catalogue.taxonomy import Places
from fashion_models.data.prepare import prepare
from fashion_models.data.products import require_products
from fashion_models.drawn.assortment import KINDS
from fashion_models.drawn.truth import read_truth
from fashion_models.experiments.kit import pictures, predictions, statistics
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import command
from fashion_models.files import atomic_write
from fashion_models.training.table import TITLES

EXAMPLES = 12
#: A wrong label is ambiguous that is no likelier than the product's own plus this.
MARGIN = 0.1
FREQUENT = 10   # confusions in the table, of each task
#: Fewer products than these, and their figures would say nothing.
FEWEST_PRODUCTS = 10

WRONG = 'the label is wrong, the answer right'
SEVERAL = "another of the product's colours"
BETWEEN = 'the other name of a shade between two'
GARMENTS = 'of another garment in the picture'
TWIN = 'the look-alike that it is cut like'
CATEGORY = 'another of the same category'
TYPE = 'another of the same type'
NONE = 'none of these'


def misclassified(settings, folder):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    runs = [settings.run('multi-task', seed) for seed in settings.seeds]
    vocabulary = runs[0].vocabulary
    test = settings.products(runs[0])['test']
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
        figures['extra_error_of_several_colours'] = extra_error(
            answers['colour'], np.array([bool(own.get(SEVERAL)) for own in causes['colour']]))
    for task, own in answers.items():
        names = in_order(task, vocabulary.labels[task], settings.catalogue.header)
        matrix = own.confusion()
        figures['confusion'][task] = sparse(matrix, own.names)
        order = [own.names.index(name) for name in names]
        draw_confusion(
            matrix[np.ix_(order, order)] / len(runs), names,
            parents(task, names, settings.catalogue.header), TITLES[task],
            folder / f'confusion-{task}.png')
    draw_examples(settings, answers, causes, records, folder)
    return figures, [
        *(cause_table(task, found) for task, found in figures['errors'].items() if found),
        confusion_table(answers)]


class Answers:
    """What the networks of all seeds say in one task.

    Attributes:
        names (list of str): The labels, by class number.
        t (numpy.ndarray): (products,) class numbers, -1 without a label.
        probabilities (numpy.ndarray): (seeds, products, classes).
        predicted (numpy.ndarray): (seeds, products) class numbers.
        wrong (numpy.ndarray): (seeds, products) bool; never without a label.
        groups (sequence of str): (products,).
    """

    def __init__(self, names, t, probabilities, groups):
        self.names, self.t, self.groups = list(names), np.asarray(t), groups
        self.probabilities = np.asarray(probabilities)
        self.predicted = self.probabilities.argmax(axis=2)
        self.wrong = (self.predicted != self.t) & (self.t >= 0)

    @classmethod
    def of(cls, task, column, vocabulary, evaluations, groups):
        """The answers in a task, one evaluation a seed."""
        return cls(vocabulary.labels[task], evaluations[0].t[:, column],
                   [np.exp(evaluation.log_probabilities[task]) for evaluation in evaluations],
                   groups)

    @property
    def margins(self):
        """(seeds, products): how much likelier the answer is than the label."""
        own = np.take_along_axis(self.probabilities, self.t[None, :, None], axis=2)[..., 0]
        return self.probabilities.max(axis=2) - own

    @property
    def ranks(self):
        """(seeds, products): how many labels are likelier than the product's."""
        own = np.take_along_axis(self.probabilities, self.t[None, :, None], axis=2)
        return (self.probabilities > own).sum(axis=2)

    def confusion(self):
        """Counts (classes, classes) over all seeds: rows are labels, columns predictions."""
        matrix = np.zeros((len(self.names),) * 2, int)
        known = self.t >= 0
        for predicted in self.predicted:
            np.add.at(matrix, (self.t[known], predicted[known]), 1)
        return matrix


def records_of(catalogue, ids):
    """The products of these ids with their truth, ``None`` where it is not known."""
    wanted = set(ids)
    products = {product.id: product for product in catalogue.products if product.id in wanted}
    truth = read_truth(catalogue.folder)
    return [(products[id_], truth.get(id_)) for id_ in ids]


def colour_causes(product, truth):
    """What might be answered for a product's colour, beside its label, and why.

    Args:
        product (~fashion_models.catalogue.records.Product): The product.
        truth (~fashion_models.drawn.truth.ProductTruth): What is true of it, or ``None``.

    Returns:
        dict: From each cause to its labels (set); no label is under two of them.
    """
    if truth is None:
        return _apart(product.label('colour'), {SEVERAL: product.colours[1:]})
    first, *others = truth.colours
    names = [first] + [truth.rival_colour] * (truth.rival_colour is not None)
    wrong = 'colour' in truth.wrong_labels
    return _apart(product.label('colour'), {
        WRONG: [*names, *others] if wrong else (), SEVERAL: others, BETWEEN: names,
        GARMENTS: _garments(truth, 'colour')})


def subcategory_causes(product, truth, siblings):
    """As :func:`colour_causes`, for a product's subcategory.

    Args:
        product, truth: As of :func:`colour_causes`.
        siblings (Siblings): Of the catalogue's taxonomy.
    """
    label = product.label('subcategory')
    causes = {}
    if truth is not None:
        wrong = 'subcategory' in truth.wrong_labels
        kind = KINDS.get(truth.label('subcategory'))
        causes = {WRONG: [truth.label('subcategory')] if wrong else (),
                  GARMENTS: _garments(truth, 'subcategory'),
                  TWIN: [kind.twin_of] if truth.near_twin and kind else ()}
    return _apart(label, {
        **causes, CATEGORY: siblings.in_category(label), TYPE: siblings.in_type(label)})


def _garments(truth, task):
    return [getattr(other, task) for other in truth.others]


def _apart(label, causes):
    """The causes' labels as sets, without the product's own and those of an earlier cause."""
    seen, found = {label}, {}
    for cause, labels in causes.items():
        found[cause] = set(labels) - seen
        seen |= found[cause]
    return found


class Siblings:
    """The subcategories of the same category, and of the same type.

    Args:
        taxonomy (dict): ``{type: {category: [subcategory, ...]}}``.
    """

    def __init__(self, taxonomy):
        self._places = dict(Places(taxonomy).subcategories)

    def in_category(self, name):
        """Those (set) that have a category, by its name, in common with a subcategory."""
        return self._of(name, lambda place: place[1])

    def in_type(self, name):
        """Those (set) that have a type in common with a subcategory."""
        return self._of(name, lambda place: place[0])

    def _of(self, name, part):
        own = {part(place) for place in self._places.get(name, ())} - {''}
        return {other for other, places in self._places.items()
                if own.intersection(map(part, places))}


def count(answers, causes):
    """How many errors there are, and where they come from.

    Args:
        answers (Answers): In one task.
        causes (list of dict): Of each product, as :func:`colour_causes` gives them.

    Returns:
        dict: A cause that no product has is left out. ``None`` if a network makes no error.
    """
    groups, wrong, known = answers.groups, answers.wrong, answers.t >= 0
    if not wrong.any(axis=1).all():
        return None
    kinds = [kind for kind in dict.fromkeys(kind for own in causes for kind in own)
             if any(own.get(kind) for own in causes)]
    causes = [{kind: own.get(kind, set()) for kind in kinds} for own in causes]
    of_error = np.full(wrong.shape, -1)     # number of the cause
    for seed, row in zip(*np.nonzero(wrong)):
        answer = answers.names[answers.predicted[seed, row]]
        of_error[seed, row] = next((
            number for number, kind in enumerate(kinds) if answer in causes[row][kind]), len(kinds))

    def rate(values, where):
        where = np.broadcast_to(where, values.shape)
        if not where.any(axis=1).all():
            return None
        return statistics.accuracy(np.where(where, values, np.nan), groups)

    found = {
        'products': int(known.sum()), 'errors': wrong.sum(axis=1),
        'error_rate': rate(wrong, known),
        'label_is_second': rate(answers.ranks == 1, wrong),
        'small_margin': rate(answers.margins < MARGIN, wrong), 'causes': {}}
    for number, kind in enumerate([*kinds, NONE]):
        own = {'share_of_errors': rate(of_error == number, wrong)}
        if kind != NONE:
            has = np.array([bool(labels[kind]) for labels in causes]) & known
            own |= {
                'products': int(has.sum()), 'error_rate': rate(wrong, has),
                'by_chance': by_chance(answers, [labels[kind] for labels in causes])}
        found['causes'][kind] = own
    return found


def extra_error(answers, some):
    """How much more often answers are wrong for some products (n,) bool than for the others.

    Returns:
        ~fashion_models.experiments.kit.statistics.Interval: ``None`` if there are too few of
        either.
    """
    known = answers.t >= 0
    if min((known & some).sum(), (known & ~some).sum()) < FEWEST_PRODUCTS:
        return None
    wrong = np.where(known, answers.wrong, np.nan)
    return statistics.contrast(
        wrong, np.where(known, np.zeros_like(wrong), np.nan), some, answers.groups)


def by_chance(answers, labels):
    """The share of errors that would fall under a cause if answers were dealt out anew.

    Args:
        answers (Answers): In one task.
        labels (list of set): Of each product, those of the cause, without its own label.

    Returns:
        float: Mean over the seeds. Each error is dealt one of all wrong answers of its seed but
        those that would be right for it.
    """
    number = {name: place for place, name in enumerate(answers.names)}
    shares = []
    for wrong, predicted in zip(answers.wrong, answers.predicted):
        dealt = np.bincount(predicted[wrong], minlength=len(number))
        shares.append(np.mean([
            sum(dealt[number[name]] for name in labels[row] if name in number)
            / (dealt.sum() - dealt[answers.t[row]]) for row in np.flatnonzero(wrong)]))
    return float(np.mean(shares))


def cause_table(task, found):
    """Where the errors of a task come from."""
    rows = [('all', found['products'], found['error_rate'].value, found['error_rate'].range(),
             None, None, None)]
    for kind, own in found['causes'].items():
        rate, share = own.get('error_rate'), own['share_of_errors']
        rows.append((
            kind, own.get('products'), rate.value if rate else None,
            rate.range() if rate else None, share.value, share.range(), own.get('by_chance')))
    for kind, name in (('the label is ranked second', 'label_is_second'),
                       (f'the label is less likely by {MARGIN} at most', 'small_margin')):
        rows.append((kind, None, None, None, found[name].value, found[name].range(), None))
    return Table(
        f'Wrong answers in {task}, test split: what they are, with 95 % intervals',
        ('the answer is', 'products', 'their error rate', 'interval', 'share of errors',
         'interval', 'by chance'), rows)


def in_order(task, labels, header):
    """The labels of a task in the order of the taxonomy, colours in that of LYST16.

    Args:
        task (str): Which.
        labels (sequence of str): Those to put in order; others are left out.
        header (~fashion_models.catalogue.records.Header): Has the taxonomy.

    Returns:
        list of str: The labels that no order is known of stand last, by the alphabet.
    """
    tree = header.taxonomy
    orders = {
        'gender': header.genders, 'colour': LYST16, 'type': tree,
        'category': [category for below in tree.values() for category in below],
        'subcategory': [name for below in tree.values() for names in below.values()
                        for name in names]}
    known = [name for name in dict.fromkeys(orders.get(task, ())) if name in set(labels)]
    return known + sorted(set(labels) - set(known))


def parents(task, names, header):
    """The label above each of a task's labels (list of str), '' where there is none."""
    places = Places(header.taxonomy)
    above = {'category': {name: types[0] for name, types in places.categories.items()},
             'subcategory': {name: found[0][1] for name, found in places.subcategories.items()}}
    return [above.get(task, {}).get(name, '') for name in names]


def sparse(matrix, names):
    """The counts of a confusion matrix that are not 0: {label: {predicted: count}}."""
    return {name: {names[column]: row[column] for column in np.flatnonzero(row)}
            for name, row in zip(names, matrix) if row.any()}


def confusion_table(answers):
    """The most frequent errors of each task with more than two labels."""
    rows = []
    for task, own in answers.items():
        if len(own.names) < 3:
            continue
        matrix = own.confusion()
        errors = matrix * (1 - np.eye(len(matrix), dtype=int))
        pairs = np.argsort(-errors, axis=None, kind='stable')[:FREQUENT]
        for label, predicted in zip(*np.unravel_index(pairs, errors.shape)):
            if times := errors[label, predicted]:
                rows.append((
                    task, own.names[label], own.names[predicted],
                    f'{times / matrix[label].sum():.1%}', f'{times / errors.sum():.1%}'))
    return Table(
        'The most frequent confusions, test split, all seeds',
        ('task', 'label', 'predicted', "of the label's products", "of the task's errors"), rows)


def draw_confusion(counts, names, above, title, path):
    """Draws a confusion matrix: the share of each label's products that is predicted as what.

    Args:
        counts (numpy.ndarray): (n, n); rows are labels.
        names (list of str): (n,) in the order of the matrix.
        above (list of str): (n,) their parents; lines are drawn between those of different ones.
        title (str): The task's.
        path (~pathlib.Path): PNG.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    n = len(names)
    cell = min(50, 900 / n)     # pixels
    width = max(400, n * cell + 170)
    figure = Figure(figsize=(width / 100, (n * cell + 190) / 100), layout='constrained')
    axes = figure.subplots()
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    # One hue from light to dark, which everybody can tell; small shares are lifted.
    axes.imshow(shares, cmap='Blues', norm=PowerNorm(0.5, 0, 1), interpolation='nearest')
    if cell >= 20:
        for row, column in zip(*np.nonzero(shares >= 0.01)):
            axes.text(column, row, f'{100 * shares[row, column]:.0f}', ha='center', va='center',
                      fontsize=min(9, cell / 3.2),
                      color='white' if shares[row, column] > 0.3 else 'black')
    starts = [0, *(place for place in range(1, n) if above[place] != above[place - 1])]
    for place in starts[1:]:
        axes.axhline(place - 0.5, color='0.75', linewidth=0.5)
        axes.axvline(place - 0.5, color='0.75', linewidth=0.5)
    if cell >= 12:
        places, texts = range(n), names
    else:   # too many for their names: those of their parents
        places = [(start + end - 1) / 2 for start, end in zip(starts, [*starts[1:], n])]
        texts = [above[start] for start in starts]
    axes.set_xticks(places, texts, rotation=90, fontsize=9)
    axes.set_yticks(places, texts, fontsize=9)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel('predicted')
    axes.set_ylabel('label')
    numbers = ', % of the label\'s products' if cell >= 20 else ''
    axes.set_title(f'{title}{numbers}', fontsize='medium')
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)


def draw_examples(settings, answers, causes, records, folder):
    """Draws products that the first seed's network gets wrong; see the module's head."""
    chosen = {}
    for task, own in causes.items():
        wrong = np.random.default_rng(0).permutation(np.flatnonzero(answers[task].wrong[0]))
        chosen[f'{task}-random'] = task, wrong
        if task == 'colour':
            margins = answers[task].margins[0]
            chosen['colour-several'] = task, [row for row in wrong if own[row].get(SEVERAL)]
            chosen['colour-ambiguous'] = task, [
                row for row in wrong if margins[row] < MARGIN or own[row].get(BETWEEN)]
    shown = {records[row][0].id for _, rows in chosen.values() for row in rows[:EXAMPLES]}
    files = pictures.readable_files(
        settings.catalogue, prepare(settings.catalogue, settings.recipe.data.shorter_side), shown)
    for name, (task, rows) in chosen.items():
        path = folder / f'{name}.jpg'
        path.unlink(missing_ok=True)    # that of an earlier run
        if len(rows) and pictures.may_show(settings):
            pictures.write_jpeg(pictures.sheet([
                pictures.Cell(
                    files[records[row][0].id],
                    _lines(answers[task], row, task, causes[task][row], *records[row]))
                for row in rows[:EXAMPLES]]), path)


def _lines(answers, row, task, causes, product, truth):
    """What is said of a product that is wrong: the answer, the label, and what is known."""
    probabilities = answers.probabilities[0, row]
    answer, label = (
        f'{answers.names[number]} {probabilities[number]:.0%}'
        for number in (answers.predicted[0, row], answers.t[row]))
    notes = ''
    if task == 'colour':
        colours = truth.colours if truth else product.colours
        if causes.get(WRONG):
            notes = f'in truth {" and ".join(colours)}'
        elif len(colours) > 1:
            notes = f'has {" and ".join(colours)}'
        if truth and truth.rival_colour:
            shade = f'{truth.shade}: {colours[0]} or {truth["rival_colour"]}'
            notes = f'{notes}; {shade}'.removeprefix('; ')
    elif causes.get(WRONG):
        notes = f'in truth {truth.label(task)}'
    elif causes.get(TWIN):
        notes = f'cut like {" and ".join(causes[TWIN])}'
    if not notes and task == 'colour':
        notes = product.label('subcategory') or ''
    return tuple(filter(None, (f'predicted {answer}', f'label {label}', notes)))


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('misclassified', __doc__, misclassified, argv)


if __name__ == '__main__':
    sys.exit(main())
