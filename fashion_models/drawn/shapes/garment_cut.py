"""The cut of a garment that hangs from the shoulders, and its measures on a body."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between
from fashion_models.drawn.shapes.body import ARMPIT_Y, HIP_Y, WAIST_Y, Figure


@dataclasses.dataclass(frozen=True)
class Upper:
    """The cut of a garment that hangs from the shoulders.

    Lengths and depths are heights on the body (see :mod:`shapes.body`); widths are half widths.
    """

    length: float = 3.55
    ease: float = 0.1  # how much looser than the body
    waisted: float = 0.3  # 0 straight, 1 follows the waist
    flare: float = 0.0  # how much wider the hem is than the hip
    flare_from: float = WAIST_Y
    neck: str = 'crew'  # one of NECKLINES
    depth: float = 0.0  # how much lower the neckline is than usual
    sleeve: float = 0.33  # 0 none, 1 to the wrist
    sleeve_width: float = 0.22  # at its end
    sleeve_puff: float = 0.0
    cuff: str = 'none'  # none rib button strap turned
    collar: str = 'none'  # one of collars.COLLARS
    closure: str = 'none'  # one of closures.CLOSURES
    pockets: str = 'none'  # one of pockets.POCKETS
    hem: str = 'straight'  # straight rib tail peplum ruffle points
    waistline: str = 'none'  # one of waistlines.WAISTLINES
    quilted: float = 0.0  # distance between the seams of the padding
    folds: int = 3
    yoke: bool = False
    stitched: bool = False  # seams in a contrasting thread
    lace: bool = False  # lace trim at neck and hem

#: Necklines on a body: height of the centre, and the point where it meets the shoulder.
NECKLINES = {
    'crew': lambda body: (1.58, (body.neck + 0.12, 1.36)),
    'roll': lambda body: (1.5, (body.neck + 0.08, 1.34)),
    'v': lambda body: (2.0, (body.neck + 0.13, 1.36)),
    'scoop': lambda body: (1.88, (body.neck + 0.22, 1.39)),
    'square': lambda body: (1.86, (body.neck + 0.26, 1.4)),
    'boat': lambda body: (1.5, (body.neck + 0.36, 1.42)),
    'shirt': lambda body: (1.52, (body.neck + 0.1, 1.34)),
    'tank': lambda body: (1.86, (body.neck + 0.2, 1.39)),
    'cami': lambda body: (2.0, (0.42, 1.82)),
    'strapless': lambda body: (1.98, (body.chest * 0.62, 1.9)),
    'off': lambda body: (1.86, (body.shoulder - 0.1, 1.74)),
    'halter': lambda body: (1.55, (body.neck + 0.04, 1.34)),
    'low': lambda body: (2.35, (body.neck + 0.16, 1.37)),
}


class Measures:
    """The measures of a garment on a body.

    Attributes:
        f (Upper): The garment.
        body (Figure): Who wears it.
        x, y (float): Where the neckline meets the shoulder.
        low (float): Height of the neckline's centre.
        shoulder (float): Half the distance between the shoulder seams.
        waist, hem (float): Half widths.
    """

    def __init__(self, f: Upper, body: Figure):
        self.f, self.body, self.length = f, body, f.length
        low, (self.x, self.y) = NECKLINES[f.neck](body)
        self.low = low + f.depth
        self.shoulder = body.shoulder + f.ease * 0.35 + (0 if f.sleeve else -0.08)
        if f.neck == 'tank':
            self.shoulder = body.neck + 0.42
        self.waist, self.hem = self.width(WAIST_Y), self.width(f.length)

    def width(self, y: float) -> float:
        """Half the width of the garment at height y, below the armpit."""
        f, body = self.f, self.body
        chest, waist, hip = body.chest + f.ease, body.waist + f.ease, body.hip + f.ease
        waist = between(max(waist, chest - 0.04), waist, f.waisted)
        hip = max(hip, waist)
        width = float(np.interp(y, [ARMPIT_Y, WAIST_Y, HIP_Y - 0.1], [chest, waist, hip]))
        if y > f.flare_from:
            width += f.flare * (y - f.flare_from) / max(f.length - f.flare_from, 0.1)
        return width
