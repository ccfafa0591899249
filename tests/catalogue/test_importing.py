import collections
import os

import pytest

from fashion_models.catalogue import importing
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError


class ThreeProducts(Source):
    """Products 1 to 3 with two images each, below ``shots/``."""

    header = Header('three')
    strip = 'shots/'

    def __init__(self, folder, jpeg):
        super().__init__(FolderTree(folder))
        (folder / 'shots').mkdir(parents=True)
        for n in '123':
            for side in 'ab':
                (folder / f'shots/{n}{side}.jpg').write_bytes(jpeg() + bytes(int(n)))

    def products(self, report):
        for n in '123':
            report.read()
            images = [f'shots/{n}a.jpg', f'shots/{n}b.jpg']
            yield f'line {n}', Product(n, n, {'gender': 'Men'}, [Listing(images=images)])


@pytest.fixture
def source(tmp_path, jpeg):
    return ThreeProducts(tmp_path / 'source', jpeg)


def run(source, folder, origin='one', **options):
    return importing.run_import(source, folder, origin={'source': origin}, **options)


def test_copies(source, tmp_path):
    assert run(source, tmp_path / 'new').kept == 3
    assert sorted(os.listdir(tmp_path / 'new')) == [
        'catalogue.json', 'images', 'import-report.json', 'products.jsonl']
    assert sorted(os.listdir(tmp_path / 'new/images')) == [
        '1a.jpg', '1b.jpg', '2a.jpg', '2b.jpg', '3a.jpg', '3b.jpg']
    copy = tmp_path / 'new/images/2b.jpg'
    assert copy.read_bytes() == (tmp_path / 'source/shots/2b.jpg').read_bytes()
    assert copy.stat().st_nlink == 1


def test_hard_links(source, tmp_path):
    run(source, tmp_path / 'new', link=True)
    assert os.path.samefile(tmp_path / 'new/images/1a.jpg', tmp_path / 'source/shots/1a.jpg')
    assert not (tmp_path / 'new/images/1a.jpg').is_symlink()


def test_symbolic_links_where_hard_ones_cannot_be(source, tmp_path, monkeypatch):
    def other_file_system(*_):
        raise OSError(18, 'Invalid cross-device link')

    monkeypatch.setattr(os, 'link', other_file_system)
    monkeypatch.chdir(tmp_path)
    source.tree = FolderTree('source')  # relative to where the command was given
    run(source, 'new', link=True)
    image = tmp_path / 'new/images/1a.jpg'
    assert image.is_symlink()
    assert image.resolve() == (tmp_path / 'source/shots/1a.jpg').resolve()


def test_nothing_is_written_through_a_link(source, tmp_path):
    outside = tmp_path / 'outside'
    outside.write_text('mine')
    folder = tmp_path / 'new'
    (folder / 'images').mkdir(parents=True)
    (folder / importing.MARKER_FILE).symlink_to(outside)
    run(source, folder)
    assert outside.read_text() == 'mine'
    assert not (folder / importing.MARKER_FILE).is_symlink()


def test_images_that_cannot_be_used(source, tmp_path):
    shots = tmp_path / 'source/shots'
    (shots / '1a.jpg').unlink()
    (shots / '2a.jpg').write_bytes(b'')
    with open(shots / '2b.jpg', 'wb') as file:
        file.truncate(importing.MAX_IMAGE_BYTES + 1)
    record = run(source, tmp_path / 'new').record()
    assert {reason: entry['count'] for reason, entry in record['images_dropped'].items()} == {
        'no such file': 1, 'empty file': 1, 'file of more than 256 MiB': 1}
    assert record['dropped'] == {'no image': {'count': 1, 'examples': ['line 2']}}
    assert [product.images for product in open_catalogue(tmp_path / 'new').products] == [
        ('images/1b.jpg',), ('images/3a.jpg', 'images/3b.jpg')]


