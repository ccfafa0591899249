from fashion_models.article import MULTI_TASK
from fashion_models.training.table import accuracy_table, with_mean


def test_the_articles_first_column_is_the_mean_of_the_others():
    text = accuracy_table({'article': with_mean(MULTI_TASK.values())}, MULTI_TASK)
    assert text.splitlines()[1].split() == [
        'article', '0.731', '0.886', '0.675', '0.947', '0.661', '0.485']
    assert text.splitlines()[0].split() == [
        'Multi-task', 'Gender', 'Color', 'Type', 'Category', 'Subcategory']


def test_columns_line_up():
    text = accuracy_table(
        {'a': with_mean([0.5, 1.0]), 'longer title': with_mean([0.25, float('nan')])},
        ['colour', 'type'])
    heading, first, second = text.splitlines()
    assert len(first) == len(second) == len(heading)
    assert second.split() == ['longer', 'title', '0.250', '0.250', '-']
