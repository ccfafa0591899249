import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
from fashion_models.data.views import group_folds
from fashion_models.experiments.kit.held_out import held_out
from fashion_models.experiments.kit.runs import trained_run
from fashion_models.representation.encoder import Encoder
from fashion_models.training.recipe import Recipe


@pytest.fixture(scope='module')
def found(words, tmp_path_factory):
    catalogue = open_catalogue(words[1])
    recipe = Recipe.load(words[3])
    folder = tmp_path_factory.mktemp('runs')
    runs = {}

    def run_of(view, seed):
        runs[view.fold, seed] = trained_run(catalogue, recipe, seed, folder, f'{view.fold}', view)
        return runs[view.fold, seed]
    return catalogue, runs, held_out(catalogue, prepare(catalogue, 52), 2, run_of, [0, 1])


def test_every_product_once(found):
    catalogue, _, answers = found
    products = {product.id: product for product in catalogue.products}
    assert sorted(answers.ids) == sorted(products)
    for id_, group, t in zip(answers.ids, answers.groups, answers.t):
        assert group == products[id_].group
        np.testing.assert_array_equal(t, answers.vocabulary.encode(products[id_]))


def test_answers_are_of_the_network_that_did_not_see_the_product(found):
    catalogue, runs, answers = found
    fold_of = group_folds(catalogue, 2)
    products = {product.id: product for product in catalogue.products}
    few = [row for row, id_ in enumerate(answers.ids) if len(products[id_].images) <= 5][::15]
    for row in few:
        product = products[answers.ids[row]]
        for seed in 0, 1:
            run = runs[fold_of[product.group], seed]
            expected = Encoder(run, 'last').predict(
                [catalogue.image_file(image) for image in product.images])
            for task, labels in answers.vocabulary.labels.items():
                np.testing.assert_allclose(
                    answers.probabilities(task, seed)[row],
                    [expected[task][label] for label in labels], atol=1e-4)


def test_mean_over_seeds(found):
    answers = found[2]
    for task in answers.vocabulary.tasks:
        np.testing.assert_allclose(
            answers.probabilities(task),
            (answers.probabilities(task, 0) + answers.probabilities(task, 1)) / 2, rtol=1e-6)
        np.testing.assert_allclose(answers.probabilities(task).sum(axis=1), 1, rtol=1e-5)
