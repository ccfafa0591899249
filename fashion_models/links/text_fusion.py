"""Pictures and text in, one representation out: textual features, as the article includes them."""

import chainer
import chainer.functions as F

from fashion_models import functions
from fashion_models.links.blocks import DenseReLU


class TextFusion(chainer.Chain):
    """A second branch for the text, joined with the pictures' branch before the heads.

    The text goes through a dense layer; what comes out and the product representation, side by
    side, go through another to the fused representation, from which the heads of a
    :class:`~fashion_models.links.MultiTaskClassifier` tell the labels. Each layer is followed by
    ReLU and dropout. Either branch may be missing, so that the same layers can be trained on
    pictures or on texts alone.

    Args:
        image_size (int): Width of the product representation; 0 for no pictures.
        text_size (int): Number of textual features; 0 for no text.
        text_features (int): Width of the text's layer.
        out_size (int): Width of the fused representation.
        dropout (float): Ratio of the values dropped after each layer.

    Raises:
        ValueError: If both branches are missing.
    """

    def __init__(self, image_size, text_size, text_features=512, out_size=1024, dropout=0.5):
        super().__init__()
        if not image_size and not text_size:
            raise ValueError('a fusion needs pictures, a text, or both')
        self.image_size, self.text_size = image_size, text_size
        self.out_size = out_size
        self.dropout = dropout
        with self.init_scope():
            if text_size:
                self.text = DenseReLU(text_size, text_features)
            self.fusion = DenseReLU(image_size + (text_features if text_size else 0), out_size)

    def forward(self, image, text):
        """Fused representations.

        Args:
            image: (b, image_size) float32, product representations; ``None`` without pictures.
            text: (b, text_size) float32, features of the products' texts, a row of zeros where
                there is none; ``None`` without texts.

        Returns:
            ~chainer.Variable: (b, out_size)

        Raises:
            ValueError: If a branch is given nothing, or something that it was not made for.
        """
        for name, values, size in ('image', image, self.image_size), ('text', text, self.text_size):
            found = 0 if values is None else values.shape[1]
            if found != size:
                raise ValueError(f'{name}: found {found} values a product, expected {size}')
        branches = [] if image is None else [image]
        if text is not None:
            branches.append(self._layer(self.text, text))
        return self._layer(self.fusion, F.concat(branches, axis=1))

    def _layer(self, layer, x):
        return functions.dropout(layer(x), self.dropout)
