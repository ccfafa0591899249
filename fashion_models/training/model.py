"""From a recipe to its network and its loss."""

import functools

import numpy as np

from fashion_models.links import TRUNKS, MultiTaskClassifier, ProductEncoder, multi_task_loss
from fashion_models.training.recipe import ALL, Recipe


def build_model(recipe: Recipe, classes: dict[str, int]) -> MultiTaskClassifier:
    """The network of a recipe, its parameters drawn from the recipe's seed.

    Args:
        recipe (~fashion_models.training.recipe.Recipe): Says trunk, widths and seed.
        classes (dict): From each task to its number of classes.

    Returns:
        MultiTaskClassifier: On the CPU, every parameter initialised.
    """
    # Chainer's initializers and dropout draw from NumPy's global generator.
    np.random.seed(recipe.training.seed)  # noqa: NPY002
    model, trunk = recipe.model, TRUNKS[recipe.model.trunk]
    normalize = model.normalization == ALL
    encoder = ProductEncoder(
        trunk(
            size=recipe.data.size, width=model.width, image_features=model.image_features,
            dropout=model.dropout, normalize=normalize,
            **{option: getattr(model, option) for option in trunk.options}),
        model.pre_pool, model.post_pool, model.representation, model.pooling, normalize)
    return MultiTaskClassifier(encoder, classes)


def build_loss(recipe: Recipe):
    """The loss of a recipe, as of :func:`~fashion_models.links.multi_task_loss`.

    Args:
        recipe (~fashion_models.training.recipe.Recipe): Says which, and how tasks are weighted.

    Returns:
        callable: ``(ys, t, labelled=None, others=None)`` to a scalar variable.
    """
    training = recipe.training
    return functools.partial(
        multi_task_loss, loss=training.loss, combine=training.combine_losses,
        weights=[training.task_weights.get(task, 1.0) for task in recipe.model.tasks],
        smoothing=training.label_smoothing)
