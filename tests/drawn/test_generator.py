import collections
import hashlib
import json
import multiprocessing
import subprocess
import sys
import time

import filelock
import numpy as np
import psutil
import pytest
from PIL import Image

from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import MERGES_FILE, open_catalogue
from fashion_models.catalogue.unfinished import MARKER_FILE
from fashion_models.drawn import generator
from fashion_models.drawn.difficulty import EASY
from fashion_models.drawn.generator import synthesise
from fashion_models.errors import UserError

#: Of 60 products of 48 pixels, seed 0: the same with Python 3.11, 3.12 and 3.13, NumPy 1.26, 2.1
#: and 2.5, Pillow 10.3, 11.3, 12.3 and 13.0. Pixels rest on NumPy's basic operations and Pillow's
#: blur, bytes on libjpeg-turbo, too. A change of drawing changes them; record them anew, and raise
#: generator.VERSION.
PIXELS = '83064bd176e2e0be'
BYTES = '4a1f33de795d0cdd'


def files(folder):
    """Content of all files below a folder, by path; not of the lock."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob('*')) if path.is_file() and path.name != '.lock'}


@pytest.fixture(scope='module')
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp('shop')
    synthesise(folder, products=60, seed=0, size=48, workers=1)
    return folder


@pytest.fixture(scope='module')
def truth(shop):
    with open(shop / 'truth.jsonl') as file:
        return [json.loads(line) for line in file]


@pytest.fixture
def small(tmp_path):
    def make(name='small', **options):
        folder = tmp_path / name
        synthesise(folder, **{'products': 6, 'size': 32, 'workers': 1} | options)
        return folder
    return make


def test_same_seed_same_bytes_for_ever(small):
    folder = small(products=60, size=48)
    pixels, content = hashlib.sha256(), hashlib.sha256()
    for path, data in files(folder).items():
        content.update(path.encode() + data)
        if path.endswith('.jpg'):
            with Image.open(folder / path) as image:
                pixels.update(np.asarray(image).tobytes())
    assert (pixels.hexdigest()[:16], content.hexdigest()[:16]) == (PIXELS, BYTES)


def test_processes_make_no_difference(small):
    assert files(small('one')) == files(small('two', workers=2))


def test_seeds_make_a_difference(small):
    one, other = files(small('one')), files(small('other', seed=1))
    assert one['products.jsonl'] != other['products.jsonl']


def test_a_larger_shop_begins_like_a_smaller_one(small):
    few, more = files(small('few')), files(small('more', products=9))
    assert more['products.jsonl'].startswith(few['products.jsonl'])
    assert all(more[path] == data for path, data in few.items() if path.startswith('images/'))


def test_the_catalogue_has_no_problems(shop):
    assert list(Check(shop).problems()) == []


def test_the_header_says_that_it_is_a_simulation(shop):
    header = open_catalogue(shop).header
    assert 'simulation' in header.source
    assert len(header.taxonomy) == 5
    assert len(header.colours) == 16
    assert header.genders == ('female', 'male')


def test_products_have_one_to_five_images_of_one_to_three_retailers(shop):
    products = list(open_catalogue(shop).products)
    counts = collections.Counter(len(product.images) for product in products)
    assert set(counts) == {1, 2, 3, 4, 5}
    assert 2.5 < sum(n * k for n, k in counts.items()) / len(products) < 3.5
    assert {len(product.listings) for product in products} == {1, 2, 3}


def test_no_two_pictures_are_the_same(shop):
    digests = [hashlib.sha256(path.read_bytes()).digest() for path in shop.glob('images/*/*.jpg')]
    assert len(digests) == len(set(digests))


def test_truth_tells_of_every_product_and_picture(shop, truth):
    products = list(open_catalogue(shop).products)
    assert [told['id'] for told in truth] == [product.id for product in products]
    for told, product in zip(truth, products):
        assert told['group'] == product.group
        assert [picture['image'] for picture in told['pictures']] == list(product.images)
        for task in set(told['labels']) - set(told['wrong_labels']) - {'colour'}:
            assert product.label(task) == told['labels'][task]
        if 'colour' not in told['wrong_labels']:
            assert product.label('colour') in (told['labels']['colour'][0], told['rival_colour'])


def test_truth_tells_what_else_is_in_the_picture(truth):
    pictures = [picture for told in truth for picture in told['pictures']]
    worn = [picture for picture in pictures if picture['others']]
    assert worn
    assert {picture['view'] for picture in worn} == {'model'}
    assert all({'subcategory', 'colour'} == set(other) for picture in worn
               for other in picture['others'])
    assert {picture['view'] for picture in pictures} == {
        'front', 'angled', 'back', 'detail', 'model'}


def test_easy_shops_are_easy(small):
    folder = small(products=40, difficulty=EASY)
    with open(folder / 'truth.jsonl') as file:
        for told in map(json.loads, file):
            assert not told['wrong_labels']
            assert not told['near_twin']
            assert not any(text['wrong'] for text in told['texts'])
            assert not any(p['others'] or p['tinted_wall'] for p in told['pictures'])


class _Cut(Exception):
    pass


def test_interrupted_it_goes_on(small, monkeypatch, tmp_path):
    whole = files(small('whole', products=8))
    draw, calls = generator._draw, []

    def draw_until_cut(job):
        calls.append(job)
        if len(calls) == 5:
            raise _Cut
        return draw(job)
    monkeypatch.setattr(generator, '_draw', draw_until_cut)
    with pytest.raises(_Cut):
        small('cut', products=8)
    folder = tmp_path / 'cut'
    assert not (folder / 'products.jsonl').exists()
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob('*.jpg')}
    assert kept
    (next(iter(kept)).parent / 'torn.partial').write_bytes(b'half')
    monkeypatch.setattr(generator, '_draw', draw)
    small('cut', products=8)
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    found = files(folder)
    found.pop('images/000/torn.partial')
    assert found == whole


def _synthesise_in_a_process(folder):
    synthesise(folder, products=400, size=32, workers=1)


def test_killed_it_goes_on(tmp_path):
    folder = tmp_path / 'killed'
    process = multiprocessing.get_context('spawn').Process(
        target=_synthesise_in_a_process, args=(folder,))
    process.start()
    while not list(folder.glob('images/*/*.jpg')):
        process.join(0.02)
    process.kill()
    process.join()
    assert not (folder / 'products.jsonl').exists()
    assert all(Image.open(path).size == (32, 32) for path in folder.glob('images/*/*.jpg'))


def test_a_worker_that_dies_is_one_clear_error(tmp_path):
    folder = tmp_path / 'shop'
    words = [sys.executable, '-m', 'fashion_models', 'catalogue', 'synthesise', folder, '--size',
             '32', '--workers', '2', '--products']
    process = subprocess.Popen([*words, '4000'], stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60
        while not list(folder.glob('images/*/*.jpg')):
            assert time.monotonic() < end
            time.sleep(0.02)
        workers = [child for child in psutil.Process(process.pid).children()
                   if 'spawn_main' in ' '.join(child.cmdline())]
        workers[-1].kill()
        _, error = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 2
    assert error.count('a process that draws ended unexpectedly, near product p00') == 1
    assert 'Traceback' not in error
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob('*.jpg')}
    notes = folder / MARKER_FILE
    notes.write_text(notes.read_text().replace('4000', '20'))
    subprocess.run([*words, '20'], check=True, stderr=subprocess.PIPE)
    assert len(list(open_catalogue(folder).products)) == 20
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())


def test_two_processes_do_not_draw_into_one_folder(small, tmp_path):
    (tmp_path / 'small').mkdir()
    with (filelock.FileLock(tmp_path / 'small' / '.lock'),
          pytest.raises(UserError, match='another process is writing a catalogue here')):
        small()
    small()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(UserError, match='file/shop: cannot be written'):
        synthesise(tmp_path / 'file' / 'shop', products=1)


def test_another_difficulty_does_not_mix_with_an_unfinished_shop(small, tmp_path):
    folder = small()
    settings = {'version': generator.VERSION, 'products': 6, 'seed': 0, 'size': 32}
    (folder / MARKER_FILE).write_text(json.dumps(settings))     # as if it had been killed
    with pytest.raises(UserError, match=r"unfinished catalogue with seed 0, not 1"):
        synthesise(folder, products=6, size=32, workers=1, seed=1)
    small('small', seed=1, overwrite=True)
    assert files(folder) == files(small('other', seed=1))


def test_a_finished_catalogue_is_kept(small):
    folder = small()
    with pytest.raises(UserError, match='already holds a catalogue'):
        synthesise(folder, products=6, size=32, workers=1)


@pytest.mark.parametrize('overwrite', [False, True])
@pytest.mark.parametrize('name', ['images/mine.jpg', 'catalogue.json'])
def test_a_folder_that_holds_no_catalogue_is_left_alone(tmp_path, name, overwrite):
    (tmp_path / 'images').mkdir()
    (tmp_path / name).write_bytes(b'mine')
    with pytest.raises(UserError, match='is not empty and holds no catalogue'):
        synthesise(tmp_path, products=1, size=32, workers=1, overwrite=overwrite)
    assert (tmp_path / name).read_bytes() == b'mine'


def test_drawn_over_an_import_that_was_not_finished(small, tmp_path):
    (tmp_path / 'small').mkdir()
    (tmp_path / 'small' / MARKER_FILE).write_text('{"importer": "csv"}')
    (tmp_path / 'small' / MERGES_FILE).write_text('of another catalogue')
    with pytest.raises(UserError, match='holds an unfinished catalogue of another kind'):
        small()
    assert files(small(overwrite=True)) == files(small('other'))


@pytest.mark.parametrize('wrong', [{'products': 0}, {'size': 8}, {'size': 5000}, {'workers': 0}])
def test_numbers_out_of_range_are_refused(tmp_path, wrong):
    (option, value), = wrong.items()
    with pytest.raises(UserError, match=f'{option}: found {value}, expected'):
        synthesise(tmp_path / 'x', **wrong)
