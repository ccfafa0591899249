"""Files of every kind, made pixel by pixel, and what a person would see in them.

One file: all kinds are made by the same few helpers and held against the same six pixels.
"""

import io
import os
import struct
import subprocess
import sys
import threading
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence

from fashion_models.catalogue import decode
from fashion_models.catalogue.decode import ImageError, load_image, scale_shorter_side

RED, GREEN, BLUE, WHITE, BLACK = (
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0))

# Pytest sets the module's own filters aside.
pytestmark = [
    pytest.mark.filterwarnings('ignore::PIL.Image.DecompressionBombWarning'),
    pytest.mark.filterwarnings('ignore:(Corrupt|Possibly corrupt|Tag data|Truncated|Metadata)'),
]

# Row 0: red, green, blue; row 1: white, black, red.
SIX = np.array([[RED, GREEN, BLUE], [WHITE, BLACK, RED]], np.uint8)


def saved(image, format, **options):
    """The image as a file in memory."""
    file = io.BytesIO()
    image.save(file, format, **options)
    file.seek(0)
    return file


def png(width, height, depth, colour_type, rows, *chunks):
    """A PNG file written by hand: Pillow itself does not write every kind that it reads.

    ``rows`` are the rows' samples as bytes; ``chunks`` are pairs (name, content) before the data.
    """
    def chunk(name, content):
        body = name + content
        return struct.pack('>I', len(content)) + body + struct.pack('>I', zlib.crc32(body))

    header = struct.pack('>IIBBBBB', width, height, depth, colour_type, 0, 0, 0)
    data = zlib.compress(b''.join(b'\0' + row for row in rows))
    return io.BytesIO(
        b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + b''.join(chunk(*pair) for pair in chunks)
        + chunk(b'IDAT', data) + chunk(b'IEND', b''))


@pytest.mark.parametrize('format', ['PNG', 'BMP', 'TIFF'])
def test_lossless_rgb_is_read_unchanged(format):
    image = load_image(saved(Image.fromarray(SIX), format))
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, SIX)


@pytest.mark.parametrize(('format', 'options'), [
    ('JPEG', {'quality': 95}), ('JPEG2000', {}), ('WEBP', {'quality': 95}), ('AVIF', {})])
def test_lossy_formats_are_read(format, options):
    plain = np.full((16, 24, 3), (200, 100, 50), np.uint8)
    Image.init()
    if format not in Image.SAVE:
        pytest.skip(f'this Pillow was built without {format}')
    image = load_image(saved(Image.fromarray(plain), format, **options))
    np.testing.assert_allclose(image.astype(int), plain, atol=4)


def test_a_path_is_read_like_a_file(tmp_path):
    Image.fromarray(SIX).save(tmp_path / 'ü six.png')
    np.testing.assert_array_equal(load_image(tmp_path / 'ü six.png'), SIX)
    np.testing.assert_array_equal(load_image(str(tmp_path / 'ü six.png')), SIX)


def test_the_format_is_told_by_content_not_by_name(tmp_path):
    Image.fromarray(SIX).save(tmp_path / 'six.jpg', 'PNG')
    np.testing.assert_array_equal(load_image(tmp_path / 'six.jpg'), SIX)


# ---- turned upright

# The definition (Exif 2.3, tag 0x0112): where row 0 and column 0 of the stored pixels are seen.
ORIENTATIONS = {
    1: SIX,
    2: SIX[:, ::-1],                        # top, right
    3: SIX[::-1, ::-1],                     # bottom, right
    4: SIX[::-1],                           # bottom, left
    5: SIX.transpose(1, 0, 2),              # left, top
    6: SIX.transpose(1, 0, 2)[:, ::-1],     # right, top
    7: SIX.transpose(1, 0, 2)[::-1, ::-1],  # right, bottom
    8: SIX.transpose(1, 0, 2)[::-1],        # left, bottom
}


