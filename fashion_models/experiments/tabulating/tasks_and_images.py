"""The tables of one task or five, and of one image or all, beside the article's."""

from fashion_models import article
from fashion_models.catalogue.tasks import title_of
from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.tasks_and_images import MULTI, SINGLE, SPLITS, WAYS


def task_table(of_tasks: dict[str, Figures]) -> Table:
    """The article's second table: multi-task against single-task."""
    def row(title, split, key):
        return title, *(found[split][key] if key == 'difference' else found[split][key].value
                        for found in of_tasks.values())
    rows = [
        ('the article: multi-task', *article.row(article.MULTI_TASK, of_tasks)),
        ('the article: single-task', *article.row(article.SINGLE_TASK, of_tasks))]
    for split in SPLITS:
        rows += [
            row(f'{split}: multi-task', split, 'multi'),
            row(f'{split}: single-task', split, 'single'),
            row(f'{split}: multi-task minus single-task', split, 'difference')]
    rows.append(('schedule chosen for single-task', *(
        found['chosen'] for found in of_tasks.values())))
    return Table(
        'Accuracy, multi-task against single-task; differences with 95 % intervals',
        ('', *(title_of(task) for task in of_tasks)), rows)


def image_tables(figures: Figures) -> list[Table]:
    """The article's third table, differences, and accuracies by number of images, by split."""
    tasks = figures['tasks']
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(title_of(task) for task in tasks))

    def cells(of_tasks, value=lambda interval: interval.value):
        return [value(of_tasks[task]) if task in of_tasks else None for task in columns]

    given = [
        ('the article: multi-image', article.mean(article.MULTI_TASK, tasks),
         *article.row(article.MULTI_TASK, tasks)),
        ('the article: single-image', article.mean(article.SINGLE_IMAGE, tasks),
         *article.row(article.SINGLE_IMAGE, tasks))]
    by_kind = [], [], [], []
    for split in SPLITS:
        own = figures['images'][split]
        what = f'{split} split, {own["products"]} products with {own["images"]} images'
        by_kind[0].append(Table(f'Accuracy over products, {what}', header, [
            *(given if split == 'validation' else []),
            *((name, *cells(own['accuracy'][name])) for name in WAYS),
            (f'{SINGLE}, counted over images', *cells(own['over_images'], float))]))
        by_kind[1].append(Table(f'Multi-image minus each, with 95 % intervals, {what}', header, [
            (name, *cells(of_tasks, str)) for name, of_tasks in own['difference'].items()]))
        averaged = f'{SINGLE}, averaged'
        if own['by_images']:
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
