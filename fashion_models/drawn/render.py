"""Renders sketches: fills the parts, shades them as if their blurred silhouettes were heights, and
draws their seams."""

import functools
import itertools
import math

import numpy as np
from PIL import Image, ImageFilter

from fashion_models.drawn.fabrics import texture
from fashion_models.drawn.geometry import Affine
from fashion_models.drawn.raster import brushes, coverages, dashes, strokes
from fashion_models.drawn.sketch import Sketch

SHADOW = (24, 22, 28)
MIRRORS = ('metal', 'gem', 'pearl', 'patent')


class Canvas:
    """A square picture to paint sketches on.

    Args:
        size (int): Width and height in pixels.
        background: (r, g, b) or a uint8 array (size, size, 3).
        light (tuple): Direction to the light, (x, y), of length 1; y is negative above.
        contrast (float): Strength of light and shade; 1 is usual.
    """

    def __init__(
            self, size: int, background: tuple[int, int, int] | np.ndarray = (255, 255, 255),
            light: tuple[float, float] = (-0.6, -0.8), contrast: float = 1.0):
        self.size, self.light, self.contrast = size, light, contrast
        if isinstance(background, tuple):
            self.image = Image.new('RGB', (size, size), background)
        else:
            self.image = Image.fromarray(background)

    def silhouette(self, sketch: Sketch, place: Affine) -> np.ndarray:
        """How much of each pixel a sketch covers: (size, size), 0 to 1.

        ``place`` maps the sketch's units to the picture's 0..1.
        """
        parts = _placed(sketch.parts, Affine.placing(self.size).after(place))
        box = (0, 0, self.size, self.size)
        solid = [outline for part in parts if not part.holes for outline in part.outlines]
        layers = [(solid, box)] if solid else []
        holed = [part for part in parts if part.holes]
        for part in holed:
            layers += [(part.outlines, box), (part.holes, box)]
        covers = coverages(layers)
        mask = covers.pop(0) if solid else np.zeros((self.size, self.size))
        for filled, holes in zip(covers[::2], covers[1::2]):
            mask = np.maximum(mask, filled * (1 - holes))
        return mask

    def shadow(
            self, sketch: Sketch, place: Affine, shift: tuple[float, float] = (0.02, 0.03),
            blur: float = 0.02, strength: float = 0.3) -> None:
        """Paints the shadow that a sketch casts on the wall or table behind it."""
        mask = Image.fromarray(_bytes(self.silhouette(sketch, place) * strength))
        dx, dy = (int(math.floor(s * self.size + 0.5)) for s in shift)
        moved = Image.new('L', mask.size)
        moved.paste(mask, (dx, dy))
        moved = moved.filter(ImageFilter.GaussianBlur(max(0.5, blur * self.size)))
        self.image.paste(SHADOW, (0, 0), moved)

    def paint(self, sketch: Sketch, place: Affine) -> None:
        """Paints a sketch; ``place`` maps its units to the picture's 0..1."""
        to_pixels = Affine.placing(self.size).after(place)
        scale = to_pixels.scale
        layers, planned = [], []
        for part in _placed(sketch.parts, to_pixels):
            blur = min(part.depth * scale, self.size / 6)
            box = _box(part.outlines, 2 + int(blur), self.size)
            if box is not None:
                own = _Layers(part, scale)
                layers += [(polygons, box) for polygons in own.polygons()]
                planned.append((part, own, box, blur))
        covers = iter(coverages(layers))
        for part, own, box, blur in planned:
            own.fill(covers)
            self._paint_part(part, own, box, blur, to_pixels)

    def _paint_part(self, part, layers, box, blur, to_pixels):
        mask = Image.fromarray(_bytes(layers.filled))
        u, v = _cloth_coordinates(box, to_pixels, part.grain)
        colour = texture(part.paint, u, v, 1 / to_pixels.scale)
        shade = _emboss(mask, blur, self.light) * np.float32(part.volume)
        if part.folds:
            shade = shade + _folded(layers, part, to_pixels.scale)
        colour = _lit(colour, shade * np.float32(self.contrast), part.paint)
        for (kind, strength), cover in layers.inks.items():
            cover = (cover * layers.filled * strength).astype(np.float32)[..., None]
            colour = _inked(colour, kind, cover, part.paint)
        image = Image.fromarray(_rounded(colour))
        self.image.paste(image, box[:2], mask)


