"""What a trunk is: the part of the network that turns one image into features."""

import collections

import chainer


class Trunk(chainer.Chain):
    """From images to features: x (N, 3, size, size) float32 -> (N, out_size) float32.

    A trunk is made with ``Trunk(size, width, image_features, dropout, normalize, **options)``:

    ==================  =======================================================================
    ``size``            height and width of the images in pixels, at least ``minimum_size``
    ``width``           multiplies the number of channels; 1 is the network as published
    ``image_features``  values an image, which become ``out_size``
    ``dropout``         ratio of the values dropped after each dense layer, in training only
    ``normalize``       whether dense layers are normalized as convolutions are
    ``options``         further keywords, those named in ``options``
    ==================  =======================================================================

    It defines :meth:`layers`, sets ``out_size``, and is made of the blocks of
    :mod:`~fashion_models.links.blocks`, so that it uses the CPU engine and folds for inference. To
    add one, write its module and name it in ``TRUNKS`` (:mod:`fashion_models.links`).

    Attributes:
        minimum_size (int): Of the images, in pixels.
        options (tuple of str): Fields of the recipe's ``[model]`` that only this trunk has.
        out_size (int): Values an image.
    """

    minimum_size: int
    options: tuple[str, ...] = ()
    out_size: int

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        if not isinstance(getattr(cls, 'minimum_size', None), int):
            raise TypeError(f'{cls.__name__}: a trunk names its minimum_size in whole pixels')
        if cls.layers is Trunk.layers:
            raise TypeError(f'{cls.__name__}: a trunk defines layers(x)')

    def __init__(self, size: int):
        super().__init__()
        if size < self.minimum_size:
            raise ValueError(
                f'size: found {size} pixels, expected at least {self.minimum_size} for '
                f'{type(self).__name__}')

    def layers(self, x):
        """Yields the name and the values of each layer, first to last."""
        raise NotImplementedError

    def forward(self, x) -> chainer.Variable:
        """Image features: x (N, 3, size, size) float32, mean-subtracted -> (N, out_size)."""
        return output_of(self.layers(x))


def output_of(layers) -> chainer.Variable:
    """Values of the last of ``layers``, (name, values) pairs, without keeping the others alive."""
    (_, values), = collections.deque(layers, maxlen=1)
    return values
