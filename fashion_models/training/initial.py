"""The start of a training from what another run has learnt."""

import re

import numpy as np

from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.training import snapshots

_ENCODER = 'encoder/'
#: A part of a block, which is taken whole.
_PART = re.compile(r'/(conv|linear|bn)$')


def take_over(model, run):
    """Gives a model the trunk and the encoder of a trained run, layer by layer where they fit.

    A layer is taken if all its arrays have the same names and shapes in both: weights and biases,
    and of batch normalization the running statistics too. The heads are never taken: the number of
    classes may be the same by accident, and what they stand for is not.

    Args:
        model (~fashion_models.links.MultiTaskClassifier): On the CPU; changed in place.
        run (~fashion_models.training.run.Run): Of its snapshots, the best one is taken from.

    Returns:
        dict: What was done, JSON-ready: ``run`` (its folder as given), ``snapshot`` and its
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


def describe(record):
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
    missing = [name for name in names if name not in theirs]
    if missing:
        return f'there is no {missing[0].removeprefix(_ENCODER)}'
    for name in names:
        if np.shape(ours[name]) != np.shape(theirs[name]):
            return (f'{name.rpartition("/")[2]} is {np.shape(theirs[name])} there, '
                    f'{np.shape(ours[name])} here')
    return None
