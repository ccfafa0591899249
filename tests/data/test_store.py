"""What is written into a store is what is read from it, in any process."""

import hashlib
import json
import multiprocessing
import os
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.data.pictures import Pictures, SegmentWriter
from fashion_models.data.store import ImageStore, PicturesGone, StoreWriter
from fashion_models.errors import UserError


def write(folder, products):
    """Writes ``products``, a list of (id, row, images), and the pictures they have."""
    segment = folder.parent / 'pictures' / '000001'
    segment.mkdir(parents=True)
    writer = SegmentWriter(segment)
    for _, _, images in products:
        for image in images:
            if isinstance(image, np.ndarray):
                writer.add(digest(image), image)
    writer.finish()
    writer.close()
    pictures = Pictures(segment.parent)
    folder.mkdir(parents=True, exist_ok=True)
    writer = StoreWriter(folder, pictures)
    for name, row, images in products:
        writer.add(name, row, [
            int(pictures.find(np.array([digest(image)]))[0]) if isinstance(image, np.ndarray)
            else image for image in images])
    writer.finish(key='k', source='s', shorter_side=2, catalogue_hash='h')
    return folder


def digest(image):
    return hashlib.sha256(image.tobytes() + bytes(image.shape)).digest()[:16]


def picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


PIXELS = '../pictures/000001/pixels.bin'


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / 'store', [
        ('shoe', 0, [picture(2, 3), picture(4, 2, 1)]),
        ('hat', 1, [('images/hat.jpg', 'truncated')]),
        ('bag', 2, [('images/bag.jpg', 'empty'), picture(2, 2, 2)])])


def test_images_come_back(folder):
    store = ImageStore.open(folder)
    assert len(store) == 3
    assert store.shorter_side == 2
    assert store.key == 'k'
    assert store.catalogue_hash == 'h'
    for i, expected in enumerate([picture(2, 3), picture(4, 2, 1), picture(2, 2, 2)]):
        assert store.image(i).dtype == np.uint8
        np.testing.assert_array_equal(store.image(i), expected)
    np.testing.assert_array_equal(store.image(-1), store.image(2))
    np.testing.assert_array_equal(store.sizes, [[2, 3], [4, 2], [2, 2]])
    with pytest.raises(IndexError):
        store.image(3)


def test_products_and_their_images(folder):
    store = ImageStore.open(folder)
    assert store.product_ids == ['shoe', 'bag']
    np.testing.assert_array_equal(store.product_index, [0, 2])
    assert store.product_images == [range(0, 2), range(2, 3)]
    np.testing.assert_array_equal(store.image_counts, [2, 1])
    np.testing.assert_array_equal(store.image_index, [0, 1, 1])


def test_what_was_dropped_is_recorded(folder):
    expected = {
        'images': [
            {'product': 'hat', 'file': 'images/hat.jpg', 'reason': 'truncated'},
            {'product': 'bag', 'file': 'images/bag.jpg', 'reason': 'empty'}],
        'products': ['hat']}
    assert ImageStore.open(folder).dropped == expected
    assert json.loads((folder / 'store.json').read_text())['dropped'] == expected


def test_an_image_is_a_read_only_view_of_the_map(folder):
    image = ImageStore.open(folder).image(0)
    assert not image.flags.owndata
    with pytest.raises(ValueError, match='read-only'):
        image[0, 0, 0] = 1


@settings(max_examples=30)
@given(st.lists(st.lists(st.one_of(
    st.none(), st.tuples(st.integers(1, 9), st.integers(1, 9))), max_size=4), min_size=1))
def test_any_mixture_of_good_and_bad_images(tmp_path_factory, products):
    written = [
        (f'p{row}', row, [
            ('file', 'reason') if size is None else picture(*size, 10 * row + position)
            for position, size in enumerate(sizes)])
        for row, sizes in enumerate(products)]
    good = {
        name: [image for image in images if isinstance(image, np.ndarray)]
        for name, _, images in written}
    kept = [name for name in good if good[name]]
    if not kept:
        return
    store = ImageStore.open(write(tmp_path_factory.mktemp('store') / 'store', written))
    assert store.product_ids == kept
    assert store.dropped['products'] == [name for name in good if not good[name]]
    for name, images in zip(store.product_ids, store.product_images):
        assert len(images) == len(good[name])
        for i, expected in zip(images, good[name]):
            np.testing.assert_array_equal(store.image(i), expected)
    assert len(store) == sum(map(len, good.values()))


