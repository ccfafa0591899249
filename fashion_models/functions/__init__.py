"""Differentiable functions: cuDNN on a GPU, oneDNN on a CPU that has it, Chainer's own otherwise.

The links call these and never ask which of the three does the work. Arrays keep the logical shape
``(N, C, H, W)``; which order they have in memory is between the functions.
"""

from fashion_models.functions.batch_normalization import batch_normalization
from fashion_models.functions.column_max_pooling import column_max_pooling
from fashion_models.functions.column_sum_pooling import column_mean_pooling, column_sum_pooling
from fashion_models.functions.convolution_2d import convolution_2d
from fashion_models.functions.dropout import dropout
from fashion_models.functions.linear import linear, steady_rows
from fashion_models.functions.max_pooling_2d import max_pooling_2d
from fashion_models.functions.precision import compact
from fashion_models.functions.softmax_cross_entropy import softmax_cross_entropy

__all__ = [
    'batch_normalization', 'column_max_pooling', 'column_mean_pooling', 'column_sum_pooling',
    'compact', 'convolution_2d', 'dropout', 'linear', 'max_pooling_2d', 'softmax_cross_entropy',
    'steady_rows',
]
