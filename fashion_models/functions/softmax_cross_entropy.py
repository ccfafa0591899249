"""The loss of one task."""

import chainer.functions as F


def softmax_cross_entropy(x, t):
    """Mean cross entropy over the labelled rows; 0, with zero gradient, if there is none.

    Args:
        x: (N, classes), unnormalised log probabilities.
        t: (N,) int32, -1 where there is no label.

    Returns:
        ~chainer.Variable: Scalar.
    """
    return F.softmax_cross_entropy(x, t, normalize=True, ignore_label=-1)
