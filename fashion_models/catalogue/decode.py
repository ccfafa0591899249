"""An image file, whatever kind a shop has, to one uint8 RGB array."""

import contextlib
import functools
import io
import os
import threading
import warnings
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from fashion_models.parsing import beginning

with contextlib.suppress(ImportError):     # the extra heif
    import pillow_heif

    pillow_heif.register_heif_opener()

#: Changes whenever the same file may decode to other pixels than before: part of a store's key.
VERSION = 2

#: The formats that shops publish. Pillow reads more, some through an external program (EPS) or with
#: a meaning of their own (icons, scientific images): better refused than half understood.
FORMATS = ('AVIF', 'BMP', 'GIF', 'HEIF', 'JPEG', 'JPEG2000', 'PNG', 'TIFF', 'WEBP')

#: No shop's photograph is a larger file; what claims to be is not read into memory.
MAX_FILE_BYTES = 256 << 20
TOO_LARGE = 'file of more than 256 MiB'

#: A larger image is refused before its pixels are decoded: shops' cameras hardly make one, and a
#: small file that claims to be one (a decompression bomb) would exhaust the memory.
MAX_PIXELS = 100_000_000

#: Of formats whose decoders keep an image several times over; the largest photographs of telephones
#: have 48 million pixels.
MAX_PIXELS_OF = {'AVIF': 50_000_000, 'HEIF': 50_000_000, 'JPEG2000': 40_000_000,
                 'WEBP': 40_000_000}
#: Of JPEGs for print; a progressive one takes 12 bytes a pixel, 8 of them for coefficients.
MAX_PIXELS_CMYK = 60_000_000

#: JPEG's own limit. What is longer is a decompression bomb: 190 KB of PNG can hold 1 × 99,999,999
#: pixels, which take gigabytes.
MAX_SIDE = 65_535

#: Of an image longer than this times its shorter side only the centre is kept: scaling a strip of
#: 10 × 5000 pixels by its shorter side would otherwise make it hundreds of megabytes, of which a
#: square crop sees next to nothing.
MAX_ASPECT = 4

# Pillow warns of damaged metadata, which do no harm, and of large images, which are read or refused
# here. Said once, since warnings cannot be caught call by call where several threads decode.
warnings.filterwarnings('ignore', category=UserWarning, module=r'PIL\.')
warnings.filterwarnings('ignore', category=Image.DecompressionBombWarning)

#: Pixels that are converted at a time, so that a large image is never in memory in many forms.
_STRIP = 1 << 22
#: An image of more pixels takes hundreds of megabytes; see :func:`_turn`.
_LARGE = 1 << 24

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(ValueError):
    """A file that cannot be used as an image; the text is the reason, without the file's name."""


def load_image(source: str | os.PathLike | BinaryIO, shorter_side: int | None = None,
               max_pixels: int | None = None) -> np.ndarray:
    """Decodes an image as a person sees it in a shop.

    The image is turned upright by its EXIF orientation; transparent parts show white, the usual
    background of a shop's page; 16-bit greys are scaled to 8 bits; of an animation the first frame
    is taken. An embedded colour profile is converted to sRGB; one that is damaged is passed over.

    Args:
        source: Path of a file, or a seekable binary file.
        shorter_side (int): If given, the image is scaled by :func:`scale_shorter_side`. A JPEG of
            several times that size is decoded at a fraction of it, which is several times faster.
        max_pixels (int): A larger image is refused; ``MAX_PIXELS`` by default.

    Returns:
        numpy.ndarray: ``(h, w, 3)`` uint8, RGB.

    Raises:
        ImageError: If the file is missing, empty, truncated or damaged, is no image or one of an
            unsupported kind, or has more than ``max_pixels`` pixels or ``MAX_SIDE`` a side.
    """
    try:
        with _open(source) as image, _turn(image):
            return _decode(image, shorter_side, max_pixels or MAX_PIXELS)
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError(_unidentified(source)) from None
    except Image.DecompressionBombError:
        raise ImageError(f'more than {max_pixels or MAX_PIXELS:,} pixels') from None
    except MemoryError:
        raise ImageError('does not fit into memory') from None
    except OSError as error:
        raise ImageError(error.strerror or str(error)) from error
    except Exception as error:
        # What Pillow's decoders raise on damaged files is an open list: ValueError, SyntaxError,
        # struct.error, IndexError, zlib.error …
        raise ImageError(f'damaged ({type(error).__name__}: {error})') from error


