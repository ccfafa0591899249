"""The start of a training from what another run has learnt."""

import re
from collections.abc import Iterator

import numpy as np

from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.links import MultiTaskClassifier
from fashion_models.training import snapshots
from fashion_models.training.run import Run

_ENCODER = 'encoder/'
#: A part of a block, which is taken whole.
_PART = re.compile(r'/(conv|linear|bn)$')


def take_over(model: MultiTaskClassifier, run: Run) -> dict:
    """Gives a model the encoder of a trained run (trunk and dense layers), where they fit.

    A layer is taken if all its arrays have the same names and shapes in both: weights and biases,
    and of batch normalization the running statistics too. The heads are never taken: the number of
    classes may be the same by accident, and what they stand for is not.

    Args:
        model: On the CPU; changed in place.
        run: Its best snapshot is taken from.

    Returns:
        What was done, JSON-ready: ``run`` (its folder as given), ``snapshot`` and its
        ``sha256``, ``taken`` (layers), ``not_taken`` (from layer to the reason).

    Raises:
        UserError: If the run has no snapshot yet, or no layer fits.
    """
    path = run.snapshot('best')
    ours = snapshots.model_arrays(model)
    theirs = snapshots.read_model_arrays(path)
    taken, not_taken = [], {}
    for layer, names in _layers(ours).items():
        reason = _misfit(names, ours, theirs)
        if reason:
            not_taken[layer] = reason
        else:
            taken.append(layer)
            ours.update({name: theirs[name] for name in names})
    if not taken:
        raise UserError(
            f'{run.folder}: no layer of its network fits the recipe '
            f'({next(iter(not_taken))}: {next(iter(not_taken.values()))})')
    snapshots.set_model_arrays(model, ours)
    return {
        'run': str(run.folder), 'snapshot': path.name, 'sha256': sha256(path), 'taken': taken,
        'not_taken': not_taken}


def describe(record: dict) -> Iterator[str]:
    """What :func:`take_over` did, as lines for the user."""
    yield f'starting from {record["run"]}, {record["snapshot"]}: took {", ".join(record["taken"])}'
    for layer, reason in record['not_taken'].items():
        yield f'  not {layer}: {reason}'
    yield '  new: the heads'


def _layers(arrays):
    """From each layer of the encoder, as 'trunk/conv1', to the names of its arrays."""
    layers = {}
    for name in sorted(arrays):     # Chainer's order is not always the same
        if name.startswith(_ENCODER):
            layer = _PART.sub('', name.removeprefix(_ENCODER).rpartition('/')[0])
            layers.setdefault(layer, []).append(name)
    return layers


def _misfit(names, ours, theirs):
    """Why a layer cannot be taken, or ``None``."""
    # Weights first: they are what a user knows.
    weights_first = sorted(names, key=lambda name: not name.endswith('/W'))
    found = snapshots.misfit(weights_first, ours, theirs)
    if found is None:
        return None
    name, shape = found
    if shape is None:
        return f'there is no {name.removeprefix(_ENCODER)}'
    return f'{name.rpartition("/")[2]} is {shape} there, {np.shape(ours[name])} here'
