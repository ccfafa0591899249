"""Adapts Chainer 7.8.1 to today's Python and NumPy; runs before the first ``import chainer``."""
