"""How much of a training iteration on real images is not the model's step."""

import tempfile
import time

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.crops import mean_image
from fashion_models.data.prepare import prepare
from fashion_models.data.products import split_products
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.devices import resolve
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run
from fashion_models.training.trainer import build_trainer


def loading_share(recipe_name, catalogue_folder, iterations=60, warm_up=10):
    """Trains for some iterations and clocks the model's step (forward, backward, update) apart.

    Returns:
        dict: ``iteration`` and ``step``, mean seconds, and ``share``, of the iteration that is not
        the step.
    """
    recipe = Recipe.load(recipe_name)
    catalogue = open_catalogue(catalogue_folder)
    images = prepare(catalogue, recipe.data.shorter_side)
    vocabulary = Vocabulary.of(catalogue.products, recipe.model.tasks)
    products = split_products(catalogue, images, vocabulary)
    mean = mean_image(
        images, (image for own in products['train'].images for image in own), recipe.data.size)
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(f'{folder}/run', recipe, vocabulary, mean, {})
        trainer = build_trainer(run, products, resolve(recipe.training.devices))
        updater = trainer.updater
        spent = [0.0]

        def clocked(function):
            def call(*arguments, **keywords):
                started = time.perf_counter()
                result = function(*arguments, **keywords)
                spent[0] += time.perf_counter() - started
                return result
            return call

        updater._backward = clocked(updater._backward)
        optimizer = updater.get_optimizer('main')
        optimizer.update = clocked(optimizer.update)
        for _ in range(warm_up):
            updater.update()
        spent[0], started = 0.0, time.perf_counter()
        for _ in range(iterations):
            updater.update()
        whole = time.perf_counter() - started
        updater.finalize()
    return {
        'iteration': whole / iterations, 'step': spent[0] / iterations,
        'share': 1 - spent[0] / whole}