def image_size(source: str | os.PathLike | BinaryIO) -> tuple[int, int]:
    """Width and height of an image file; where it is damaged, Pillow raises what it likes."""
    with _open(source) as image:
        return image.size


def scale_shorter_side(image: np.ndarray | Image.Image, size: int) -> np.ndarray:
    """Scales an image so that its shorter side has ``size`` pixels, keeping the aspect ratio.

    Antialiased when it shrinks, interpolated when it grows (bicubic). Of an image longer than
    ``MAX_ASPECT`` times its shorter side only the centre of that length is kept.

    Args:
        image: ``(h, w, 3)`` uint8 RGB array, or a PIL image.
        size (int): Pixels of the shorter side of the result.

    Returns:
        numpy.ndarray: ``(h', w', 3)`` uint8 with ``min(h', w') == size``.
    """
    image = _rgb(image) if isinstance(image, Image.Image) else Image.fromarray(image)
    return np.array(_resize(image, scaled_size(image.size, size)))


def scaled_size(sides: Sequence[int], size: int) -> tuple[int, int]:
    """Sides of an image after :func:`scale_shorter_side`, the longer rounded to a whole pixel.

    Args:
        sides: The two sides in pixels, in any order.
        size (int): Pixels of the shorter side of the result.

    Returns:
        The two sides of the result, in the order of ``sides``.
    """
    shorter = min(sides)
    return tuple(
        (2 * min(side, MAX_ASPECT * shorter) * size + shorter) // (2 * shorter) for side in sides)


@contextlib.contextmanager
def _open(source):
    # Anything but a file, such as a pipe, could block for ever.
    if isinstance(source, str | os.PathLike) and not os.path.isfile(source):
        raise ImageError('it is no file' if os.path.exists(source) else 'there is no such file')
    Image.init()
    with contextlib.ExitStack() as stack:
        if isinstance(source, str | os.PathLike):
            # Pillow maps some that it opens itself into memory: the process ends where they shrink.
            source = stack.enter_context(open(source, 'rb'))
        yield stack.enter_context(Image.open(
            source, formats=[name for name in FORMATS if name in Image.OPEN]))


@contextlib.contextmanager
def _turn(image):
    """Lets a process decode one large image at a time, however many threads it has."""
    if image.width * image.height <= _LARGE:
        yield
        return
    with _large_images:
        yield


def _renew_lock():
    """A forked process must not wait for a thread that it does not have."""
    global _large_images
    _large_images = threading.Lock()


_renew_lock()
if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_renew_lock)


def _decode(image, shorter_side, max_pixels):
    most = min(max_pixels, MAX_PIXELS_OF.get(image.format, MAX_PIXELS),
               MAX_PIXELS_CMYK if image.mode == 'CMYK' else MAX_PIXELS)
    if image.width * image.height > most:
        raise ImageError(f'{image.width} × {image.height} are more than {most:,} pixels')
    if max(image.size) > MAX_SIDE:
        raise ImageError(
            f'found {image.width} × {image.height} pixels, expected at most {MAX_SIDE:,} a side')
    if shorter_side is None:
        target = None
    else:
        target = scaled_size(image.size, shorter_side)
        # Twice the size leaves the smoothing to the better filter of _resize.
        image.draft(None, (2 * target[0], 2 * target[1]))
    image.load()
    orientation = _orientation(image)
    converted = _rgb(image)
    if converted is not image:
        image.close()   # frees its pixels
    image = converted
    if target is not None:
        image = _resize(image, target)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for box in _strips(image):
        pixels[box[1]:box[3]] = image.crop(box)
    return pixels


