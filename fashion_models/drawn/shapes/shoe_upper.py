"""Details of a shoe's upper: laces, caps, gussets, panels, buckles, tassels."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from fashion_models.drawn.geometry import Point, along, between, box, curve, disc, outline, ribbon
from fashion_models.drawn.paint import Paint
from fashion_models.drawn.shapes.cloth import Cloth
from fashion_models.drawn.shapes.shoe_cut import Last, Shoe
from fashion_models.drawn.shapes.trimmings import bow
from fashion_models.drawn.sketch import Part, Sketch


def decorate(
        sketch: Sketch, part: Part, f: Shoe, last: Last, cloth: Cloth, top: list[Point]) -> None:
    """Adds the details to the upper."""
    if f.lace != 'none':
        LACES[f.lace](sketch, part, f, last, cloth, top)
    for feature in f.features:
        if feature in FEATURES:
            FEATURES[feature](sketch, part, f, last, cloth, top)
    if f.front < 0.5 or f.lace == 'none':
        part.line(curve(top) + (0.0, 0.06), 0.02, -0.3)


def laces(sketch: Sketch, start: Point, stop: Point, rows: int, width: float, paint: Paint) -> None:
    """Adds rows of laces between two points on the edge of the instep."""
    parts = []
    for t in np.linspace(0, 1, rows):
        x, y = between(start, stop, float(t))
        parts.append(ribbon([(x - 0.03, y - 0.02), (x + width * 0.5, y + 0.03),
            (x + width, y + 0.14)], 0.075))
    sketch.part(parts, paint, volume=0.5, depth=0.03, edge=0.6)


def eyelets(sketch: Sketch, points: Iterable[Point], paint: Paint) -> None:
    """Adds small rings at points."""
    sketch.part([disc(tuple(p), 0.038, 8) for p in points], paint, volume=0.4, depth=0.02, edge=0.7)


def perforated(part: Part, points: ArrayLike, tone: float = -0.7) -> None:
    """Adds a row of punched holes along a line, as on brogues."""
    for x, y in along(points, np.linspace(0, 1, 9)):
        part.line([(x - 0.012, y), (x + 0.012, y)], 0.045, tone)


def _trainer(sketch, part, f, last, cloth, top):
    front = top[-1]
    stop = (2.12, last.over(2.12)[1] + 0.03)
    sketch.part(ribbon([front, last.over(1.7), stop], 0.16, 0.1), cloth.trim.toned(-0.04),
        volume=0.5, depth=0.06)
    edge = curve([(front[0] - 0.16, front[1] + 0.12), (1.62, last.over(1.62)[1] + 0.17),
        (2.02, last.over(2.02)[1] + 0.17)])
    part.line(edge, 0.025, -0.5)
    rows = 4 if f.shaft < 0.95 else 6
    laces(sketch, (front[0] - 0.06, front[1] + 0.1), (1.98, last.over(1.98)[1] + 0.02), rows,
        0.2, cloth.trim if cloth.trim.luma > 60 else cloth.trim.toned(0.25))


def _oxford(sketch, part, f, last, cloth, top):
    front = top[-1]
    facing = curve([(front[0] - 0.12, front[1] + 0.1), (1.62, last.over(1.62)[1] + 0.14),
        (1.9, last.over(1.9)[1] + 0.22), (1.72, last.bed_y(1.72) - 0.3),
        (1.5, last.bed_y(1.5) - 0.14)])
    part.line(facing, 0.03, -0.55)
    laces(sketch, (front[0] + 0.02, front[1] + 0.06), (1.82, last.over(1.82)[1] + 0.03), 4,
        0.14, cloth.main.toned(-0.3))


def _boot(sketch, part, f, last, cloth, top):
    front = top[-1]
    low = (1.9, last.over(1.9)[1] + 0.02)
    bend = (1.2, -f.heel - 0.98)
    part.line(curve([(front[0] - 0.2, front[1] + 0.05), (bend[0] - 0.12, bend[1] + 0.05),
        (low[0] - 0.12, low[1] + 0.24)]), 0.03, -0.5)
    n = max(2, int((bend[1] - front[1]) / 0.2))
    paint = cloth.trim if cloth.trim.luma > 70 else cloth.trim.toned(0.12)
    laces(sketch, (front[0] - 0.12, front[1] + 0.12), (bend[0] - 0.06, bend[1]), n, 0.2,
        paint)
    laces(sketch, (bend[0] + 0.08, bend[1] + 0.12), low, 4, 0.18, paint)
    ys = np.linspace(front[1] + 0.12, bend[1], n)
    eyelets(sketch, [(bend[0] - 0.18, y) for y in ys], cloth.hardware)


def _brogue(sketch, part, f, last, cloth, top):
    wing = curve([(2.2, last.over(2.2)[1] + 0.04), (2.1, last.bed_y(2.1) - 0.26),
        (1.6, last.bed_y(1.6) - 0.1)])
    part.line(wing, 0.028, -0.5)
    perforated(part, wing + (0.06, 0.02))
    perforated(part, curve([(0.12, -f.heel - 0.5), (0.5, -f.heel - 0.3),
        (0.62, -f.heel - 0.04)]))
    part.line(curve([(0.08, -f.heel - 0.56), (0.56, -f.heel - 0.34), (0.68, -f.heel)]), 0.025,
        -0.45)
    perforated(part, [(2.5, last.bed_y(2.5) - 0.32), (2.8, last.bed_y(2.8) - 0.22)])


def _cap(sketch, part, f, last, cloth, top):
    part.line(curve([(2.38, last.bed_y(2.38) - 0.52), (2.3, last.bed_y(2.3) - 0.25),
        (2.34, last.bed_y(2.34))]), 0.04, -0.6)
    part.line(curve([(2.44, last.bed_y(2.44) - 0.52), (2.36, last.bed_y(2.36) - 0.25),
        (2.4, last.bed_y(2.4))]), 0.02, -0.4)


def _rubber_cap(sketch, part, f, last, cloth, top):
    tip = last.tip
    cap = outline([(2.32, last.bed_y(2.32)), (2.36, last.bed_y(2.36) - 0.3),
        (2.48, last.bed_y(2.4) - last.high - 0.13)], [(2.78, tip[1] - last.high),
        (2.97, tip[1] - last.high * 0.5), tip])
    sketch.part(cap, cloth.sole, volume=0.6, depth=0.12)


def _saddle(sketch, part, f, last, cloth, top, tassel=False):
    """The strap over the instep of a loafer."""
    apron = curve([(1.45, last.over(1.45)[1] + 0.14), (2.0, last.over(2.0)[1] + 0.16),
        (2.5, last.bed_y(2.5) - 0.33), (2.72, last.bed_y(2.7) - 0.3)])
    part.line(apron, 0.05, -0.5)
    band = outline([last.over(1.5), last.over(1.78)], [(1.78, last.bed_y(1.78) - 0.2),
        (1.7, last.bed_y(1.7))], [(1.36, last.bed_y(1.36))], [(1.44, last.bed_y(1.44) - 0.3),
        last.over(1.5)])
    piece = sketch.part(band, cloth.main.toned(0.07), volume=0.5, depth=0.08, edge=0.8)
    if tassel:
        for dx in (0, 0.16):
            x, y = 1.86 + dx, last.over(1.9)[1] + 0.08
            sketch.part(ribbon([(x - 0.1, y - 0.1), (x, y), (x + 0.06, y + 0.3)], 0.05, 0.16),
                cloth.main.toned(-0.2), volume=0.6, depth=0.05)
    else:
        piece.line([(1.5, last.over(1.6)[1] + 0.2), (1.76, last.over(1.6)[1] + 0.24)], 0.07, -0.7)


def _tassel(sketch, part, f, last, cloth, top):
    _saddle(sketch, part, f, last, cloth, top, tassel=True)


def _apron(sketch, part, f, last, cloth, top):
    """The raised seam of a moccasin, and the lace of a boat shoe."""
    apron = curve([(1.5, last.over(1.5)[1] + 0.16), (2.0, last.over(2.0)[1] + 0.17),
        (2.5, last.bed_y(2.5) - 0.34), (2.74, last.bed_y(2.7) - 0.32)])
    part.line(apron, 0.06, -0.5, dash=0.05)
    part.line(curve(top) + (0, 0.1), 0.05, cloth.trim.rgb, dash=0.09)


def _snaffle(sketch, part, f, last, cloth, top):
    x, y = 1.6, last.over(1.6)[1] + 0.12
    sketch.part(ribbon([(x - 0.12, y - 0.05), (x + 0.06, y + 0.06), (x + 0.2, y + 0.14)], 0.07),
        cloth.hardware, volume=0.7, depth=0.04)
    sketch.part(disc((x + 0.22, y + 0.2), 0.1), cloth.hardware,
        holes=[disc((x + 0.22, y + 0.2), 0.055)], volume=0.7, depth=0.03)


def _monk(sketch, part, f, last, cloth, top):
    for dx in (0, 0.26):
        x = 1.42 + dx
        y = last.over(x)[1]
        strap = [(x + 0.12, y + 0.04), (x - 0.1, y + 0.24), (x - 0.3, last.bed_y(x - 0.3) - 0.34)]
        sketch.part(ribbon(strap, 0.17), cloth.main.toned(0.06), volume=0.5, depth=0.06, edge=0.8)
        sketch.part(box(x - 0.28, y + 0.28, x - 0.08, y + 0.5, 0.03), cloth.hardware,
            holes=[box(x - 0.23, y + 0.33, x - 0.13, y + 0.45)], volume=0.6, depth=0.03)


def _elastic(sketch, part, f, last, cloth, top):
    gusset = outline([(0.48, -f.heel - f.shaft + 0.02)], [(0.9, -f.heel - f.shaft)],
        [(0.84, -f.heel - 0.75), (0.7, -f.heel - 0.45)],
        [(0.54, -f.heel - 0.8), (0.48, -f.heel - f.shaft + 0.02)])
    paint = (cloth.main.of('rib', rgb=cloth.main.toned(-0.35).rgb) if cloth.main.luma > 70
        else cloth.main.of('rib', rgb=cloth.main.toned(0.16).rgb))
    sketch.part(gusset, paint, volume=0.2, depth=0.05, edge=0.6)


def _zip(sketch, part, f, last, cloth, top):
    sketch.part(ribbon([(0.62, -f.heel - f.shaft + 0.06), (0.6, -f.heel - 0.8),
        (0.72, -f.heel - 0.1)], 0.05), cloth.hardware, volume=0.4, depth=0.02)


def _stripe(sketch, part, f, last, cloth, top):
    for i in range(3):
        x = 1.05 + i * 0.26
        part.line([(x, last.bed_y(x) + 0.0), (x + 0.34, last.bed_y(x) - 0.8)], 0.11, cloth.trim.rgb)


def _wave(sketch, part, f, last, cloth, top):
    flash = outline([(0.55, -f.heel - 0.5), (0.9, -f.heel - 0.22), (1.3, last.bed_y(1.3) - 0.3),
        (1.98, last.bed_y(1.98) - 0.55)], [(1.4, last.bed_y(1.4) - 0.12), (0.9, -f.heel - 0.05),
        (0.55, -f.heel - 0.5)])
    sketch.part(flash, cloth.trim, volume=0.4, depth=0.06, edge=0.4)


def _panels(sketch, part, f, last, cloth, top):
    heel = outline([(0.0, -f.heel), (-0.02, -f.heel - 0.5), (0.06, -f.heel - f.shaft * 0.75)],
        [(0.4, -f.heel - f.shaft * 0.55), (0.62, -f.heel - 0.1)], [(0.0, -f.heel)])
    sketch.part(heel, cloth.trim, volume=0.5, depth=0.1)
    guard = outline([(1.5, last.bed_y(1.5)), (2.1, last.bed_y(2.1) - 0.2),
        (2.6, last.bed_y(2.6) - 0.3)], [(2.97, last.tip[1] - 0.14), last.tip],
        [(2.2, last.bed_y(2.2)), (1.5, last.bed_y(1.5))])
    sketch.part(guard, cloth.trim.toned(-0.06), volume=0.5, depth=0.1)
    part.line(curve([(0.62, -f.heel - 0.1), (1.2, last.bed_y(1.2) - 0.55),
        (1.5, last.over(1.5)[1] + 0.2)]), 0.03, -0.4)


def _fringe(sketch, part, f, last, cloth, top):
    y = -f.heel - f.shaft + 0.25
    for i in range(9):
        x = 0.1 + i * 0.13
        sketch.part(ribbon([(x, y), (x + 0.02, y + 0.3), (x - 0.02, y + 0.55)], 0.09),
            cloth.main.toned(0.05 * (i % 2) - 0.05), volume=0.4, depth=0.03)


def _ornament(sketch, part, f, last, cloth, top):
    x = top[-1][0] + 0.02
    bow(sketch, (x + 0.02, top[-1][1] + 0.06), 0.2, cloth.trim)


def _strap_buckle(sketch, part, f, last, cloth, top):
    y = -f.heel - 0.82
    sketch.part(ribbon([(0.03, y), (0.6, y + 0.12), (1.25, y - 0.02)], 0.15),
        cloth.main.toned(0.08), volume=0.5, depth=0.06, edge=0.8)
    sketch.part(box(0.78, y - 0.04, 0.98, y + 0.2, 0.03), cloth.hardware,
        holes=[box(0.83, y + 0.02, 0.92, y + 0.14)], volume=0.6, depth=0.03)


def _collar(sketch, part, f, last, cloth, top):
    line = curve(top)[: max(8, len(curve(top)) * 3 // 4)]
    sketch.part(ribbon(line[::3], 0.16), cloth.trim.toned(-0.06), volume=0.6, depth=0.06)


def _fur(sketch, part, f, last, cloth, top):
    line = curve(top)
    sketch.part(ribbon(line[::3] + (0, 0.02), 0.3), cloth.trim.of('fur'), volume=0.7, depth=0.1,
        edge=0.3)


def _pull(sketch, part, f, last, cloth, top):
    x, y = top[0]
    sketch.part(ribbon([(x + 0.03, y + 0.2), (x - 0.06, y - 0.1), (x + 0.08, y - 0.12),
        (x + 0.1, y + 0.15)], 0.06), cloth.trim, volume=0.4, depth=0.03)


def _western(sketch, part, f, last, cloth, top):
    y = -f.heel - f.shaft
    for dx in (0, 0.12):
        part.line(curve([(0.3 + dx, y + 0.3), (0.5, y + 0.75 + dx), (0.34, y + 1.1),
            (0.62, y + 1.45 - dx), (0.86, y + 1.1), (0.7, y + 0.75 + dx), (0.94 - dx, y + 0.3)]),
            0.03, cloth.trim.rgb, None)
    part.line(curve([(1.7, last.over(1.7)[1] + 0.1), (2.0, last.bed_y(2.0) - 0.3),
        (2.4, last.bed_y(2.4) - 0.36)]), 0.03, cloth.trim.rgb)


def _band(sketch, part, f, last, cloth, top):
    """The rim and strap of a wellington boot."""
    y = -f.heel - f.shaft
    part.line([(-0.2, y + 0.12), (1.6, y + 0.12)], 0.04, -0.5)
    part.line([(-0.2, -f.heel - 0.1), (3, -f.platform - 0.12)], 0.05, -0.4)
    sketch.part(ribbon([(1.2, y + 0.3), (1.24, y + 0.55)], 0.1, smooth=False), cloth.trim,
        volume=0.4, depth=0.03)


def _studs(sketch, part, f, last, cloth, top):
    line = last.bed[(last.bed[:, 0] > 0.3) & (last.bed[:, 0] < 2.7)] - (0, 0.14)
    sketch.part([disc(tuple(p), 0.05, 8) for p in line[::2]], cloth.hardware, volume=0.7,
        depth=0.03)


def _toe_cap(sketch, part, f, last, cloth, top):
    tip = last.tip
    cap = outline([(2.42, last.bed_y(2.42)), (2.4, last.bed_y(2.4) - last.high - 0.14)],
        [(2.8, tip[1] - last.high * 0.8), tip])
    sketch.part(cap, cloth.trim, volume=0.6, depth=0.12)


def _tongue_badge(sketch, part, f, last, cloth, top):
    sketch.part(disc((0.62, -f.heel - 0.78), 0.15, 14), cloth.trim, volume=0.3, depth=0.04)


def _desert(sketch, part, f, last, cloth, top):
    """Two rows of eyelets on a high vamp."""
    front = top[-1]
    low = (1.62, last.over(1.62)[1] + 0.02)
    part.line(curve([(front[0] - 0.4, front[1] + 0.1), (1.1, -f.heel - 0.55),
        (1.66, -f.heel - 0.4)]), 0.03, -0.55)
    laces(sketch, (front[0] - 0.08, front[1] + 0.12), low, 3, 0.2, cloth.main.toned(-0.35))


LACES = {'desert': _desert, 'trainer': _trainer, 'oxford': _oxford, 'boot': _boot}
FEATURES = {
    'brogue': _brogue, 'cap': _cap, 'rubber_cap': _rubber_cap, 'penny': _saddle, 'tassel': _tassel,
    'apron': _apron, 'snaffle': _snaffle, 'monk': _monk, 'elastic': _elastic, 'zip': _zip,
    'stripe': _stripe, 'wave': _wave, 'panels': _panels, 'fringe': _fringe, 'bow': _ornament,
    'buckle': _strap_buckle, 'collar': _collar, 'fur': _fur, 'pull': _pull, 'western': _western,
    'band': _band, 'studs': _studs, 'toe_cap': _toe_cap, 'badge': _tongue_badge,
}
