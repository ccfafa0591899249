"""The cut of a shoe, and the last that it is made on."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import between, curve
from fashion_models.drawn.shapes.cloth import Look


@dataclasses.dataclass(frozen=True)
class Shoe:
    """The cut of a shoe or boot; a unit is a third of its length."""

    heel: float = 0.16  # height under the heel
    platform: float = 0.1  # thickness of the sole under the ball
    heel_kind: str = 'flat'  # flat block stiletto kitten cone wedge trainer rubber
    toe: str = 'round'  # round pointed square almond chunky peep open
    shaft: float = 0.75  # height of the back above the foot bed
    vamp: float = 0.5  # how far the opening reaches: 0 ankle, 1 toes
    front: float = 0.6  # height of the upper's front edge (tongue, shaft)
    shaft_width: float = 0.0  # how much wider it is at its top
    lace: str = 'none'  # none trainer oxford boot
    straps: tuple = ()  # places: toe instep ankle tbar sling cross
    features: tuple = ()  # brogue cap tassel penny monk elastic zip stripe swoosh panels fringe
    #                             bow buckle collar pull mudguard fur stitch hole knit
    open_shank: bool = False  # no upper at the back: mules, slides


class Last:
    """The foot that a shoe is made on: the bed below it and the line above it."""

    def __init__(self, f: Shoe, look: Look):
        self.f = f
        plump = 1.0 if not look.male else 1.1
        spring = 0.05 if f.heel < 0.6 else 0.02
        tip = {'pointed': 3.16, 'almond': 3.06, 'open': 2.92, 'peep': 2.9}.get(f.toe, 3.0)
        high = {'pointed': 0.13, 'almond': 0.19, 'square': 0.24, 'chunky': 0.4, 'peep': 0.22}.get(
            f.toe, 0.28) * plump
        h, p = f.heel, f.platform
        self.tip = (tip, -p - spring)
        bed = [(0.1, -h), (0.5, -h + 0.0), (1.15, between(-h, -p, 0.42)), (1.9, -p), (2.5, -p),
            self.tip]
        if h - p < 0.25:
            bed = [(0.08, -h), (0.7, -h + 0.01), (1.4, between(-h, -p, 0.5)), (2.1, -p), self.tip]
        self.bed = curve(bed)
        self.high = high
        self.plump = plump

    def bed_y(self, x: float) -> float:
        """Height of the bed at x."""
        return float(np.interp(x, self.bed[:, 0], self.bed[:, 1]))

    def over(self, x: float) -> tuple[float, float]:
        """The point of the foot's upper line at x: low at the toes, high at the instep."""
        up = (float(np.interp(x, [0.0, 0.3, 0.9, 1.5, 2.1, 2.6, 3.0], [0.95, 0.95, 1.0, 0.78, 0.52,
            0.36, 0.2])) * self.plump)
        return (x, self.bed_y(x) - up)
