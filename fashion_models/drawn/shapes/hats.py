"""Hats, about three units wide."""

import dataclasses

from fashion_models.drawn.geometry import box, closed_curve, curve, disc, mirrored, outline, ribbon
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.trimmings import bow
from fashion_models.drawn.sketch import Sketch


@dataclasses.dataclass(frozen=True)
class Hat:
    """``kind``: beanie cap brim bucket flat."""

    kind: str = 'beanie'
    brim: float = 0.5  # beyond the crown
    crown: float = 1.1  # its height
    pinch: bool = False
    pompom: bool = False
    droop: float = 0.0


def draw_hat(f: Hat, cloth: Cloth, look: Look) -> Sketch:
    """Draws a hat; the brow is at y = 0."""
    sketch = Sketch()
    HATS[f.kind](sketch, f, cloth, look)
    if not sketch.details:
        sketch.detail(0.3, -0.4)
    return sketch


def _beanie(sketch, f, cloth, look):
    h = f.crown + 0.35
    dome = mirrored(outline([(0, -h), (0.55, -h + 0.12), (0.95, -h * 0.55), (1.0, -0.1)],
        [(1.0, 0), (0, 0.08)]))
    part = sketch.part(dome, cloth.main, volume=0.7, depth=0.35)
    for x in (-0.5, -0.18, 0.18, 0.5):
        part.fold([(x * 0.3, -h), (x * 1.2, -h * 0.6), (x * 1.5, -0.3)], 0.1, -0.22)
    cuff = mirrored(outline([(0, -0.42), (1.03, -0.52)], [(1.04, 0.02)], [(0, 0.14)]))
    sketch.part(cuff, cloth.trim.of('rib'), volume=0.5, depth=0.14, edge=0.7)
    if f.pompom:
        sketch.part(disc((0, -h - 0.28), 0.42), cloth.trim.of('fur'), volume=0.8, depth=0.25,
            edge=0.2)


def _cap(sketch, f, cloth, look):
    h = f.crown
    if look.back:
        dome = sketch.part(mirrored(outline([(0, -h), (0.7, -h * 0.85), (1.02, -0.35),
            (1.02, 0.05)], [(0, 0.1)])), cloth.main, volume=0.7, depth=0.35)
        dome.line([(0, -h), (0, 0)], 0.03, -0.4)
        sketch.part(mirrored(outline([(0, -0.45), (0.4, -0.3)], [(0.46, 0.06)], [(0, 0.06)])),
            cloth.lining, volume=0.2)
        sketch.part(ribbon([(-0.5, 0.0), (0.5, 0.0)], 0.14, smooth=False), cloth.main.toned(-0.1),
            volume=0.4, depth=0.05)
        return
    peak = outline([(-0.35, -0.12), (0.5, -0.02), (1.3, 0.02), (1.85, 0.3)],
        [(1.6, 0.46), (0.9, 0.34), (0.1, 0.26), (-0.5, 0.1)], [(-0.35, -0.12)])
    sketch.part(peak, cloth.trim.toned(-0.05), volume=0.6, depth=0.14, edge=0.7)
    dome = outline([(-1.05, 0.06), (-1.1, -0.45), (-0.7, -h + 0.05), (0, -h), (0.65, -h * 0.86),
        (0.95, -0.35), (0.98, -0.02)], [(0.2, 0.1), (-0.5, 0.14), (-1.05, 0.06)])
    part = sketch.part(dome, cloth.main, volume=0.75, depth=0.35)
    part.line(curve([(0, -h), (0.3, -0.5), (0.36, 0.1)]), 0.028,
        -0.45).line(curve([(0, -h), (-0.45, -0.5), (-0.55, 0.1)]), 0.028, -0.45)
    sketch.part(disc((0, -h - 0.02), (0.1, 0.06), 12), cloth.main.toned(-0.1), volume=0.6,
        depth=0.04)
    sketch.part(box(0.5, -0.62, 0.86, -0.32, 0.08), cloth.trim.toned(0.1), volume=0.2, depth=0.04)
    sketch.detail(0.6, -0.4)


