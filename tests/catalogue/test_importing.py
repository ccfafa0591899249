import collections
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

from fashion_models.catalogue import importing, unfinished, updating
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree, ZipTree
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.mapping import Mapping
from fashion_models.catalogue.merge import merge
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import relabel
from fashion_models.errors import UserError
from fashion_models.files import locked


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
        '.lock', 'catalogue.json', 'images', 'import-report.json', 'products.jsonl']
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


@pytest.mark.parametrize('change', [
    lambda source, folder: run(source, folder, link=True, overwrite=True),
    lambda source, folder: updating.update(source, folder, link=True)])
def test_what_has_no_files_cannot_be_linked_to(source, tmp_path, change):
    run(source, tmp_path / 'new')
    before = open_catalogue(tmp_path / 'new').hash()
    with zipfile.ZipFile(tmp_path / 'source.zip', 'w') as file:
        for name in source.tree.paths():
            file.write(tmp_path / 'source' / name, name)
    source.tree = ZipTree(tmp_path / 'source.zip')
    with pytest.raises(UserError, match=r'source\.zip: holds no image files to link to.*\(link\)'):
        change(source, tmp_path / 'new')
    assert open_catalogue(tmp_path / 'new').hash() == before


def test_nothing_is_written_through_a_link(source, tmp_path):
    outside = tmp_path / 'outside'
    outside.write_text('mine')
    folder = tmp_path / 'new'
    (folder / 'images').mkdir(parents=True)
    (folder / unfinished.MARKER_FILE).symlink_to(outside)
    run(source, folder)
    assert outside.read_text() == 'mine'
    assert not (folder / unfinished.MARKER_FILE).is_symlink()


def test_images_that_cannot_be_used(source, tmp_path):
    shots = tmp_path / 'source/shots'
    (shots / '1a.jpg').unlink()
    (shots / '2a.jpg').write_bytes(b'')
    with open(shots / '2b.jpg', 'wb') as file:
        file.truncate(importing.MAX_FILE_BYTES + 1)
    record = run(source, tmp_path / 'new').record()
    assert {reason: entry['count'] for reason, entry in record['images_dropped'].items()} == {
        'no such file': 1, 'empty file': 1, 'file of more than 256 MiB': 1}
    assert record['dropped'] == {'no image': {'count': 1, 'examples': ['line 2']}}
    assert [product.images for product in open_catalogue(tmp_path / 'new').products] == [
        ('images/1b.jpg',), ('images/3a.jpg', 'images/3b.jpg')]


def test_without_a_picture_that_can_be_read_there_is_no_catalogue(source, tmp_path, monkeypatch):
    def unreadable(path):
        raise OSError(5, 'Input/output error')

    with monkeypatch.context() as patch:
        patch.setattr(source.tree, 'read', unreadable)
        with pytest.raises(UserError, match=r'no product can be kept: 3 × no image that can be '
                           r'read \(line 1, …\); images: 6 × cannot be read: Input/output error'):
            run(source, tmp_path / 'new')
    with pytest.raises(UserError, match='is not a catalogue'):
        open_catalogue(tmp_path / 'new')
    assert run(source, tmp_path / 'new').kept == 3


HALF = '\ud83d'


def test_halves_of_surrogate_pairs_are_replaced(source, tmp_path):
    """As of titles that a program has cut in the middle of an emoji."""
    def products(report):
        images = ['shots/1a.jpg', f'shots/{HALF}.jpg']
        yield 'line 1', Product(f'1{HALF}', f'g{HALF}', {'colour': (f'Red{HALF}',)}, [
            Listing(f'r{HALF}', f'A dress {HALF}', images=images)], {f'a{HALF}': f'b{HALF}'})
        yield 'line 2', Product('1�', '2', {}, [Listing(images=['shots/2a.jpg'])])
        yield 'line 3', Product('3', '3', {'type': 'Weiß 👗'}, [Listing(images=['shots/3a.jpg'])])

    source.products = products
    record = run(source, tmp_path / 'new').record()
    assert record['notes'] == {'half of a surrogate pair in a text, replaced by �': {
        'count': 1, 'examples': ['line 1']}}
    assert record['dropped']['an id that came before']['examples'] == ['line 2']
    whole, other = open_catalogue(tmp_path / 'new').products
    assert whole == Product('1�', 'g�', {'colour': ('Red�',)}, [
        Listing('r�', 'A dress �', images=['images/1a.jpg'])], {'a�': 'b�'})
    assert other.label('type') == 'Weiß 👗'
    report = json.loads((tmp_path / 'new/import-report.json').read_text('utf-8'))
    assert report['notes'] == record['notes']


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
        '.lock', 'catalogue.json', 'images', 'import-report.json', 'products.jsonl']
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
    (tmp_path / 'new' / unfinished.MARKER_FILE).write_text(
        json.dumps({'source': 'one'}, indent=1))
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


