"""Snapshots of earlier versions: from the names that arrays had then to those they have now.

Until 0.1.0 a convolution and its normalization stood side by side (``conv1/W``, ``bn1/gamma``), and
ResNet-50 was made of Chainer's building blocks (``res2/a``, ``res2/b1``). Now each is a block of
:mod:`fashion_models.links.blocks` (``conv1/conv/W``, ``conv1/bn/gamma``). Optimizer states are
named after the parameters, so that the same rules serve them.
"""

import re
from collections.abc import Mapping

import numpy as np

_RULES = [(re.compile(pattern), replacement) for pattern, replacement in [
    (r'/(res\d)/a/', r'/\1/0/'),
    (r'/(res\d)/b(\d+)/', r'/\1/\2/'),
    (r'/(res\d/\d+)/conv4/(?=W(/|$))', r'/\1/shortcut/conv/'),
    (r'/(res\d/\d+)/bn4/', r'/\1/shortcut/bn/'),
    (r'/conv(\d)/(?=W(/|$))', r'/conv\1/conv/'),
    (r'/bn(\d)/', r'/conv\1/bn/'),
    (r'/(fc6|fc7|pre_pool|post_pool|representation|text|fusion)/(?=[Wb](/|$))', r'/\1/linear/'),
]]
#: What snapshots of a training did not hold yet, and the value that leaves all as it was.
_LATER = {
    'extensions/learning_rate/plateau_factor': np.array(1.0),
    'extensions/learning_rate/by_hand': np.array(np.nan),
}


def migrated(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of a snapshot under today's names; those that have them already stay as they are.

    Args:
        arrays: From each name to its array, as :func:`numpy.load` gives them.
    """
    current = {_name(name): arrays[name] for name in arrays}
    if 'extensions/learning_rate/lr' in current:
        current = _LATER | current
    return current


def _name(name):
    if '/heads/' in name:   # of tasks, whose names may be those of layers
        return name
    for pattern, replacement in _RULES:
        name = pattern.sub(replacement, name)
    return name