def _strips(image):
    """Yields boxes (left, top, right, bottom) that cover an image, from its top."""
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        yield 0, top, image.width, min(top + rows, image.height)


def _orientation(image):
    """The EXIF orientation, 1 to 8; to be asked after loading, since Pillow itself turns a TIFF."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # damaged metadata say nothing; the pixels may be good
        return 1


def _rgb(image):
    """An image as RGB, with its colours in sRGB and transparent parts white."""
    if image.mode == 'RGB' and not image.has_transparency_data and (
            'icc_profile' not in image.info):
        return image
    whole = Image.new('RGB', image.size)
    for box in _strips(image):
        whole.paste(_part_in_rgb(image.crop(box)), box[:2])
    return whole


def _part_in_rgb(image):
    if image.mode.startswith('I'):
        image = _eight_bits(image)
    profile = image.info.get('icc_profile')
    if image.has_transparency_data:
        image = image.convert('RGBA')
        white = Image.new('RGB', image.size, 'white')
        white.paste(_in_srgb(image.convert('RGB'), profile), mask=image.getchannel('A'))
        return white
    if image.mode in ('F', 'LAB'):
        raise ImageError(f'pixels of kind {image.mode!r} are not supported')
    if image.mode not in ('RGB', 'L', 'CMYK'):
        image = image.convert('RGB')
    return _in_srgb(image, profile)


def _in_srgb(image, profile):
    """An image of mode RGB, L or CMYK as RGB, its colours those of a profile (bytes, or None)."""
    transform = _transform(profile, image.mode) if profile else None
    if transform is None:
        return image.convert('RGB')
    return ImageCms.applyTransform(image, transform)


@functools.lru_cache(maxsize=16)
def _transform(profile, mode):
    """What converts pixels of a profile to sRGB; None if they are sRGB, or it is not of use."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if 'srgb' in ImageCms.getProfileDescription(opened).lower():
            return None
        # Without a cache of its own, several threads may use it at once.
        return ImageCms.buildTransform(
            opened, ImageCms.createProfile('sRGB'), mode, 'RGB',
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.NOCACHE | ImageCms.Flags.BLACKPOINTCOMPENSATION)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _eight_bits(image):
    """A grey image of 16 bits to ``L`` or ``LA``; Pillow's own conversion would clip it at 255."""
    values = np.asarray(image)
    if values.min() < 0 or values.max() > 65535:
        raise ImageError('pixels of 32 bits are not supported')
    grey = Image.fromarray(((values.astype(np.int32) + 128) // 257).astype(np.uint8))
    transparent = image.info.get('transparency')
    if transparent is not None:
        grey.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    return grey


def _resize(image, target):
    shorter = min(image.size)
    width, height = (min(side, MAX_ASPECT * shorter) for side in image.size)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    # Bicubic: sharper than bilinear, and it rings less than Lanczos at a packshot's hard edges.
    return image.resize(
        target, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height),
        reducing_gap=3)


def _unidentified(source):
    with (open(source, 'rb') if isinstance(source, str | os.PathLike)
          else contextlib.nullcontext(source)) as file:
        file.seek(0)
        head = file.read(16)
    if not head:
        return 'the file is empty'
    if head[4:8] == b'ftyp' and head[8:12] in (b'heic', b'heix', b'mif1') and (
            'HEIF' not in Image.OPEN):
        return 'a HEIC image, which needs the extra heif (pillow-heif)'
    kinds = f'{", ".join(FORMATS[:-1])} or {FORMATS[-1]}'
    return f'no readable {kinds} image: it begins with {beginning(head)}'
