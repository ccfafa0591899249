"""One image or all of them, on a small catalogue of real products: by cross-validation.

    python -m fashion_models.experiments.cross_validation --catalogue DIR --init RUN [--seeds 3]

A catalogue of a few thousand products has a test split of a few hundred, too few to tell two
networks apart. So its groups of products are dealt out to five folds; each fold is held out once,
and every product is classified by a network that has seen neither it nor any of its group. The
comparison of ``single_vs_multi`` is made here on all products:

* the multi-image network, which pools the images of a product inside;
* the same with a loss on each image and smaller batches, the best way to pool of
  :mod:`~fashion_models.experiments.pooling` on drawn products;
* the single-image one, trained on the same images flattened, each a product of its own: for as
  many epochs, and, as a control, for as many updates. It answers for each image by itself, and for
  the product by the heads on the mean, and on the maximum, of its images' representations, and by
  the mean of their probabilities;
* the same with as large a loss as the network with a loss on each image has, another control: it
  makes each step larger.

``--init`` names a run to begin with, trained on a larger catalogue. The schedule was settled before
any result was seen: the recipe's own epochs and drops, and a tenth of its learning rate. That is
the usual choice for a network of this kind (Girshick et al., "Rich feature hierarchies", 2014:
0.001 after 0.01, so that what was learnt survives until the new heads are of use). At that rate the
new heads, which start at random, have enough steps to be learnt (636 at least). Whether a larger
rate would serve the rest better was not tried beforehand; the networks with a larger loss suggest
so.

Held-out folds have no part in any choice: the network is that of the last epoch. Accuracies are
over products; where each image is answered by itself, a product counts as the share of its images
that are right. Differences are paired, with 95 % intervals over groups of products and, with
several seeds, over those (:mod:`~fashion_models.experiments.kit.statistics`). What another
``--init`` or other training products would do, they do not tell. Groups do not keep apart products
whose pictures are the same to the eye only: on the recorded shops one in seventy, at one of them
one in eleven (counted by hand), for all networks alike.

Two rows of the first table are baselines: answering each fold with the commonest label of the
others, and with the commonest label of the same source there. In a merged catalogue
(see ``fashion-models catalogue merge``) a network that knows the shop by the style of its pictures
can do the latter without having seen a product.

Time: 25 trainings a seed. With ``experiments/studies/shops-folds.toml`` on the seven shops of
``experiments/mappings/shops.toml`` (2,957 products, 5,854 images) a training takes about two
minutes of a CPU core.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from fashion_models.catalogue.tasks import title_of
from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.data.prepare import prepare
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.command import add_folds, add_init, command, folds_of
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.kit.settings import Settings
from fashion_models.experiments.measuring.requirements import require_folds, require_several_images
from fashion_models.experiments.measuring.tasks_and_images import updates_of
from fashion_models.experiments.pooling import IMAGE_LOSS, smaller_batches
from fashion_models.training.evaluation import average_over_images
from fashion_models.training.run import Run

MULTI = 'multi-image'
BEST = 'multi-image, loss on each image, smaller batches'
SINGLE = 'single-image'
UPDATES = 'single-image, as many updates'
LARGER = 'single-image, as large a loss'
AVERAGED = 'averaged'
#: What becomes of a product's images, in the order of the tables: each is answered by itself, their
#: representations are averaged or max-pooled, their probabilities are averaged.
OVER_IMAGES = '', AVERAGED, 'max-pooled', 'probabilities averaged'
#: Of which parts of the products have figures, in the order of the tables' columns.
OF_PARTS = MULTI, BEST, SINGLE, *(f'{name}, {AVERAGED}' for name in (SINGLE, LARGER, UPDATES))
COMMONEST = "the other folds' commonest label"
COMMONEST_OF_SOURCE = "the source's commonest label there"
#: Fewer products than these, and a row of a table would say nothing.
FEWEST_PRODUCTS = 10
#: A difference of so many standard errors is found, at 95 %, in four of five experiments.
_FOUND = 1.96 + 0.84


def cross_validation(
        settings: Settings, folder: pathlib.Path,
        arguments: argparse.Namespace) -> tuple[Figures, list[Table]]:
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.command.command`."""
    if arguments.init is not None:
        _require_unseen(arguments.init, settings.catalogue)
    settings.begin_with(arguments.init)
    count = folds_of(arguments)
    require_folds(settings.catalogue, count)
    require_several_images(settings.catalogue)
    settings.networks = 5 * count * len(settings.seeds)
    folds = [_fold(settings, number, count) for number in range(count)]
    tasks = settings.tasks
    groups = [group for fold in folds for group in fold['groups']]
    answers = {name: np.concatenate([fold['answers'][name] for fold in folds], axis=1)
               for name in folds[0]['answers']}
    counts = np.concatenate([fold['counts'] for fold in folds])
    sources = np.concatenate([fold['sources'] for fold in folds])
    everything = _compared(answers, np.arange(len(groups)), tasks, groups)
    figures = {
        'tasks': tasks, 'init': _beginning(settings.used[0]),
        'folds': [{'updates': fold['updates'], 'products': len(fold['groups'])} for fold in folds],
        'groups': len(set(groups)), 'images': int(counts.sum()), **everything,
        'over_images': {name: _over_images(answers[name], counts, tasks)
                        for name in (SINGLE, UPDATES)},
        'accuracy_of_folds': {
            name: [np.nanmean(fold['answers'][name], axis=(0, 1)) for fold in folds]
            for name in answers},
        'detectable': {
            name: {task: _detectable(interval) for task, interval in of_tasks.items()}
            for name, of_tasks in everything['difference'].items()},
        'by_images': _parts(answers, _by_images(counts), tasks, groups),
        'by_source': _parts(
            answers, {str(source): sources == source for source in np.unique(sources)}, tasks,
            groups)}
    return figures, _tables(figures)


