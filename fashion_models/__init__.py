"""Deep learning for fashion catalogues, in Chainer: one representation for a product's images."""

import os
import typing

# Chainer 7.8.1 needs a few adaptations before its first import on today's Python and NumPy;
# whichever module of the package is imported first, this line runs before it.
from fashion_models import compat  # noqa: F401

if typing.TYPE_CHECKING:
    from fashion_models.representation.encoder import Encoder

__version__ = '0.1.0'


def load(
        run_folder: str | os.PathLike, which: str = 'best', device: str = '@numpy') -> 'Encoder':
    """Loads a trained network: ``fashion_models.load('runs/shop').embed(['front.jpg'])``.

    Args:
        run_folder: The folder that ``fashion-models train`` wrote.
        which (str): ``'best'`` (lowest validation loss) or ``'last'`` snapshot.
        device (str): Where to compute: ``'@numpy'`` is the CPU, ``'0'`` the first GPU.

    Returns:
        ~fashion_models.representation.encoder.Encoder: The network, on the device.
    """
    from fashion_models.representation import encoder  # which imports Chainer
    return encoder.load(run_folder, which, device)
