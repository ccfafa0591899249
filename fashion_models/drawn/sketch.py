"""Sketches: the parts of a drawing, back to front, before they are pixels.

A part is one piece of cloth, leather, metal or skin: an outline with paint and
roundness, and the folds and lines (seams, stitches, creases) on it. Every shape is about three
units tall or wide, so that fabric patterns have the same size on all.
"""

from collections.abc import Callable, Iterable
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from fashion_models.drawn.geometry import curve
from fashion_models.drawn.paint import Paint

#: Maps arrays of points (points, 2).
Change = Callable[[np.ndarray], np.ndarray]


class Part:
    """One piece in one paint.

    Args:
        polygons (list of arrays (points, 2)): Outlines; their union is the part.
        paint (Paint): Colour and fabric.
        holes: Outlines cut out of the part.
        volume (float): Roundness, from 0 (flat) to 1 (a tube).
        depth (float): Distance from the edge over which it curves, in units.
        edge (float): Darkness of its outline, 0 to 1.
        grain (float): Rotation of the fabric's pattern, in radians.
    """

    def __init__(
            self, polygons: Iterable[ArrayLike], paint: Paint, holes: Iterable[ArrayLike] = (),
            volume: float = 0.5, depth: float = 0.12, edge: float = 0.5, grain: float = 0.0):
        self.polygons = [np.asarray(polygon, dtype=np.float64) for polygon in polygons]
        self.holes = [np.asarray(hole, dtype=np.float64) for hole in holes]
        self.paint, self.volume, self.depth = paint, volume, depth
        self.edge, self.grain = edge, grain
        self.folds, self.lines = [], []

    def fold(self, points: ArrayLike, width: float = 0.12, strength: float = -0.3) -> Self:
        """Adds a soft shadow (strength < 0) or light (> 0) along a line, thin at both ends."""
        self.folds.append((curve(points, 4), width, strength))
        return self

    def line(
            self, points: ArrayLike, width: float = 0.025,
            tone: float | tuple[int, int, int] = -0.45, dash: float | None = None) -> Self:
        """Adds a line, clipped to the part.

        Args:
            points: The polyline.
            width (float): In units.
            tone: How much darker (down to -1) or lighter (up to 1) than the paint, or an (r, g, b).
            dash (float): Length of stitches and gaps; None for a solid line.
        """
        self.lines.append((np.asarray(points, dtype=np.float64), width, tone, dash))
        return self

    def mapped(self, change: Change) -> 'Part':
        """The part with every point moved by ``change``, a function of arrays (points, 2)."""
        part = Part([change(p) for p in self.polygons], self.paint, [change(p) for p in self.holes],
            self.volume, self.depth, self.edge, self.grain)
        part.folds = [(change(points), *rest) for points, *rest in self.folds]
        part.lines = [(change(points), *rest) for points, *rest in self.lines]
        return part


class Sketch:
    """Parts, and points worth a close-up.

    Attributes:
        parts (list of Part): Back to front.
        details (list of (x, y)): Points worth a close-up.
    """

    def __init__(self):
        self.parts, self.details = [], []

    def part(self, polygons: np.ndarray | list[np.ndarray], paint: Paint, **style) -> Part:
        """Adds a part in front of the others; ``polygons`` is one outline or a list of them."""
        if isinstance(polygons, np.ndarray):
            polygons = [polygons]
        part = Part(polygons, paint, **style)
        self.parts.append(part)
        return part

    def detail(self, x: float, y: float) -> None:
        """Adds a point worth a close-up."""
        self.details.append((x, y))

    def add(self, other: 'Sketch', change: Change | None = None) -> Self:
        """Adds another sketch in front, with its points moved by ``change``."""
        self.parts += (other.parts if change is None else [part.mapped(change)
            for part in other.parts])
        return self

    def mapped(self, change: Change) -> 'Sketch':
        """The sketch with every point moved by ``change``."""
        sketch = Sketch()
        sketch.parts = [part.mapped(change) for part in self.parts]
        sketch.details = [tuple(change(np.array([point]))[0]) for point in self.details]
        return sketch

    def turned(self, amount: float) -> 'Sketch':
        """The sketch seen from an angle: narrower, with its middle moved towards the far edge.

        It is treated as a cylinder: a point at u in -1..1 across goes to
        (1 - 0.35 abs(amount)) u + 0.3 amount (1 - u^2).
        """
        left, _, right, _ = self.bounds()
        middle, half = (left + right) / 2, (right - left) / 2

        def turn(points):
            u = (points[:, 0] - middle) / half
            x = (1 - 0.35 * abs(amount)) * u + 0.3 * amount * (1 - u * u)
            return np.stack([middle + half * x, points[:, 1]], axis=1)

        return self.mapped(turn)

    def bounds(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of all parts."""
        points = np.concatenate([polygon for part in self.parts for polygon in part.polygons])
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        return float(left), float(top), float(right), float(bottom)
