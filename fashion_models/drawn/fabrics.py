"""Textures of fabrics, as functions of the position on the cloth.

They use only additions, multiplications, divisions, square roots and floors, which every machine
rounds alike; NumPy's sine and exponential are not. One file, since a fabric is a few lines and the
fabrics share their bands, spots and noise.
"""

import functools

import numpy as np

from fashion_models.drawn.paint import Paint


@functools.cache
def _noise_tiles():
    """Two (256, 256) float32 tiles in -1..1, one rough, one smooth, that tile seamlessly."""
    # NumPy guarantees the raw stream of a bit generator, but not its distributions.
    raw = np.random.PCG64(20160221).random_raw(256 * 256 // 8).view(np.uint8)
    rough = raw.reshape(256, 256).astype(np.float32) / 127.5 - 1
    smooth = rough
    for _ in range(6):
        for axis in (0, 1):
            smooth = (np.roll(smooth, 1, axis) + np.roll(smooth, -1, axis)) / 4 + smooth / 2
    return rough, np.clip(smooth * np.float32(5), -1, 1)


def noise(u: np.ndarray, v: np.ndarray, cells: float, seed: int = 0) -> np.ndarray:
    """Noise in -1..1 that is fixed to the cloth, with ``cells`` cells per unit."""
    i = np.floor(u * cells).astype(np.int64) + 37 * seed
    j = np.floor(v * cells).astype(np.int64) + 101 * seed
    return _noise_tiles()[0][j & 255, i & 255]


def clouds(u: np.ndarray, v: np.ndarray, cells: float, seed: int = 0) -> np.ndarray:
    """Smooth noise in about -1..1; a cloud is some four cells wide."""
    x, y = u * cells, v * cells
    i, j = np.floor(x), np.floor(y)
    s, t = x - i, y - j
    i, j = i.astype(np.int64) + 37 * seed, j.astype(np.int64) + 101 * seed
    tile = _noise_tiles()[1]
    i0, i1, j0, j1 = i & 255, i + 1 & 255, j & 255, j + 1 & 255
    upper = tile[j0, i0] * (1 - s) + tile[j0, i1] * s
    lower = tile[j1, i0] * (1 - s) + tile[j1, i1] * s
    return upper * (1 - t) + lower * t


def _fraction(x):
    return x - np.floor(x)


def _wave(x):
    """A triangle wave of period 1 in -1..1."""
    return 4 * np.abs(_fraction(x) - 0.5) - 1


def _band(x, period, width, pixel):
    """Coverage, 0..1 and anti-aliased, of bands of relative ``width``, one every ``period``."""
    away = np.abs(_fraction(x / period) - 0.5) * period
    return np.clip((width * period / 2 - away) / pixel + 0.5, 0, 1)


def _mix(a, b, cover):
    """Colour b over colour a; each is an (r, g, b) or an array (h, w, 3)."""
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return a + (b - a) * cover[..., None].astype(np.float32)


def _times(rgb, factor):
    return np.asarray(rgb, np.float32) * factor[..., None].astype(np.float32)


def _spots(u, v, size, radius, pixel, seed=0, jitter=0.0, staggered=True):
    """Spots on a grid: offsets from the spot's centre, its random number, and coverage."""
    row = np.floor(v / size)
    shifted = u / size + 0.5 * (row - 2 * np.floor(row / 2)) if staggered else u / size
    column = np.floor(shifted)
    luck = noise(column, row, 1, seed)
    dx = (shifted - column - 0.5 + jitter * luck) * size
    dy = (v / size - row - 0.5 + jitter * noise(column, row, 1, seed + 5)) * size
    return dx, dy, luck, np.clip((radius - np.sqrt(dx * dx + dy * dy)) / pixel + 0.5, 0, 1)


def plain(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Smooth cloth of one colour."""
    return _times(p.rgb, 1 + 0.025 * noise(u, v, 60, p.seed))


def cotton(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Cloth with a slight slub."""
    return _times(p.rgb, 1 + 0.04 * noise(u, v, 45, p.seed) + 0.03 * clouds(u, v, 9, p.seed))


def stripes(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Narrow horizontal stripes."""
    return _mix(p.rgb, p.second, _band(v, 0.26 * p.scale, 0.38, pixel))


def wide_stripes(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Wide horizontal stripes."""
    return _mix(p.rgb, p.second, _band(v, 0.62 * p.scale, 0.5, pixel))


def vertical_stripes(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Narrow vertical stripes."""
    return _mix(p.rgb, p.second, _band(u, 0.2 * p.scale, 0.4, pixel))


def pinstripe(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Thin vertical lines, as on suits."""
    return _mix(p.rgb, p.second, 0.6 * _band(u, 0.16 * p.scale, 0.14, pixel))


def diagonal_stripes(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Diagonal stripes, as on ties."""
    return _mix(p.rgb, p.second, _band(u + v, 0.36 * p.scale, 0.4, pixel))


def gingham(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Small checks of two colours and their mixture."""
    a, b = _band(u, 0.24 * p.scale, 0.5, pixel), _band(v, 0.24 * p.scale, 0.5, pixel)
    return _mix(p.second, p.rgb, (a + b) / 2)


def tartan(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Crossing bands of two widths."""
    s = 0.62 * p.scale
    cloth = _mix(p.rgb, p.second, 0.55 * _band(u, s, 0.4, pixel))
    cloth = _mix(cloth, p.second, 0.55 * _band(v, s, 0.4, pixel))
    thin = np.maximum(_band(u + s / 2, s, 0.07, pixel), _band(v + s / 2, s, 0.07, pixel))
    return _mix(cloth, p.third, 0.8 * thin)


def windowpane(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Thin lines that cross far apart."""
    s = 0.42 * p.scale
    return _mix(p.rgb, p.second, 0.7 * np.maximum(_band(u, s, 0.07, pixel),
        _band(v, s, 0.07, pixel)))


def tweed(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Flecks of both colours."""
    fleck = noise(u, v, 30, p.seed)
    bone = 0.10 * np.sign(_wave(v * 9 + np.abs(_wave(u * 2.4))))
    cloth = _times(p.rgb, 1 + bone + 0.14 * fleck)
    return _mix(cloth, p.second, np.clip(fleck * 4 - 3.3, 0, 0.6))


def dots(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Dots in staggered rows."""
    return _mix(p.rgb, p.second, _spots(u, v, 0.3 * p.scale, 0.075 * p.scale, pixel)[3])


_PETALS = ((1.0, 0.0), (0.309, 0.951), (-0.809, 0.588), (-0.809, -0.588), (0.309, -0.951))


def floral(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Five-petalled flowers in two colours with leaves, one per cell of a jittered grid."""
    size = 0.46 * p.scale
    dx, dy, luck, _ = _spots(u, v, size, 0.1, pixel, p.seed, jitter=0.16)
    leaf = np.clip((0.05 * size - np.abs(dx - dy * 0.9) * 0.55) / pixel + 0.5, 0, 1)
    leaf = leaf * np.clip((0.44 * size - np.abs(dx + dy) * 0.7) / pixel + 0.5, 0, 1)
    cloth = _mix(p.rgb, (92, 128, 84), 0.8 * leaf)
    petals = np.zeros_like(dx)
    reach = 0.15 * size
    for px, py in _PETALS:
        x, y = dx - px * reach, dy - py * reach
        petals = np.maximum(petals, np.clip((0.125 * size - np.sqrt(x * x + y * y)) / pixel + 0.5,
            0, 1))
    cloth = _mix(cloth, p.second, petals * (luck > -0.25))
    cloth = _mix(cloth, p.third, petals * (luck <= -0.25))
    heart = np.clip((0.07 * size - np.sqrt(dx * dx + dy * dy)) / pixel + 0.5, 0, 1)
    return _mix(cloth, (236, 200, 92), heart)


def leopard(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Broken rings with a darker filling."""
    dx, dy, luck, _ = _spots(u, v, 0.26 * p.scale, 0.1, pixel, p.seed, jitter=0.22)
    away = np.sqrt(dx * dx + dy * dy * (1.4 + 0.5 * luck)) / p.scale
    ring = np.clip((0.035 - np.abs(away - 0.075)) / pixel + 0.5, 0, 1)
    ring = ring * (noise(u, v, 11 / p.scale, p.seed + 3) > -0.5)
    cloth = _mix(p.rgb, p.second, 0.45 * np.clip((0.06 - away) / pixel + 0.5, 0, 1))
    return _mix(cloth, (38, 28, 22), ring)


def snake(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Scales in diagonal rows."""
    s = 0.16 * p.scale
    scale = np.abs(_wave(u / s + v / s)) * np.abs(_wave(u / s - v / s))
    return _times(_mix(p.rgb, p.second, np.clip(clouds(u, v, 2.6, p.seed), 0, 0.75)),
        0.72 + 0.38 * np.clip(scale * 2.5, 0, 1))


def camouflage(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Patches of three tones."""
    n = clouds(u, v, 16 / p.scale, p.seed)
    m = clouds(u, v, 16 / p.scale, p.seed + 9)
    cloth = _mix(p.rgb, p.second, (n > 0.25).astype(np.float32))
    return _mix(cloth, p.third, (m > 0.4).astype(np.float32))


def zigzag(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Horizontal zigzag bands."""
    s = 0.3 * p.scale
    return _mix(p.rgb, p.second, _band(v + 0.13 * p.scale * np.abs(_wave(u / s / 1.3)), s, 0.42,
        pixel))


def argyle(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Diamonds under thin diagonal lines."""
    s = 0.62 * p.scale
    diamond = np.abs(_wave(u / s)) + np.abs(_wave(v / s / 1.4)) > 1.0
    cloth = _mix(p.rgb, p.second, diamond.astype(np.float32))
    thin = np.maximum(_band(u / s + v / s / 1.4, 1, 0.05, pixel), _band(u / s - v / s / 1.4, 1,
        0.05, pixel))
    return _mix(cloth, p.third, 0.8 * thin)


def denim(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Twill with worn places."""
    twill = 0.07 * _wave((u + v) * 26)
    slub = 0.07 * clouds(u * 6, v * 0.5, 9, p.seed)
    fade = 0.10 * clouds(u, v, 6, p.seed)
    return _mix(_times(p.rgb, 1 + twill + slub), (232, 236, 240), np.clip(fade + 0.05, 0, 0.35))


def knit(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Rows of V-shaped stitches."""
    s = 0.105 * p.scale
    row = _wave((v + 0.6 * np.abs(_fraction(u / s) - 0.5) * s) / s)
    return _times(p.rgb, 1 + 0.13 * row - 0.07 * (np.abs(_wave(u / s)) > 0.8))


def fine_knit(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Thin vertical rows of stitches."""
    return _times(p.rgb, 1 + 0.05 * _wave(u / 0.05) + 0.03 * noise(u, v, 40, p.seed))


def rib(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Vertical ribs."""
    return _times(p.rgb, 0.98 + 0.17 * _wave(u / (0.1 * p.scale)))


def cable(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Twisted plaits between ribs."""
    s = 0.5 * p.scale
    place = _fraction(u / s)
    plait = _wave(v / (0.21 * p.scale) + 2.2 * np.abs(place - 0.5)) * (np.abs(place - 0.5) < 0.3)
    groove = np.abs(np.abs(place - 0.5) - 0.33) < 0.05
    return _times(p.rgb, 1 + 0.14 * plait - 0.2 * groove + 0.05 * _wave(v / 0.09))


def fair_isle(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Knitted bands of motifs."""
    s = 0.7 * p.scale
    row = _fraction(v / s)
    peak = _band(u, 0.2 * p.scale, 0.5, pixel) * (np.abs(row - 0.5) < 0.09)
    steps = np.abs(_wave(u / (0.26 * p.scale))) > np.abs(row - 0.2) * 6
    return _mix(_mix(knit(p, u, v, pixel), p.second, 0.85 * steps), p.third, 0.85 * peak)


def fleece(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Soft, cloudy pile."""
    return _times(p.rgb, 1 + 0.10 * clouds(u, v, 16, p.seed) + 0.07 * noise(u, v, 34, p.seed))


def fur(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Long, coarse hair."""
    return _times(p.rgb, 1 + 0.28 * noise(u * 3.0, v, 13, p.seed) + 0.12 * clouds(u, v, 8, p.seed))


def velvet(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Short pile with a soft shimmer."""
    return _times(p.rgb, 0.95 + 0.14 * clouds(u, v, 7, p.seed))


def leather(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Grained leather."""
    return _times(p.rgb, 1 + 0.05 * clouds(u, v, 26, p.seed) + 0.03 * noise(u, v, 50, p.seed))


def suede(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Napped leather."""
    return _times(p.rgb, 1 + 0.10 * clouds(u, v, 20, p.seed) + 0.06 * noise(u, v, 55, p.seed))


def crocodile(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Leather in rows of large scales."""
    row = np.floor(v / 0.15)
    gap = np.maximum(np.abs(_wave(v / 0.15)) > 0.84, np.abs(_wave(u / 0.2 + 0.25 * row)) > 0.87)
    return _times(p.rgb, 1.04 - 0.3 * gap)


def woven(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Straw, raffia or plaited leather: bands over and under each other."""
    s = 0.15 * p.scale
    over = (np.floor(u / s) + np.floor(v / s)) % 2 > 0.5
    across = np.where(over, _fraction(u / s), _fraction(v / s))
    return _times(p.rgb, 0.72 + 0.34 * (1 - np.abs(2 * across - 1)) + 0.05 * noise(u, v, 40,
        p.seed))


def sequin(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Glittering discs, some of them bright and some dark."""
    _, _, luck, cover = _spots(u, v, 0.095, 0.045, pixel, p.seed)
    return _times(p.rgb, (0.62 + 0.38 * cover) * (1 + 0.6 * luck * (luck > 0))
        - 0.08 * (luck < -0.4))


def lace(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Openwork: the second colour shines through."""
    dx, dy, _, spot = _spots(u, v, 0.17, 0.058, pixel, p.seed)
    net = np.maximum(_band(u + v, 0.06, 0.5, pixel), _band(u - v, 0.06, 0.5, pixel))
    return _mix(_mix(p.second, p.rgb, 0.35 + 0.5 * net), p.rgb, spot)


def metal(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Brushed metal."""
    return _times(p.rgb, 1 + 0.03 * noise(u * 0.2, v, 40, p.seed))


def lame(p: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Crinkled metal thread, whose creases mirror light and dark."""
    crease = clouds(u, 0.45 * v, 64, p.seed) + 0.6 * clouds(u, 0.6 * v, 130, p.seed + 3)
    return _times(p.rgb, 0.97 + 0.26 * np.clip(1.5 * crease, -1, 1))


TEXTURES = {f.__name__: f for f in (plain, cotton, stripes, wide_stripes, vertical_stripes,
    pinstripe, diagonal_stripes, gingham, tartan, windowpane, tweed, dots, floral, leopard, snake,
    camouflage, zigzag, argyle, denim, knit, fine_knit, rib, cable, fair_isle, fleece, fur, velvet,
    leather, suede, crocodile, woven, sequin, lace, metal, lame)}
TEXTURES.update(dict.fromkeys(('satin', 'silk', 'nylon', 'rubber', 'patent', 'gem', 'pearl',
    'glass'), plain))
TEXTURES['skin'] = TEXTURES['flat'] = TEXTURES['hair'] = plain


def texture(paint: Paint, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
    """Colours of a fabric.

    Args:
        paint (Paint): Colours and fabric.
        u, v: Positions on the cloth in units; arrays that broadcast to (h, w).
        pixel (float): Size of a pixel in units.

    Returns: float32 array that broadcasts to (h, w, 3), about 0..255.
    """
    return TEXTURES[paint.fabric](paint, u, v, pixel)
