"""From sketches to pixels.

Outlines are filled by Pillow on a finer grid of whole numbers and averaged down. Light is worked
out on the small picture: parts are embossed, as if their blurred silhouettes were heights.
"""

import functools
import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fashion_models.catalogue.synthetic.fabrics import texture
from fashion_models.catalogue.synthetic.geometry import Affine


def _finer(size):
    """How many sub-pixels a pixel has in each direction."""
    return max(2, min(8, 512 // size))


class Canvas:
    """A square picture to paint sketches on.

    Args:
        size (int): Pixels a side.
        background: (r, g, b) or a uint8 array (size, size, 3).
        light (tuple): Direction to the light, (x, y), of length 1; y is negative above.
        contrast (float): Strength of light and shade, 1 for the usual.
    """

    def __init__(self, size, background=(255, 255, 255), light=(-0.6, -0.8), contrast=1.0):
        self.size, self.light, self.contrast = size, light, contrast
        if isinstance(background, tuple):
            self.image = Image.new('RGB', (size, size), background)
        else:
            self.image = Image.fromarray(background)

    def silhouette(self, sketch, place):
        """The coverage of a whole sketch, an L image; ``place`` maps its units to 0..1."""
        to_pixels = Affine.placing(self.size).after(place)
        box, finer = (0, 0, self.size, self.size), _finer(self.size)
        whole = [to_pixels(p) for part in sketch.parts if not part.holes for p in part.polygons]
        mask = _coverage(whole, [], box, finer)
        for part in sketch.parts:
            if part.holes:
                ring = _coverage([to_pixels(p) for p in part.polygons],
                                 [to_pixels(p) for p in part.holes], box, finer)
                mask = ImageChops.lighter(mask, ring)
        return mask

    def shadow(self, sketch, place, shift=(0.02, 0.03), blur=0.02, strength=0.3):
        """The shadow that a sketch throws on the wall or table behind it."""
        mask = self.silhouette(sketch, place)
        dx, dy = (int(math.floor(s * self.size + 0.5)) for s in shift)
        moved = Image.new('L', mask.size)
        moved.paste(mask, (dx, dy))
        moved = moved.filter(ImageFilter.GaussianBlur(max(0.5, blur * self.size)))
        self.image.paste((24, 22, 28), (0, 0), moved.point([int(i * strength) for i in range(256)]))

    def paint(self, sketch, place):
        """Paints a sketch; ``place`` maps its units to the picture's 0..1."""
        to_pixels = Affine.placing(self.size).after(place)
        for part in sketch.parts:
            _paint_part(self, part, to_pixels)


def _coverage(polygons, holes, box, finer):
    """How much of each pixel of ``box`` the polygons cover: an L image."""
    left, top, right, bottom = box
    mask = Image.new('L', ((right - left) * finer, (bottom - top) * finer))
    draw = ImageDraw.Draw(mask)
    for shapes, value in ((polygons, 255), (holes, 0)):
        for points in shapes:
            draw.polygon(_whole(points, box, finer), fill=value)
    return mask.reduce(finer)


def _whole(points, box, finer):
    """Points as whole sub-pixels. Rounding here is what makes the picture the same everywhere."""
    return np.floor((points - (box[0], box[1])) * finer + 0.5).astype(np.int64).ravel().tolist()


def _paint_part(canvas, part, to_pixels):
    scale = to_pixels.scale
    outlines = [to_pixels(p) for p in part.polygons]
    holes = [to_pixels(p) for p in part.holes]
    blur = min(part.depth * scale, canvas.size / 6)
    box = _box(outlines, 2 + int(blur), canvas.size)
    if box is None:
        return
    finer = _finer(canvas.size)
    mask = _coverage(outlines, holes, box, finer)
    u, v = _cloth_coordinates(box, to_pixels, part.grain)
    colour = texture(part.paint, u, v, 1 / scale)
    shade = _emboss(mask, blur, part, canvas)
    if part.folds:
        shade = shade + _folds(part, to_pixels, box, scale, finer) * canvas.contrast
    colour = _lit(colour, shade, part.paint)
    colour = _with_lines(colour, part, outlines, to_pixels, box, scale, finer, mask)
    image = Image.fromarray(np.clip(colour + 0.5, 0, 255).astype(np.uint8))
    canvas.image.paste(image, box[:2], mask)


def _box(outlines, margin, size):
    """The whole-pixel box of the outlines, no further than ``margin`` outside the picture."""
    left = min(p[:, 0].min() for p in outlines)
    right = max(p[:, 0].max() for p in outlines)
    top = min(p[:, 1].min() for p in outlines)
    bottom = max(p[:, 1].max() for p in outlines)
    if right < 0 or bottom < 0 or left > size or top > size:
        return None
    return (
        max(int(math.floor(left)) - 1, -margin),
        max(int(math.floor(top)) - 1, -margin),
        min(int(math.ceil(right)) + 1, size + margin),
        min(int(math.ceil(bottom)) + 1, size + margin),
    )


def _cloth_coordinates(box, to_pixels, grain):
    """Where on the cloth each pixel of the box lies: two arrays (h, w) in units."""
    back = Affine.placing(angle=-grain).after(to_pixels.inverse())
    x = np.arange(box[0], box[2]) + 0.5
    y = (np.arange(box[1], box[3]) + 0.5)[:, None]
    return back.a * x + back.b * y + back.e, back.c * x + back.d * y + back.f


def _moved(array, dx, dy):
    """``array`` looked up (dx, dy) pixels further on, its border repeated."""
    h, w = array.shape
    rows = np.clip(np.arange(h) + dy, 0, h - 1)
    columns = np.clip(np.arange(w) + dx, 0, w - 1)
    return array[rows[:, None], columns[None, :]]


def _emboss(mask, blur, part, canvas):
    """Light and shade, about -0.5..0.5, of a part that curves away at its edge."""
    if part.volume <= 0 or blur < 0.4:
        return np.float32(0)
    height = np.asarray(mask.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32) / np.float32(
        255
    )
    step = max(1.0, blur * 0.7)
    dx, dy = (int(math.floor(c * step + 0.5)) for c in canvas.light)
    slope = _moved(height, -dx, -dy) - _moved(height, dx, dy)
    return (
        part.volume * canvas.contrast * (slope * np.float32(0.75) - (1 - height) * np.float32(0.42))
    )


def _folds(part, to_pixels, box, scale, finer):
    """Light and shade of the folds, -1..1: tapered strokes, blurred."""
    w, h = box[2] - box[0], box[3] - box[1]
    coarse = Image.new('L', (2 * w, 2 * h), 128)
    draw = ImageDraw.Draw(coarse)
    widest = 0
    for points, width, strength in part.folds:
        line = to_pixels(points)
        draw.polygon(_whole(_tapered(line, width * scale), box, 2), fill=int(128 + 127 * strength))
        widest = max(widest, width * scale)
    soft = coarse.reduce(2).filter(ImageFilter.GaussianBlur(max(0.6, widest * 0.3)))
    return np.asarray(soft, dtype=np.float32) / np.float32(127.5) - np.float32(128 / 127.5)


def _tapered(line, width):
    """The outline of a stroke that is thin at both ends."""
    d = np.empty_like(line)
    d[1:-1] = line[2:] - line[:-2]
    d[0], d[-1] = line[1] - line[0], line[-1] - line[-2]
    length = np.sqrt(d[:, 0] ** 2 + d[:, 1] ** 2)[:, None] + 1e-9
    t = np.linspace(0, 1, len(line))[:, None]
    offset = np.stack([-d[:, 1], d[:, 0]], axis=1) / length * (width * (0.12 + 2 * t * (1 - t)))
    return np.concatenate([line + offset, (line - offset)[::-1]])


def _lit(colour, shade, paint):
    """Colour under light: shade multiplies, highlights add, the more the glossier."""
    shade = np.asarray(shade, dtype=np.float32)
    if shade.ndim == 0:
        return colour
    if paint.fabric in ('metal', 'gem', 'pearl', 'patent'):
        shade = _mirrored_light(shade, paint)
    dark, bright = np.minimum(shade, 0)[..., None], np.maximum(shade, 0)[..., None]
    # Black cloth would swallow its folds; what shop photographers do is give it more light.
    lift = np.float32(26 + 190 * paint.gloss)
    return colour * (1 + dark * np.float32(0.95) + bright * np.float32(0.25)) + bright * lift


def _mirrored_light(shade, paint):
    """Bright and dark streaks, as a polished surface shows its surroundings."""
    wave = shade * np.float32(5)
    streak = np.abs(wave - np.floor(wave) - np.float32(0.5)) * 2 - np.float32(0.35)
    strength = np.float32(0.16 if paint.fabric in ('pearl', 'patent') else 0.34)
    return np.maximum(shade, shade * np.float32(0.6)) + streak * strength


def _with_lines(colour, part, outlines, to_pixels, box, scale, finer, mask):
    """Draws seams, stitches and the edge over the colour."""
    by_tone = {}
    if part.edge > 0:
        for points in outlines:
            closed = np.concatenate([points, points[:1]])
            by_tone.setdefault('dark', []).append(
                (closed, max(0.032 * scale, 1.1), part.edge * 0.62)
            )
    for points, width, tone, dash in part.lines:
        line = to_pixels(points)
        kind = tone if isinstance(tone, tuple) else 'dark' if tone < 0 else 'light'
        strength = 1.0 if isinstance(tone, tuple) else abs(tone)
        for piece in _dashes(line, dash, scale):
            by_tone.setdefault(kind, []).append((piece, width * scale, strength))
    for tone, lines in by_tone.items():
        cover = _strokes(lines, box, finer, mask)
        colour = _stroked(colour, tone, cover, part.paint)
    return colour


def _dashes(line, dash, scale):
    """The line, or its stitches; stitches too small to see become a fainter line elsewhere."""
    if dash is None or dash * scale < 1.0:
        return [line]
    step = line[1:] - line[:-1]
    at = np.concatenate([[0.0], np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))])
    starts = np.arange(0, at[-1], 2 * dash * scale)
    ends = np.minimum(starts + dash * scale, at[-1])
    a = np.stack([np.interp(starts, at, line[:, 0]), np.interp(starts, at, line[:, 1])], axis=1)
    b = np.stack([np.interp(ends, at, line[:, 0]), np.interp(ends, at, line[:, 1])], axis=1)
    return [np.stack(ab) for ab in zip(a, b)]


