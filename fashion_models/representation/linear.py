"""Linear algebra on representations: unit length, principal components, whitening.

What varies most among the vectors of a trained network is what it was taught: it tells shoes from
clothing before anything else. Whitening scales every direction to nearly the same variance, so that
the differences within a category count as much. For one exemplar that is linear discriminant
analysis with the whole catalogue as background (Hariharan, Malik & Ramanan, 2012, "Discriminative
decorrelation for clustering and classification").
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from fashion_models.errors import UserError

#: How strongly :class:`Whitening` shrinks the covariance. Chosen on validation products for
#: ordering, where 1 to 10 do about equally well.
SHRINKAGE = 3.0
#: The covariance is estimated from at most this many vectors.
SAMPLE = 20_000
_BLOCK = 8192


def normalize(vectors: np.ndarray) -> np.ndarray:
    """Scales vectors (…, d) to unit length; those of length zero stay as they are."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def in_blocks(function: Callable[[np.ndarray], np.ndarray], vectors: np.ndarray) -> np.ndarray:
    """Computes ``function(vectors)`` block by block, so that memory-mapped vectors may be many.

    Args:
        function: Maps vectors (k, d) to k results, row by row.
        vectors: (n, d), or anything that has a length and can be sliced into such arrays.
    """
    starts = range(0, max(len(vectors), 1), _BLOCK)     # of no vectors, a block of none
    return np.concatenate([function(vectors[start:start + _BLOCK]) for start in starts])


@dataclasses.dataclass(frozen=True)
class Projection:
    """A principal component analysis that reduces vectors of ``d`` numbers to ``size``.

    Attributes:
        mean (numpy.ndarray): (d,) float32, mean of the vectors that it was fitted to.
        components (numpy.ndarray): (size, d) float32, orthonormal rows, the strongest first.
    """

    mean: np.ndarray
    components: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Projects vectors (…, d) and scales the results to unit length: (…, size) float32."""
        return normalize((np.asarray(vectors, np.float32) - self.mean) @ self.components.T)


def principal_components(
        vectors: np.ndarray, selected: np.ndarray, size: int) -> tuple[Projection, float]:
    """Fits a principal component analysis in an amount of memory that does not grow with n.

    Args:
        vectors: (n, d).
        selected: (n,) bool, which of them to fit it to.
        size: How many components to keep.

    Returns:
        The projection, and the share of the variance that it keeps.

    Raises:
        UserError: If there are too few vectors for so many components.
    """
    count = int(selected.sum())
    require_enough(count, size)
    d = vectors.shape[1]
    total, squares = np.zeros(d), np.zeros((d, d))
    for start in range(0, len(vectors), _BLOCK):
        part = slice(start, start + _BLOCK)
        own = vectors[part][selected[part]].astype(np.float64)
        total += own.sum(axis=0)
        squares += own.T @ own
    mean = total / count
    values, components = np.linalg.eigh(squares / count - np.outer(mean, mean))
    components = components[:, ::-1][:, :size].T
    # A component's sign is arbitrary. It is fixed so that the same vectors give the same file.
    strongest = np.abs(components).argmax(axis=1)
    components *= np.sign(components[np.arange(size), strongest])[:, np.newaxis]
    projection = Projection(mean.astype(np.float32), components.astype(np.float32))
    return projection, float(values[-size:].sum() / values.sum())


def require_enough(count: int, size: int) -> None:
    """Raises UserError if ``count`` vectors are too few for ``size`` principal components."""
    if count <= size:
        raise UserError(
            f'a PCA to {size} numbers needs more than {size} vectors of the training split, '
            f'found {count}')


class Whitening:
    """Centres vectors, gives them nearly the same variance in every direction, and unit length.

    Nearly, because the covariance is shrunk: a multiple of the mean of its eigenvalues is added to
    each of them, so that directions that hardly vary are not blown up, and fewer vectors than
    dimensions suffice.

    Args:
        vectors: (n, d) float32 or float16. The covariance is estimated from a sample of them.
        shrinkage: How many times the mean eigenvalue is added.
        components: Keeps only so many of the directions that vary most; by default all of them.

    Attributes:
        mean (numpy.ndarray): (d,) float32.
    """

    def __init__(self, vectors: np.ndarray, shrinkage: float = SHRINKAGE,
                 components: int | None = None) -> None:
        step = -(-len(vectors) // SAMPLE)
        sample = np.asarray(vectors[::step], np.float64)
        mean = sample.mean(axis=0)
        sample -= mean
        variances, directions = np.linalg.eigh(sample.T @ sample / len(sample))
        variances, directions = np.maximum(variances, 0)[::-1], directions[:, ::-1]
        # Where nothing varies, all vectors are one; they stay equal.
        variances = variances + shrinkage * (variances.mean() or 1.0)
        self.mean = mean.astype(np.float32)
        self._matrix = (directions / np.sqrt(variances))[:, :components].astype(np.float32)

    def linear(self, vectors: np.ndarray) -> np.ndarray:
        """Centres and whitens vectors (k, d) but leaves their lengths: (k, components) float32."""
        return (np.asarray(vectors, np.float32) - self.mean) @ self._matrix

    def pull_back(self, weights: np.ndarray) -> np.ndarray:
        """Turns weights of whitened vectors into weights (d,) of the vectors themselves.

        Both order vectors alike: the scores of :meth:`linear` differ by the same constant for all.
        """
        return self._matrix @ np.asarray(weights, np.float32)

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Whitens vectors (k, d): (k, components) float32 of unit length."""
        return normalize(self.linear(vectors))