class _PlacedPart:
    """A part whose points are in pixels."""

    def __init__(self, part, points):
        self.paint, self.volume, self.depth = part.paint, part.volume, part.depth
        self.edge, self.grain = part.edge, part.grain
        self.outlines = [next(points) for _ in part.polygons]
        self.holes = [next(points) for _ in part.holes]
        self.folds = [(next(points), *rest) for _, *rest in part.folds]
        self.lines = [(next(points), *rest) for _, *rest in part.lines]


def _placed(parts, to_pixels):
    """The parts with their points in pixels; all are mapped at once."""
    arrays = [points for part in parts for points in (
        *part.polygons, *part.holes, *(fold[0] for fold in part.folds),
        *(line[0] for line in part.lines))]
    moved = to_pixels(np.concatenate(arrays))
    ends = list(itertools.accumulate(map(len, arrays)))
    points = (moved[start:end] for start, end in zip([0, *ends], ends))
    return [_PlacedPart(part, points) for part in parts]


class _Layers:
    """What has to be filled of a part: outlines, holes, folds by strength, and lines by ink.

    Attributes:
        filled (numpy.ndarray): (h, w) coverage by the part.
        folds (dict): Coverage by strength.
        inks (dict): Coverage by (tone, strength).
    """

    def __init__(self, part, scale):
        self._outlines, self._holes = part.outlines, part.holes
        folds = {}
        if part.folds:
            shapes = brushes([fold[0] for fold in part.folds],
                             [width * scale for _, width, _ in part.folds])
            for (_, _, strength), shape in zip(part.folds, shapes):
                folds.setdefault(strength, []).append(shape)
        self.folds, self.inks = folds, _seams(part, scale)

    def polygons(self):
        """The polygons of each layer, in the order that :meth:`fill` expects."""
        holes = [self._holes] if self._holes else []
        return [self._outlines, *holes, *self.folds.values(), *self.inks.values()]

    def fill(self, covers):
        """Takes the coverage of each layer from an iterator."""
        self.filled = next(covers)
        if self._holes:
            self.filled = self.filled * (1 - next(covers))
        self.folds = {strength: next(covers) for strength in self.folds}
        self.inks = {ink: next(covers) for ink in self.inks}


def _seams(part, scale):
    """The outlines of edge, seams and stitches, by (tone, strength)."""
    lines, widths, inks = [], [], []
    if part.edge > 0:
        lines += [np.concatenate([p, p[:1]]) for p in part.outlines]
        widths += [max(0.032 * scale, 1.1)] * len(part.outlines)
        inks += [('dark', part.edge * 0.62)] * len(part.outlines)
    for line, width, tone, dash in part.lines:
        kind, strength = (tone, 1.0) if isinstance(tone, tuple) else (
            'dark' if tone < 0 else 'light', abs(tone))
        thick = width * scale
        # A line thinner than a fifth of a pixel is drawn fainter instead.
        strength, thick = strength * min(1.0, thick * 5), max(thick, 0.2)
        pieces = [line] if dash is None or dash * scale < 1 else dashes(line, dash * scale)
        lines += list(pieces)
        widths += [thick] * len(pieces)
        inks += [(kind, strength)] * len(pieces)
    found = {}
    for ink, outline in zip(inks, strokes(lines, widths) if lines else ()):
        found.setdefault(ink, []).append(outline)
    return found


def _rounded(colour):
    colour += np.float32(0.5)
    np.maximum(colour, 0, out=colour)
    return np.minimum(colour, 255, out=colour).astype(np.uint8)


def _bytes(share):
    return np.floor(share * 255 + 0.5).astype(np.uint8)


