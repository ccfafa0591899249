"""What the witnesses of a text's words are worth, learned from labels of which some are wrong.

The labels confirm the words that are true, but for a share of wrong labels: a logistic regression
that expects them (Bootkrajang and Kabán, "Label-noise robust logistic regression and its
applications", ECML PKDD 2012). One that takes labels for the truth must put down to chance what the
pictures say of products with wrong labels, and so trusts pictures too little.
"""

from collections.abc import Sequence

import numpy as np

from fashion_models.optional import require

#: Strength of the pull of the weights towards 0: where other texts say nothing, so it remains.
_PULL = 0.01
#: A picture or an agreeing text must not count as its reverse, nor a contradicting one; the offset
#: and the log odds of a wrong label are free.
_BOUNDS = (0, None), (0, None), (None, 0), (None, None), (None, None)
#: Where the search begins: the picture as it is, texts mostly right, few labels wrong.
_START = 1.0, 0.0, 0.0, 2.0, -2.5


def learn_weights(said: Sequence[tuple[float, int, int]],
                  confirmed: Sequence[bool]) -> tuple[list[float], float]:
    """Learns a, b, c and d of :mod:`~fashion_models.representation.tags.tagger`.

    Args:
        said: For each of m words of texts, what the witnesses say: the picture's log odds, how many
            other texts say it, too, and how many say another.
        confirmed: (m,) whether the product's label is the word.

    Returns:
        The four weights, and the share of true words that wrong labels do not confirm.

    Raises:
        UserError: If scipy is not installed, which comes with scikit-learn.
    """
    optimize = require('scipy.optimize', extra='analysis', purpose='learning the words of texts')
    x = np.column_stack([np.array(said, np.float64).reshape(-1, 3), np.ones(len(said))])
    confirmed = np.asarray(confirmed, bool)

    def loss(values):
        """The negative log likelihood with the pull, and its gradient (5,)."""
        weights, wrong = values[:4], 1 / (1 + np.exp(-values[4]))
        true = 1 / (1 + np.exp(-np.clip(x @ weights, -50, 50)))
        likely = np.clip((1 - wrong) * true, 1e-9, 1 - 1e-9)
        slopes = np.where(confirmed, -1 / likely, 1 / (1 - likely))
        gradient = np.append(
            x.T @ (slopes * (1 - wrong) * true * (1 - true)),
            -(slopes * true).sum() * wrong * (1 - wrong))
        gradient[:3] += 2 * _PULL * weights[:3]
        return (-np.log(np.where(confirmed, likely, 1 - likely)).sum()
                + _PULL * (weights[:3] ** 2).sum(), gradient)

    values = optimize.minimize(loss, _START, jac=True, method='L-BFGS-B', bounds=_BOUNDS).x
    return values[:4].tolist(), float(1 / (1 + np.exp(-values[4])))
