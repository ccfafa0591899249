"""Turns an image file into what image.onnx takes; needs Pillow and NumPy."""

import io
import json
import pathlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

HERE = pathlib.Path(__file__).parent
CONSTANTS = json.loads((HERE / 'constants.json').read_text('utf-8'))
MEAN = np.load(HERE / 'mean.npy')


def read(path: str) -> np.ndarray:
    """Reads an image, scaled, cropped to its centre, less the mean: (3, size, size) float32.

    Raises:
        ValueError: If its pixels are of a kind that shops do not publish, such as 16-bit grey.
        OSError: If it cannot be read.
    """
    image = Image.open(path)
    if image.mode in ('F', 'LAB') or image.mode.startswith('I'):
        raise ValueError(f'pixels of kind {image.mode!r} are not supported')
    short = min(image.size)
    target = [(2 * min(side, CONSTANTS['longest_aspect'] * short) * CONSTANTS['shorter_side']
               + short) // (2 * short) for side in image.size]
    image.draft(None, [2 * side for side in target])    # of a JPEG a fraction, which is faster
    image.load()
    seen = in_srgb(image)
    width, height = (
        min(side, CONSTANTS['longest_aspect'] * min(seen.size)) for side in seen.size)
    left, top = (seen.width - width) / 2, (seen.height - height) / 2
    seen = seen.resize(
        target, Image.Resampling.BICUBIC, (left, top, left + width, top + height), reducing_gap=3)
    seen.info = image.info
    seen.getexif().update(image.getexif())
    pixels = np.array(ImageOps.exif_transpose(seen))
    size = CONSTANTS['size']
    top, left = ((side - size) // 2 for side in pixels.shape[:2])
    return pixels[top:top + size, left:left + size].transpose(2, 0, 1) - MEAN


def in_srgb(image: Image.Image) -> Image.Image:
    """The image as RGB; colour profiles are converted, and transparent parts show white."""
    transparent = image.convert('RGBA') if image.has_transparency_data else None
    profile = image.info.get('icc_profile')
    if transparent or image.mode not in ('RGB', 'L', 'CMYK'):
        image = (transparent or image).convert('RGB')
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile or b''))
        if 'srgb' not in ImageCms.getProfileDescription(opened).lower():
            image = ImageCms.profileToProfile(
                image, opened, ImageCms.createProfile('sRGB'), outputMode='RGB',
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION)
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass    # none, or a damaged one
    if transparent:
        white = Image.new('RGB', image.size, 'white')
        white.paste(image, mask=transparent.getchannel('A'))
        return white
    return image.convert('RGB')
