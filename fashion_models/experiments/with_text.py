"""What texts add to pictures: the article's "inclusion of textual features".

    python -m fashion_models.experiments.with_text [--catalogue DIR] [--seeds 3]

answers for the validation and the test products in four ways:

* **images alone**: the multi-task network, as the other experiments have it;
* **images alone, trained on**: the layers that join pictures and text, without the text, so that
  what they add by themselves is not taken for the text's doing;
* **text alone**: the same layers without the pictures;
* **images and text**.

The article says no more than that textual features are included. Here they are the words, and pairs
of words, of titles and descriptions (TF-IDF, learnt from the training products alone); a dense
layer makes a second branch of them, which :class:`~fashion_models.links.TextFusion` joins with the
product representation before the heads. The network of the images stays as it is
(:mod:`~fashion_models.experiments.kit.fusion` says why).

A title often names the very labels that are asked for, so that a high accuracy of the text is no
wonder. What it is good for shows where pictures cannot tell: on the embedded catalogue, whose truth
is known, **ambiguous** products are those most of whose pictures show a model that wears other
garments, too. Of them, and of the others, the experiment tells accuracies by the true labels, and
how often the answer is another garment in the picture; of validation and test products together,
since there are few. The article supposes that texts help because they tell which of several things
in a picture is meant: they should then gain more on ambiguous products than on the others.

Differences have 95 % intervals over products and seeds, in pairs.

Time: one training a seed (shared with the other experiments), embedding the catalogue, and a few
minutes a seed for the three networks with the joining layers: on a CPU a tenth of a second for
every 256 products of a pass, of which there are 10 to 50.
"""

import sys

import numpy as np

from fashion_models.data.vocabulary import MISSING
from fashion_models.drawn.truth import read_truth
from fashion_models.experiments.kit import fusion, predictions, statistics
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Table
from fashion_models.experiments.kit.settings import QUICK_EPOCHS, command
from fashion_models.experiments.kit.vectors import product_embeddings
from fashion_models.training.evaluation import Evaluation
from fashion_models.training.table import ARTICLE, TITLES

SPLITS = 'validation', 'test'
IMAGES, CONTROL = 'images alone', 'images alone, trained on'
TEXT, BOTH = 'text alone', 'images and text'
#: From each way of answering with the joining layers to the branches that it has.
BRANCHES = {CONTROL: ('image',), TEXT: ('text',), BOTH: ('image', 'text')}
WAYS = IMAGES, *BRANCHES
ARTICLE_WITH_TEXT = 'above 0.800'

AMBIGUOUS, OTHERS = 'ambiguous', 'others'
#: Fewer products than these, and their figures would say nothing.
FEWEST_PRODUCTS = 10


def with_text(settings, folder):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    runs = [settings.run('multi-task', seed) for seed in settings.seeds]
    vocabulary, products = runs[0].vocabulary, settings.products(runs[0])
    texts = fusion.product_texts(settings.catalogue)
    features = fusion.TextFeatures([texts[id] for id in products['train'].ids])
    encoded = {split: features([texts[id] for id in own.ids]) for split, own in products.items()}
    answers = {split: {way: [] for way in WAYS} for split in SPLITS}
    for run in runs:
        for split, of_ways in answer(settings, run, products, encoded).items():
            for way, evaluation in of_ways.items():
                answers[split][way].append(evaluation)
    figures = {
        'tasks': vocabulary.tasks,
        'text': {'terms': len(features.terms), 'fitted_to': len(products['train']),
                 'products_without': {split: float(np.mean(own.getnnz(axis=1) == 0))
                                      for split, own in encoded.items()}}}
    for split, of_ways in answers.items():
        figures[split] = compare(of_ways, vocabulary.tasks, products[split].groups)
    records = read_truth(
        settings.catalogue.folder, [id for split in SPLITS for id in products[split].ids])
    if records:
        figures['by_pictures'] = by_pictures(
            answers, products, records, vocabulary, settings.catalogue.header.taxonomy)
    return figures, tables(figures)


