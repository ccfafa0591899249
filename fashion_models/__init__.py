"""Deep learning for fashion catalogues, in Chainer: one representation for a product's images."""

# Chainer 7.8.1 needs a few adaptations before its first import on today's Python and NumPy;
# whichever module of the package is imported first, this line runs before it.
from fashion_models import compat  # noqa: F401

__version__ = '0.1.0'
