"""What is trained beside the tasks: a loss on each image, and the same-product objective."""

import dataclasses

import chainer
import numpy as np

from fashion_models.data.epoch import Meetings
from fashion_models.data.products import ProductSet
from fashion_models.links import SameProduct
from fashion_models.training.choices import ALIKE, ALL, NONE
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe

#: What products have in common that are alike for the same-product objective.
ALIKE_IN = 'subcategory', 'colour'


@dataclasses.dataclass(frozen=True)
class Besides:
    """What is trained beside the tasks.

    Attributes:
        image_loss: Weight of the tasks' loss on each image by itself; 0 for none.
        same_product: The objective, or ``None``; batches then have ``sides``.
        optimizer: Of the objective's own parameters.
        weight: Of the objective.
    """

    image_loss: float = 0.0
    same_product: SameProduct | None = None
    optimizer: chainer.Optimizer | None = None
    weight: float = 1.0


def build_besides(
        recipe: Recipe, products: ProductSet, optimizer: chainer.Optimizer) -> Besides:
    """What a recipe trains beside the tasks, its parameters drawn from the recipe's seed.

    Args:
        recipe: Says which.
        products: What is trained on.
        optimizer: Of the network, whose rate the objective's own parameters have, too.

    Returns:
        On the CPU.
    """
    training = recipe.training
    if training.same_product == NONE:
        return Besides(training.image_loss)
    # Other numbers than those of the network, which are drawn from the seed itself.
    np.random.seed(np.random.SeedSequence((training.seed, 1)).generate_state(1))  # noqa: NPY002
    objective = SameProduct(
        recipe.model.representation, products.products, products.group_numbers,
        training.same_product, training.same_product_temperature,
        training.same_product_colourways, training.same_product_margin,
        training.same_product_projection, training.same_product_memory,
        recipe.model.normalization == ALL, products.t,
        [training.same_product_labels.get(task, 0.0) for task in recipe.model.tasks])
    own = MomentumSGD()
    own.hyperparam = optimizer.hyperparam   # shared, so that the schedule is, too
    own.setup(objective)
    return Besides(training.image_loss, objective, own, training.same_product_weight)


def meetings(recipe: Recipe, products: ProductSet) -> Meetings | None:
    """Which examples meet in a batch for the same-product objective; ``None`` without one."""
    if recipe.training.same_product == NONE:
        return None
    if recipe.training.same_product_batches != ALIKE:
        return Meetings(products.products)
    tasks = recipe.model.tasks
    columns = [tasks.index(task) for task in ALIKE_IN if task in tasks] or range(len(tasks))
    return Meetings(products.products, products.kinds(list(columns)), products.group_numbers)