def answer(settings, run, products, texts):
    """What the networks of one seed say of validation and test products.

    Args:
        settings (~fashion_models.experiments.kit.settings.Settings): Those of the experiment.
        run (~fashion_models.training.run.Run): The multi-task run of the seed.
        products (dict): From split to :class:`~fashion_models.data.products.ProductSet`.
        texts (dict): From split to features (products, terms).

    Returns:
        dict: From split to way to :class:`~fashion_models.training.evaluation.Evaluation`.
    """
    embeddings = product_embeddings(run, settings.catalogue)
    parts = {}
    for split, own in products.items():
        rows = [embeddings.row(id) for id in own.ids]
        parts[split] = {'image': np.asarray(embeddings.vectors[rows]), 'text': texts[split]}
    origin = embeddings.header['snapshot_sha256'], settings.catalogue.hash()
    found = {split: {IMAGES: predictions.evaluate_run(run, products[split])} for split in SPLITS}
    for way, branches in BRANCHES.items():
        examples = {
            split: fusion.Examples(
                own.t, others=own.others_to_learn(run.recipe.training.accepted),
                **{name: parts[split][name] for name in branches})
            for split, own in products.items()}
        model = fusion.trained(
            run, '-and-'.join(branches), examples['train'], examples['validation'], origin,
            QUICK_EPOCHS if settings.quick else fusion.EPOCHS)
        for split in SPLITS:
            found[split][way] = fusion.evaluate(model, examples[split])
    return found


def compare(answers, tasks, groups):
    """Accuracy of each way, and what images and text together gain over it, with intervals.

    Args:
        answers (dict): From way to a list of
            :class:`~fashion_models.training.evaluation.Evaluation`, one a seed.
        tasks (sequence of str): The tasks' names.
        groups (sequence of str): (products,).
    """
    right = {way: predictions.correct(of_seeds) for way, of_seeds in answers.items()}
    return {
        'products': len(groups),
        'accuracy': {
            way: predictions.accuracies(own, tasks, groups) for way, own in right.items()},
        'difference': {
            way: predictions.differences(right[BOTH], own, tasks, groups)
            for way, own in right.items() if way != BOTH}}


def is_ambiguous(record):
    """Whether most of a product's pictures show a model with other garments, by its truth."""
    return 2 * sum(bool(picture.others) for picture in record.pictures) > len(record.pictures)


def by_pictures(answers, products, records, vocabulary, taxonomy):
    """The figures of ambiguous products and of the others, by the true labels.

    Args:
        answers (dict): From split to way to a list of evaluations, one a seed.
        products (dict): From split to :class:`~fashion_models.data.products.ProductSet`.
        records (dict): From product id to its truth.
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The labels.
        taxonomy (dict): The catalogue's.

    Returns:
        dict: From :data:`AMBIGUOUS` and :data:`OTHERS` to figures as of :func:`compare`, only the
        number of products where either are too few; and of the ambiguous :func:`other_garment` and
        ``extra_gain``: how much more the text gains on them than on the others.
    """
    held_out = [records[id] for split in SPLITS for id in products[split].ids]
    groups = [group for split in SPLITS for group in products[split].groups]
    t = np.array([true_labels(record, vocabulary) for record in held_out], np.int32)
    together = {
        way: [Evaluation({task: np.concatenate([of_split.log_probabilities[task]
                                                for of_split in of_seed])
                          for task in vocabulary.tasks}, t)
              for of_seed in zip(*(answers[split][way] for split in SPLITS))]
        for way in WAYS}
    ambiguous = np.array([is_ambiguous(record) for record in held_out])
    parts = {AMBIGUOUS: np.flatnonzero(ambiguous), OTHERS: np.flatnonzero(~ambiguous)}
    figures = {name: {'products': len(rows)} for name, rows in parts.items()}
    if min(map(len, parts.values())) < FEWEST_PRODUCTS:
        return figures
    for name, rows in parts.items():
        own = {way: [Evaluation({task: y[rows] for task, y in e.log_probabilities.items()}, t[rows])
                     for e in of_seeds] for way, of_seeds in together.items()}
        of_groups = [groups[row] for row in rows]
        figures[name] = compare(own, vocabulary.tasks, of_groups)
        if name == AMBIGUOUS:
            figures['other_garment'] = other_garment(
                own, [held_out[row] for row in rows], of_groups, vocabulary, taxonomy)
    # What would follow if texts told which of several products is meant. It could follow from
    # something else, too: there is more to gain where pictures tell less.
    figures['extra_gain'] = statistics.contrast(
        *(predictions.correct(together[way]) for way in (BOTH, CONTROL)), ambiguous, groups)
    return figures


def true_labels(record, vocabulary):
    """Class numbers of the true labels: (tasks,), -1 for one that no product is labelled with."""
    return [names.index(label) if (label := record.label(task)) in names else MISSING
            for task, names in vocabulary.labels.items()]


