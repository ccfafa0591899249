"""Losses that pull representations of one product together and away from all others.

They take projections z (m, d) of unit length, and say of each row which product, and which group of
colourways, it shows.
"""

import math

import chainer
import chainer.functions as F
import numpy as np

#: Below this, the sine of an angle counts as this: its derivative has no bound at 0.
_LEAST_SINE = 1e-3


def supervised_contrastive(
        z: chainer.Variable, products: np.ndarray, groups: np.ndarray, temperature: float = 0.1,
        colourways: float = 1.0,
        memory: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None) -> chainer.Variable:
    """Supervised contrastive loss, with products, or what else rows have in common, as classes.

    That of Khosla et al. ("Supervised Contrastive Learning", 2020, equation 2), which with two rows
    a product is that of SimCLR (Chen et al., 2020). A memory of recent rows gives more to be away
    from, as the queue of He et al. ("Momentum Contrast", 2020); there is no second encoder, as in
    Wang et al. ("Cross-Batch Memory", 2020). Rows without another of their product in the batch are
    what others are to be away from, and no more.

    Args:
        z: (m, d) of unit length.
        products: (m,) int, on the device of ``z``; rows where it is negative take no part.
        groups: (m,) int, alike.
        temperature: Divides the cosines.
        colourways: How many times another product of the same group counts among those to be away
            from.
        memory: Vectors (k, d) of unit length, their products and their groups (k,); where the
            product is negative, there is no vector yet. Those of a row's own product are left out.

    Returns:
        Scalar, the mean over the rows that are not alone; 0 if all are.
    """
    xp = chainer.backend.get_array_module(z)
    m = len(products)
    alike = (products[:, None] == products) & ~xp.eye(m, dtype=bool) & (products >= 0)
    anchors = xp.flatnonzero(alike.any(axis=1))
    if not len(anchors):
        return F.sum(z) * 0.0   # connected, so that backward gives zeros
    keys, of, group = z, products, groups
    if memory is not None:
        keys = F.concat([z, memory[0].astype(z.dtype)], axis=0)
        of, group = xp.concatenate([products, memory[1]]), xp.concatenate([groups, memory[2]])
    same = products[anchors, None] == of
    left_out = of[None] < 0
    left_out = left_out | (anchors[:, None] == xp.arange(len(of)))
    left_out[:, m:] |= same[:, m:]
    logits = F.matmul(z[anchors], keys, transb=True) / temperature
    weights = _log_weights(same, groups[anchors, None] == group, colourways, z.dtype)
    weights[left_out] = -xp.inf
    alike = alike[anchors]
    shares = (alike / alike.sum(axis=1, keepdims=True)).astype(z.dtype)
    losses = F.logsumexp(logits + weights, axis=1) - F.sum(logits[:, :m] * shares, axis=1)
    return F.mean(losses)


def arcface(
        z: chainer.Variable, proxies: chainer.Variable, products: np.ndarray,
        groups: np.ndarray, temperature: float = 0.1, colourways: float = 1.0,
        margin: float = 0.3) -> chainer.Variable:
    """Cross entropy over all products, a margin added to the angle from a row to its own.

    Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition" (2019); their
    scale is 1 / temperature. Where angle and margin exceed 180°, the margin is taken off the cosine
    instead, as in their code.

    Args:
        z: (m, d) of unit length.
        proxies: (p, d), one a product, of any length.
        products: (m,) int, which proxy is a row's own.
        groups: (p,) int, of each product.
        temperature: Divides the cosines.
        colourways: As of :func:`supervised_contrastive`.
        margin: In radians.

    Returns:
        Scalar, the mean over the rows.
    """
    xp = chainer.backend.get_array_module(z)
    cosines = F.matmul(z, F.normalize(proxies), transb=True)
    own = cosines[xp.arange(len(products)), products]
    sine = F.sqrt(F.clip(1 - own * own, _LEAST_SINE ** 2, 1.0))
    further = own * math.cos(margin) - sine * math.sin(margin)
    further = F.where(
        own.array > -math.cos(margin), further, own - margin * math.sin(margin)) / temperature
    same = products[:, None] == xp.arange(proxies.shape[0])
    logits = F.where(
        same, F.broadcast_to(further[:, None], cosines.shape), cosines / temperature)
    weights = _log_weights(same, groups[products, None] == groups, colourways, z.dtype)
    return F.mean(F.logsumexp(logits + weights, axis=1) - further)


def proxy_anchor(
        z: chainer.Variable, proxies: chainer.Variable, products: np.ndarray,
        groups: np.ndarray, temperature: float = 0.1, colourways: float = 1.0,
        margin: float = 0.1) -> chainer.Variable:
    """A proxy for each product, to which its rows are drawn and the others not.

    Kim et al., "Proxy Anchor Loss for Deep Metric Learning" (2020, equation 4), after the proxies
    of Movshovitz-Attias et al., "No Fuss Distance Metric Learning using Proxies" (2017); their
    alpha is 1 / temperature, their delta the margin.

    Args:
        z, proxies, products, groups, temperature, colourways: As of :func:`arcface`.
        margin: How much nearer than orthogonal a row is to be, and how much further.

    Returns:
        Scalar.
    """
    xp = chainer.backend.get_array_module(z)
    cosines = F.matmul(z, F.normalize(proxies), transb=True)
    same = products[:, None] == xp.arange(proxies.shape[0])
    present = xp.flatnonzero(same.any(axis=0))
    none = xp.asarray(-xp.inf, z.dtype)
    near = F.where(same, (margin - cosines) / temperature, xp.broadcast_to(none, same.shape))
    weights = _log_weights(same, groups[products, None] == groups, colourways, z.dtype)
    weights[same] = -xp.inf
    far = (cosines + margin) / temperature + weights
    return F.mean(_log_one_plus(near[:, present])) + F.mean(_log_one_plus(far))


def _log_weights(same, of_group, colourways, dtype):
    """0, and the logarithm of how many times colourways count where a row meets one."""
    xp = chainer.backend.get_array_module(same)
    logarithm = math.log(colourways) if colourways else -math.inf
    return xp.where(of_group & ~same, logarithm, 0.0).astype(dtype)


def _log_one_plus(x):
    """log(1 + the sum of exp(x) over the rows), for each column."""
    return F.logsumexp(F.concat([x.xp.zeros((1, x.shape[1]), x.dtype), x], axis=0), axis=0)