def _brim(sketch, f, cloth, look):
    h, b = f.crown, 1.0 + f.brim
    d = f.droop
    brim = closed_curve([(0, -0.16 - f.brim * 0.14), (0.9, -0.14 - f.brim * 0.08), (b, 0.02 + d),
        (0.95, 0.24 + f.brim * 0.18 + d * 0.6), (0, 0.3 + f.brim * 0.24),
        (-0.95, 0.24 + f.brim * 0.18 + d * 0.6), (-b, 0.02 + d), (-0.9, -0.14 - f.brim * 0.08)])
    part = sketch.part(brim, cloth.main, volume=0.5, depth=0.16, edge=0.6)
    part.fold([(-b * 0.8, 0.1 + d), (0, 0.26), (b * 0.8, 0.1 + d)], 0.14, -0.3)
    if f.pinch:
        crown = outline([(-0.92, 0.08), (-0.88, -h * 0.6), (-0.66, -h), (-0.3, -h - 0.06),
            (0, -h + 0.1), (0.3, -h - 0.06), (0.66, -h), (0.88, -h * 0.6), (0.92, 0.08)],
            [(0.5, 0.2), (-0.5, 0.2), (-0.92, 0.08)])
    else:
        crown = outline([(-0.92, 0.08), (-0.9, -h * 0.6), (-0.6, -h * 0.95), (0, -h),
            (0.6, -h * 0.95), (0.9, -h * 0.6), (0.92, 0.08)], [(0.5, 0.2), (-0.5, 0.2),
            (-0.92, 0.08)])
    top = sketch.part(crown, cloth.main, volume=0.7, depth=0.3)
    if f.pinch:
        top.fold([(0, -h), (0.05, -h * 0.7), (0, -h * 0.5)], 0.22, -0.4)
        top.fold([(-0.55, -h * 0.95), (-0.4, -h * 0.7), (-0.42, -h * 0.45)], 0.12,
            -0.3).fold([(0.55, -h * 0.95), (0.4, -h * 0.7), (0.42, -h * 0.45)], 0.12, -0.3)
    ribbon_ = outline([(-0.92, -0.24), (-0.4, -0.12), (0.4, -0.12), (0.92, -0.24)],
        [(0.92, 0.08), (0.5, 0.2), (-0.5, 0.2), (-0.92, 0.08)], [(-0.92, -0.24)])
    sketch.part(ribbon_, cloth.trim, volume=0.4, depth=0.08)
    if not look.back:
        bow(sketch, (-0.72, -0.04), 0.17, cloth.trim.toned(-0.1))


def _bucket(sketch, f, cloth, look):
    h = f.crown
    brim = mirrored(outline([(0, -0.05), (0.9, -0.16)], [(1.3, 0.34), (1.36, 0.48)],
        [(0.7, 0.68), (0, 0.72)]))
    sketch.part(brim, cloth.main.toned(-0.03), volume=0.55, depth=0.2).line(
        curve([(-1.3, 0.36), (0, 0.6), (1.3, 0.36)]), 0.022, -0.35)
    crown = mirrored(outline([(0, -h), (0.55, -h + 0.02), (0.7, -h + 0.12)], [(0.92, -0.1)],
        [(0.5, 0.04), (0, 0.08)]))
    part = sketch.part(crown, cloth.main, volume=0.65, depth=0.3)
    part.line(curve([(-0.7, -h + 0.14), (0, -h + 0.22), (0.7, -h + 0.14)]), 0.028, -0.45)
    sketch.part([disc((-0.5, -0.35), 0.05, 8), disc((-0.34, -0.32), 0.05, 8)], cloth.hardware,
        volume=0.6, depth=0.03)


def _flat(sketch, f, cloth, look):
    peak = outline([(0.1, 0.16), (0.9, 0.06), (1.45, 0.2)], [(1.5, 0.34), (0.9, 0.36), (0.2, 0.34)],
        [(0.1, 0.16)])
    sketch.part(peak if not look.back else peak * (-1, 1), cloth.main.toned(-0.1), volume=0.6,
        depth=0.1)
    dome = outline([(-1.25, 0.18), (-1.3, -0.2), (-0.8, -0.66), (0.1, -0.72), (0.9, -0.42),
        (1.38, 0.06), (1.3, 0.22)], [(0.4, 0.3), (-0.6, 0.34), (-1.25, 0.18)])
    part = sketch.part(dome, cloth.main, volume=0.75, depth=0.3)
    part.line(curve([(-0.1, -0.7), (0.1, -0.2), (-0.05, 0.3)]), 0.025, -0.35)
    part.fold([(0.2, 0.1), (0.9, -0.05), (1.3, 0.1)], 0.1, -0.35)


HATS = {'beanie': _beanie, 'cap': _cap, 'brim': _brim, 'bucket': _bucket, 'flat': _flat}