def _box(outlines, margin, size):
    """The whole-pixel box of the outlines, at most ``margin`` outside the picture, or None."""
    points = np.concatenate(outlines)
    left, top = np.floor(points.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0)).astype(int).tolist()
    if right < 0 or bottom < 0 or left > size or top > size:
        return None
    return (max(left - 1, -margin), max(top - 1, -margin),
            min(right + 1, size + margin), min(bottom + 1, size + margin))


def _cloth_coordinates(box, to_pixels, grain):
    """Where on the cloth each pixel of the box lies, in units: arrays that broadcast to (h, w).

    Two arrays (h, w), or (1, w) and (h, 1) where the cloth lies straight in the picture.
    """
    back = Affine.placing(angle=-grain).after(to_pixels.inverse())
    x = np.arange(box[0], box[2]) + 0.5
    y = (np.arange(box[1], box[3]) + 0.5)[:, None]
    if back.b == back.c == 0:
        return back.a * x[None] + back.e, back.d * y + back.f
    return back.a * x + back.b * y + back.e, back.c * x + back.d * y + back.f


def _emboss(mask, blur, light):
    """Light and shade (h, w), about -0.5..0.5, of a shape that curves away at its edge."""
    if blur < 0.4:
        return np.zeros((mask.height, mask.width), np.float32)
    height = np.asarray(mask.filter(ImageFilter.GaussianBlur(blur)), np.float32) / np.float32(255)
    step = max(1.0, blur * 0.7)
    dx, dy = (int(math.floor(c * step + 0.5)) for c in light)
    slope = _moved(height, -dx, -dy) - _moved(height, dx, dy)
    return slope * np.float32(0.75) - (1 - height) * np.float32(0.42)


def _moved(array, dx, dy):
    """``array`` shifted by (-dx, -dy) pixels, with its border repeated."""
    h, w = array.shape
    return array.take(np.arange(dy, h + dy), 0, mode='clip').take(
        np.arange(dx, w + dx), 1, mode='clip')


def _folded(layers, part, scale):
    """Light and shade (h, w) of the folds, -1..1: soft brush strokes."""
    height = np.full(layers.filled.shape, 128.0)
    for strength, cover in layers.folds.items():
        height += cover * (127 * strength)
    soft = max(0.6, max(width for _, width, _ in part.folds) * scale * 0.3)
    image = Image.fromarray(np.clip(np.floor(height + 0.5), 0, 255).astype(np.uint8))
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(soft)), np.float32)
    return (blurred - 128) / np.float32(127)


def _lit(colour, shade, paint):
    """Colour under light: shade multiplies, highlights add, more so on glossy fabrics."""
    if paint.fabric in MIRRORS:
        shade = _mirrored_light(shade, paint)
    dark, bright = np.minimum(shade, 0)[..., None], np.maximum(shade, 0)[..., None]
    # Folds would vanish in black cloth; like a shop photographer, give it more light.
    lift = np.float32(26 + 190 * paint.gloss)
    colour = colour * (1 + dark * np.float32(0.95) + bright * np.float32(0.25))
    colour += bright * lift
    return colour


def _mirrored_light(shade, paint):
    """Bright and dark streaks, as a polished surface shows its surroundings."""
    wave = shade * np.float32(5)
    streak = np.abs(wave - np.floor(wave) - np.float32(0.5)) * 2 - np.float32(0.35)
    strength = np.float32(0.12 if paint.fabric in ('pearl', 'patent') else 0.34)
    return np.maximum(shade, shade * np.float32(0.6)) + streak * strength


def _inked(colour, kind, cover, paint):
    if isinstance(kind, tuple):
        return colour + (np.asarray(kind, np.float32) - colour) * cover
    if kind == 'dark' and paint.luma < 62:
        # On dark cloth a seam shows as a lighter line.
        return colour + cover * np.float32(58)
    if kind == 'dark':
        return colour * (1 - cover * np.float32(0.9))
    return colour + (255 - colour) * cover * np.float32(0.8)


@functools.cache
def ramp(size: int) -> np.ndarray:
    """Positions of a row's pixel centres, 0 to 1: float32 (size,)."""
    return ((np.arange(size) + 0.5) / size).astype(np.float32)
