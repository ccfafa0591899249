"""From a catalogue to its store: what is in it, when it is made again, and how making it fails.

One file: each failure is compared with the store that the same catalogue gives undisturbed.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.data import pictures as pictures_module
from fashion_models.data import prepare as prepare_module
from fashion_models.data import stamps as stamps_module
from fashion_models.data.prepare import prepare
from fashion_models.data.store import ImageStore
from fashion_models.errors import UserError


def make_catalogue(folder, products):
    """Writes a catalogue.

    Args:
        folder: Where.
        products: Id to a list of the colours of its plain images of 20 × 30 pixels; a ``bytes``
            in place of a colour is the file's content.
    """
    with CatalogueWriter(folder, Header(name='test'), overwrite=True) as writer:
        (folder / 'images').mkdir(exist_ok=True)
        for name, colours in products.items():
            paths = [f'images/{name}-{i}.png' for i in range(len(colours))]
            for path, colour in zip(paths, colours):
                if isinstance(colour, bytes):
                    (folder / path).write_bytes(colour)
                else:
                    Image.new('RGB', (20, 30), colour).save(folder / path)
            writer.add(Product(
                id=name, group=name, labels={}, listings=[Listing(images=paths)]))
    return open_catalogue(folder)


@pytest.fixture
def catalogue(tmp_path):
    return make_catalogue(tmp_path / 'shop', {
        'shoe': [(1, 2, 3), (4, 5, 6)], 'hat': [(7, 8, 9)], 'bag': [(10, 11, 12)] * 3})


def colours(store):
    """For each product the colours of its plain images."""
    return {
        name: [tuple(store.image(i)[0, 0].tolist()) for i in images]
        for name, images in zip(store.product_ids, store.product_images)}


def folders(parent):
    """The names of the stores, and of what is not complete."""
    return sorted(
        path.name for path in parent.iterdir() if path.is_dir() and path.name != 'pictures')


def segments(parent):
    return sorted(parent.glob('pictures/*/*'))


def test_every_image_is_scaled_and_kept_in_order(catalogue):
    store = prepare(catalogue, 10)
    assert colours(store) == {
        'shoe': [(1, 2, 3), (4, 5, 6)], 'hat': [(7, 8, 9)], 'bag': [(10, 11, 12)] * 3}
    assert all(store.image(i).shape == (15, 10, 3) for i in range(len(store)))
    np.testing.assert_array_equal(store.product_index, [0, 1, 2])
    assert store.shorter_side == 10
    assert store.catalogue_hash == catalogue.hash()
    assert store.dropped == {'images': [], 'products': []}
    assert store.folder.parent == catalogue.folder / '.prepared'


def test_workers_give_the_same_store_as_one_process(tmp_path):
    # More images than fit into the window of chunks, of many colours, some of them damaged.
    products = {
        f'p{i}': [(i % 256, i // 256, 7), b'damaged'] if i % 10 == 0 else [(i % 256, i // 256, 7)]
        for i in range(500)}
    catalogue = make_catalogue(tmp_path / 'shop', products)
    alone = prepare(catalogue, 4, tmp_path / 'alone', workers=1)
    together = prepare(catalogue, 4, tmp_path / 'together', workers=3)
    for name in 'store.json', 'product_ids.json', '../pictures/4-v2/000001/pixels.bin':
        assert (alone.folder / name).read_bytes() == (together.folder / name).read_bytes()
    assert colours(together) == {name: images[:1] for name, images in products.items()}
    assert len(together.dropped['images']) == 50


# ---- what is dropped

def test_a_damaged_image_costs_its_product_that_image_only(tmp_path, capsys):
    catalogue = make_catalogue(tmp_path / 'shop', {
        'shoe': [(1, 2, 3), b'no image', (4, 5, 6)], 'hat': [b'', b'<html>'], 'bag': [(7, 8, 9)]})
    (catalogue.folder / 'images' / 'shoe-2.png').unlink()
    store = prepare(catalogue, 10)
    assert colours(store) == {'shoe': [(1, 2, 3)], 'bag': [(7, 8, 9)]}
    np.testing.assert_array_equal(store.product_index, [0, 2])
    assert store.dropped['products'] == ['hat']
    reported = [(image['product'], image['file']) for image in store.dropped['images']]
    assert reported == [
        ('shoe', 'images/shoe-1.png'), ('shoe', 'images/shoe-2.png'),
        ('hat', 'images/hat-0.png'), ('hat', 'images/hat-1.png')]
    error = capsys.readouterr().err
    assert 'dropped an image of product shoe: images/shoe-2.png: there is no such file\n' in error
    assert 'dropped an image of product hat: images/hat-0.png: the file is empty\n' in error
    assert 'dropped 4 unreadable images and 1 product without any other\n' in error
    # The list stays with the store.
    assert prepare(catalogue, 10).dropped == store.dropped


def test_a_long_list_of_dropped_images_is_cut_on_the_terminal_only(tmp_path, capsys):
    catalogue = make_catalogue(tmp_path / 'shop', {'shoe': [b''] * 50 + [(1, 2, 3)]})
    store = prepare(catalogue, 10)
    error = capsys.readouterr().err
    assert error.count('the file is empty') == 10
    assert error.endswith('dropped 50 unreadable images\n')
    assert len(store.dropped['images']) == 50


def test_progress_off_is_silent(tmp_path, capsys):
    prepare(make_catalogue(tmp_path / 'shop', {'a': [b''], 'b': [(1, 2, 3)]}), 10, progress=False)
    assert capsys.readouterr() == ('', '')


def test_no_product_left_is_an_error(tmp_path):
    catalogue = make_catalogue(tmp_path / 'shop', {'shoe': [b''], 'hat': [b'<html>']})
    with pytest.raises(UserError, match=(
            r'shop: none of its products \(2\) has a readable image '
            r'\(product shoe: images/shoe-0.png: the file is empty\)')):
        prepare(catalogue, 10)
    assert folders(catalogue.folder / '.prepared') == []
    with pytest.raises(UserError, match='empty: the catalogue has no products'):
        prepare(make_catalogue(tmp_path / 'empty', {}), 10)


@pytest.mark.parametrize('shorter_side', [0, -1, 2049, 10.5])
def test_a_shorter_side_out_of_range(catalogue, shorter_side):
    with pytest.raises(UserError, match=f'is {shorter_side}; expected 1 to 2048 pixels'):
        prepare(catalogue, shorter_side)


# ---- a store is made once, and never stale

@pytest.fixture
def decoded(monkeypatch):
    """The list of the files that are decoded."""
    files = []

    def load_image(file, shorter_side, load=decode.load_image):
        files.append(pathlib.Path(file).name)
        return load(file, shorter_side)

    monkeypatch.setattr(decode, 'load_image', load_image)
    return files


def test_a_prepared_store_is_opened_not_made_again(catalogue, decoded):
    first = prepare(catalogue, 10)
    assert decoded == ['shoe-0.png', 'shoe-1.png', 'hat-0.png', 'bag-0.png'], 'each picture once'
    second = prepare(open_catalogue(catalogue.folder), 10)
    assert second.folder == first.folder
    assert len(decoded) == 4


@pytest.fixture
def read(monkeypatch):
    """The list of the files whose content is read."""
    files = []

    def digest(file, digest=stamps_module._digest):
        files.append(pathlib.Path(file).name)
        return digest(file)

    monkeypatch.setattr(stamps_module, '_digest', digest)
    return files


def test_only_new_pictures_are_read_and_decoded(tmp_path, decoded, read):
    products = {f'p{i}': [(i, i, i)] for i in range(20)}
    prepare(make_catalogue(tmp_path / 'shop', products), 10)
    decoded.clear()
    read.clear()
    del products['p3'], products['p0']
    (tmp_path / 'shop' / 'images' / 'p5-0.png').unlink()
    products |= {'new': [(50, 0, 0), (1, 1, 1)], 'p5': [(60, 0, 0)]}
    with CatalogueWriter(tmp_path / 'shop', Header(name='test'), overwrite=True) as writer:
        for name, own in products.items():
            paths = [f'images/{name}-{i}.png' for i in range(len(own))]
            for path, colour in zip(paths, own):
                if not (tmp_path / 'shop' / path).exists():
                    Image.new('RGB', (20, 30), colour).save(tmp_path / 'shop' / path)
            writer.add(Product(
                id=name, group=name, labels={}, listings=[Listing(images=paths)]))
    store = prepare(open_catalogue(tmp_path / 'shop'), 10)
    assert colours(store) == products
    assert sorted(read) == ['new-0.png', 'new-1.png', 'p5-0.png']
    assert sorted(decoded) == ['new-0.png', 'p5-0.png'], 'new-1.png is what p1-0.png is'
    assert len(segments(tmp_path / 'shop' / '.prepared')) == 2
    fresh = prepare(open_catalogue(tmp_path / 'shop'), 10, tmp_path / 'fresh')
    assert fresh.key == store.key
    np.testing.assert_array_equal(fresh.digests, store.digests)


def test_a_folder_that_is_moved_or_copied_keeps_its_pictures(catalogue, tmp_path, decoded):
    first = prepare(catalogue, 10)
    decoded.clear()
    moved = catalogue.folder.rename(tmp_path / 'moved')
    assert prepare(open_catalogue(moved), 10).key == first.key
    copied = pathlib.Path(shutil.copytree(moved, tmp_path / 'copied'))
    for file in (copied / 'images').iterdir():
        os.utime(file, (1, 1))
    assert prepare(open_catalogue(copied), 10).key == first.key
    assert not decoded


def test_catalogues_share_the_pictures_in_a_folder_of_stores(tmp_path, decoded):
    a = make_catalogue(tmp_path / 'a', {'shoe': [(1, 2, 3)], 'hat': [(4, 5, 6)]})
    b = make_catalogue(tmp_path / 'b', {'cap': [(4, 5, 6), (7, 8, 9)]})
    prepare(a, 10, tmp_path / 'stores')
    assert colours(prepare(b, 10, tmp_path / 'stores')) == {'cap': [(4, 5, 6), (7, 8, 9)]}
    assert decoded == ['shoe-0.png', 'hat-0.png', 'cap-1.png']
    c = make_catalogue(tmp_path / 'c', {'cap': [(7, 8, 9)]})
    store = prepare(c, 10, tmp_path / 'stores').folder      # has nothing to decode
    assert sorted(path.name for path in store.iterdir()) == [
        'index.npz', 'product_ids.json', 'store.json']


def test_stores_of_an_earlier_version_are_made_again(catalogue, capsys):
    folder = catalogue.folder / '.prepared'
    for name in '10-0123456789abcdef', '11-0123456789abcdef':
        (folder / name).mkdir(parents=True)
        (folder / name / 'store.json').write_text('{"layout": 2, "decode_version": 2}')
    (folder / '10-mine').mkdir()
    store = prepare(catalogue, 10)
    assert capsys.readouterr().err.splitlines()[0] == (
        f'{folder}: images prepared by an earlier version are prepared again')
    assert folders(folder) == sorted(['10-mine', '11-0123456789abcdef', store.folder.name])


def test_what_else_is_in_a_folder_of_stores_stays(catalogue, tmp_path):
    parent = tmp_path / 'stores'
    outside = tmp_path / 'outside'
    names = ['thesis.partial/thesis.pdf', 'pictures/64-vacation/beach.jpg', '64-notes/store.json']
    for file in [*(parent / name for name in names), outside / 'thesis.pdf']:
        file.parent.mkdir(parents=True)
        file.write_text('{}')
    store = prepare(catalogue, 64, parent).folder
    shutil.rmtree(store)
    store.with_name(f'{store.name}.partial').symlink_to(outside)
    prepare(catalogue, 64, parent)
    assert all((parent / name).exists() for name in names)
    assert (outside / 'thesis.pdf').exists()


def test_pictures_that_were_deleted_are_decoded_again(catalogue, decoded):
    before = colours(prepare(catalogue, 10))
    shutil.rmtree(segments(catalogue.folder / '.prepared')[0])
    assert colours(prepare(catalogue, 10)) == before
    assert len(decoded) == 8


def test_a_store_is_there_only_when_all_is_done(catalogue, monkeypatch):
    # Else a later call, which finds the store, would leave what a killed one left of the rest.
    rename = os.rename

    def checked(old, new):
        if 'pictures' not in str(new):
            assert (catalogue.folder / '.prepared' / 'stamps.npz').is_file()
        rename(old, new)

    monkeypatch.setattr(os, 'rename', checked)
    prepare(catalogue, 10)


def test_a_damaged_list_of_stamps_only_costs_time(catalogue, read):
    prepare(catalogue, 10)
    assert len(read) == 6
    stamps = catalogue.folder / '.prepared' / 'stamps.npz'
    prepare(catalogue, 11)
    assert len(read) == 6, 'nothing has changed'
    content = bytearray(stamps.read_bytes())
    for place in range(0, len(content), 7):
        content[place] ^= 1
    stamps.write_bytes(content)
    assert len(prepare(catalogue, 12)) == 6
    assert len(read) == 12


def test_whatever_is_in_the_list_of_stamps(tmp_path):
    file = tmp_path / 'stamps.npz'
    stamps_module.Stamps(tmp_path).save(
        np.ones((3, 4), np.int64), np.array([b'1', b'2', b'3'], 'S16'))
    content = file.read_bytes()
    for place in range(len(content)):
        for value in 0, 9, 255:
            file.write_bytes(content[:place] + bytes([value]) + content[place + 1:])
            stamps_module.Stamps(tmp_path)
    np.savez(file, stamps=np.ones((3, 4), np.int64), digests=np.zeros((2, 16), np.uint8))
    stamps_module.Stamps(tmp_path)
    if hasattr(os, 'mkfifo'):
        file.unlink()
        os.mkfifo(file)
        stamps_module.Stamps(tmp_path)


def test_a_picture_that_cannot_be_used_is_tried_again(tmp_path, decoded):
    catalogue = make_catalogue(tmp_path / 'shop', {'shoe': [b'no', (1, 2, 3)], 'hat': [b'no']})
    store = prepare(catalogue, 10)
    assert [image['file'] for image in store.dropped['images']] == [
        'images/shoe-0.png', 'images/hat-0.png']
    assert decoded == ['shoe-0.png', 'shoe-1.png']
    os.utime(catalogue.folder / 'images' / 'shoe-0.png', (1, 1))
    prepare(catalogue, 10)
    assert decoded[2:] == ['shoe-0.png']


def test_every_file_is_looked_at_once(catalogue, monkeypatch):
    prepare(catalogue, 10)
    seen, stat = [], os.stat
    monkeypatch.setattr(os, 'stat', lambda file, **how: seen.append(str(file)) or stat(file, **how))
    prepare(catalogue, 10)
    names = [file.rpartition('/')[2] for file in seen if file.endswith('.png')]
    assert sorted(names) == sorted(set(names))
    assert len(names) == 6
    seen.clear()
    prepare(catalogue, 11)
    names = [file.rpartition('/')[2] for file in seen if file.endswith('.png')]
    assert names.count('bag-1.png') == 1, 'it need not be decoded: it is what bag-0.png is'


def change_pixels(folder):
    file = folder / 'images' / 'hat-0.png'
    size = file.stat().st_size
    Image.new('RGB', (20, 30), (0, 200, 0)).save(file)
    assert file.stat().st_size == size, 'the same size: only the time tells'


def remove_image(folder):
    (folder / 'images' / 'hat-0.png').unlink()


def change_products(folder):
    lines = (folder / 'products.jsonl').read_text().splitlines(keepends=True)
    (folder / 'products.jsonl').write_text(''.join(lines[::-1]))


@pytest.mark.parametrize('change', [change_pixels, change_products, remove_image])
def test_whatever_changes_the_content_makes_another_store(catalogue, change, decoded):
    first = prepare(catalogue, 10)
    change(catalogue.folder)
    catalogue = open_catalogue(catalogue.folder)
    second = prepare(catalogue, 10)
    assert second.key != first.key
    fresh = prepare(catalogue, 10, folder=catalogue.folder / 'fresh')
    assert colours(second) == colours(fresh)
    assert colours(second) != colours(first) or second.product_ids != first.product_ids


def test_another_size_or_decoder_makes_another_store(catalogue, monkeypatch):
    keys = {prepare(catalogue, 10).key, prepare(catalogue, 11).key}
    monkeypatch.setattr(decode, 'VERSION', decode.VERSION + 1)
    keys.add(prepare(catalogue, 10).key)
    assert len(keys) == 3
    assert len(folders(catalogue.folder / '.prepared')) == 2, 'the one of before is gone'


def test_a_missing_image_that_comes_back(catalogue):
    file = catalogue.folder / 'images' / 'hat-0.png'
    file.rename(catalogue.folder / 'away.png')
    assert prepare(catalogue, 10).product_ids == ['shoe', 'bag']
    (catalogue.folder / 'away.png').rename(file)
    assert prepare(catalogue, 10).product_ids == ['shoe', 'hat', 'bag']


def test_a_catalogue_that_changes_meanwhile_is_not_prepared(catalogue, monkeypatch):
    def load_image(file, shorter_side, load=decode.load_image):
        change_pixels(catalogue.folder)
        return load(file, shorter_side)

    monkeypatch.setattr(decode, 'load_image', load_image)
    with pytest.raises(UserError, match='shop: the catalogue changed while'):
        prepare(catalogue, 10)
    assert folders(catalogue.folder / '.prepared') == []


def test_a_store_that_another_process_removes_meanwhile_is_made_again(catalogue, monkeypatch):
    prepare(catalogue, 10)
    opened = ImageStore.open

    def remove_and_open(store):
        monkeypatch.setattr(ImageStore, 'open', opened)
        shutil.rmtree(store)
        return opened(store)

    monkeypatch.setattr(ImageStore, 'open', remove_and_open)
    assert len(prepare(catalogue, 10)) > 0


def test_a_damaged_store_is_said_to_be_one(catalogue):
    prepare(catalogue, 10)
    os.truncate(segments(catalogue.folder / '.prepared')[0] / 'pixels.bin', 10)
    with pytest.raises(UserError, match='damaged'):
        prepare(catalogue, 10)


# ---- killed, or in company

SLOW = '''
import sys, time
from fashion_models.catalogue import decode
from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.prepare import prepare
load = decode.load_image
def slowly(file, shorter_side):
    time.sleep(float(sys.argv[2]))
    return load(file, shorter_side)
decode.load_image = slowly
if __name__ == '__main__':
    store = prepare(open_catalogue(sys.argv[1]), 10, workers=int(sys.argv[3]))
    print(store.folder)
'''


@pytest.fixture
def start(tmp_path):
    """Starts a process that prepares a catalogue with a pause before each image."""
    script = tmp_path / 'slow.py'
    script.write_text(SLOW)
    root = pathlib.Path(prepare_module.__file__).parents[2]
    processes = []

    def start(catalogue, pause, workers):
        processes.append(subprocess.Popen(
            [sys.executable, str(script), str(catalogue.folder), str(pause), str(workers)],
            env={**os.environ, 'PYTHONPATH': str(root)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            # A shell's background jobs ignore Ctrl-C, and what they start inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f'waited {seconds} s for {what}'
        time.sleep(0.02)


def helpers(process):
    """Two workers and multiprocessing's resource tracker; waits until they are there."""
    main = psutil.Process(process.pid)
    wait_for(lambda: len(main.children()) >= 3, 'two workers and the resource tracker')
    return main.children()


