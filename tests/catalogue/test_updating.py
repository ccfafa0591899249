"""A catalogue that is changed is what an import from nothing gives, whatever happens meanwhile."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import fashion_models
from fashion_models.catalogue import io, updating
from fashion_models.catalogue.check import Check
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.importing import run_import
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import SETTLED, Correction, relabel
from fashion_models.catalogue.tasks import Task, with_further
from fashion_models.catalogue.unfinished import partial_picture
from fashion_models.catalogue.updating import remove, update
from fashion_models.errors import UserError
from fashion_models.files import locked


class Shop(Source):
    """A shop's export.

    Args:
        folder: Where its pictures are made.
        products: Id to (type, category, colours of the pictures).
    """

    header = Header('export', '2026-11-26')

    def __init__(self, folder, products):
        super().__init__(FolderTree(folder))
        folder.mkdir(exist_ok=True)
        self._products = products
        for name, (_, _, colours) in products.items():
            for number, colour in enumerate(colours):
                Image.new('RGB', (8, 8), colour).save(folder / f'{name}-{number}.png')

    def products(self, report):
        for name, (type_, category, colours) in self._products.items():
            report.read()
            images = [f'{name}-{number}.png' for number in range(len(colours))]
            yield f'product {name}', Product(
                name, name, {'type': type_, 'category': category}, [Listing(images=images)])


def imported(source, folder):
    run_import(source, folder, origin={})
    return open_catalogue(folder)


def content(folder):
    """What a catalogue holds: products and pictures."""
    return ((folder / 'products.jsonl').read_bytes(),
            {path.name: path.read_bytes() for path in (folder / 'images').rglob('*')})


MONDAY = {'1': ('Shoes', 'Boots', ['red']), '2': ('Shoes', 'Clogs', ['blue', 'green']),
          '3': ('Bags', 'Totes', ['white']), '4': ('Bags', 'Totes', ['black'])}
TUESDAY = {'2': ('Shoes', 'Clogs', ['blue', 'grey']), '3': ('Bags', 'Totes', ['white']),
           '5': ('Hats', 'Caps', ['red']), '4': ('Bags', 'Sacks', ['black'])}


@pytest.fixture
def folder(tmp_path):
    return imported(Shop(tmp_path / 'monday', MONDAY), tmp_path / 'shop').folder


def test_a_new_export(folder, tmp_path):
    untouched = folder / 'images/3-0.png'
    os.utime(untouched, (1, 1))
    changes, report = update(Shop(tmp_path / 'tuesday', TUESDAY), folder)
    assert changes.text() == '1 new, 2 changed, 1 gone, 1 unchanged'
    assert untouched.stat().st_mtime == 1
    fresh = imported(Shop(tmp_path / 'again', TUESDAY), tmp_path / 'fresh')
    assert content(folder) == content(fresh.folder)
    assert open_catalogue(folder).header.taxonomy == fresh.header.taxonomy
    assert report.kept == 4
    saved = json.loads((folder / 'import-report.json').read_text())
    assert saved['update'] == {'new': 1, 'changed': 2, 'gone': 1, 'unchanged': 1}
    journal = [json.loads(line) for line in (folder / 'updates.jsonl').read_text().splitlines()]
    assert [(entry['what'], entry['new'], entry['source']) for entry in journal] == [
        ('import', 1, str(tmp_path / 'tuesday'))]
    assert not list(Check(folder).problems())


def test_nothing_new(folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (folder / 'images').iterdir()}
    changes, _ = update(Shop(tmp_path / 'monday', MONDAY), folder)
    assert changes == updating.Changes(unchanged=4)
    assert {path: path.stat().st_mtime_ns for path in (folder / 'images').iterdir()} == before


def test_the_licence_stays_unless_another_is_named(tmp_path):
    source, folder = Shop(tmp_path / 'monday', MONDAY), tmp_path / 'shop'
    for licence, expected in ('CC BY', 'CC BY'), ('', 'CC BY'), ('CC0', 'CC0'):
        source.header = dataclasses.replace(Shop.header, licence=licence)
        update(source, folder) if folder.exists() else imported(source, folder)
        assert open_catalogue(folder).header.licence == expected


def test_a_picture_of_the_same_size_is_seen_to_be_another(folder, tmp_path):
    source = Shop(tmp_path / 'tuesday', MONDAY)
    picture = tmp_path / 'tuesday/1-0.png'
    picture.write_bytes(picture.read_bytes()[:-1] + b'x')
    assert update(source, folder)[0] == updating.Changes(changed=1, unchanged=3)


shops = st.dictionaries(st.sampled_from('abcdef'), st.tuples(
    st.sampled_from(['Shoes', 'Bags']), st.sampled_from(['Boots', 'Totes', 'Kits']),
    st.lists(st.sampled_from(['red', 'blue', 'white']), min_size=1, max_size=2)), min_size=1)


@settings(max_examples=25)
@given(st.lists(shops, min_size=2, max_size=4))
def test_any_edits_end_as_an_import_from_nothing(tmp_path_factory, days):
    place = tmp_path_factory.mktemp('days')
    days = [{**day, 'always': ('Hats', 'Caps', ['grey'])} for day in days]
    folder = imported(Shop(place / '0', days[0]), place / 'shop').folder
    for number, (before, day) in enumerate(zip(days, days[1:]), 1):
        changes, _ = update(Shop(place / str(number), day), folder, most_gone=1)
        assert changes.new == len(day.keys() - before.keys())
        assert changes.gone == len(before.keys() - day.keys())
        fresh = imported(Shop(place / str(number), day), place / f'fresh-{number}')
        assert content(folder) == content(fresh.folder)
        assert open_catalogue(folder).header.taxonomy == fresh.header.taxonomy


def test_labels_that_a_person_settled_stay(folder, tmp_path):
    relabel(open_catalogue(folder), [Correction('1', 'gender', '', 'Women')], tmp_path / 'shop-2')
    before = (tmp_path / 'shop-2/products.jsonl').read_bytes()
    changes, _ = update(Shop(tmp_path / 'monday', MONDAY), tmp_path / 'shop-2')
    assert changes == updating.Changes(unchanged=4)
    assert (tmp_path / 'shop-2/products.jsonl').read_bytes() == before
    update(Shop(tmp_path / 'other', MONDAY | {'1': ('Shoes', 'Clogs', ['red'])}),
           tmp_path / 'shop-2')
    product = next(iter(open_catalogue(tmp_path / 'shop-2').products))
    assert (product.label('gender'), product.label('category')) == ('Women', 'Clogs')


def labels_of(folder, name):
    product, = (product for product in open_catalogue(folder).products if product.id == name)
    return product.label('type'), product.label('category'), product.extra['relabelled']


def test_labels_that_are_new_to_the_shop_go_with_a_settled_one(folder, tmp_path):
    own = tmp_path / 'shop-2'
    relabel(open_catalogue(folder), [Correction('1', 'type', 'Shoes', 'Bags')], own)
    assert labels_of(own, '1') == ('Bags', None, 'type')
    # Nothing of what went with the old label is taken for an answer.
    for number in range(2):
        update(Shop(tmp_path / str(number), MONDAY), own)
        assert labels_of(own, '1') == ('Bags', None, 'type')
    update(Shop(tmp_path / 'new', MONDAY | {
        '1': ('Bags', 'Sacks', ['red']), '5': ('Bags', 'Sacks', ['red'])}), own)
    assert labels_of(own, '1') == ('Bags', 'Sacks', 'type')
    assert not list(Check(own).problems())


def test_a_settled_place_that_the_shop_has_moved_goes_with_it(folder, tmp_path):
    own = tmp_path / 'shop-2'
    relabel(open_catalogue(folder), [
        Correction('1', 'category', 'Boots', 'Totes'), Correction('1', 'gender', '', 'Women')], own)
    assert labels_of(own, '1') == ('Bags', 'Totes', 'gender|category')
    moved = {name: ('Luggage' if category == 'Totes' else type_, category, colours)
             for name, (type_, category, colours) in MONDAY.items()}
    update(Shop(tmp_path / 'moved', moved), own)
    assert labels_of(own, '1') == ('Luggage', 'Totes', 'gender|category')
    assert not list(Check(own).problems())
    # What contradicts the shop is told and left out; the other answers stay.
    relabel(open_catalogue(own), [
        Correction('1', 'type', 'Luggage', 'Luggage')], tmp_path / 'shop-3')
    _, report = update(Shop(tmp_path / 'back', MONDAY), tmp_path / 'shop-3')
    assert [*report.record()['notes']] == [
        "labels settled by a person no longer fit: category 'Totes' is under type 'Bags', not "
        "under 'Luggage'"]
    assert labels_of(tmp_path / 'shop-3', '1') == ('Shoes', 'Boots', 'gender')
    assert not list(Check(tmp_path / 'shop-3').problems())


def test_an_addition_leaves_what_a_person_settled(folder, tmp_path):
    own = tmp_path / 'shop-2'
    relabel(open_catalogue(folder), [
        Correction('1', 'category', 'Boots', 'Clogs'), Correction('2', 'type', 'Shoes', 'Shoes'),
        Correction('3', 'type', 'Bags', 'Bags'), Correction('3', 'category', 'Totes', 'Totes')],
        own)
    new = {f'{category}-{number}': ('Kits', category, ['red'])
           for category in ('Clogs', 'Totes') for number in range(10)}
    _, report = update(Shop(tmp_path / 'new', new), own, keep=True)
    assert labels_of(own, '1') == ('Kits', 'Clogs', 'category')
    assert labels_of(own, '2') == ('Shoes', None, 'type')
    # It cannot be had: totes are kits now.
    assert [*report.record()['notes']] == [
        "labels settled by a person no longer fit: category 'Totes' is under type 'Kits', not "
        "under 'Bags'"]
    assert SETTLED not in next(
        product for product in open_catalogue(own).products if product.id == '3').extra
    assert not list(Check(own).problems())


def test_labels_are_changed_again_but_the_source_is_what_it_was(folder, tmp_path):
    for number, type_ in enumerate(('Luggage', 'Kits'), 1):
        new = {f'{type_}-{n}': (type_, 'Totes', ['red']) for n in range(10 ** number)}
        update(Shop(tmp_path / type_, new), folder, keep=True)
        product = next(one for one in open_catalogue(folder).products if one.id == '3')
        assert (product.label('type'), product.extra) == (type_, {'source_type': 'Bags'})


def test_links(tmp_path):
    source = Shop(tmp_path / 'monday', MONDAY)
    run_import(source, tmp_path / 'shop', origin={}, link=True)
    assert update(source, tmp_path / 'shop', link=True)[0].unchanged == 4
    update(Shop(tmp_path / 'tuesday', TUESDAY), tmp_path / 'shop', link=True)
    assert os.path.samefile(tmp_path / 'shop/images/5-0.png', tmp_path / 'tuesday/5-0.png')
    assert (tmp_path / 'monday/1-0.png').exists(), 'only the link to it went'


# ---- refused

def test_half_an_export_and_another_shop_are_refused(folder, tmp_path):
    before = content(folder)
    with pytest.raises(UserError, match=r'lacks 3 of the 4 products of .*most_gone'):
        update(Shop(tmp_path / 'half', {'1': MONDAY['1']}), folder)
    with pytest.raises(UserError, match='holds none of the 4 products of .*another shop'):
        update(Shop(tmp_path / 'other', {'x': MONDAY['1']}), folder, most_gone=1)
    assert content(folder) == before
    assert update(Shop(tmp_path / 'half', {'1': MONDAY['1']}), folder, most_gone=0.8)[0].gone == 3


def unreadable(source, names):
    """A source some of whose pictures are found, but cannot be read."""
    real = source.tree.read

    def read(path):
        if path.removesuffix('-0.png') in names:
            raise OSError(5, 'Input/output error')
        return real(path)

    source.tree.read = read
    return source


def test_products_whose_pictures_cannot_be_read_count_as_gone(folder, tmp_path):
    reds = {name: ('Shoes', 'Clogs', ['red']) for name in '1234'}
    before = (folder / 'products.jsonl').read_bytes()
    with pytest.raises(UserError, match=r'3 of the 4 products of .* would go, more than the share '
                       r'0.5 that may \(most_gone\): .*cannot be read: .* \(1-0.png of product 1'):
        update(unreadable(Shop(tmp_path / 'tuesday', reds), '134'), folder)
    assert (folder / 'products.jsonl').read_bytes() == before
    assert not (folder / io.UPDATES_FILE).exists()
    assert (folder / 'images/1-0.png').read_bytes() == (tmp_path / 'monday/1-0.png').read_bytes()
    assert update(unreadable(Shop(tmp_path / 'tuesday', reds), '13'), folder)[0].gone == 2


def test_an_addition_loses_nothing(folder, tmp_path):
    before = (folder / 'products.jsonl').read_bytes()
    source = unreadable(Shop(tmp_path / 'new', {
        '2': ('Shoes', 'Clogs', ['red']), '9': ('Hats', '', ['red'])}), '2')
    with pytest.raises(UserError, match='1 of the 4 products of .* would go: .*cannot be read'):
        update(source, folder, keep=True)
    assert (folder / 'products.jsonl').read_bytes() == before
    assert not list(Check(folder).problems())


def test_other_tasks_are_refused(folder, tmp_path):
    source = Shop(tmp_path / 'tuesday', TUESDAY)
    source.header = dataclasses.replace(Shop.header, tasks=with_further([Task('pattern')]))
    with pytest.raises(UserError, match='has the tasks gender.*pattern, but the catalogue'):
        update(source, folder)


def test_one_writer_a_folder(folder, tmp_path):
    with locked(folder / io.LOCK_FILE, lambda: None):
        for change in (lambda: update(Shop(tmp_path / 'tuesday', TUESDAY), folder),
                       lambda: remove(folder, ['1'])):
            with pytest.raises(UserError, match='another process is writing a catalogue here'):
                change()


def test_an_unfinished_import_is_finished_first(folder, tmp_path):
    (folder / 'import-unfinished.json').write_text('{}')
    with pytest.raises(UserError, match='was not finished; repeat it first'):
        remove(folder, ['1'])
    with pytest.raises(UserError, match='no such folder'):
        update(Shop(tmp_path / 'tuesday', TUESDAY), tmp_path / 'missing')
    assert not (tmp_path / 'missing').exists()


# ---- add and remove

def test_add(folder, tmp_path):
    source = Shop(tmp_path / 'new', {'2': ('Shoes', 'Clogs', ['red']), '9': ('Hats', '', ['red'])})
    changes, _ = update(source, folder, keep=True)
    assert changes == updating.Changes(new=1, changed=1, unchanged=3)
    assert [product.id for product in open_catalogue(folder).products] == ['1', '3', '4', '2', '9']
    assert sorted(os.listdir(folder / 'images')) == [
        '1-0.png', '2-0.png', '3-0.png', '4-0.png', '9-0.png']
    assert 'Hats' in open_catalogue(folder).header.taxonomy
    assert not list(Check(folder).problems())


def test_nothing_is_written_through_a_link(folder, tmp_path):
    shutil.move(folder / 'images', tmp_path / 'elsewhere')
    (folder / 'images').symlink_to(tmp_path / 'elsewhere')
    before = sorted(os.listdir(tmp_path / 'elsewhere'))
    with pytest.raises(UserError, match='images: leads out of the catalogue by a symbolic link'):
        update(Shop(tmp_path / 'tuesday', TUESDAY), folder)
    assert sorted(os.listdir(tmp_path / 'elsewhere')) == before


def test_a_persons_files_among_the_pictures_stay(folder):
    own = ['.gitignore', 'README', 'film.partial', 'thesis.pdf']
    for name in own:
        (folder / 'images' / name).write_bytes(b'%PDF')
    shutil.copy(folder / 'images/1-0.png', folder / 'images/4711')      # named without an ending
    partial_picture(folder / 'images/2-0.png').write_bytes(b'left by a kill')
    remove(folder, ['2'])
    assert sorted(os.listdir(folder / 'images')) == sorted([
        '1-0.png', '3-0.png', '4-0.png', *own])


def test_remove(folder):
    assert remove(folder, ['2', '3']) == updating.Changes(gone=2, unchanged=2)
    assert [product.id for product in open_catalogue(folder).products] == ['1', '4']
    assert sorted(os.listdir(folder / 'images')) == ['1-0.png', '4-0.png']
    with pytest.raises(UserError, match=r"has no product '2', '7'; there are 2, among them "):
        remove(folder, ['1', '7', '2'])
    with pytest.raises(UserError, match='without products is none'):
        remove(folder, ['1', '4'])
    assert len(open_catalogue(folder).products) == 2


def test_a_picture_of_two_products_stays_with_the_other(folder):
    header = open_catalogue(folder).header
    with io.CatalogueWriter(folder, header, replaces=header) as writer:
        for name in 'ab':
            writer.add(Product(name, name, {}, [Listing(images=['images/1-0.png'])]))
    remove(folder, ['a'])
    assert os.listdir(folder / 'images') == ['1-0.png']


# ---- killed

class Killed(BaseException):
    pass


def killed_at(number, monkeypatch, change, kill=Killed):
    """Makes a change that ends at the n-th step which others can see; whether it came so far."""
    steps = []

    def step(function):
        def stepped(*arguments, **named):
            steps.append(function)
            if len(steps) == number:
                raise kill()
            return function(*arguments, **named)
        return stepped

    with monkeypatch.context() as patch:
        patch.setattr(os, 'replace', step(os.replace))
        patch.setattr(pathlib.Path, 'unlink', step(pathlib.Path.unlink))
        patch.setattr(updating, 'append_line', step(updating.append_line))
        try:
            change()
        except Killed:
            return True
    return False


def test_a_catalogue_at_every_moment(tmp_path, monkeypatch):
    # The taxonomies of the two days contradict each other, but for the moment of an interruption.
    expected = content(imported(Shop(tmp_path / 'tuesday', TUESDAY), tmp_path / 'fresh').folder)
    folder = imported(Shop(tmp_path / 'monday', MONDAY), tmp_path / 'unbroken').folder
    changes, _ = update(Shop(tmp_path / 'tuesday', TUESDAY), folder)
    assert changes.gone
    for number in range(1, 100):
        folder = imported(Shop(tmp_path / 'monday', MONDAY), tmp_path / f'shop-{number}').folder
        before = (folder / 'products.jsonl').read_bytes()
        source = Shop(tmp_path / 'tuesday', TUESDAY)
        if not killed_at(number, monkeypatch, lambda: update(source, folder)):  # noqa: B023
            break
        assert (folder / 'products.jsonl').read_bytes() in (before, expected[0])
        assert not list(Check(folder).problems())
        again, _ = update(source, folder)
        # Pictures that were replaced already are no change any more.
        assert (again.new, again.gone) == (changes.new, changes.gone)
        assert content(folder) == expected
        line, = (folder / 'updates.jsonl').read_text().splitlines()
        assert json.loads(line).items() >= dataclasses.asdict(again).items()
        assert sorted(os.listdir(folder)) == [
            '.lock', 'catalogue.json', 'images', 'import-report.json', 'products.jsonl',
            'updates.jsonl']
    assert number > 8


def test_a_removal_is_finished_by_the_same_call(folder, tmp_path, monkeypatch):
    whole = shutil.copytree(folder, tmp_path / 'whole')
    changes = remove(whole, ['2', '3'])
    files = sorted(path.relative_to(whole) for path in whole.rglob('*'))
    for number in range(1, 100):
        own = shutil.copytree(folder, tmp_path / f'shop-{number}')
        if not killed_at(number, monkeypatch, lambda: remove(own, ['2', '3'])):  # noqa: B023
            break
        assert not list(Check(own).problems())
        assert remove(own, ['2', '3']) == changes
        assert content(own) == content(whole)
        assert sorted(path.relative_to(own) for path in own.rglob('*')) == files
        line, = (own / 'updates.jsonl').read_text().splitlines()
        assert json.loads(line).items() >= {'ids': ['2', '3'], 'gone': 2, 'unchanged': 2}.items()
        with pytest.raises(UserError, match="has no product '2'"):
            remove(own, ['2'])
    assert number > 5


SCRIPT = '''
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from test_updating import *
place = pathlib.Path(sys.argv[2])
killed_at(
    int(sys.argv[3]), pytest.MonkeyPatch,
    lambda: update(Shop(place / 'tuesday', TUESDAY), place / 'shop'),
    lambda: os.kill(os.getpid(), signal.SIGKILL))
'''


@pytest.mark.parametrize('number', [2, 4, 6])
def test_kill_9(folder, tmp_path, number):
    script = tmp_path / 'script.py'
    script.write_text(SCRIPT)
    process = subprocess.run(
        [sys.executable, script, pathlib.Path(__file__).parent, tmp_path, str(number)],
        env={**os.environ, 'PYTHONPATH': str(pathlib.Path(fashion_models.__file__).parents[1])})
    assert process.returncode == -signal.SIGKILL
    assert not list(Check(folder).problems())
    update(Shop(tmp_path / 'tuesday', TUESDAY), folder)
    fresh = imported(Shop(tmp_path / 'again', TUESDAY), tmp_path / 'fresh')
    assert content(folder) == content(fresh.folder)
    assert not list(folder.glob('.*.partial'))


@pytest.mark.parametrize('pending', ['{"ids": 5}', '{"ids": [[1]]}', '5', '{"new": "x"}', '\xff'])
def test_damaged_notes_of_a_change_are_none(folder, pending):
    (folder / io.PENDING_FILE).write_bytes(pending.encode('latin-1'))
    (folder / io.UPDATES_FILE).write_bytes(b'\xff\n')
    first = next(iter(open_catalogue(folder).products))
    assert remove(folder, [first.id]).gone == 1
    assert not (folder / io.PENDING_FILE).exists()