def test_a_persons_files_among_the_pictures_survive_an_overwrite(source, tmp_path):
    run(source, tmp_path / 'new')
    (tmp_path / 'new/images/thesis').mkdir()
    kept = {'thesis/thesis.pdf': b'%PDF', 'notes.txt': b'', 'table.xlsx': b'PK',
            'README': b'mine', '.gitignore': b'*'}
    for name, content in kept.items():
        (tmp_path / 'new/images' / name).write_bytes(content)
    run(source, tmp_path / 'new', overwrite=True)
    assert kept == {name: (tmp_path / 'new/images' / name).read_bytes() for name in kept}


def test_a_folder_with_a_catalogue_json_of_another_kind_is_none(source, tmp_path):
    (tmp_path / 'site/images').mkdir(parents=True)
    for name in 'catalogue.json', 'images/logo.png':
        (tmp_path / 'site' / name).write_bytes(b'mine')
    with pytest.raises(UserError, match='is not empty and holds no catalogue'):
        run(source, tmp_path / 'site', overwrite=True)
    assert (tmp_path / 'site/images/logo.png').exists()


def test_a_folder_that_is_called_as_a_temporary_file_stays(source, tmp_path):
    run(source, tmp_path / 'new')
    # As an embedding leaves beside the file that it was to write.
    (tmp_path / 'new/.shop.embeddings.partial').mkdir()
    (tmp_path / 'new/.mine.partial').touch()
    (tmp_path / 'new' / unfinished.MARKER_FILE).write_text('null')
    assert run(source, tmp_path / 'new').kept == 3
    assert {'.shop.embeddings.partial', '.mine.partial'} <= {*os.listdir(tmp_path / 'new')}


def test_an_export_that_is_replaced_while_it_is_read(source, tmp_path, monkeypatch):
    real, calls = source.products, []

    def products(report):
        calls.append(report)
        for where, product in real(report):
            labels = {'type': 'Shoes'} if len(calls) == 1 else {'type': 'Bags'}
            yield where, dataclasses.replace(product, labels=labels)

    monkeypatch.setattr(source, 'products', products)
    with pytest.raises(UserError, match="product '1': was changed while it was read"):
        run(source, tmp_path / 'new')


def test_other_folders_are_never_written_to(source, tmp_path):
    (tmp_path / 'new').mkdir()
    (tmp_path / 'new/holiday.jpg').write_bytes(b'x')
    with pytest.raises(UserError, match='is not empty and holds no catalogue'):
        run(source, tmp_path / 'new', overwrite=True)
    assert os.listdir(tmp_path / 'new') == ['holiday.jpg']


@pytest.mark.parametrize('change', [
    lambda source, folder: run(source, folder, overwrite=True),
    lambda source, folder: updating.update(source, folder),
    lambda source, folder: relabel(open_catalogue(folder), [], folder, overwrite=True),
    lambda source, folder: merge([open_catalogue(folder)], Mapping({'three': {'gender': 'same'}}),
                                 folder, overwrite=True)])
def test_what_is_read_is_never_overwritten(source, tmp_path, change):
    folder = tmp_path / 'new'
    run(source, folder)
    before = {path: path.read_bytes() for path in folder.rglob('*') if path.is_file()}
    source.tree, source.strip = FolderTree(folder / 'images'), ''
    source.products = lambda report: iter([
        ('line 1', Product('1', '1', {}, [Listing(images=['1a.jpg'])]))])
    with pytest.raises(UserError, match='lies in it; choose another folder'):
        change(source, folder)
    assert {path: path.read_bytes() for path in folder.rglob('*') if path.is_file()} == before


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


def test_two_imports_into_one_folder(source, tmp_path):
    (tmp_path / 'new').mkdir()
    with (locked(tmp_path / 'new/.lock', pytest.fail),
          pytest.raises(UserError, match='new: another process is writing a catalogue here')):
        run(source, tmp_path / 'new')
    assert os.listdir(tmp_path / 'new') == ['.lock']
    assert run(source, tmp_path / 'new').kept == 3