def _require_unseen(init, catalogue):
    """The network begun with must not know the products that are held out."""
    if Run.open(init).provenance['catalogue']['hash'] == catalogue.hash():
        raise UserError(
            f'{init}: was trained on {catalogue.folder} itself, and so on products that '
            'are to be held out; name a run on other products')


def _fold(settings, number, folds):
    """Trains the networks for one fold and has them answer for its products."""
    recipe, view, flat = settings.recipe, View(folds, number), View(folds, number, True)
    kinds = [(f'{MULTI}-fold-{number}', recipe, view), (f'{SINGLE}-fold-{number}', recipe, flat)]
    settings.train(kinds)
    multi, single = (settings.seeds_of(*kind) for kind in kinds)
    batches = updates_of(multi) // recipe.training.epochs
    with_loss = recipe.replace(training__image_loss=IMAGE_LOSS)
    kinds = [
        (f'{SINGLE}-equal-updates-fold-{number}', recipe.replace(training__epoch_batches=batches),
         flat),
        (f'image-loss-smaller-batches-fold-{number}',
         smaller_batches(with_loss, updates_of(multi), updates_of(single)), view),
        # The loss of a lone image is that of its product once more.
        (f'{SINGLE}-larger-loss-fold-{number}', with_loss, flat)]
    settings.train(kinds)
    updates, best, larger = (settings.seeds_of(*kind) for kind in kinds)
    parts = view.products(
        settings.catalogue, prepare(settings.catalogue, recipe.data.shorter_side),
        multi[0].vocabulary)
    products = parts['validation']
    answers = {name: predictions.correct(
        [predictions.evaluate_run(of_seed, products, 'last') for of_seed in of_seeds])
        for name, of_seeds in {MULTI: multi, BEST: best}.items()}
    for name, of_seeds in {SINGLE: single, UPDATES: updates}.items():
        answers |= {_name(name, way): right
                    for way, right in _single_image_answers(of_seeds, products).items()}
    answers[_name(LARGER, AVERAGED)] = _single_image_answers(larger, products)[AVERAGED]
    sources = {product.id: product.extra.get('catalogue', '')
               for product in settings.catalogue.products}
    own, others = ([sources[id_] for id_ in part.ids] for part in (products, parts['train']))
    baselines = {
        COMMONEST: _commonest(parts['train'].t, products.t, [''] * len(others), [''] * len(own)),
        COMMONEST_OF_SOURCE: _commonest(parts['train'].t, products.t, others, own)}
    answers |= {name: np.broadcast_to(right, answers[MULTI].shape)
                for name, right in baselines.items()}
    return {
        'answers': answers,
        'groups': products.groups, 'sources': own,
        'counts': np.array([len(images) for images in products.images]),
        'updates': {name: updates_of(of_seeds) for name, of_seeds in {
            MULTI: multi, BEST: best, SINGLE: single, LARGER: larger, UPDATES: updates}.items()}}


def _single_image_answers(runs, products):
    """How right runs of a single-image network are, (seeds, products, tasks), by OVER_IMAGES."""
    found = {way: [] for way in OVER_IMAGES}
    for run in runs:
        images, pooled = predictions.evaluate_images(run, products, which='last')
        of_products = *pooled, average_over_images(images, products)
        found[''].append(predictions.over_images(predictions.correct([images]), products))
        for way, evaluation in zip(OVER_IMAGES[1:], of_products):
            found[way].append(predictions.correct([evaluation]))
    return {way: np.concatenate(right) for way, right in found.items()}


def _name(network, way):
    return f'{network}, {way}' if way else network


def _over_images(right, counts, tasks):
    """Accuracy over images, of answers whose product's value is the share of its images."""
    weights = np.where(np.isnan(right), 0, counts[:, None])
    of_tasks = np.nansum(right * counts[:, None], axis=(0, 1)) / weights.sum(axis=(0, 1))
    return {ALL: np.nanmean(of_tasks), **dict(zip(tasks, of_tasks))}


