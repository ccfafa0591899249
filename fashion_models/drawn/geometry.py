"""Plane curves as polylines: arrays of shape (points, 2), x to the right, y down."""

import functools
import math
from collections.abc import Sequence
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike

#: (x, y).
Point = tuple[float, float]
N = TypeVar('N', float, Point)


def curve(points: ArrayLike, steps: int = 7) -> np.ndarray:
    """A smooth curve through ``points``: a centripetal Catmull-Rom spline, which has no loops.

    Returns an array of shape ((len(points) - 1) * steps + 1, 2).
    """
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    step = p[1:] - p[:-1]
    chord = np.sqrt(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))[:, None] + 1e-9
    slope = step / chord
    tangent = np.empty_like(p)
    tangent[1:-1] = (slope[:-1] * chord[1:] + slope[1:] * chord[:-1]) / (chord[1:] + chord[:-1])
    tangent[0] = 1.5 * slope[0] - 0.5 * tangent[1]
    tangent[-1] = 1.5 * slope[-1] - 0.5 * tangent[-2]
    a, b = p[:-1, None], p[1:, None]
    ta, tb = (tangent[:-1] * chord)[:, None], (tangent[1:] * chord)[:, None]
    from_a, along_a, from_b, along_b = _hermite(steps)
    inner = from_a * a + along_a * ta + from_b * b + along_b * tb
    return np.concatenate([inner.reshape(-1, 2), p[-1:]])


@functools.cache
def _hermite(steps):
    """The weights of the ends and tangents of a cubic curve: four arrays (1, steps, 1)."""
    t = (np.arange(steps) / steps)[None, :, None]
    return (2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, 3 * t**2 - 2 * t**3, t**3 - t**2)


def closed_curve(points: ArrayLike, steps: int = 7) -> np.ndarray:
    """A smooth closed curve through ``points``."""
    points = [tuple(point) for point in points]
    around = points[-2:] + points + points[:3]
    return curve(around, steps)[2 * steps : -2 * steps]


def outline(*runs: Sequence[Point]) -> np.ndarray:
    """A polyline that is smooth within each run of points, with corners where runs meet.

    Each run continues from the last point of the previous one.
    """
    pieces, last = [], None
    for run in runs:
        points = list(run) if last is None else [last, *run]
        pieces.append(curve(points))
        last = points[-1]
    return np.concatenate(pieces)


def mirrored(half: ArrayLike) -> np.ndarray:
    """A closed symmetric outline from its right half, which goes from top to bottom."""
    half = np.asarray(half, dtype=np.float64)
    return np.concatenate([half, flipped(half)[::-1]])


def flipped(points: ArrayLike) -> np.ndarray:
    """The points mirrored at x = 0."""
    return np.asarray(points, dtype=np.float64) * (-1.0, 1.0)


def cosine(angle: float) -> float:
    """math.cos, rounded, because C libraries differ in the last bit."""
    return round(math.cos(angle), 12)


def sine(angle: float) -> float:
    """math.sin, rounded like :func:`cosine`."""
    return round(math.sin(angle), 12)


def arc(
        centre: Point, radius: float | tuple[float, float], start: float = 0.0,
        stop: float = 2 * math.pi, steps: int = 28) -> np.ndarray:
    """Points on an ellipse with radius r or (rx, ry); angles run clockwise from the right."""
    rx, ry = radius if isinstance(radius, tuple) else (radius, radius)
    angles = [start + (stop - start) * i / steps for i in range(steps + 1)]
    return np.array([(centre[0] + rx * cosine(a), centre[1] + ry * sine(a)) for a in angles])


def disc(
        centre: Point, radius: float | tuple[float, float],
        steps: int | None = None) -> np.ndarray:
    """A closed ellipse."""
    largest = max(radius) if isinstance(radius, tuple) else radius
    return arc(centre, radius, steps=steps or (12 if largest < 0.1 else 32))[:-1]


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> np.ndarray:
    """A rectangle with rounded corners."""
    if corner <= 0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    c, quarter = corner, math.pi / 2
    return np.concatenate([arc((right - c, top + c), c, -quarter, 0, 5),
        arc((right - c, bottom - c), c, 0, quarter, 5), arc((left + c, bottom - c), c, quarter,
        2 * quarter, 5), arc((left + c, top + c), c, 2 * quarter, 3 * quarter, 5)])


