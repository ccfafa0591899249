"""A sketch: the parts of a drawn thing, back to front, before anything is a pixel.

A part is one piece of cloth, leather, metal or skin: outline, paint, roundness, and the folds and
lines (seams, stitches, creases) on it. Coordinates are free; every shape is about three units tall
or wide, so that the patterns of the fabrics have the same size on all.
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
    """One piece with one paint.

    Args:
        polygons (list of arrays (points, 2)): Outlines; their union is the part.
        paint (Paint): Colour and fabric.
        holes: Outlines cut out of the part.
        volume (float): How round it looks: 0 flat, 1 a tube.
        depth (float): Over which distance from its edge it curves, in units.
        edge (float): How dark the line around it is, 0 to 1.
        grain (float): By how much the fabric's pattern is turned, in radians.
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
        """A soft shadow (strength < 0) or light (> 0) along a line, thin at both ends."""
        self.folds.append((curve(points, 4), width, strength))
        return self

    def line(
            self, points: ArrayLike, width: float = 0.025,
            tone: float | tuple[int, int, int] = -0.45, dash: float | None = None) -> Self:
        """A drawn line, kept within the part.

        Args:
            points: The polyline.
            width (float): In units.
            tone: A number in -1..1, how much darker or lighter than the paint, or an (r, g, b).
            dash (float): Length of a stitch and of the gap after it; None for an unbroken line.
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
    """Parts from back to front, and the points worth a close-up.

    Attributes:
        parts (list of Part): Back to front.
        details (list of (x, y)): Where a photographer would take a detail.
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
        """Names a point worth a close-up."""
        self.details.append((x, y))

    def add(self, other: 'Sketch', change: Change | None = None) -> Self:
        """Puts another sketch in front, its points moved by ``change``."""
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
        """The sketch as seen from the side: narrower, its middle moved towards the far edge.

        The thing is taken for a cylinder: a point at u in -1..1 across goes to
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
