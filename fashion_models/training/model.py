"""From a recipe to its network."""

import numpy as np

from fashion_models.links import TRUNKS, MultiTaskClassifier, ProductEncoder


def build_model(recipe, classes):
    """The network of a recipe, its parameters drawn from the recipe's seed.

    Args:
        recipe (~fashion_models.training.recipe.Recipe): Says trunk, widths and seed.
        classes (dict): From each task to its number of classes.

    Returns:
        MultiTaskClassifier: On the CPU, every parameter initialised.
    """
    # Chainer's initializers and dropout draw from NumPy's global generator.
    np.random.seed(recipe.training.seed)  # noqa: NPY002
    model = recipe.model
    options = {'first_ksize': model.first_ksize} if model.trunk == 'zfnet' else {}
    trunk = TRUNKS[model.trunk](
        size=recipe.data.size, width=model.width, image_features=model.image_features,
        dropout=model.dropout, **options)
    encoder = ProductEncoder(
        trunk, model.pre_pool, model.post_pool, model.representation, model.pooling)
    return MultiTaskClassifier(encoder, classes)
