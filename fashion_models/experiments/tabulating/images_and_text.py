"""The tables of images, texts and both, beside the article's."""

from fashion_models import article
from fashion_models.catalogue.tasks import title_of
from fashion_models.experiments.kit.predictions import ALL
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.experiments.measuring.ambiguous_products import (
    AMBIGUOUS,
    BOTH,
    CONTROL,
    OTHERS,
    SPLITS,
    WAYS,
)


def tables(figures: Figures) -> list[Table]:
    """Accuracies of each way of answering and differences between them."""
    tasks = figures['tasks']
    columns = [ALL, *tasks]
    header = ('', 'Multi-task', *(title_of(task) for task in tasks))

    def beside(parts):
        """The rows of both tables, from the name of some products, and their figures, each."""
        accuracy, difference = [], []
        for name, own in parts:
            title = name, *[''] * len(columns)
            accuracy += [title, *(
                (f'  {way}', *(of_tasks[task].value if task in of_tasks else None
                               for task in columns)) for way, of_tasks in own['accuracy'].items())]
            difference += [title, *(
                (f'  {way}', *(of_tasks.get(task) for task in columns))
                for way, of_tasks in own['difference'].items())]
        return accuracy, difference

    of_article = [
        ('the article, validation: images alone', article.mean(article.MULTI_TASK, tasks),
         *article.row(article.MULTI_TASK, tasks)),
        ('the article: with text', article.WITH_TEXT if article.comparable(tasks) else None,
         *[None] * len(tasks))]
    parts = []
    for split in SPLITS:
        own, unseen = figures[split], figures[split]['unseen']
        parts.append((f'{split}, {own["products"]} products', own))
        if 'accuracy' in unseen:
            parts.append((
                f'{split}, {unseen["products"]} products with a text of their own', unseen))
    accuracy, difference = beside(parts)
    found = [
        Table('Accuracy over products', header, of_article + accuracy),
        Table('Images and text minus each, with 95 % intervals', header, difference)]
    by_pictures = figures.get('by_pictures', {})
    if 'extra_gain' in by_pictures:
        accuracy, difference = beside(
            (f'{name}, {by_pictures[name]["products"]} products', by_pictures[name])
            for name in (AMBIGUOUS, OTHERS))
        difference.append((f'gain over {CONTROL}: {AMBIGUOUS} minus {OTHERS}',
                           by_pictures['extra_gain'], *[None] * len(tasks)))
        own = by_pictures['other_garment']
        found += [
            Table('Accuracy by the true labels, products most of whose pictures show other '
                  'garments, too, and others; validation and test', header, accuracy),
            Table('Of the same, images and text minus each, with 95 % intervals', header,
                  difference),
            Table('Of the ambiguous, how often the answer is another garment in the pictures',
                  ('', *(title_of(task) for task in own)), [
                      (way, *(of_task['share'][way].value for of_task in own.values()))
                      for way in WAYS] + [
                      (f'{BOTH} minus {way}',
                       *(of_task['difference'][way] for of_task in own.values()))
                      for way in WAYS if way != BOTH])]
    return found
