"""One task or five, one image or all of them: the article's "Multi-task & multi-image".

    python -m fashion_models.experiments.single_vs_multi [--catalogue DIR] [--seeds 3]

**Tasks.** For colour and for category a network is trained on that task alone. As in the article,
all else is the same but epochs and learning-rate schedule, which are chosen for each task: of those
in ``SCHEDULES``, the one with the lowest validation loss, with the first seed.

**Images.** The same images are flattened, each a product of its own, and the same network is
trained on them in the same way: once for as many epochs, as in the article (it then makes several
times as many updates), and once, as a control, for as many updates. It answers for each image by
itself, and for the product: by the heads on the mean, and on the maximum, of its images'
representations, which is what one does who has a single-image network. Beyond the article, the
multi-image network is also trained with mean and with sum pooling in place of max pooling. A
catalogue whose products have one image each has no such question, and gets the first part only.

Accuracies are over products: where each image is answered by itself, a product counts with the
share of its images that are right. Differences have 95 % intervals over products and seeds, in
pairs (:mod:`~fashion_models.experiments.kit.statistics`). The test split has no part in any choice.

Time: in units of one training of the recipe, 1 a seed for the multi-task network (shared with
``main_table`` and others); about 2 a seed for the tasks, and 4 once to choose their schedules; 3.4
a seed for the images. With ``small.toml`` on two CPU cores an epoch takes about a second for every
900 training images.
"""

import dataclasses
import sys

import numpy as np

from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.data.views import View
from fashion_models.experiments.kit import predictions
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Table, read_log
from fashion_models.experiments.kit.settings import command, with_epochs
from fashion_models.files import atomic_write
from fashion_models.training.table import ARTICLE, TITLES

SPLITS = 'validation', 'test'
TASKS = 'colour', 'category'
#: By their number of epochs, in units of the recipe's; the drops keep their shares of them.
SCHEDULES = {"the multi-task network's": 1, 'half as long': 0.5, 'half as long again': 1.5}
ARTICLE_SINGLE_TASK = {'colour': 0.678, 'category': 0.662}
ARTICLE_SINGLE_IMAGE = {
    'gender': 0.856, 'colour': 0.656, 'type': 0.930, 'category': 0.633, 'subcategory': 0.442}
#: Fewer products than these, and a row by number of images would say nothing.
FEWEST_PRODUCTS = 10

MULTI = 'multi-image'
SINGLE = 'single-image'
UPDATES = 'single-image, as many updates'
#: What each way of answering is, in the order of the tables.
WAYS = {
    MULTI: 'max pooling over the images inside the network',
    SINGLE: 'each image by itself, as many epochs',
    f'{SINGLE}, averaged': 'mean of the representations of the images',
    f'{SINGLE}, max-pooled': 'maximum of the representations of the images',
    UPDATES: 'each image by itself, as many updates',
    f'{UPDATES}, averaged': 'mean of the representations of the images',
    f'{UPDATES}, max-pooled': 'maximum of the representations of the images',
    'multi-image, mean pooling': 'mean pooling over the images inside the network',
    'multi-image, sum pooling': 'sum pooling over the images inside the network',
}


def single_vs_multi(settings, folder):
    """Runs the experiment; see :func:`~fashion_models.experiments.kit.settings.command`."""
    multi = [settings.run('multi-task', seed) for seed in settings.seeds]
    products = settings.products(multi[0])
    figures = {
        'tasks': multi[0].vocabulary.tasks,
        'single_task': {
            task: compare_task(settings, task, multi, products)
            for task in TASKS if task in multi[0].vocabulary.tasks}}
    tables = [task_table(figures['single_task'])] if figures['single_task'] else []
    if max(map(len, products['train'].images)) > 1:
        figures['images'] = compare_images(settings, multi, products)
        tables += image_tables(figures)
        draw(figures['images'], folder / 'images.png')
    return figures, tables


