"""What the choices of a recipe may be: names, ranges, and which contradict each other."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fashion_models.data.epoch import EXAMPLES, MAX_IMAGES
from fashion_models.data.prepare import SHORTER_SIDES
from fashion_models.data.products import ACCEPTED
from fashion_models.functions.precision import BFLOAT16, PRECISIONS
from fashion_models.links import (
    COMBINATIONS,
    LOSSES,
    METRIC_LOSSES,
    POOLINGS,
    TRUNKS,
    task_fault,
)

if TYPE_CHECKING:
    from fashion_models.training.recipe import Recipe

#: Where batch normalization sits: after each convolution, or after each dense layer, too.
CONVOLUTIONS, ALL = NORMALIZATIONS = 'convolutions', 'all'
#: Whose statistics normalization takes in training: each device's share's, or the whole batch's.
SHARE, BATCH = NORMALIZE_OVER = 'share', 'batch'
#: How the learning rate goes down.
DROPS, PLATEAU, LINEAR, COSINE = SCHEDULES = 'drops', 'plateau', 'linear', 'cosine'
#: The schedules that choices of their own belong to.
_SCHEDULES_OF = {'drops': (DROPS,), 'drop_factor': (DROPS, PLATEAU), 'plateau_epochs': (PLATEAU,)}
#: What teaches a network that two sets of images show one product.
NONE = 'none'
SAME_PRODUCT = NONE, *METRIC_LOSSES
#: Which products meet in a batch for that: any, or those of one subcategory and colour, or group.
RANDOM, ALIKE = SAME_PRODUCT_BATCHES = 'random', 'alike'
#: The most of each number. More is a slip that would fill the memory, or no number for NumPy.
_MOST = {
    'data': {'shorter_side': SHORTER_SIDES[-1], 'size': 2048},
    'model': {'width': 8, 'image_features': 1 << 16, 'pre_pool': 1 << 16, 'post_pool': 1 << 16,
              'representation': 1 << 16},
    'training': {'batch_size': 1 << 16, 'epochs': 10 ** 6, 'epoch_batches': 10 ** 9,
                 'plateau_epochs': 10 ** 6, 'seed': 2 ** 32 - 1, 'same_product_projection': 1 << 16,
                 'same_product_memory': 1 << 20}}


def faults(recipe: Recipe) -> Iterator[str]:
    """What is wrong with a recipe, a line each; nothing if it can be trained with."""
    yield from _infinite(recipe)
    yield from _wrong(recipe)
    for section, most in _MOST.items():
        for name, number in most.items():
            value = getattr(getattr(recipe, section), name)
            if value > number:
                yield f'{section}.{name}: found {value}, expected {number} or less'


def without_effect(recipe: Recipe) -> Iterator[str]:
    """What a recipe chooses, beside the defaults, that its schedule passes over; a line each."""
    training = recipe.training
    for name, schedules in _SCHEDULES_OF.items():
        value, default = getattr(training, name), getattr(type(training), name)
        if training.schedule not in schedules and value and value != default:
            shown = list(value) if isinstance(value, tuple) else value
            yield (f'training.{name}: found {shown}, which has no effect with the schedule '
                   f'{training.schedule!r}; leave it out, or choose the schedule {_or(schedules)}')


def _infinite(recipe):
    for section in dataclasses.fields(recipe):
        for name, value in vars(getattr(recipe, section.name)).items():
            values = value.values() if isinstance(value, dict) else [value]
            for number in values:
                if isinstance(number, float) and not math.isfinite(number):
                    yield f'{section.name}.{name}: found {number}, expected a finite number'


def _wrong(recipe):
    data, model, training = recipe.data, recipe.model, recipe.training
    if not 1 <= data.max_images <= MAX_IMAGES:
        yield f'data.max_images: found {data.max_images}, expected 1 to {MAX_IMAGES}'
    if data.shorter_side < data.size:
        yield (f'data.shorter_side: found {data.shorter_side}, expected at least data.size, '
               f'{data.size}, so that a crop fits')
    if not 0 <= data.mirror <= 1:
        yield f'data.mirror: found {data.mirror}, expected 0 to 1'
    if not model.tasks or len(set(model.tasks)) < len(model.tasks):
        yield f'model.tasks: found {list(model.tasks)}, expected one or more, each once'
    for fault in filter(None, map(task_fault, model.tasks)):
        yield f'model.tasks: {fault}'
    if data.examples not in EXAMPLES:
        yield f'data.examples: found {data.examples!r}, expected {_or(EXAMPLES)}'
    if model.first_std < 0:
        yield f'model.first_std: found {model.first_std}, expected 0 or more'
    for name in 'first_ksize', 'second_stride':
        if getattr(model, name) < 1:
            yield f'model.{name}: found {getattr(model, name)}, expected 1 or more'
    if model.trunk in TRUNKS:
        yield from _trunk_faults(data, model)
    else:
        yield f'model.trunk: found {model.trunk!r}, expected {_or(TRUNKS)}'
    if model.normalization not in NORMALIZATIONS:
        yield f'model.normalization: found {model.normalization!r}, expected {_or(NORMALIZATIONS)}'
    if model.pooling not in POOLINGS:
        yield f'model.pooling: found {model.pooling!r}, expected {_or(POOLINGS)}'
    if not 0 <= model.dropout < 1:
        yield f'model.dropout: found {model.dropout}, expected 0 to less than 1'
    for name in 'image_features', 'pre_pool', 'post_pool', 'representation', 'width':
        if getattr(model, name) <= 0:
            yield f'model.{name}: found {getattr(model, name)}, expected more than 0'
    for name in ('batch_size', 'epochs', 'learning_rate', 'drop_factor', 'plateau_epochs',
                 'same_product_temperature'):
        if getattr(training, name) <= 0:
            yield f'training.{name}: found {getattr(training, name)}, expected more than 0'
    for name in (
            'epoch_batches', 'seed', 'momentum', 'weight_decay', 'image_loss',
            'same_product_weight', 'same_product_margin', 'same_product_projection',
            'same_product_memory', 'same_product_colourways'):
        if getattr(training, name) < 0:
            yield f'training.{name}: found {getattr(training, name)}, expected 0 or more'
    if training.precision not in PRECISIONS:
        yield f'training.precision: found {training.precision!r}, expected {_or(PRECISIONS)}'
    if training.normalize_over == BATCH and training.precision == BFLOAT16:
        yield (f'training.normalize_over: found {BATCH!r}, expected {SHARE!r} with the precision '
               f'{BFLOAT16}')
    if training.momentum >= 1:
        yield f'training.momentum: found {training.momentum}, expected less than 1'
    if training.schedule not in SCHEDULES:
        yield f'training.schedule: found {training.schedule!r}, expected {_or(SCHEDULES)}'
    if training.accepted not in ACCEPTED:
        yield f'training.accepted: found {training.accepted!r}, expected {_or(ACCEPTED)}'
    for name, known in (
            ('loss', LOSSES), ('combine_losses', COMBINATIONS), ('same_product', SAME_PRODUCT),
            ('normalize_over', NORMALIZE_OVER),
            ('same_product_batches', SAME_PRODUCT_BATCHES)):
        if getattr(training, name) not in known:
            yield f'training.{name}: found {getattr(training, name)!r}, expected {_or(known)}'
    for name in 'warmup', 'label_smoothing':
        if not 0 <= getattr(training, name) < 1:
            yield f'training.{name}: found {getattr(training, name)}, expected 0 to less than 1'
    for epoch in training.drops:
        if epoch < 0:
            yield f'training.drops: found {epoch}, expected 0 or more'
    for name in 'task_weights', 'same_product_labels':
        for task, weight in getattr(training, name).items():
            if task not in model.tasks:
                yield f'training.{name}: found {task!r}, expected some of the tasks'
            elif not weight > 0:
                yield f'training.{name}: found {weight} for {task}, expected more than 0'


def _trunk_faults(data, model):
    trunk = TRUNKS[model.trunk]
    own = {option: getattr(model, option) for option in trunk.options}
    smallest = trunk.smallest(**own)
    if data.size < smallest:
        chosen = ''.join(f', {option} {value}' for option, value in own.items()
                         if value != getattr(type(model), option))
        yield (f'data.size: found {data.size}, expected at least {smallest} for the trunk '
               f'{model.trunk}{chosen}')
    options = {option for other in TRUNKS.values() for option in other.options}
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if field.name in options - set(trunk.options) and value != field.default:
            yield (f'model.{field.name}: found {value}, expected {field.default} with the trunk '
                   f'{model.trunk}, which has no such option')


def _or(names: Iterable[str]) -> str:
    return ' or '.join(repr(name) for name in names)
