"""What a part is made of: colours, fabric and gloss."""

import dataclasses
from typing import Self

#: Red, green and blue, 0 to 255.
RGB = tuple[int, int, int]

#: Strength of a fabric's highlights, 0 to 1. Others: 0.12.
GLOSS = {
    'leather': 0.38,
    'patent': 0.7,
    'satin': 0.6,
    'metal': 1.0,
    'nylon': 0.5,
    'rubber': 0.4,
    'sequin': 0.7,
    'lame': 0.8,
    'gem': 1.0,
    'pearl': 0.8,
    'glass': 0.9,
    'velvet': 0.3,
    'silk': 0.45,
    'skin': 0.15,
    'snake': 0.4,
    'hair': 0.3,
}


@dataclasses.dataclass(frozen=True)
class Paint:
    """A colour in a fabric.

    Attributes:
        rgb: The main colour.
        fabric (str): A name from :data:`fabrics.TEXTURES`.
        second, third: Further colours of a pattern.
        scale (float): Size of the pattern; 1 is usual.
        seed (int): Shifts the pattern's random parts.
    """

    rgb: tuple
    fabric: str = 'plain'
    second: tuple = (255, 255, 255)
    third: tuple = (60, 60, 60)
    scale: float = 1.0
    seed: int = 0

    @property
    def gloss(self) -> float:
        """Strength of highlights, 0 to 1."""
        return GLOSS.get(self.fabric, 0.12)

    @property
    def luma(self) -> float:
        """Brightness, 0 to 255."""
        r, g, b = self.rgb
        return (3 * r + 6 * g + b) / 10

    def of(self, fabric: str, **changes) -> Self:
        """The same colour in another fabric."""
        return dataclasses.replace(self, fabric=fabric, **changes)

    def toned(self, amount: float) -> Self:
        """A darker (amount < 0) or lighter (> 0) paint, without its pattern."""
        return dataclasses.replace(
            self,
            rgb=toned(self.rgb, amount),
            second=toned(self.second, amount),
            third=toned(self.third, amount),
        )

    def plain(self, fabric: str = 'plain') -> 'Paint':
        """The main colour without a pattern."""
        return Paint(self.rgb, fabric)


def toned(rgb: RGB, amount: float) -> RGB:
    """The colour moved towards black (amount < 0, down to -1) or white (up to 1)."""
    if amount < 0:
        return tuple(int(c * (1 + amount)) for c in rgb)
    return tuple(int(c + (255 - c) * amount) for c in rgb)


def mixed(a: RGB, b: RGB, t: float) -> RGB:
    """The colour at fraction t of the way from a to b."""
    return tuple(int(x + (y - x) * t) for x, y in zip(a, b))
