import pytest

from fashion_models import article


def test_means_are_those_that_the_article_gives():
    assert article.mean(article.MULTI_TASK, article.MULTI_TASK) == pytest.approx(0.731, abs=5e-4)
    assert article.mean(article.SINGLE_IMAGE, article.MULTI_TASK) == pytest.approx(0.703, abs=5e-4)


@pytest.mark.parametrize('tasks', [
    ('gender', 'type'), ('gender', 'colour', 'type', 'category', 'subcategory', 'pattern')])
def test_beside_a_mean_of_other_tasks_the_article_has_none(tasks):
    assert article.mean(article.MULTI_TASK, tasks) is None