def test_a_killed_preparation_leaves_nothing_that_is_taken_for_a_store(tmp_path, start):
    catalogue = make_catalogue(tmp_path / 'shop', {f'p{i}': [(i, i, i)] for i in range(100)})
    parent = catalogue.folder / '.prepared'
    process = start(catalogue, 0.05, workers=2)
    wait_for(lambda: any(parent.glob('*.partial/pixels.bin')), 'the first pixels')
    started = helpers(process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [name.endswith('.partial') for name in folders(parent)] == [True]
    # They do not outlive it.
    wait_for(lambda: not any(one.is_running() for one in started), 'the end')
    store = prepare(catalogue, 10)
    assert colours(store) == {f'p{i}': [(i, i, i)] for i in range(100)}
    assert folders(parent) == [store.folder.name]


# While workers start, and while they are at work.
@pytest.mark.parametrize(('workers', 'pause', 'delay'), [(1, 1, 0), (2, 2, 0), (2, 2, 3)])
def test_ctrl_c_ends_at_once_and_cleans_up(tmp_path, start, workers, pause, delay):
    catalogue = make_catalogue(tmp_path / 'shop', {f'p{i}': [(i, i, i)] for i in range(200)})
    parent = catalogue.folder / '.prepared'
    process = start(catalogue, pause, workers)  # all would take minutes
    wait_for(lambda: any(parent.glob('*.partial/pixels.bin')), 'the first pixels')
    time.sleep(delay)
    # As a terminal does: to every process of the group; here one by one.
    main = psutil.Process(process.pid)
    for one in main, *main.children():
        with contextlib.suppress(psutil.NoSuchProcess):   # has ended
            one.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    # tqdm complains when it is interrupted while it makes its bar, after all is over.
    error = error.partition('Exception ignored in: <function tqdm.__del__')[0]
    assert error.rstrip().endswith('KeyboardInterrupt')
    assert error.count('Traceback') == 1
    assert folders(parent) == []


def test_two_processes_that_want_the_same_store_make_it_once(tmp_path, start):
    catalogue = make_catalogue(tmp_path / 'shop', {f'p{i}': [(i, i, i)] for i in range(20)})
    parent = catalogue.folder / '.prepared'
    first = start(catalogue, 0.3, workers=1)
    wait_for(lambda: any(parent.glob('*.partial')), 'the first to begin')
    second = start(catalogue, 1000, workers=1)  # were it to decode, it would never end
    outputs = [process.communicate(timeout=30) for process in (first, second)]
    assert first.returncode == second.returncode == 0
    assert outputs[0][0] == outputs[1][0]
    assert 'waiting for another process' in outputs[1][1]
    assert len(ImageStore.open(outputs[0][0].strip())) == 20


def test_the_lock_follows_no_symbolic_link(catalogue, tmp_path):
    (tmp_path / 'thesis').write_text('precious')
    (catalogue.folder / '.prepared').mkdir()
    (catalogue.folder / '.prepared' / 'lock').symlink_to(tmp_path / 'thesis')
    with pytest.raises(UserError, match='lock: is a symbolic link'):
        prepare(catalogue, 10)
    assert (tmp_path / 'thesis').read_text() == 'precious'


def test_a_worker_that_dies_is_an_error_that_says_where(tmp_path, start, monkeypatch):
    catalogue = make_catalogue(tmp_path / 'shop', {f'p{i}': [(i, i, i)] for i in range(50)})
    parent = catalogue.folder / '.prepared'
    process = start(catalogue, 0.2, workers=2)
    for one in helpers(process):
        with contextlib.suppress(psutil.NoSuchProcess):   # has ended
            if 'spawn_main' in ' '.join(one.cmdline()):
                one.kill()
    _, error = process.communicate(timeout=30)
    assert 'UserError: a process that decodes images ended unexpectedly, near' in error
    assert 'images/p0-0.png' in error
    assert folders(parent) == []


@pytest.mark.parametrize(('instead', 'told'), [
    ('if True:', ["slow.py: starts worker processes, which import it; put what it does below if "]),
    # It is mentioned, but guards nothing.
    ("if '__main__':", ['RuntimeError: a script that starts worker processes does so below if',
                        'UserError: a process that decodes images ended unexpectedly'])])
def test_a_script_without_a_main_guard_is_told_so_and_does_not_hang(
        tmp_path, start, instead, told):
    catalogue = make_catalogue(tmp_path / 'shop', {'shoe': [(1, 2, 3)]})
    script = tmp_path / 'slow.py'
    script.write_text(SLOW.replace("if __name__ == '__main__':", instead))
    process = start(catalogue, 0, workers=2)
    _, error = process.communicate(timeout=30)
    assert all(text in error for text in told)


# ---- where nothing can be written

@pytest.mark.skipif(os.geteuid() == 0, reason='the super-user may write anywhere')
@pytest.mark.parametrize('prepared_before', [False, True])
def test_a_read_only_catalogue_suggests_another_place(catalogue, tmp_path, prepared_before):
    if prepared_before:
        prepare(catalogue, 10)
        (catalogue.folder / '.prepared').chmod(0o555)
    catalogue.folder.chmod(0o555)
    with pytest.raises(UserError, match=r'shop/\.prepared: .* \(Permission denied\); .*store'):
        prepare(catalogue, 11)
    assert len(prepare(catalogue, 11, tmp_path / 'elsewhere')) == 6
    if prepared_before:
        assert len(prepare(catalogue, 10)) == 6, 'opening needs no writing'


def test_a_folder_that_cannot_be_made_suggests_another_place(catalogue, tmp_path):
    (tmp_path / 'file').touch()
    for folder in tmp_path / 'file', tmp_path / 'file' / 'stores', '/proc/stores':
        with pytest.raises(UserError, match=f'{folder}: .* cannot be made .*another place'):
            prepare(catalogue, 10, folder)


def test_a_store_elsewhere_leaves_the_catalogue_untouched(catalogue, tmp_path):
    store = prepare(catalogue, 10, tmp_path / 'a' / 'b')
    assert store.folder.parent == tmp_path / 'a' / 'b'
    assert not (catalogue.folder / '.prepared').exists()


def test_a_full_disk_is_said_to_be_one_and_nothing_is_left(catalogue, monkeypatch):
    # /dev/full answers every write as a full disk does.
    monkeypatch.setattr(
        pictures_module, 'open', lambda path, mode: open('/dev/full', 'wb'),  # noqa: SIM115
        raising=False)
    with pytest.raises(UserError, match=r'\.prepared: the disk is full; .*another place'):
        prepare(catalogue, 10)
    assert folders(catalogue.folder / '.prepared') == []


# ---- real images

def test_every_image_of_luma_is_prepared(shared_data, tmp_path):
    images = sorted((shared_data / 'luma').rglob('*.jpg'))[:40]
    folder = tmp_path / 'luma'
    (folder / 'images').mkdir(parents=True)
    with CatalogueWriter(folder, Header(name='luma')) as writer:
        for i, image in enumerate(images):
            (folder / 'images' / f'{i}.jpg').symlink_to(image)
            writer.add(Product(
                id=str(i), group=str(i), labels={}, listings=[Listing(images=[f'images/{i}.jpg'])]))
    store = prepare(open_catalogue(folder), 64)
    assert len(store) == len(images) == 40
    assert store.dropped['images'] == []
    for i, image in enumerate(images):
        with Image.open(image) as original:
            # Pillow's own shrinking, by another way: the same picture.
            expected = np.asarray(original.convert('RGB').resize(
                store.image(i).shape[1::-1], Image.Resampling.BOX), int)
        assert min(expected.shape[:2]) == 64
        assert np.abs(store.image(i) - expected).mean() < 4
