"""Takes the picture: scene, wall, light, camera, file."""

import io

import numpy as np
from PIL import Image

from fashion_models.drawn.dice import Dice
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.geometry import Affine, sine
from fashion_models.drawn.render import Canvas, ramp
from fashion_models.drawn.retailers import TINTED_WALLS, Retailer
from fashion_models.drawn.scenes import Scene, scene
from fashion_models.drawn.specification import ProductSpec
from fashion_models.drawn.truth import OtherGarment

SHADOWS = {'soft': ((0.012, 0.022), 0.022, 0.3), 'hard': ((0.03, 0.03), 0.008, 0.34),
    'floor': ((0.0, 0.035), 0.03, 0.38)}


def shot(
        spec: ProductSpec, view: str, retailer: Retailer, dice: Dice,
        difficulty: Difficulty) -> tuple[Scene, tuple | None, dict]:
    """Stages one picture of a product.

    Args:
        spec (ProductSpec): The product.
        view (str): One of :data:`scenes.VIEWS`.
        retailer (Retailer): Whose picture it is.
        dice (Dice): Makes the random choices.
        difficulty (Difficulty): Says how misleading pictures are.

    Returns: The scene; the colours of the wall, None for the retailer's own; and what is true of
    the picture, as fields of :class:`~fashion_models.drawn.truth.PictureTruth`.
    """
    tinted = dice.chance(difficulty.misleading_tones)
    wall = dice.choice(TINTED_WALLS) if tinted else None
    dummy = retailer.dummy or not difficulty.misleading_tones
    others = dice.chance(difficulty.other_garments) and not retailer.dummy
    staged = scene(spec, view, dice, dummy, retailer.head, others)
    told = {'cast': tuple(retailer.cast), 'tinted_wall': tinted, 'others': tuple(
        OtherGarment(item.kind, item.shade.colour) for item in staged.others)}
    return staged, wall, told


def photograph(
        scene: Scene, retailer: Retailer, size: int, dice: Dice,
        wall: tuple | None = None) -> Image.Image:
    """Takes one picture of a scene in a retailer's style.

    Args:
        scene (Scene): What is in front of the camera.
        retailer (Retailer): The style.
        size (int): Width and height in pixels.
        dice (Dice): Chooses scale, alignment and tilt.
        wall: (top, bottom) colours that replace the retailer's.

    Returns: PIL image, RGB, (size, size).
    """
    top, bottom = wall or retailer.background
    canvas = Canvas(size, _wall(size, top, bottom), retailer.light, retailer.contrast)
    place = framing(scene, retailer, dice)
    if retailer.shadow != 'none':
        shift, blur, strength = SHADOWS[retailer.shadow]
        shift = (shift[0] * (1 if retailer.light[0] <= 0 else -1), shift[1])
        for sketch in scene.sketches[:1] if scene.tight else scene.sketches:
            canvas.shadow(sketch, place, shift, blur, strength)
    for sketch in scene.sketches:
        canvas.paint(sketch, place)
    return _developed(canvas.image, retailer)


def encoded(image: Image.Image, retailer: Retailer) -> bytes:
    """A picture as the bytes of a JPEG file."""
    file = io.BytesIO()
    image.save(file, 'JPEG', quality=retailer.quality, subsampling=retailer.subsampling)
    return file.getvalue()


def _wall(size, top, bottom):
    t = ramp(size)[:, None, None]
    rows = np.asarray(top, np.float32) * (1 - t) + np.asarray(bottom, np.float32) * t
    return np.broadcast_to((rows + np.float32(0.5)).astype(np.uint8), (size, size, 3)).copy()


def framing(scene: Scene, retailer: Retailer, dice: Dice) -> Affine:
    """The map from a scene's units to the picture's 0..1, in a retailer's style."""
    left, top, right, bottom = scene.frame
    width, height = right - left, bottom - top
    angle = dice.bell(retailer.tilt)
    margin = 0.0 if scene.tight else dice.uniform(*retailer.margin)
    # The bounds of the tilted frame, so that no corner leaves the picture.
    tilt = abs(sine(angle)) * (not scene.tight)
    largest = max(width + tilt * height, height + tilt * width)
    place = Affine.placing((1 - 2 * margin) / largest, angle=angle)
    x, y = place(np.array([((left + right) / 2, (top + bottom) / 2)]))[0]
    slack = 0.0 if scene.tight else min(margin * 0.8, 2.5 * retailer.offset)
    dx = max(-slack, min(slack, dice.bell(retailer.offset)))
    dy = max(-slack, min(slack, dice.bell(retailer.offset)))
    return Affine.placing(1, 0.5 - x + dx, 0.5 - y + dy).after(place)


def _developed(image, retailer):
    """The picture with its colour cast, and with light that falls off to one side."""
    r = ramp(image.width)
    x = retailer.light[0]
    falloff = 1 - np.float32(0.05 * abs(x)) * (r if x <= 0 else 1 - r)
    pixels = np.asarray(image, dtype=np.float32) * np.asarray(retailer.cast, np.float32)
    pixels *= falloff[None, :, None]
    pixels += np.float32(0.5)
    return Image.fromarray(np.minimum(pixels, 255, out=pixels).astype(np.uint8))