# ---- other processes

def sums(store):
    return [int(store.image(i).sum()) for i in range(len(store))]


@pytest.mark.parametrize('method', ['fork', 'spawn'])
def test_a_store_travels_to_other_processes(folder, method):
    store = ImageStore.open(folder)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(sums, [store, store]) == [sums(store)] * 2


def test_a_pickled_store_is_opened_again_not_copied(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    store = ImageStore.open('store')
    pickled = pickle.dumps(store)
    assert len(pickled) < 500
    monkeypatch.chdir('/')
    np.testing.assert_array_equal(pickle.loads(pickled).image(2), store.image(2))


def test_a_store_can_be_read_where_nothing_can_be_written(folder):
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert len(ImageStore.open(folder)) == 3
    finally:
        folder.chmod(0o755)


# ---- what is no store

def test_a_folder_without_a_store(tmp_path):
    with pytest.raises(UserError, match=f'{tmp_path}: no image store here'):
        ImageStore.open(tmp_path)
    with pytest.raises(UserError, match='no image store here'):
        ImageStore.open(tmp_path / 'missing')


@pytest.mark.parametrize('header', ['', '[]', '{"layout": 0}', '{"key": 1}', '\0'])
def test_a_header_of_something_else(folder, header):
    (folder / 'store.json').write_text(header)
    with pytest.raises(UserError, match=r'store\.json'):
        ImageStore.open(folder)


@pytest.mark.parametrize('name', ['index.npz', 'product_ids.json'])
def test_a_truncated_or_missing_file(folder, name):
    os.truncate(folder / name, (folder / name).stat().st_size - 1)
    with pytest.raises(UserError, match=f'{folder}.* damaged'):
        ImageStore.open(folder)
    (folder / name).unlink()
    with pytest.raises(UserError, match=f'{folder}.* damaged'):
        ImageStore.open(folder)


def test_truncated_or_missing_pictures(folder):
    pixels = (folder / PIXELS).resolve()
    os.truncate(pixels, pixels.stat().st_size - 1)
    with pytest.raises(UserError, match=rf'{pixels}: .* damaged.*delete {pixels.parent}'):
        ImageStore.open(folder)
    with pytest.raises(UserError, match=rf'{pixels.parent}: .* damaged'):
        Pictures(pixels.parents[1])
    pixels.unlink()
    with pytest.raises(PicturesGone, match=f'{pixels}: there is no such file'):
        ImageStore.open(folder)


@pytest.mark.parametrize('name', [PIXELS, 'index.npz', 'product_ids.json', 'store.json'])
def test_every_changed_byte_is_noticed(folder, name):
    whole = (folder / name).read_bytes()
    expected = [picture(2, 3), picture(4, 2, 1), picture(2, 2, 2)]
    named = str((folder / name).resolve().parent)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        (folder / name).unlink()
        (folder / name).write_bytes(changed)
        message = ''
        try:
            store = ImageStore.open(folder)
            for image, as_written in enumerate(expected):
                np.testing.assert_array_equal(store.image(image), as_written)
        except UserError as error:
            message = str(error)
        # Else a change of form only, such as a line break for a blank.
        assert named in message or json.loads(changed) == json.loads(whole)
        assert '\n' not in message


def test_the_image_that_was_changed_is_named(folder):
    pixels = bytearray((folder / PIXELS).read_bytes())
    pixels[18] ^= 1     # the first of image 1
    (folder / PIXELS).unlink()
    (folder / PIXELS).write_bytes(pixels)
    store = ImageStore.open(folder)
    np.testing.assert_array_equal(store.image(0), picture(2, 3))
    for number in 1, -2, 1:
        with pytest.raises(UserError, match=(
                rf'pixels\.bin: .* damaged: image {number} of the image store {folder} is not')):
            store.image(number)


def test_a_store_is_none_before_it_is_finished(tmp_path):
    writer = StoreWriter(tmp_path, Pictures(tmp_path / 'pictures'))
    writer.add('shoe', 0, [('images/shoe.jpg', 'empty')])
    with pytest.raises(UserError, match='no image store'):
        ImageStore.open(tmp_path)


def test_nothing_in_a_store_needs_pickle(folder):
    with np.load(folder / 'index.npz', allow_pickle=False) as index:
        assert all(index[name].dtype in (np.int64, np.uint64, np.uint8) for name in index.files)
