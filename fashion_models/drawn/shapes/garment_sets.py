"""Outfits and dungarees, made of upper and lower garments, and swimwear."""

import dataclasses

import numpy as np

from fashion_models.drawn.geometry import curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.body import ARMPIT_Y, CROTCH_Y, HIP_Y, WAIST_Y, Figure
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.garment_cut import Upper
from fashion_models.drawn.shapes.garment_upper import draw_upper
from fashion_models.drawn.shapes.trimmings import bow
from fashion_models.drawn.shapes.trousers import STITCH, Trousers, draw_trousers
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Outfit:
    """An upper and a lower garment sold together: pyjamas, suits, jumpsuits."""

    top: Upper
    bottom: Trousers
    apart: float = 0.0  # how much further down the lower one lies


@dataclasses.dataclass(frozen=True)
class Dungarees:
    """Trousers with a bib."""

    bottom: Trousers


@dataclasses.dataclass(frozen=True)
class Swimsuit:
    """A swimsuit or a bikini."""

    bikini: bool = False
    neck: str = 'scoop'  # scoop plunge bandeau halter triangle
    high_waist: bool = False
    ruched: bool = False
    bows: bool = False
    sporty: bool = False


def draw_outfit(f: Outfit, cloth: Cloth, look: Look) -> Sketch:
    """Draws both garments in the units of :mod:`shapes.body`."""
    sketch = Sketch()
    down = draw_trousers(f.bottom, cloth, look)
    if f.apart and not look.worn:
        down = down.mapped(lambda points: points + (0.0, f.apart))
    sketch.add(down)
    top = draw_upper(f.top, cloth, look)
    sketch.add(top)
    sketch.details = top.details + down.details[:1]
    return sketch


def draw_dungarees(f: Dungarees, cloth: Cloth, look: Look) -> Sketch:
    """Draws trousers with a bib and braces."""
    body, sketch = Figure.of(look.male), Sketch()
    rise = 2.85
    for side in (1, -1):
        ends = [(side * 0.3, 2.0), (side * 0.34, 1.5), (side * 0.28, 1.38)]
        if look.back:
            ends = [(side * 0.06, 2.6), (side * 0.2, 1.9), (side * 0.3, 1.38)]
        sketch.part(ribbon(ends, 0.13), cloth.main.toned(-0.06), volume=0.35, depth=0.06)
    worn = dataclasses.replace(look, worn=True)  # the bib hides the inside
    sketch.add(draw_trousers(f.bottom, cloth, worn))
    w = body.waist + 0.06
    if look.back:
        panel = mirrored(outline([(0, 2.55), (0.12, 2.55)], [(w, rise + 0.12)], [(0, rise + 0.16)]))
    else:
        panel = mirrored(outline([(0, 1.96), (0.42, 1.95)], [(0.44, 2.4), (w, rise + 0.02)],
            [(w, rise + 0.14)], [(0, rise + 0.2)]))
    bib = sketch.part(panel, cloth.main, volume=0.4, depth=0.1)
    if not look.back:
        pocket = np.array([(-0.22, 2.22), (0.22, 2.22), (0.22, 2.55), (0, 2.66), (-0.22, 2.55)])
        bib.line([(-0.5, 2.03), (0.5, 2.03)], 0.022, STITCH, 0.05)
        sketch.part(pocket, cloth.main.toned(0.05), volume=0.2, depth=0.04, edge=0.8).line(
            np.concatenate([pocket, pocket[:1]]) * (0.9, 1) + (0, 0.02), 0.022, STITCH, 0.05)
        sketch.part([disc((s * 0.32, 2.06), 0.06) for s in (1, -1)], cloth.hardware, volume=0.6,
            depth=0.03)
    sketch.detail(0, 2.3)
    sketch.detail(0.3, 3.2)
    return sketch


