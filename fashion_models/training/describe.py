"""The layers of a recipe's network: shapes of their values and numbers of their weights."""

import chainer
import numpy as np

from fashion_models.article import CLASSES
from fashion_models.plural import counted
from fashion_models.training.model import build_model
from fashion_models.training.recipe import Recipe


def describe(recipe: Recipe, n: int = 3) -> str:
    """A table of the layers for one product of n images, as plain text.

    Tasks have as many classes as in the article; the head of one that it does not have shows ``-``.
    """
    classes = {task: CLASSES[task] for task in recipe.model.tasks if task in CLASSES}
    model = build_model(recipe, classes)
    size = recipe.data.size
    x = np.zeros((1, 3 * n, size, size), np.float32)
    with chainer.using_config('train', False), chainer.no_backprop_mode():
        shapes = [('x', x.shape)] + [(name, h.shape) for name, h in model.layers(x)]
    weights = _weights(model)
    values = f'values of one product of {counted(n, "image")}'
    lines = [f'{"layer":30} {values:34} {"weights":>12}']
    for name, shape in shapes:
        values = ' x '.join(map(str, shape))
        lines.append(f'{name:30} {values:34} {weights.pop(name, 0):12,}')
    lines += [f'{f"heads/{task}":30} {"-":34} {"-":>12}'
              for task in recipe.model.tasks if task not in classes]
    lines.append(f'{"all":30} {"":34} {model.count_params():12,}')
    if weights:
        raise AssertionError(f'layers without a name: {sorted(weights)}')
    return '\n'.join(lines)


def _weights(model):
    """From the name of each layer to its number of weights."""
    layers = {}
    for path, parameter in model.namedparams():
        parts = path.strip('/').split('/')[:-1]
        # Parameters of a trunk lie deeper where a layer is a block of several.
        depth = 3 if parts[:2] == ['encoder', 'trunk'] else 2
        name = '/'.join(parts[:depth])
        layers[name] = layers.get(name, 0) + parameter.size
    return layers
