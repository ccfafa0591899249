"""No hostile file takes much memory: the most that a process had, as the system counts it."""

import gzip
import os
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(not os.path.exists('/proc/self/status'), reason='needs /proc')

MEGABYTES = 400
_RUN = '''
import sys
from fashion_models.cli import main
status = main(sys.argv[1:])
print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])
sys.exit(status)
'''


def memory(*words):
    """Runs a command; returns its exit status, its output and the most megabytes that it had."""
    done = subprocess.run([sys.executable, '-c', _RUN, *map(str, words)], capture_output=True,
                          text=True)
    *lines, kilobytes = done.stdout.splitlines()
    return done.returncode, '\n'.join(lines) + done.stderr, int(kilobytes) >> 10


def bomb(path, name, head, block, count=4000):
    """Writes a zip archive whose only member is ``head`` and ``count`` times ``block``: gigabytes.

    Its checksum is wrong, as nobody should come that far.
    """
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    body = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    data = first + body * count + deflate.flush()
    sizes = 0, len(data), len(head) + len(block) * count
    name = name.encode()
    local = struct.pack('<4s5H3L2H', b'PK\x03\x04', 20, 0, 8, 0, 0, *sizes, len(name), 0) + name
    entry = struct.pack('<4s6H3L5H2L', b'PK\x01\x02', 20, 20, 0, 8, 0, 0, *sizes, len(name), 0, 0,
                        0, 0, 0, 0) + name
    end = struct.pack('<4s4H2LH', b'PK\x05\x06', 0, 0, 1, 1, len(entry), len(local) + len(data), 0)
    path.write_bytes(local + data + entry + end)
    return path


@pytest.mark.parametrize(('importer', 'name', 'head', 'block'), [
    ('fashion-product-images', 'styles.csv', b'', b'x'),
    ('ut-zappos50k', 'ut-zap50k-data/meta-data.csv', b'', b'x'),
    ('mvc', 'mvc_info.json', b'["', b'x'),
    ('folder', 'p/1.jpg', b'', b'\0'),
])
def test_archives_that_unpack_to_gigabytes(tmp_path, importer, name, head, block):
    archive = bomb(tmp_path / 'archive.zip', name, head, block * (1 << 20))
    assert archive.stat().st_size < 10 << 20
    status, said, megabytes = memory('catalogue', 'import', importer, archive, tmp_path / 'c')
    assert status == 2, said
    assert said.startswith('fashion-models: error: ')
    assert said.count('\n') == 1
    assert megabytes < MEGABYTES


def test_packed_listings_that_are_one_line(tmp_path):
    for folder in 'listings/metadata', 'images/metadata', 'images/small':
        (tmp_path / 'abo' / folder).mkdir(parents=True)
    (tmp_path / 'abo/images/metadata/images.csv').write_text('image_id,path\n')
    (tmp_path / 'abo/listings/metadata/listings_0.json.gz').write_bytes(
        gzip.compress(b'x' * (1 << 20)) * 2000)
    status, said, megabytes = memory(
        'catalogue', 'import', 'abo', tmp_path / 'abo', tmp_path / 'c')
    assert status == 2
    assert 'listings_0.json.gz: found a line of more than 16,777,216 characters' in said
    assert megabytes < MEGABYTES


@pytest.mark.parametrize('name', ['products.jsonl', 'catalogue.json'])
def test_a_catalogue_of_gigabytes_of_nothing(make_toy_catalogue, tmp_path, name):
    catalogue = make_toy_catalogue(tmp_path / 'catalogue', 2)
    os.truncate(catalogue / name, 3 << 30)     # takes no room on the disk
    status, said, megabytes = memory('catalogue', 'check', catalogue)
    assert status in (1, 2)
    assert f'{name}: ' in said
    assert 'found ' in said
    assert megabytes < MEGABYTES


def test_a_device_is_no_recipe():
    status, said, megabytes = memory('describe', '/dev/zero')
    assert status == 2
    assert said == ('fashion-models: error: /dev/zero: cannot read the recipe: is a pipe or a '
                    'device, expected a file\n')
    assert megabytes < MEGABYTES


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(('kind', 'mode', 'options'), [
    ('png', 'RGBA', {}), ('png', 'LA', {}), ('png', 'P', {'transparency': 0}), ('jpeg', 'CMYK', {}),
    ('jpeg', 'RGB', {}), ('jpeg', 'RGB', {'progressive': True}),
    ('jpeg', 'CMYK', {'progressive': True}), ('jpeg', 'L', {'progressive': True}),
    ('tiff', 'RGB', {'compression': 'tiff_deflate'}), ('gif', 'P', {}),
    ('webp', 'RGBA', {'lossless': True, 'method': 0}), ('avif', 'RGB', {'speed': 10}),
    ('jpeg2000', 'RGB', {})])
def test_the_largest_images_that_are_read(make_toy_catalogue, tmp_path, kind, mode, options):
    """Two of them, which a process with several threads decodes one after the other."""
    from fashion_models.catalogue.decode import MAX_PIXELS, MAX_PIXELS_CMYK, MAX_PIXELS_OF

    catalogue = make_toy_catalogue(tmp_path / 'catalogue', 2)
    height = (MAX_PIXELS_CMYK if mode == 'CMYK'
              else MAX_PIXELS_OF.get(kind.upper(), MAX_PIXELS)) // 10_000
    for name in sorted((catalogue / 'images').iterdir())[:2]:
        Image.new(mode, (10_000, height)).save(name, kind, **options)
    for words in (('check', catalogue), ('prepare', catalogue, '--shorter-side', 32, '--workers', 1,
                                         '--store', tmp_path / 'stores')):
        _, said, megabytes = memory('catalogue', *words)
        assert 'Traceback' not in said
        assert megabytes < 1000
