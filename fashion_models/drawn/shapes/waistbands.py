"""Waistbands of trousers and skirts."""

import numpy as np

from fashion_models.drawn.geometry import box, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.body import HIP_Y, WAIST_Y, Figure
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.sketch import Sketch

STITCH = (206, 150, 78)


def waist_width(body: Figure, rise: float) -> float:
    """Half the width of the waist at height ``rise``."""
    return float(np.interp(rise, [2.5, WAIST_Y, HIP_Y], [body.waist + 0.02, body.waist + 0.03,
        body.hip + 0.02]))


def waistband(
        sketch: Sketch, waist: str, rise: float, top: float, cloth: Cloth, look: Look) -> None:
    """Adds a waistband.

    Args:
        sketch (Sketch): The garment.
        waist (str): Kind of band: band jeans elastic drawstring.
        rise (float): Height of the waist.
        top (float): Half the width of the band.
        cloth (Cloth): The paints.
        look (Look): The side that is seen.
    """
    tall = 0.2 if waist in ('elastic', 'drawstring') else 0.16
    dip = 0.06 if not look.back else -0.02
    band = mirrored(outline([(0, rise + dip), (top, rise - 0.01)],
        [(top + 0.02, rise + tall - 0.01)], [(0, rise + dip + tall)]))
    part = sketch.part(band, cloth.main if waist != 'elastic' else cloth.main.toned(-0.04),
        volume=0.35, depth=0.08, edge=0.7)
    if waist in ('elastic', 'drawstring'):
        for x in np.linspace(-0.9, 0.9, 13):
            part.fold([(x * top, rise - 0.05), (x * top, rise + tall + 0.1)], 0.05, -0.4)
        if waist == 'drawstring' and not look.back:
            for side in (1, -1):
                sketch.part(ribbon([(side * 0.04, rise + 0.16), (side * 0.12, rise + 0.4),
                    (side * 0.07, rise + 0.62)], 0.04), cloth.trim, volume=0.3, depth=0.03)
        return
    loops = [box(x - 0.025, rise - 0.02, x + 0.025, rise + tall + 0.04) for x in (-top * 0.62,
        top * 0.62)]
    sketch.part(loops, cloth.main.toned(-0.08), volume=0.3, depth=0.03, edge=0.8)
    if not look.back:
        sketch.part(disc((0, rise + dip + tall / 2), 0.05, 12), cloth.hardware, volume=0.6,
            depth=0.04, edge=0.7)
    elif waist == 'jeans':
        sketch.part(box(0.18, rise, 0.44, rise + 0.16), cloth.trim.of('leather',
            rgb=(150, 94, 52)), volume=0.2, depth=0.03)
