"""The loss of one task."""

import chainer
import chainer.functions as F


def softmax_cross_entropy(x, t, others=None, smoothing=0.0):
    """Mean cross entropy over the labelled rows; 0, with zero gradient, if there is none.

    Of a row with several labels, the loss is minus the logarithm of their probabilities' sum: of
    the probability that the answer is one of them. It asks the network for one right answer, any of
    them, as accuracy does, and is the likelihood of Jin & Ghahramani ("Learning with Multiple
    Labels", 2002) and of Feng et al. ("Provably Consistent Partial-Label Learning", 2020). The
    alternative, a target of 1 / k for each of k labels (Mahajan et al., "Exploring the Limits of
    Weakly Supervised Pretraining", 2018), asks it to be undecided among them.

    Args:
        x: (N, classes), unnormalised log probabilities.
        t: (N,) int32, -1 where there is no label.
        others: (N, k) int32, further labels of labelled rows, -1 where there are fewer; or
            ``None``. Where no row has one, the value is the same as without, bit for bit.
        smoothing (float): Share of the target that is spread evenly over all classes ("label
            smoothing", Szegedy et al., "Rethinking the Inception Architecture", 2015).

    Returns:
        ~chainer.Variable: Scalar.
    """
    loss = _cross_entropy(x, t, others)
    if not smoothing:
        return loss
    labelled = (t >= 0)[:, None]
    evenly = F.sum(F.log_softmax(x) * labelled.astype(x.dtype)) / (
        -x.shape[1] * max(int(labelled.sum()), 1))
    return (1 - smoothing) * loss + smoothing * evenly


def _cross_entropy(x, t, others):
    if others is None or not (others >= 0).any():
        return F.softmax_cross_entropy(x, t, normalize=True, ignore_label=-1)
    xp = chainer.backend.get_array_module(t)
    classes, labelled = xp.arange(x.shape[1]), t >= 0
    accepted = (t[:, None] == classes) | (others[:, :, None] == classes).any(axis=1)
    # A row without label accepts everything: its sum is 1, its loss and its gradient are 0.
    accepted |= ~labelled[:, None]
    odds = F.where(accepted, x, xp.full(x.shape, -xp.inf, x.dtype))
    losses = F.logsumexp(x, axis=1) - F.logsumexp(odds, axis=1)
    return F.sum(losses) / max(int(labelled.sum()), 1)