def normals(points: np.ndarray) -> np.ndarray:
    """Unit normals (to the right of the direction of travel, y down) of a polyline."""
    d = np.empty_like(points)
    d[1:-1] = points[2:] - points[:-2]
    d[0], d[-1] = points[1] - points[0], points[-1] - points[-2]
    length = np.sqrt(d[:, 0] ** 2 + d[:, 1] ** 2)[:, None] + 1e-9
    return np.stack([-d[:, 1], d[:, 0]], axis=1) / length


def ribbon(
        points: ArrayLike, width: float, end_width: float | None = None,
        smooth: bool = True) -> np.ndarray:
    """The outline of a band along a line, which may taper from ``width`` to ``end_width``."""
    line = curve(points) if smooth else np.asarray(points, dtype=np.float64)
    taper = np.linspace(width, width if end_width is None else end_width, len(line))[:, None] / 2
    n = normals(line)
    return np.concatenate([line + n * taper, (line - n * taper)[::-1]])


def along(points: ArrayLike, fractions: ArrayLike) -> np.ndarray:
    """Points at fractions of a polyline's length: an array (len(fractions), 2)."""
    points = np.asarray(points, dtype=np.float64)
    step = points[1:] - points[:-1]
    length = np.concatenate([[0.0], np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))])
    where = np.asarray(fractions, dtype=np.float64) * length[-1]
    return np.stack([np.interp(where, length, points[:, 0]), np.interp(where, length,
        points[:, 1])], axis=1)


def between(a: N, b: N, t: float) -> N:
    """The point (or number) at fraction t of the way from a to b."""
    if isinstance(a, tuple):
        return tuple(x + (y - x) * t for x, y in zip(a, b))
    return a + (b - a) * t


class Affine:
    """A map of the plane: (x, y) -> (a x + b y + e, c x + d y + f)."""

    def __init__(
            self, a: float = 1.0, b: float = 0.0, c: float = 0.0, d: float = 1.0, e: float = 0.0,
            f: float = 0.0):
        self.a, self.b, self.c, self.d, self.e, self.f = a, b, c, d, e, f

    @classmethod
    def placing(
            cls, scale: float = 1.0, dx: float = 0.0, dy: float = 0.0, angle: float = 0.0,
            flip: bool = False, squeeze: float = 1.0) -> Self:
        """Flips, squeezes in x, scales, turns clockwise by ``angle`` radians, then shifts."""
        cos, sin = cosine(angle) * scale, sine(angle) * scale
        sx = -squeeze if flip else squeeze
        return cls(cos * sx, -sin, sin * sx, cos, dx, dy)

    def __call__(self, points: ArrayLike) -> np.ndarray:
        p = np.asarray(points, dtype=np.float64)
        x, y = p[:, 0], p[:, 1]
        moved = np.empty_like(p)
        moved[:, 0] = self.a * x + self.b * y + self.e
        moved[:, 1] = self.c * x + self.d * y + self.f
        return moved

    def after(self, first: 'Affine') -> 'Affine':
        """The map that applies ``first``, then this one."""
        return Affine(self.a * first.a + self.b * first.c, self.a * first.b + self.b * first.d,
            self.c * first.a + self.d * first.c, self.c * first.b + self.d * first.d,
            self.a * first.e + self.b * first.f + self.e, self.c * first.e + self.d * first.f
            + self.f)

    @property
    def scale(self) -> float:
        """The square root of the factor by which areas grow."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))

    def inverse(self) -> 'Affine':
        """The inverse map."""
        det = self.a * self.d - self.b * self.c
        a, b, c, d = self.d / det, -self.b / det, -self.c / det, self.a / det
        return Affine(a, b, c, d, -(a * self.e + b * self.f), -(c * self.e + d * self.f))
