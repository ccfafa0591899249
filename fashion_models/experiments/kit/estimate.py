"""How long trainings will take on this machine, from a few steps of one."""

import time

import numpy as np

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.data.epoch import MAX_IMAGES
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.devices import resolve
from fashion_models.links import multi_task_loss
from fashion_models.training.model import build_model
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe

_STEPS = 3
#: Images in a step that is timed; a recipe's own batches have some hundred.
_PRODUCTS, _IMAGES = 32, 3
#: Validation, snapshots and waiting for batches, as a share of the steps.
_REST = 0.15


def training_seconds(recipe: Recipe, catalogue: Catalogue) -> float:
    """About how long one training of a recipe takes, on the first of its devices.

    A few steps on black images are timed, the first two of which, in which the engine compiles
    itself, do not count.
    """
    images = sum(min(len(product.images), MAX_IMAGES) for product in catalogue.products
                 if split_of(product.group) == 'train')
    device = resolve(recipe.training.devices)[0]
    device.use()
    vocabulary = Vocabulary.of(catalogue.products, recipe.model.tasks)
    model = build_model(recipe.for_tasks(vocabulary.tasks), vocabulary.classes)
    model.to_device(device)
    optimizer = MomentumSGD()
    optimizer.setup(model)
    side = recipe.data.size
    x = device.send(np.zeros((_PRODUCTS, 3 * _IMAGES, side, side), np.float32))
    t = device.send(np.zeros((_PRODUCTS, len(vocabulary.tasks)), np.int32))
    times = []
    for _ in range(2 + _STEPS):
        started = time.perf_counter()
        loss = multi_task_loss(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        float(loss.array)
        times.append(time.perf_counter() - started)
    per_image = np.median(times[2:]) / (_PRODUCTS * _IMAGES)
    return float((1 + _REST) * per_image * images * recipe.training.epochs)