def compare_task(settings, task, multi, products):
    """Single-task against multi-task: schedules tried, accuracies, differences, by split."""
    schedules = dict(list(SCHEDULES.items())[:2 if settings.quick else None])
    recipes = {}
    for name, share in schedules.items():
        epochs = max(1, round(share * settings.recipe.training.epochs))
        recipes[name] = with_epochs(settings.recipe, epochs).replace(model__tasks=(task,))
    tried = {
        name: _schedule(settings.run(f'{task}-only', settings.seeds[0], recipe))
        for name, recipe in recipes.items()}
    chosen = min(tried, key=lambda name: tried[name]['validation_loss'])
    single = [settings.run(f'{task}-only', seed, recipes[chosen]) for seed in settings.seeds]
    found = {'schedules': tried, 'chosen': chosen}
    column = multi[0].vocabulary.tasks.index(task)
    for split in SPLITS:
        own = products[split]
        of_multi = _correct(multi, own)[..., [column]]
        of_single = _correct(single, settings.products(single[0])[split])
        found[split] = {
            'multi': predictions.accuracies(of_multi, [task], own.groups)[task],
            'single': predictions.accuracies(of_single, [task], own.groups)[task],
            'difference': predictions.differences(of_multi, of_single, [task], own.groups)[task]}
    return found


def _schedule(run):
    training, log = run.recipe.training, read_log(run)
    best = min(log, key=lambda record: record['validation/loss'])
    return {
        'epochs': training.epochs, 'drops': training.drops,
        'validation_loss': best['validation/loss'], 'best_epoch': best['epoch']}


def _correct(runs, products):
    return predictions.correct([predictions.evaluate_run(run, products) for run in runs])


def compare_images(settings, multi, products):
    """Single-image against multi-image: see the module's head."""
    batches = read_log(multi[0])[-1]['iteration'] // settings.recipe.training.epochs
    equal = settings.recipe.replace(training__epoch_batches=batches)
    flat = View(flattened=True)
    runs = {
        SINGLE: [settings.run('single-image', seed, view=flat) for seed in settings.seeds],
        UPDATES: [settings.run('single-image-equal-updates', seed, equal, flat)
                  for seed in settings.seeds]}
    pooling = {
        f'multi-image, {pooling} pooling': [
            settings.run(f'{pooling}-pooling', seed, settings.recipe.replace(
                model__pooling=pooling)) for seed in settings.seeds]
        for pooling in ('mean', 'sum')}
    found = {'batches_per_epoch': batches, 'updates': {
        name: read_log(own[0])[-1]['iteration'] for name, own in {MULTI: multi, **runs}.items()}}
    for split in SPLITS:
        own = products[split]
        answers = {MULTI: _correct(multi, own)}
        over_images = {}
        for name, of_seeds in runs.items():
            images, averaged, pooled = [], [], []
            for run in of_seeds:
                alone, (mean, largest) = predictions.evaluate_images(run, own)
                images.append(alone)
                averaged.append(mean)
                pooled.append(largest)
            right = predictions.correct(images)
            over_images[name] = np.nanmean(right, axis=(0, 1))
            answers[name] = predictions.over_images(right, own)
            answers[f'{name}, averaged'] = predictions.correct(averaged)
            answers[f'{name}, max-pooled'] = predictions.correct(pooled)
        answers |= {name: _correct(of_seeds, own) for name, of_seeds in pooling.items()}
        found[split] = _figures(answers, own, settings, multi, over_images)
    return found


def _figures(answers, products, settings, multi, over_images):
    tasks = multi[0].vocabulary.tasks
    return {
        'products': len(products), 'images': sum(map(len, products.images)),
        'accuracy': {
            name: predictions.accuracies(answers[name], tasks, products.groups) for name in WAYS},
        'over_images': {
            name: {ALL: np.nanmean(of_tasks), **dict(zip(tasks, of_tasks))}
            for name, of_tasks in over_images.items()},
        'difference': {
            name: predictions.differences(answers[MULTI], answers[name], tasks, products.groups)
            for name in WAYS if name != MULTI},
        'by_images': _by_images(answers, products, tasks),
        'shown': _shown(multi, products, tasks)}