@pytest.mark.parametrize('orientation', ORIENTATIONS)
@pytest.mark.parametrize('format', ['PNG', 'TIFF', 'WEBP'])
def test_exif_orientation_turns_the_image_upright(format, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {'lossless': True} if format == 'WEBP' else {}
    file = saved(Image.fromarray(SIX), format, exif=exif, **options)
    np.testing.assert_array_equal(load_image(file), ORIENTATIONS[orientation])


@pytest.mark.parametrize('orientation', ORIENTATIONS)
@pytest.mark.parametrize('shorter_side', [None, 20])
def test_exif_orientation_of_a_jpeg(orientation, shorter_side):
    stored = SIX.repeat(100, axis=0).repeat(100, axis=1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = load_image(
        saved(Image.fromarray(stored), 'JPEG', exif=exif, quality=95, subsampling=0), shorter_side)
    seen = ORIENTATIONS[orientation]
    step = 100 if shorter_side is None else 10
    assert image.shape == (seen.shape[0] * step, seen.shape[1] * step, 3)
    # The middle of each patch, where neither the compression nor the scaling mixes colours.
    np.testing.assert_allclose(
        image[step // 2::step, step // 2::step].astype(int), seen, atol=6)


@pytest.mark.parametrize('exif', [
    b'Exif\0\0nonsense', b'Exif\0\0II*\0\xff\xff\xff\xff', b'Exif\0\0',
    b'Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0'])  # orientation 99
def test_damaged_exif_costs_nothing(exif):
    file = saved(Image.fromarray(SIX), 'PNG', exif=exif)
    np.testing.assert_array_equal(load_image(file), SIX)


# ---- transparency: on white, out = (alpha * colour + (255 - alpha) * 255) / 255

def test_rgba_is_laid_on_white():
    pixels = np.array(
        [[(255, 0, 0, 255), (255, 0, 0, 0), (255, 0, 0, 128), (0, 0, 0, 51)]], np.uint8)
    # alpha 128: 255 - 128 = 127 of green and blue; alpha 51: 255 - 51 = 204.
    expected = [[(255, 0, 0), WHITE, (255, 127, 127), (204, 204, 204)]]
    np.testing.assert_array_equal(load_image(saved(Image.fromarray(pixels), 'PNG')), expected)
    lossless = saved(Image.fromarray(pixels), 'WEBP', lossless=True, exact=True)
    np.testing.assert_array_equal(load_image(lossless), expected)


def test_grey_with_alpha_is_laid_on_white():
    pixels = np.array([[(0, 255), (0, 0), (100, 255), (0, 51)]], np.uint8)
    expected = [[BLACK, WHITE, (100, 100, 100), (204, 204, 204)]]
    np.testing.assert_array_equal(load_image(saved(Image.fromarray(pixels), 'PNG')), expected)


def test_palette_with_one_transparent_colour():
    image = Image.new('P', (3, 1))
    image.putpalette([*RED, *GREEN, *BLUE])
    image.putdata([0, 1, 2])
    for format in 'PNG', 'GIF':
        np.testing.assert_array_equal(
            load_image(saved(image, format, transparency=1)), [[RED, WHITE, BLUE]])


def test_palette_with_an_alpha_for_each_colour():
    image = Image.new('P', (3, 1))
    image.putpalette([*RED, *BLACK, *BLUE])
    image.putdata([0, 1, 2])
    np.testing.assert_array_equal(
        load_image(saved(image, 'PNG', transparency=bytes([255, 51, 0]))),
        [[RED, (204, 204, 204), WHITE]])


def test_palette_without_transparency():
    image = Image.new('P', (2, 1))
    image.putpalette([*RED, *GREEN])
    image.putdata([1, 0])
    np.testing.assert_array_equal(load_image(saved(image, 'PNG')), [[GREEN, RED]])


@pytest.mark.parametrize(('depth', 'colour_type', 'row', 'colour_key', 'expected'), [
    (8, 0, bytes([0, 7, 255]), struct.pack('>H', 7), [[BLACK, WHITE, WHITE]]),
    (8, 2, bytes([*RED, 1, 2, 3, *BLUE]), struct.pack('>3H', 1, 2, 3), [[RED, WHITE, BLUE]]),
    (16, 0, struct.pack('>3H', 0, 300, 25700), struct.pack('>H', 300),
     [[BLACK, WHITE, (100, 100, 100)]]),
    (1, 0, bytes([0b01000000]), struct.pack('>H', 0), [[WHITE, WHITE, WHITE]]),
])
def test_png_with_a_transparent_colour_key(depth, colour_type, row, colour_key, expected):
    file = png(3, 1, depth, colour_type, [row], (b'tRNS', colour_key))
    np.testing.assert_array_equal(load_image(file), expected)


# ---- other kinds of pixels

def test_grey_and_bilevel_become_rgb():
    grey = Image.fromarray(np.array([[0, 100, 255]], np.uint8))
    np.testing.assert_array_equal(
        load_image(saved(grey, 'PNG')), [[BLACK, (100, 100, 100), WHITE]])
    bilevel = Image.new('1', (2, 1))
    bilevel.putdata([255, 0])
    np.testing.assert_array_equal(load_image(saved(bilevel, 'PNG')), [[WHITE, BLACK]])


# 16 bits to 8: v / 257, rounded. 128 / 257 = 0.498 → 0; 129 / 257 = 0.502 → 1.
DEEP = [0, 128, 129, 25700, 32768, 65535]
SHALLOW = [0, 0, 1, 100, 128, 255]


def test_16_bit_grey_png_is_scaled_not_clipped():
    file = png(6, 1, 16, 0, [struct.pack('>6H', *DEEP)])
    np.testing.assert_array_equal(load_image(file), np.array([SHALLOW] * 3).T[None])


@pytest.mark.parametrize('mode', ['I;16', 'I;16B'])
def test_16_bit_grey_tiff_is_scaled_not_clipped(mode):
    pixels = struct.pack(('<' if mode == 'I;16' else '>') + '6H', *DEEP)
    file = saved(Image.frombytes(mode, (6, 1), pixels), 'TIFF')
    np.testing.assert_array_equal(load_image(file), np.array([SHALLOW] * 3).T[None])


def test_16_bit_colour_png_keeps_its_colours():
    file = png(2, 1, 16, 2, [struct.pack('>6H', 65535, 25700, 0, 0, 65535, 51400)])
    np.testing.assert_allclose(
        load_image(file).astype(int), [[(255, 100, 0), (0, 255, 200)]], atol=1)


def test_32_bit_pixels_are_refused_since_their_scale_is_unknown():
    with pytest.raises(ImageError, match='32 bits'):
        load_image(saved(Image.fromarray(np.array([[0, 70000]], np.int32)), 'TIFF'))
    with pytest.raises(ImageError, match="'F'"):
        load_image(saved(Image.fromarray(np.array([[0, 0.5]], np.float32)), 'TIFF'))


# Ink: cyan 0 %, magenta 100 %, yellow 100 %, black 0 % is red.
@pytest.mark.parametrize(('ink', 'expected'), [
    ((0, 255, 255, 0), RED), ((0, 0, 0, 0), WHITE), ((0, 0, 0, 255), BLACK),
    ((255, 0, 255, 0), GREEN)])
@pytest.mark.parametrize('format', ['JPEG', 'TIFF'])
def test_cmyk(format, ink, expected):
    # Pillow writes JPEGs as Adobe does: inverted, and marked so.
    file = saved(Image.new('CMYK', (16, 16), ink), format)
    assert (b'Adobe' in file.getvalue()) == (format == 'JPEG')
    np.testing.assert_allclose(
        load_image(file).astype(int), np.full((16, 16, 3), expected), atol=3)


@pytest.mark.parametrize('format', ['GIF', 'PNG', 'WEBP', 'TIFF'])
def test_the_first_frame_of_an_animation(format):
    frames = [Image.new('RGB', (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    options = {'lossless': True} if format == 'WEBP' else {}
    file = saved(frames[0], format, save_all=True, append_images=frames[1:], **options)
    assert len(list(ImageSequence.Iterator(Image.open(file)))) == 3
    file.seek(0)
    np.testing.assert_array_equal(load_image(file), np.full((4, 4, 3), RED))


# ---- files that are none

def test_a_file_that_is_missing_or_no_file(tmp_path):
    with pytest.raises(ImageError, match='there is no such file'):
        load_image(tmp_path / 'missing.jpg')
    with pytest.raises(ImageError, match='it is no file'):
        load_image(tmp_path)
    os.mkfifo(tmp_path / 'pipe.jpg')
    with pytest.raises(ImageError, match='it is no file'):
        load_image(tmp_path / 'pipe.jpg')


def test_an_empty_file(tmp_path):
    (tmp_path / 'empty.jpg').touch()
    with pytest.raises(ImageError, match='empty'):
        load_image(tmp_path / 'empty.jpg')
    with pytest.raises(ImageError, match='empty'):
        load_image(io.BytesIO())


@pytest.mark.parametrize(('content', 'beginning'), [
    (b'<!DOCTYPE html><html>404</html>', "'<!DOCTYPE html><'"), (b'no picture', "'no picture'"),
    (b'GIF', "'GIF'"), (b'\x89PNG\r\n\x1a\n', '89 50 4e 47 0d 0a 1a 0a'),
    (b'\xff\xd8\xff', 'ff d8 ff'), (bytes(1000), ' '.join(16 * ['00'])),
    (b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n', "'%!PS-Adobe-3.0 E'"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "'<svg xmlns=\"http'")])
def test_what_is_no_image_of_a_supported_format(tmp_path, content, beginning):
    (tmp_path / 'a.jpg').write_bytes(content)
    for source in io.BytesIO(content), tmp_path / 'a.jpg':
        with pytest.raises(ImageError) as error:
            load_image(source)
        assert str(error.value).endswith(f' image: it begins with {beginning}')


@pytest.mark.parametrize('format', ['ICO', 'PPM', 'PCX', 'EPS'])
def test_formats_beyond_those_of_shops_are_refused(format):
    with pytest.raises(ImageError, match='no readable'):
        load_image(saved(Image.new('RGB', (16, 16)), format))


@pytest.mark.parametrize('format', decode.FORMATS)
@pytest.mark.parametrize('shorter_side', [None, 8])
def test_a_truncated_file_is_an_error_never_a_grey_half(format, shorter_side):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.init()
    if format not in Image.SAVE:
        pytest.skip(f'this Pillow was built without {format}')
    whole = saved(Image.fromarray(noise), format).getvalue()
    for part in 0.1, 0.5, 0.8:
        with pytest.raises(ImageError):
            load_image(io.BytesIO(whole[:int(part * len(whole))]), shorter_side)


@settings(max_examples=300)
@given(
    st.sampled_from(['JPEG', 'PNG', 'GIF', 'WEBP', 'TIFF', 'BMP']),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20))
def test_damaged_bytes_give_an_image_or_an_image_error(format, changes):
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    content = bytearray(saved(Image.fromarray(noise), format).getvalue())
    for place, value in changes:
        content[place % len(content)] = value
    try:
        image = load_image(io.BytesIO(content), 12)
    except ImageError:
        return
    assert image.dtype == np.uint8
    assert min(image.shape[:2]) == 12
    assert image.shape[2] == 3


PILLOW_ALONE = 'import sys; from PIL import Image; Image.open(sys.argv[1]).getexif()'

OURS = """
import sys, warnings
from fashion_models.catalogue.decode import load_image
warnings.warn('of somebody else')
for file in sys.argv[1:]:
    print(load_image(file, 8).shape)
"""


def test_warnings_of_pillow_do_not_reach_the_user_and_those_of_others_do(tmp_path):
    exif = b'Exif\0\0II*\0\x08\0\0\0\x05\0'  # five entries, of which none follows
    Image.fromarray(SIX).save(tmp_path / 'damaged.jpg', exif=exif)
    # 90.25 megapixels: Pillow warns of it.
    Image.new('1', (9500, 9500)).save(tmp_path / 'large.png')
    for script, noisy in (PILLOW_ALONE, True), (OURS, False):
        for name in 'damaged.jpg', 'large.png':
            result = subprocess.run(
                [sys.executable, '-W', 'always', '-c', script, str(tmp_path / name)],
                capture_output=True, text=True, check=True)
            assert (f'{os.sep}PIL{os.sep}' in result.stderr) == noisy, result.stderr
            assert noisy or 'of somebody else' in result.stderr


# ---- bombs

def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    row = bytes(30000 // 8)
    bomb = png(30000, 30000, 1, 0, [row] * 10)  # claims 900 megapixels, in a few hundred bytes
    with pytest.raises(ImageError, match='100,000,000 pixels'):
        load_image(bomb)


@pytest.mark.parametrize('width', [10001, 15000])
def test_just_above_the_limit_is_an_error_not_a_warning(width):
    # Pillow alone warns from 89 and refuses from 179 megapixels.
    with pytest.raises(ImageError, match='100,000,000 pixels'):
        load_image(png(width, 10000, 1, 0, [bytes(2)]))


def test_an_image_at_the_limit_is_read(monkeypatch):
    monkeypatch.setattr(decode, 'MAX_PIXELS', 6)
    np.testing.assert_array_equal(load_image(saved(Image.fromarray(SIX), 'PNG')), SIX)
    monkeypatch.setattr(decode, 'MAX_PIXELS', 5)
    with pytest.raises(ImageError, match='3 × 2 are more than 5 pixels'):
        load_image(saved(Image.fromarray(SIX), 'PNG'))


# ---- scaling

@settings(max_examples=200)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 100))
def test_scaling_keeps_the_aspect_ratio_to_the_nearest_pixel(height, width, size):
    plain = np.full((height, width, 3), (10, 120, 250), np.uint8)
    scaled = scale_shorter_side(plain, size)
    shorter, longer = sorted(scaled.shape[:2])
    assert shorter == size
    short, long = sorted((height, width))
    # In whole numbers: the quotient may be rounded to the other side of a half.
    assert 2 * abs(longer * short - min(long, 4 * short) * size) <= short
    assert (scaled.shape[0] > scaled.shape[1]) <= (height > width)
    # One colour stays that colour, whatever the scale.
    np.testing.assert_array_equal(scaled, np.broadcast_to(plain[0, 0], scaled.shape))


def test_an_image_of_the_size_asked_for_is_unchanged():
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    np.testing.assert_array_equal(scale_shorter_side(noise, 30), noise)


def test_shrinking_is_antialiased():
    # A chessboard of single pixels has the mean 127.5 everywhere; without a filter it would alias
    # to black or white.
    board = np.indices((400, 400)).sum(axis=0) % 2 * 255
    board = np.repeat(board.astype(np.uint8)[:, :, None], 3, axis=2)
    np.testing.assert_allclose(scale_shorter_side(board, 50).astype(int), 127.5, atol=2)


def test_growing_interpolates():
    edge = np.array([[BLACK, WHITE], [BLACK, WHITE]], np.uint8)
    scaled = scale_shorter_side(edge, 20)
    assert scaled.shape == (20, 20, 3)
    assert np.all(scaled[:, 0] == 0)
    assert np.all(scaled[:, -1] == 255)
    assert np.all(np.diff(scaled[0, :, 0].astype(int)) >= 0)
    assert len(np.unique(scaled)) > 5


@pytest.mark.parametrize('upright', [False, True])
def test_of_an_extreme_aspect_ratio_the_centre_is_kept(upright):
    # 1000 × 10: white but for the middle 40 columns, which are red.
    strip = np.full((10, 1000, 3), WHITE, np.uint8)
    strip[:, 480:520] = RED
    strip = strip.transpose(1, 0, 2) if upright else strip
    scaled = scale_shorter_side(strip, 100)
    assert scaled.shape == ((400, 100, 3) if upright else (100, 400, 3))
    # The filter looks two pixels, twenty after scaling, beyond each end.
    inner = scaled[20:-20] if upright else scaled[:, 20:-20]
    np.testing.assert_array_equal(inner, np.broadcast_to(np.uint8(RED), inner.shape))
    read = load_image(saved(Image.fromarray(strip), 'PNG'), 100)
    np.testing.assert_array_equal(read, scaled)


def test_a_single_pixel_grows():
    pixel = Image.new('RGB', (1, 1), RED)
    np.testing.assert_array_equal(load_image(saved(pixel, 'PNG')), [[RED]])
    np.testing.assert_array_equal(
        load_image(saved(pixel, 'PNG'), 48), np.broadcast_to(np.uint8(RED), (48, 48, 3)))


def test_a_pil_image_of_any_kind_can_be_scaled():
    transparent = Image.new('RGBA', (4, 8), (0, 0, 0, 0))
    np.testing.assert_array_equal(scale_shorter_side(transparent, 2), np.full((4, 2, 3), 255))


@pytest.mark.parametrize('size', [(1200, 900), (1201, 903), (90, 2000)])
def test_reading_a_large_jpeg_at_a_fraction_gives_the_same_image(size):
    # Smooth waves: what is left after scaling is what a person sees.
    x, y = np.meshgrid(np.linspace(0, 9, size[0]), np.linspace(0, 7, size[1]))
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=2)
    picture = (127.5 * (waves + 1)).astype(np.uint8)
    file = saved(Image.fromarray(picture), 'JPEG', quality=95, subsampling=0)
    fast = load_image(file, 72)
    file.seek(0)
    slow = scale_shorter_side(load_image(file), 72)
    assert fast.shape == slow.shape
    assert np.abs(fast.astype(int) - slow).mean() < 1.5


def test_the_result_is_ones_own_and_writable():
    image = load_image(saved(Image.fromarray(SIX), 'PNG'))
    image[:] = 0
    assert scale_shorter_side(SIX, 2).flags.writeable


def test_threads_may_decode_at_once():
    file = saved(Image.fromarray(SIX), 'PNG').getvalue()
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(load_image(io.BytesIO(file), 2)))
        for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(np.array_equal(result, SIX) for result in results)


@pytest.mark.parametrize('mode', ['1', 'L', 'RGB', 'I;16'])
def test_a_bomb_of_one_long_line_is_refused_before_it_takes_memory(tmp_path, mode):
    """190 KB of PNG held 1 × 99,999,999 pixels, which took 2.7 GB."""
    file = tmp_path / 'bomb.png'
    depth, colour = {'1': (1, 0), 'L': (8, 0), 'RGB': (8, 2), 'I;16': (16, 0)}[mode]

    def chunk(kind, content):
        check = zlib.crc32(kind + content).to_bytes(4, 'big')
        return len(content).to_bytes(4, 'big') + kind + content + check

    header = struct.pack('>IIBBBBB', 1, 99_999_999, depth, colour, 0, 0, 0)
    file.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
                     + chunk(b'IDAT', zlib.compress(bytes(1 << 20))) + chunk(b'IEND', b''))
    with pytest.raises(ImageError, match=r'found 1 × 99999999 pixels, expected at most 65,535 a s'):
        load_image(file)


@pytest.mark.slow
def test_the_largest_picture_of_16_bits_takes_less_than_a_gigabyte(tmp_path):
    file = tmp_path / 'grey.png'
    Image.fromarray(np.zeros((10_000, 10_000), np.uint16)).save(file)
    peak = subprocess.run(
        [sys.executable, '-c', 'import resource, sys\n'
         'from fashion_models.catalogue.decode import load_image\n'
         'load_image(sys.argv[1], 128)\n'
         'print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)', file],
        check=True, capture_output=True, text=True).stdout
    assert int(peak) < 1 << 30


def gamut(primaries):
    """An ICC profile (bytes) of a matrix and the gamma of Adobe RGB, for the given colorants."""
    def fixed(value):
        return struct.pack('>i', round(value * 65536))

    def xyz(values):
        return b'XYZ \0\0\0\0' + b''.join(map(fixed, values))
    gamma = b'curv\0\0\0\0' + struct.pack('>IH', 1, round(2.2 * 256)) + b'\0\0'
    name = b'wide\0'
    description = b'desc\0\0\0\0' + struct.pack('>I', len(name)) + name + bytes(78 + 3)
    tags = [(b'desc', description), (b'wtpt', xyz((0.9642, 1, 0.8249)))]
    colours = b'r', b'g', b'b'
    tags += [(colour + b'XYZ', xyz(values)) for colour, values in zip(colours, primaries)]
    tags += [(colour + b'TRC', gamma) for colour in colours]
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack('>I', len(tags)), b''
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack('>II', offset + len(data), len(content))
        data += content
    size = 128 + len(table) + len(data)
    header = (struct.pack('>I', size) + bytes(4) + b'\x02\x40\0\0mntrRGB XYZ ' + bytes(12) + b'acsp'
              + bytes(28) + b''.join(map(fixed, (0.9642, 1, 0.8249))) + bytes(48))
    return header + table + data


#: Adobe RGB (1998), adapted to D50, as its specification has it.
ADOBE = gamut([(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087),
               (0.14919, 0.06322, 0.74457)])


def with_profile(colour, profile, mode='RGB', kind='png'):
    file = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(file, kind, icc_profile=profile)
    file.seek(0)
    return load_image(file)[0, 0].astype(int)


@pytest.mark.parametrize('mode', ['RGB', 'RGBA'])
def test_a_colour_profile_is_converted_to_srgb(mode):
    """Adobe RGB's (150, 200, 120), by the matrices of both spaces."""
    found = with_profile((150, 200, 120) + (255,) * (mode == 'RGBA'), ADOBE, mode)
    assert np.abs(found - adobe_to_srgb(150, 200, 120)).max() <= 2


def adobe_to_srgb(*values):
    to_xyz = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322],
                       [0.01947, 0.06087, 0.74457]])
    srgb = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061],
                     [0.01392, 0.09708, 0.71410]])
    linear = np.linalg.solve(srgb, to_xyz @ (np.array(values) / 255) ** 2.2).clip(0, 1)
    return 255 * np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize('profile', [
    b'no profile', ADOBE[:200], ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()])