def draw_swimsuit(f: Swimsuit, cloth: Cloth, look: Look) -> Sketch:
    """Draws a swimsuit or a bikini."""
    body, sketch = Figure.of(False), Sketch()
    if f.bikini:
        _bikini_top(sketch, f, body, cloth, look)
        _briefs(sketch, f, body, cloth, look)
        sketch.detail(0.3, 2.2)
        return sketch
    c, w, h = body.chest - 0.02, body.waist + 0.01, body.hip - 0.02
    neck = {'scoop': [(0, 2.05), (0.26, 1.95), (0.38, 1.7)], 'plunge': [(0, 2.5), (0.2, 2.1),
        (0.36, 1.7)], 'bandeau': [(0, 1.98), (0.3, 1.9), (c - 0.1, 1.94)],
        'halter': [(0, 2.2), (0.14, 1.8), (0.2, 1.5)], 'sporty': [(0, 1.75), (0.24, 1.66),
        (0.34, 1.5)]}[f.neck]
    if look.back:
        neck = [(0, 2.5), (0.3, 2.3), (neck[-1][0], max(1.7, neck[-1][1]))]
    leg = CROTCH_Y - 0.62 if not look.back else CROTCH_Y - 0.45
    runs = [neck]
    if f.neck == 'bandeau':
        runs.append([(c, ARMPIT_Y - 0.04)])
    else:
        runs += [[(neck[-1][0] + 0.13, neck[-1][1])], [(0.45, 1.9), (c, ARMPIT_Y + 0.05)]]
    runs += [[(c - 0.06, 2.4), (w, WAIST_Y), (h - 0.04, 3.15), (h, leg)], [(0.42, CROTCH_Y - 0.36),
        (0.16, CROTCH_Y - 0.08), (0.1, CROTCH_Y)], [(0, CROTCH_Y + 0.02)]]
    if not look.worn and f.neck not in ('bandeau',):
        inner = outline([(0, 2.55), (0.3, 2.35), (0.36, 1.72)], [(0.5, 1.8)],
            [(0.5, 2.7), (0, 2.9)])
        if not look.back:
            sketch.part(mirrored(inner), cloth.lining, volume=0.2, edge=0.3)
    for side in (1, -1):
        if f.neck in ('scoop', 'plunge', 'sporty'):
            x, y = neck[-1]
            sketch.part(ribbon([(side * (x + 0.06), y + 0.08), (side * (x + 0.05), 1.48),
                (side * (x + 0.0), 1.38)], 0.13 if f.neck != 'plunge' else 0.09), cloth.main,
                volume=0.3, depth=0.05)
        elif f.neck == 'halter':
            sketch.part(ribbon([(side * 0.22, 1.6), (side * 0.2, 1.42), (side * 0.08, 1.3)], 0.08),
                cloth.main, volume=0.3, depth=0.04)
    suit = sketch.part(mirrored(outline(*runs)), cloth.main, volume=0.6, depth=0.24)
    if f.ruched and not look.back:
        for i in range(6):
            y = 2.3 + i * 0.22
            suit.fold([(-w, y - 0.1), (0, y), (w, y - 0.1)], 0.09, -0.35)
            suit.fold([(-w, y + 0.01), (0, y + 0.1), (w, y + 0.01)], 0.08, 0.2)
    else:
        suit.fold([(0.2, 2.0), (0.36, 2.3), (0.2, 2.5)], 0.16, 0.2).fold([(-0.2, 2.0), (-0.36, 2.3),
            (-0.2, 2.5)], 0.16, 0.2)
        suit.fold([(-0.45, 2.5), (0, 2.58), (0.45, 2.5)], 0.1, -0.25)
    if f.sporty:
        for side in (1, -1):
            suit.line(curve(np.array([(c, 2.1), (w - 0.1, WAIST_Y), (h - 0.1, leg)]) * (side, 1)),
                0.14, cloth.trim.rgb)
    if f.bows:
        bow(sketch, (0, 2.1), 0.18, cloth.trim)
    sketch.detail(0.1, 2.2)
    sketch.detail(0.2, 3.2)
    return sketch


def _bikini_top(sketch, f, body, cloth, look):
    c = body.chest - 0.02
    if look.back:
        sketch.part(mirrored(outline([(0, 2.3), (c, 2.22)], [(c, 2.32)], [(0, 2.42)])), cloth.main,
            volume=0.3)
        bow(sketch, (0, 2.36), 0.16, cloth.main)
        return
    if f.neck == 'bandeau':
        cups = mirrored(outline([(0, 2.02), (0.3, 1.92), (c, 2.0)], [(c, 2.34)],
            [(0.35, 2.46), (0.08, 2.36), (0, 2.34)]))
        part = sketch.part(cups, cloth.main, volume=0.7, depth=0.15)
        part.fold([(0, 1.95), (0, 2.5)], 0.1, -0.5)
    else:
        for side in (1, -1):
            sketch.part(ribbon([(side * 0.3, 1.8), (side * 0.24, 1.5), (side * 0.1, 1.3)], 0.05),
                cloth.main.toned(-0.05), volume=0.3, depth=0.03)
            cup = outline([(0.3, 1.68)], [(0.5, 2.0), (0.58, 2.32)], [(0.34, 2.44), (0.06, 2.34)],
                [(0.14, 2.05), (0.3, 1.68)])
            part = sketch.part(cup * (side, 1), cloth.main, volume=0.8, depth=0.2)
            part.fold(np.array([(0.16, 2.2), (0.34, 2.36), (0.5, 2.24)]) * (side, 1), 0.12, -0.25)
        band = mirrored(outline([(0, 2.32), (c, 2.24)], [(c, 2.31)], [(0, 2.39)]))
        sketch.part(band, cloth.main.toned(-0.05), volume=0.3, depth=0.03)
    if f.bows:
        bow(sketch, (0, 2.3), 0.14, cloth.trim)


def _briefs(sketch, f, body, cloth, look):
    top = 2.85 if f.high_waist else 3.28
    h = body.hip - 0.03
    wide = h if not f.high_waist else body.waist + 0.05
    side_low = HIP_Y - 0.02 if not f.high_waist else HIP_Y + 0.02
    run = outline([(0, top + 0.09), (wide, top)], [(h, side_low)],
        [(0.46, CROTCH_Y - 0.28 if not look.back else CROTCH_Y - 0.1), (0.16, CROTCH_Y - 0.06),
        (0.1, CROTCH_Y)], [(0, CROTCH_Y + 0.02)])
    part = sketch.part(mirrored(run), cloth.main, volume=0.65, depth=0.2)
    part.fold([(-0.3, top + 0.2), (0, top + 0.3), (0.3, top + 0.2)], 0.1, 0.2)
    part.line(curve([(-wide, top + 0.06), (0, top + 0.15), (wide, top + 0.06)]), 0.022, -0.4)
    if not f.high_waist:
        for side in (1, -1):
            bow(sketch, (side * h, top + 0.12), 0.12, cloth.main.toned(-0.06))