def interrupted(source, folder, monkeypatch):
    """Runs an import that is interrupted at the third product."""
    real, calls = importing._with_images, []

    def with_images(product, *arguments):
        calls.append(product)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(product, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_with_images', with_images)
        with pytest.raises(KeyboardInterrupt):
            run(source, folder)


def test_an_interrupted_import_is_no_catalogue_and_goes_on(source, tmp_path, monkeypatch):
    interrupted(source, tmp_path / 'new', monkeypatch)
    with pytest.raises(UserError, match='is not a catalogue'):
        open_catalogue(tmp_path / 'new')
    os.utime(tmp_path / 'new/images/1a.jpg', (1, 1))
    (tmp_path / 'new/.products.jsonl.x.partial').write_bytes(b'left by kill -9')
    assert run(source, tmp_path / 'new').kept == 3
    assert sorted(os.listdir(tmp_path / 'new')) == [
        'catalogue.json', 'images', 'import-report.json', 'products.jsonl']
    assert len(open_catalogue(tmp_path / 'new').products) == 3
    # What was there whole was not written again.
    assert (tmp_path / 'new/images/1a.jpg').stat().st_mtime == 1


def test_another_import_starts_afresh_after_an_interruption(source, tmp_path, monkeypatch):
    interrupted(source, tmp_path / 'new', monkeypatch)
    (tmp_path / 'new/images/stale.jpg').write_bytes(b'x')
    run(source, tmp_path / 'new', origin='two')
    assert not (tmp_path / 'new/images/stale.jpg').exists()
    assert len(open_catalogue(tmp_path / 'new').products) == 3


def test_killed_between_the_header_and_the_end(source, tmp_path):
    run(source, tmp_path / 'new')
    (tmp_path / 'new' / importing.MARKER_FILE).write_text(importing._mark({'source': 'one'}))
    assert run(source, tmp_path / 'new').kept == 3


def test_a_catalogue_is_only_replaced_when_told_to(source, tmp_path):
    run(source, tmp_path / 'new')
    (tmp_path / 'new/images/stale.jpg').write_bytes(b'x')
    (tmp_path / 'new/notes.txt').write_text("the user's own")
    before = open_catalogue(tmp_path / 'new').hash()
    with pytest.raises(UserError, match='already holds a catalogue.*overwrite it'):
        run(source, tmp_path / 'new')
    assert open_catalogue(tmp_path / 'new').hash() == before
    run(source, tmp_path / 'new', overwrite=True)
    assert open_catalogue(tmp_path / 'new').hash() == before
    assert not (tmp_path / 'new/images/stale.jpg').exists()
    assert (tmp_path / 'new/notes.txt').exists()


def test_other_folders_are_never_written_to(source, tmp_path):
    (tmp_path / 'new').mkdir()
    (tmp_path / 'new/holiday.jpg').write_bytes(b'x')
    with pytest.raises(UserError, match='is not empty and holds no catalogue'):
        run(source, tmp_path / 'new', overwrite=True)
    assert os.listdir(tmp_path / 'new') == ['holiday.jpg']


def test_linked_originals_survive_an_overwrite_by_copies(source, tmp_path, jpeg):
    run(source, tmp_path / 'new', link=True)
    run(source, tmp_path / 'new', overwrite=True)
    (tmp_path / 'new/images/1a.jpg').write_bytes(b'changed')
    assert (tmp_path / 'source/shots/1a.jpg').read_bytes() == jpeg() + b'\0'


def test_a_full_disk_is_one_line(source, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, 'No space left on device', 'images/1a.jpg')

    monkeypatch.setattr(importing, '_copy', full)
    with pytest.raises(UserError, match=r'images/1a\.jpg: No space left on device'):
        run(source, tmp_path / 'new')
    with pytest.raises(UserError, match='is not a catalogue'):
        open_catalogue(tmp_path / 'new')


def test_products_are_not_kept_in_memory(source, tmp_path, monkeypatch):
    written = collections.Counter()
    real = importing._copy

    def copy(content, target):
        written[target.name] += 1
        real(content, target)

    produced = []
    real_products = source.products

    def products(report):
        for item in real_products(report):
            produced.append((item[1].id, sum(written.values())))
            yield item

    monkeypatch.setattr(importing, '_copy', copy)
    monkeypatch.setattr(source, 'products', products)
    run(source, tmp_path / 'new')
    # On the second reading each product's images are written before the next product is read.
    assert produced[3:] == [('1', 0), ('2', 2), ('3', 4)]
