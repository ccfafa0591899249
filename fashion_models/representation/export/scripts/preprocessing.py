"""Turns an image file into what image.onnx takes; needs Pillow and NumPy."""

import json
import pathlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
CONSTANTS = json.loads((HERE / 'constants.json').read_text('utf-8'))
MEAN = np.load(HERE / 'mean.npy')


def read(path: str) -> np.ndarray:
    """Reads an image, scaled, cropped to its centre, less the mean: (3, size, size) float32.

    Images of 16-bit grey, which shops do not publish, it does not read.
    """
    image = Image.open(path)
    short = min(image.size)
    target = [(2 * min(side, CONSTANTS['longest_aspect'] * short) * CONSTANTS['shorter_side']
               + short) // (2 * short) for side in image.size]
    image.draft(None, [2 * side for side in target])    # of a JPEG a fraction, which is faster
    image.load()
    if image.has_transparency_data:     # it shows white
        seen = image.convert('RGBA')
        image = Image.new('RGB', seen.size, 'white')
        image.paste(seen, mask=seen)
        image.info = seen.info
    width, height = (
        min(side, CONSTANTS['longest_aspect'] * min(image.size)) for side in image.size)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    image = image.convert('RGB').resize(
        target, Image.Resampling.BICUBIC, (left, top, left + width, top + height), reducing_gap=3)
    pixels = np.array(ImageOps.exif_transpose(image))
    size = CONSTANTS['size']
    top, left = ((side - size) // 2 for side in pixels.shape[:2])
    return pixels[top:top + size, left:left + size].transpose(2, 0, 1) - MEAN