def other_garment(answers, records, groups, vocabulary, taxonomy):
    """How often the answer is that of another garment in the pictures, not of the one sold.

    Args:
        answers (dict): From way to a list of evaluations, one a seed.
        records (list of ~fashion_models.drawn.truth.ProductTruth): The products' truth.
        groups (sequence of str): (products,).
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The labels.
        taxonomy (dict): The catalogue's.

    Returns:
        dict: From task to ``share`` of each way, ``difference``, images and text minus each, and
        ``fewer``, by how much text makes it fewer; the tasks are those that tell garments in one
        picture apart.
    """
    figures = {}
    for task in ('colour', 'category', 'subcategory'):
        if task not in vocabulary.tasks:
            continue
        names = vocabulary.labels[task]
        worn = np.array([[name in _worn(record, task, taxonomy) for name in names]
                         for record in records])
        shares = {way: np.stack([
            worn[np.arange(len(records)), e.log_probabilities[task].argmax(axis=1)]
            for e in of_seeds]).astype(float) for way, of_seeds in answers.items()}
        figures[task] = {
            'share': {way: statistics.accuracy(own, groups) for way, own in shares.items()},
            'difference': {way: statistics.difference(shares[BOTH], own, groups)
                           for way, own in shares.items() if way != BOTH},
            'fewer': statistics.difference(shares[CONTROL], shares[BOTH], groups)}
    return figures


def _worn(record, task, taxonomy):
    """Labels (set of str) of a task that other garments in a product's pictures have, not it."""
    if task == 'colour':
        return {other.colour for other in record.others} - set(record.colours)
    found = {other.subcategory for other in record.others}
    if task == 'category':
        found = {category for of_type in taxonomy.values()
                 for category, subcategories in of_type.items() if found & set(subcategories)}
    return found - {record.label(task)}


def tables(figures):
    """The tables of the figures, ours beside the article's."""
    tasks = figures['tasks']
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(TITLES[task] for task in tasks))

    def accuracies(own, indent=''):
        return [(indent + way, *(of_tasks[task].value if task in of_tasks else None
                                 for task in columns)) for way, of_tasks in own.items()]

    def differences(own, indent=''):
        return [(indent + way, *(of_tasks.get(task) for task in columns))
                for way, of_tasks in own.items()]

    accuracy = [
        ('the article, validation: images alone', np.mean(list(ARTICLE.values())),
         *(ARTICLE[task] for task in tasks)),
        ('the article: with text', ARTICLE_WITH_TEXT, *[None] * len(tasks))]
    difference = []
    for split in SPLITS:
        own = figures[split]
        title = f'{split}, {own["products"]} products', *[''] * len(columns)
        accuracy += [title, *accuracies(own['accuracy'], '  ')]
        difference += [title, *differences(own['difference'], '  ')]
    found = [
        Table('Accuracy over products', header, accuracy),
        Table('Images and text minus each, with 95 % intervals', header, difference)]
    by_pictures = figures.get('by_pictures', {})
    if 'extra_gain' in by_pictures:
        accuracy, difference = [], []
        for name in AMBIGUOUS, OTHERS:
            own = by_pictures[name]
            title = f'{name}, {own["products"]} products', *[''] * len(columns)
            accuracy += [title, *accuracies(own['accuracy'], '  ')]
            difference += [title, *differences(own['difference'], '  ')]
        difference.append((f'gain over {CONTROL}: {AMBIGUOUS} minus {OTHERS}',
                           by_pictures['extra_gain'], *[None] * len(tasks)))
        own = by_pictures['other_garment']
        found += [
            Table('Accuracy by the true labels, products most of whose pictures show other '
                  'garments, too, and others; validation and test', header, accuracy),
            Table('Of the same, images and text minus each, with 95 % intervals', header,
                  difference),
            Table('Of the ambiguous, how often the answer is another garment in the pictures',
                  ('', *(TITLES[task] for task in own)), [
                      (way, *(of_task['share'][way].value for of_task in own.values()))
                      for way in WAYS] + [
                      (f'{BOTH} minus {way}',
                       *(of_task['difference'][way] for of_task in own.values()))
                      for way in WAYS if way != BOTH])]
    return found


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('with_text', __doc__, with_text, argv)


if __name__ == '__main__':
    sys.exit(main())