def test_damaged_profiles_and_srgb_leave_the_colours_as_they_are(profile):
    assert with_profile((150, 200, 120), profile).tolist() == [150, 200, 120]


def test_a_profile_of_another_kind_of_pixels_is_passed_over():
    assert with_profile(90, ADOBE, 'L').tolist() == [90, 90, 90]


def test_heic_is_read_with_its_extra(tmp_path):
    pytest.importorskip('pillow_heif')
    Image.new('RGB', (64, 48), (200, 30, 30)).save(tmp_path / 'a.heic')
    image = load_image(tmp_path / 'a.heic')
    assert image.shape == (48, 64, 3)
    assert np.abs(image[24, 32].astype(int) - (200, 30, 30)).max() < 12


@pytest.mark.skipif(os.name == 'nt', reason='files that are open')
def test_a_file_that_shrinks_while_it_is_decoded_does_not_end_the_process(tmp_path):
    """Pillow maps plain pixels of a file that it has opened into memory, as of this one."""
    Image.new('L', (2000, 2000), 7).save(tmp_path / 'a.bmp')
    script = '''
import os, sys
from fashion_models.catalogue import decode
decode._orientation = lambda image: os.truncate(sys.argv[1], 2000)
print(decode.load_image(sys.argv[1]).shape)
'''
    done = subprocess.run([sys.executable, '-c', script, tmp_path / 'a.bmp'], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, '(2000, 2000, 3)\n')
