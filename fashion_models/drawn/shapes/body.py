"""The human figure, in units of about a head: landmarks for garments, and models that wear them.

The crown is at y = 0, shoulders at 1.5, waist at 2.75, crotch at 3.95, floor at 7.85; x = 0 is the
middle.
"""

import dataclasses
from typing import Self

from fashion_models.drawn.geometry import (
    arc,
    between,
    closed_curve,
    cosine,
    disc,
    mirrored,
    outline,
    sine,
)
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.sketch import Sketch

SHOULDER_Y, ARMPIT_Y, WAIST_Y, HIP_Y, CROTCH_Y, KNEE_Y, ANKLE_Y = (1.52, 2.12, 2.75, 3.5, 3.98, 5.7,
    7.45)
ARM = 2.5  # shoulder to wrist
ARM_ANGLE = 0.27


@dataclasses.dataclass(frozen=True)
class Figure:
    """Half widths of a body."""

    neck: float
    shoulder: float
    chest: float
    waist: float
    hip: float
    arm: float
    thigh: float
    calf: float

    @classmethod
    def of(cls, male: bool) -> Self:
        if male:
            return cls(0.27, 0.95, 0.74, 0.64, 0.66, 0.17, 0.33, 0.21)
        return cls(0.20, 0.78, 0.62, 0.48, 0.69, 0.125, 0.33, 0.18)


def arm_point(figure: Figure, fraction: float, across: float = 0.0) -> tuple[float, float]:
    """A point on the arm: ``fraction`` of the way from shoulder to wrist, ``across`` outwards."""
    s, c = sine(ARM_ANGLE), cosine(ARM_ANGLE)
    x = figure.shoulder - 0.13 + s * ARM * fraction + c * across
    y = SHOULDER_Y + 0.14 + c * ARM * fraction - s * across
    return x, y


def bare(
        male: bool, skin: Paint, hair: Paint | None, head: bool = True,
        face: bool = True) -> Sketch:
    """Draws an undressed model, or a shop-window dummy.

    Args:
        male (bool): Whether the build is male.
        skin (Paint): Paint of the body.
        hair (Paint or None): Paint of the hair; None for a dummy.
        head (bool): Whether there is a head.
        face (bool): Whether it faces the camera.
    """
    f, sketch = Figure.of(male), Sketch()
    if head and hair is not None and not male:
        sketch.part(LONG_HAIR, hair, volume=0.6, depth=0.2)
    for side in (1, -1):
        sketch.part(_leg(f, side), skin, volume=0.75, depth=0.22, edge=0.35)
        sketch.part(_arm(f, side), skin, volume=0.75, depth=0.13, edge=0.35)
    torso = outline([(0, 1.02), (f.neck, 1.04)], [(f.neck - 0.02, 1.2), (f.neck + 0.04, 1.34),
        (f.shoulder - 0.22, 1.44)], [(f.shoulder - 0.02, 1.58), (f.shoulder - 0.06, 1.9),
        (f.chest - 0.02, ARMPIT_Y + 0.1), (f.waist, WAIST_Y), (between(f.waist, f.hip, 0.6), 3.1),
        (f.hip, HIP_Y), (f.hip - 0.03, 3.8)], [(0, 4.05)])
    body = sketch.part(mirrored(torso), skin, volume=0.65, depth=0.25, edge=0.35)
    body.fold([(-0.5, 1.5), (-0.12, 1.58)], 0.05, -0.2).fold([(0.5, 1.5), (0.12, 1.58)], 0.05, -0.2)
    if head:
        _head(sketch, skin, hair, male, face)
    return sketch


def _leg(f, side):
    x = 0.36
    leg = outline([(0.03, 3.85), (f.hip - 0.02, 3.6)], [(f.hip - 0.03, 4.1), (x + 0.27, 5.0),
        (x + 0.17, KNEE_Y), (x + f.calf, 6.2), (x + 0.12, 7.0), (x + 0.1, ANKLE_Y)],
        [(x + 0.2, 7.72), (x + 0.22, 7.84)], [(x - 0.12, 7.84)],
        [(x - 0.1, ANKLE_Y), (x - f.calf + 0.03, 6.3), (x - 0.16, KNEE_Y), (0.05, 4.6),
        (0.03, 3.95)])
    return leg * (side, 1)


def _arm(f, side):
    w = f.arm
    arm = outline([arm_point(f, -0.06, 0.02), arm_point(f, 0.05, w + 0.03),
        arm_point(f, 0.5, w * 0.8), arm_point(f, 0.62, w * 0.8), arm_point(f, 1.0, w * 0.5)],
        [arm_point(f, 1.08, 0.12), arm_point(f, 1.2, 0.1), arm_point(f, 1.3, -0.01),
        arm_point(f, 1.18, -0.11), arm_point(f, 1.02, -w * 0.55)], [arm_point(f, 0.5, -w * 0.75),
        arm_point(f, 0.18, -w), arm_point(f, 0.1, -w - 0.1)])
    return arm * (side, 1)


def _head(sketch, skin, hair, male, face):
    jaw = 0.37 if male else 0.33
    skull = outline([(0, 0.04), (0.3, 0.12), (0.39, 0.45), (jaw, 0.8), (0.16, 1.04), (0, 1.08)])
    sketch.part(mirrored(skull), skin, volume=0.6, depth=0.2, edge=0.35)
    if hair is None:
        return
    if not face:
        short = mirrored(outline([(0, -0.07), (0.34, 0), (0.44, 0.4), (0.36, 0.85)], [(0, 0.98)]))
        sketch.part(short if male else LONG_HAIR, hair, volume=0.6, depth=0.2, edge=0.3)
        return
    _face(sketch, skin, male)
    fringe = [(0, -0.06), (0.34, 0.04), (0.45, 0.42), (0.4, 0.62)]
    if male:
        fringe = [(0, -0.07), (0.32, 0), (0.43, 0.3), (0.4, 0.5)]
    top = outline(fringe, [(0.34, 0.4), (0.2, 0.24), (0, 0.16 if male else 0.2)])
    sketch.part(mirrored(top), hair, volume=0.6, depth=0.12, edge=0.3)


def _face(sketch, skin, male):
    ink = Paint(skin.toned(-0.72).rgb, 'flat')
    eyes = [disc((-0.15, 0.5), (0.055, 0.03)), disc((0.15, 0.5), (0.055, 0.03))]
    brows = [arc((x, 0.44), (0.1, 0.05), 3.4, 6.0, 8) for x in (-0.15, 0.15)]
    sketch.part(eyes + brows, ink, volume=0, edge=0)
    lips = (168, 92, 86) if male else (186, 62, 72)
    lips = Paint(lips if skin.luma > 90 else (120, 56, 54), 'flat')
    sketch.part(disc((0, 0.84), (0.11, 0.032), 12), lips, volume=0, edge=0)
    nose = outline([(0.02, 0.56), (0.05, 0.69)], [(-0.03, 0.7)])
    sketch.part(nose, skin.toned(-0.16), volume=0, edge=0)


#: From the crown to below the shoulders.
LONG_HAIR = closed_curve([(0, -0.06), (0.42, 0.12), (0.52, 0.7), (0.56, 1.3), (0.42, 1.75),
    (0, 1.6), (-0.42, 1.75), (-0.56, 1.3), (-0.52, 0.7), (-0.42, 0.12)])