def _strokes(lines, box, finer, mask):
    """Coverage (h, w), 0..1, of lines within a mask, each (points, width in pixels, strength)."""
    w, h = box[2] - box[0], box[3] - box[1]
    fine = Image.new('L', (w * finer, h * finer))
    draw = ImageDraw.Draw(fine)
    for points, width, strength in lines:
        thickness = max(1, int(math.floor(width * finer + 0.5)))
        # A line thinner than a sub-pixel keeps its amount of ink by being fainter.
        ink = strength * min(1.0, width * finer)
        draw.line(_whole(points, box, finer), fill=int(255 * min(1.0, ink)), width=thickness)
    cover = ImageChops.multiply(fine.reduce(finer), mask)
    return np.asarray(cover, dtype=np.float32) / np.float32(255)


def _stroked(colour, tone, cover, paint):
    cover = cover[..., None]
    if isinstance(tone, tuple):
        return colour + (np.asarray(tone, np.float32) - colour) * cover
    if tone == 'dark' and paint.luma < 62:
        # On dark cloth a seam shows as a line that is lighter.
        return colour + cover * np.float32(58)
    if tone == 'dark':
        return colour * (1 - cover * np.float32(0.9))
    return colour + (255 - colour) * cover * np.float32(0.8)


@functools.cache
def ramp(size):
    """Places 0..1 of the pixel centres of a row, float32 (size,)."""
    return ((np.arange(size) + 0.5) / size).astype(np.float32)