def _by_images(answers, products, tasks):
    """Accuracy on the products that have 1, 2, … images; the last row has all with more, too."""
    counts = np.minimum([len(images) for images in products.images], MAX_IMAGES)
    found = {}
    for n in range(1, MAX_IMAGES + 1):
        rows = np.flatnonzero(counts == n)
        if len(rows) < FEWEST_PRODUCTS:
            continue
        groups = [products.groups[row] for row in rows]
        own = {name: right[:, rows] for name, right in answers.items()}
        found[n] = {
            'products': len(rows),
            'accuracy': {
                name: predictions.accuracies(own[name], tasks, groups)[ALL] for name in WAYS},
            'difference': {
                name: predictions.differences(own[MULTI], own[name], tasks, groups)[ALL]
                for name in WAYS if name != MULTI}}
    return found


def _shown(multi, products, tasks):
    """Accuracy of the multi-image network on the same products, shown their first 1, 2, … images.

    They are those with five images or more, or with as many as a fair number of products have.
    """
    counts = np.array([len(images) for images in products.images])
    most = max((n for n in range(2, MAX_IMAGES + 1) if (counts >= n).sum() >= FEWEST_PRODUCTS),
               default=None)
    if most is None:
        return None
    rows = np.flatnonzero(counts >= most)
    groups = [products.groups[row] for row in rows]

    def first(n):
        return _correct(multi, dataclasses.replace(
            products, ids=[products.ids[row] for row in rows],
            images=[products.images[row][:n] for row in rows], t=products.t[rows],
            others=products.others[rows], groups=groups))

    answers = {n: first(n) for n in range(1, most + 1)}
    return {
        'products': len(rows), 'images': most,
        'accuracy': {
            n: predictions.accuracies(right, tasks, groups) for n, right in answers.items()},
        'gain_over_one': {
            n: predictions.differences(right, answers[1], tasks, groups)
            for n, right in answers.items() if n > 1}}


def task_table(of_tasks):
    """The article's second table: multi-task against single-task."""
    def row(title, split, key):
        return title, *(found[split][key] if key == 'difference' else found[split][key].value
                        for found in of_tasks.values())
    rows = [
        ('the article: multi-task', *(ARTICLE[task] for task in of_tasks)),
        ('the article: single-task', *(ARTICLE_SINGLE_TASK[task] for task in of_tasks))]
    for split in SPLITS:
        rows += [
            row(f'{split}: multi-task', split, 'multi'),
            row(f'{split}: single-task', split, 'single'),
            row(f'{split}: multi-task minus single-task', split, 'difference')]
    rows.append(('schedule chosen for single-task', *(
        found['chosen'] for found in of_tasks.values())))
    return Table(
        'Accuracy, multi-task against single-task; differences with 95 % intervals',
        ('', *(TITLES[task] for task in of_tasks)), rows)