#: Kills an import before each of its operations on files in turn, starts it again, and prints how
#: often. What a kill leaves is a catalogue, or unfinished; the second import makes the same of it.
KILL = """
import os, pathlib, shutil, signal, sys

import tests.catalogue.test_importing as own
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.mapping import Mapping
from fashion_models.catalogue.merge import merge
from fashion_models.catalogue.relabel import Correction, relabel
from fashion_models.errors import UserError

work, case = pathlib.Path(sys.argv[1]), sys.argv[2]
folder, before = work / 'new', work / 'before'
source = own.ThreeProducts(work / 'source', lambda: b'jpeg')
replaces = case in ('overwrite', 'unfinished')
own.run(source, work / 'shop')
EVENTS = ('open', 'os.mkdir', 'os.rename', 'os.remove', 'os.rmdir', 'os.link', 'os.symlink')

def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*')
            if path.is_file()}

def forked(function):
    child = os.fork()
    if not child:
        status = 1
        try:
            function()
            status = 0
        except BaseException as error:
            print(repr(error), file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitpid(child, 0)[1]

def work_on(point):
    left = point
    def hook(event, arguments):
        nonlocal left
        if event in EVENTS and str(folder) in str(arguments):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
    if point:
        sys.addaudithook(hook)
    if case == 'relabel':
        relabel(open_catalogue(work / 'shop'), [Correction('2', 'gender', 'Men', '')], folder)
    elif case == 'merge':
        merge([open_catalogue(work / 'shop')], Mapping({'three': {'gender': 'same'}}), folder)
    else:
        own.run(source, folder, overwrite=replaces)

if replaces:
    own.run(source, before, origin='another')
    (before / 'images/stale.jpg').write_bytes(b'x')
    (before / 'notes.txt').write_text('my own')
    if case == 'unfinished':
        (before / own.unfinished.MARKER_FILE).write_text('{"another": 1}')
        (before / 'catalogue.json').unlink()
    shutil.copytree(before, folder)
assert not forked(lambda: work_on(0))
expected = content(folder)
assert replaces == ('notes.txt' in expected)
assert (case == 'relabel') == ('relabelled.csv' in expected)
for point in range(1, 1000):
    shutil.rmtree(folder)
    if replaces:
        shutil.copytree(before, folder)
    killed = forked(lambda: work_on(point))
    if not killed:
        break
    assert killed == signal.SIGKILL, (point, killed)
    try:
        catalogue = open_catalogue(folder)
        assert len(list(catalogue.products)) == 3
        assert all((folder / image).is_file()
                   for product in catalogue.products for image in product.images), point
    except UserError:
        pass
    assert not forked(lambda: work_on(0)), point
    assert content(folder) == expected, (point, content(folder).keys() ^ expected.keys())
print(point - 1)
"""


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='forks')
@pytest.mark.parametrize('case', ['new', 'overwrite', 'unfinished', 'relabel', 'merge'])
def test_killed_anywhere_it_is_redone_by_the_same_command(case, tmp_path):
    done = subprocess.run(
        [sys.executable, '-c', KILL, tmp_path, case], timeout=120, capture_output=True, text=True,
        cwd=pathlib.Path(__file__).parents[2])
    assert not done.returncode, done.stderr
    assert int(done.stdout) > 20


def test_reasons_are_a_line_however_many_they_are():
    report = Report()
    assert report.reasons() == 'there is none'
    report.drop('no image', 'row 2')
    assert report.reasons() == '1 × no image (row 2)'
    for number in range(1000):
        report.drop_image(f'damaged: {number}.jpg', 'row 3')
    assert report.reasons().endswith('damaged: 3.jpg (row 3); and 996 more')


def test_what_a_shop_misses_is_told_without_what_it_does_not():
    report = Report()
    report.drop('a gift card', 'row 2', missed=False)
    report.drop('no image', 'row 3')
    for number in range(3):
        report.drop_image('no such file', f'{number}.jpg of row 4')
    report.drop_image('an image listed before', 'row 5', missed=False)
    assert report.missed() == [
        '1 product not kept: no image (row 3)',
        '3 images not kept: no such file (0.jpg of row 4, 1.jpg of row 4, …)']
    assert report.record()['dropped'].keys() == {'a gift card', 'no image'}