def _commonest(train_t, t, train_sources, sources):
    """How right it is to answer with the commonest label of the training products of a source.

    Returns:
        numpy.ndarray: (1, products, tasks) 1 or 0, nan where a product has no label. A source
        without labels for a task has no right answer.
    """
    right = np.where(t >= 0, 0.0, np.nan)
    train_sources, sources = np.array(train_sources), np.array(sources)
    for source in np.unique(sources):
        rows = sources == source
        for column, known in enumerate(train_t[train_sources == source].T):
            if (known >= 0).any():
                answer = np.bincount(known[known >= 0]).argmax()
                right[rows & (t[:, column] == answer), column] = 1.0
    return right[None]


def _beginning(run):
    """What the networks began with, without the folder of this machine; None if at random."""
    record = run.provenance.get('init')
    return record and {**record, 'run': record['run'].rstrip('/').rpartition('/')[2]}


def _by_images(counts):
    """From the title of a number of images to the products that have it, (products,) bool."""
    titles = {str(n): counts == n for n in range(1, MAX_IMAGES)}
    return titles | {f'{MAX_IMAGES} or more': counts >= MAX_IMAGES, '2 or more': counts > 1}


def _compared(answers, rows, tasks, groups):
    """Accuracies of all answers on some products, and how much better multi-image ones are."""
    own = [groups[row] for row in rows]
    right = {name: of_all[:, rows] for name, of_all in answers.items()}

    def minus_each(ours):
        return {name: predictions.differences(right[ours], one, tasks, own)
                for name, one in right.items() if name != ours}

    return {
        'products': len(rows),
        'accuracy': {name: predictions.accuracies(one, tasks, own) for name, one in right.items()},
        'difference': minus_each(MULTI), 'difference_of_best': minus_each(BEST)}


def _parts(answers, parts, tasks, groups):
    """As :func:`_compared`, over all tasks, of each part of the products not too small for it."""
    answers = {name: answers[name] for name in OF_PARTS}
    return {title: _over_all(_compared(answers, np.flatnonzero(part), tasks, groups))
            for title, part in parts.items() if part.sum() >= FEWEST_PRODUCTS}


def _over_all(compared):
    return {key: value if key == 'products' else {
        name: {ALL: of_tasks[ALL]} for name, of_tasks in value.items()}
        for key, value in compared.items()}


def _detectable(interval):
    """The true difference that as many products would show to be one, four times of five."""
    low, high = interval.products
    return _FOUND * (high - low) / (2 * 1.96)


def _tables(figures):
    tasks = figures['tasks']
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(title_of(task) for task in tasks))
    what = (f'{figures["products"]} products in {figures["groups"]} groups with '
            f'{figures["images"]} images')
    averaged, larger, updates = OF_PARTS[3:]

    def row(title, of_tasks, value):
        return title, *(value(of_tasks[task]) if task in of_tasks else None for task in columns)

    def parts(title, heading, key):
        return Table(title, (heading, 'products', *OF_PARTS,
                             *(f'{MULTI} minus {name}' for name in (averaged, updates)),
                             *(f'{BEST}, minus {name}' for name in (averaged, larger))), [
            (part or 'none', found['products'],
             *(found['accuracy'][name][ALL].value for name in OF_PARTS),
             *(found['difference'][name][ALL] for name in (averaged, updates)),
             *(found['difference_of_best'][name][ALL] for name in (averaged, larger)))
            for part, found in figures[key].items()])

    tables = [
        Table(f'Accuracy over products, each held out once; {what}', header, [
            row(name, of_tasks, lambda interval: interval.value)
            for name, of_tasks in figures['accuracy'].items()] + [
            row(f'{name}, counted over images', of_tasks, float)
            for name, of_tasks in figures['over_images'].items()]),
        Table(f'Multi-image minus each, with 95 % intervals; {what}', header, [
            row(name, of_tasks, str) for name, of_tasks in figures['difference'].items()]),
        Table(f'{BEST}, minus each, with 95 % intervals; {what}'.capitalize(), header, [
            row(name, of_tasks, str) for name, of_tasks in figures['difference_of_best'].items()]),
        Table('The difference that so many products would show in four experiments of five', header,
              [row(name, of_tasks, float) for name, of_tasks in figures['detectable'].items()
               if name in (SINGLE, averaged, updates)])]
    if figures['by_images']:
        tables.append(parts(
            'Accuracy of all tasks by the number of images that a product has', 'images',
            'by_images'))
    if len(figures['by_source']) > 1:
        tables.append(parts('Accuracy of all tasks by source', 'source', 'by_source'))
    return tables


def _add_arguments(parser):
    add_init(parser)
    add_folds(parser)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    return command('cross_validation', __doc__, cross_validation, argv, _add_arguments,
                   splits=())


if __name__ == '__main__':
    sys.exit(main())