def image_tables(figures):
    """The article's third table, differences, and accuracies by number of images, by split."""
    tasks = figures['tasks']
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(TITLES[task] for task in tasks))

    def cells(of_tasks, value=lambda interval: interval.value):
        return [value(of_tasks[task]) if task in of_tasks else None for task in columns]

    article = [
        ('the article: multi-image', np.mean(list(ARTICLE.values())),
         *(ARTICLE[task] for task in tasks)),
        ('the article: single-image', np.mean(list(ARTICLE_SINGLE_IMAGE.values())),
         *(ARTICLE_SINGLE_IMAGE[task] for task in tasks))]
    by_kind = [], [], [], []
    for split in SPLITS:
        own = figures['images'][split]
        what = f'{split} split, {own["products"]} products with {own["images"]} images'
        by_kind[0].append(Table(f'Accuracy over products, {what}', header, [
            *(article if split == 'validation' else []),
            *((name, *cells(own['accuracy'][name])) for name in WAYS),
            *((f'{name}, counted over images', *cells(of_tasks, float))
              for name, of_tasks in own['over_images'].items())]))
        by_kind[1].append(Table(f'Multi-image minus each, with 95 % intervals, {what}', header, [
            (name, *cells(of_tasks, str)) for name, of_tasks in own['difference'].items()]))
        averaged = f'{SINGLE}, averaged'
        by_kind[2].append(Table(
            f'Accuracy of all tasks by the number of images that a product has, {split} split',
            ('images', 'products', MULTI, SINGLE, 'averaged', 'multi-image minus averaged'),
            [(n if n < MAX_IMAGES else f'{n} or more', of_n['products'],
              *(of_n['accuracy'][name].value for name in (MULTI, SINGLE, averaged)),
              of_n['difference'][averaged]) for n, of_n in own['by_images'].items()]))
        if own['shown']:
            by_kind[3].append(Table(
                f'The same {own["shown"]["products"]} products of the {split} split, shown so many '
                'of their images',
                ('images', *header[1:]),
                [(n, *cells(of_tasks)) for n, of_tasks in own['shown']['accuracy'].items()]))
    return [table for tables in by_kind for table in tables]


def draw(images, path):
    """Draws, for the test split, accuracy by number of images, and multi-image minus each way.

    Args:
        images (dict): The figures of :func:`compare_images`.
        path (~pathlib.Path): PNG.
    """
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    own = images['test']
    figure = Figure(figsize=(11, 4.4), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(4, 5))
    # Colours that the colour-blind tell apart (Okabe & Ito, 2008), and markers besides.
    for shift, (name, colour, marker) in enumerate((
            (MULTI, '#0072B2', 'o'), (f'{SINGLE}, averaged', '#D55E00', 's'),
            (SINGLE, '#009E73', '^'))):
        numbers = list(own['by_images'])
        intervals = [own['by_images'][n]['accuracy'][name] for n in numbers]
        _whiskers(left, [n + 0.1 * (shift - 1) for n in numbers], intervals, 'y',
                  color=colour, marker=marker, linestyle='-', linewidth=1, label=name)
    left.set_xlabel(f'images of the product ({MAX_IMAGES}: or more)')
    left.set_ylabel('accuracy, mean over the tasks')
    left.set_xticks(range(1, MAX_IMAGES + 1))
    left.legend(frameon=False)
    names = [name for name in WAYS if name != MULTI][::-1]
    _whiskers(right, range(len(names)), [own['difference'][name][ALL] for name in names], 'x',
              color='black', marker='o', linestyle='')
    right.axvline(0, color='0.6', linewidth=1)
    right.set_yticks(range(len(names)), names)
    right.set_xlabel('accuracy of multi-image minus each')
    for axes in left, right:
        axes.spines[['top', 'right']].set_visible(False)
        axes.grid(axis='y' if axes is left else 'x', color='0.92')
    figure.suptitle(f'{own["products"]} products of the test split; bars are 95 % intervals',
                    fontsize='medium')
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=110)


def _whiskers(axes, places, intervals, direction, **style):
    """Values at places along the other axis, with their intervals as bars."""
    values = np.array([interval.value for interval in intervals])
    # A value may lie just outside: its interval is a matter of draws.
    bars = np.clip([values - [interval.widest[0] for interval in intervals],
                    [interval.widest[1] for interval in intervals] - values], 0, None)
    x, y = (list(places), values) if direction == 'y' else (values, list(places))
    axes.errorbar(x, y, **{f'{direction}err': bars}, capsize=3, markersize=5, **style)


def main(argv=None):
    """Runs the command; returns its exit status."""
    return command('single_vs_multi', __doc__, single_vs_multi, argv)


if __name__ == '__main__':
    sys.exit(main())
