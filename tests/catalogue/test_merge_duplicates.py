import itertools
import pathlib
import shutil
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.catalogue import importing
from fashion_models.catalogue import merge_duplicates as merge_duplicates_module
from fashion_models.catalogue.check import Check
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.journal import Journal, PairDecision, Undo
from fashion_models.catalogue.label_answers import Correction
from fashion_models.catalogue.merge_duplicates import merge_duplicates, one_product, take_back
from fashion_models.catalogue.pair_answers import PairAnswer
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import relabel
from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.taxonomy import Places
from fashion_models.errors import UserError
from fashion_models.files import atomic_write

TREE = {'shoes': {'boots': ['ankle boots'], 'flats': ['loafers']}, 'bags': {'totes': ['shoppers']}}
PATHS = [(), ('shoes',), ('shoes', 'boots'), ('shoes', 'boots', 'ankle boots'),
         ('shoes', 'flats', 'loafers'), ('bags', 'totes', 'shoppers'), ('bags',)]


def product(id, group='', path=(), colours=(), listings=1, extra=()):
    labels = dict(zip(('type', 'category', 'subcategory'), path)) | {'colour': tuple(colours)}
    return Product(id, group or f'g{id}', labels, [
        Listing(f'shop {number}', f'{id} {number}', images=['images/one.png'])
        for number in range(listings)], dict(extra))


def write(folder, products):
    (folder / 'images').mkdir(parents=True)
    # Whether it can be decoded is not what is tested here.
    (folder / 'images/one.png').write_bytes(b'png')
    header = Header('shop', taxonomy=TREE, colours=('Black', 'Red'))
    with CatalogueWriter(folder, header) as writer:
        for one in products:
            writer.add(one)
    return open_catalogue(folder)


def same(*ids):
    return [PairAnswer(*sorted(pair), 'same', 'x.csv:2') for pair in itertools.pairwise(ids)]


def colourway(a, b):
    return [PairAnswer(a, b, 'colourway', 'x.csv:3')]


@pytest.fixture
def shop(tmp_path):
    return write(tmp_path / 'shop', [
        product('1', 'a', PATHS[2], ['Red'], extra={'brand': 'x'}),
        product('2', 'b', PATHS[3], ['Black', 'Red'], 2, extra={'size': 's', 'relabelled': 'type'}),
        product('3', 'b', PATHS[1]), product('4', 'c', PATHS[5]), product('5', 'd')])


def products(folder):
    return {product.id: product for product in open_catalogue(folder).products}


def test_the_truth_about_a_drawn_catalogue_goes_along(shop, tmp_path):
    (shop.folder / 'truth.jsonl').write_bytes(b'{"id": "1"}\n')
    merge_duplicates(shop, same('2', '1/1'), tmp_path / 'new')
    take_back(open_catalogue(tmp_path / 'new'), tmp_path / 'back')
    assert (tmp_path / 'back/truth.jsonl').read_bytes() == b'{"id": "1"}\n'
    assert open_catalogue(tmp_path / 'back').hash() == shop.hash()
    (shop.folder / 'truth.jsonl').unlink()
    merge_duplicates(shop, same('2', '1/1'), tmp_path / 'new', overwrite=True)
    assert not (tmp_path / 'new/truth.jsonl').exists()


def test_the_first_product_gets_the_listings_and_what_it_lacks(shop, tmp_path):
    old = products(shop.folder)
    _, changes = merge_duplicates(shop, same('2', '1/1'), tmp_path / 'new')
    new = products(tmp_path / 'new')
    assert list(new) == ['1', '3', '4', '5']
    assert new['1'].listings == old['1'].listings + old['2'].listings
    assert new['1'].labels == {'colour': ('Red',), 'type': 'shoes', 'category': 'boots',
                               'subcategory': 'ankle boots'}
    assert new['1'].extra == {'brand': 'x', 'size': 's'}
    assert new['1'].group == new['3'].group
    assert [new[id] for id in '45'] == [old[id] for id in '45']
    assert {(one.product, one.joined_into, one.task, one.label, one.kept) for one in changes
            if one.joined_into} == {('2', '1', '', '', ''),
                                    ('2', '1', 'colour', 'Black|Red', 'Red')}
    rows = [row for _, row in Table(tmp_path / 'new' / 'merged.csv').all_rows()]
    assert {'product': '2', 'joined_into': '1', 'group': '', 'task': 'colour',
            'label': 'Black|Red', 'kept': 'Red'} in rows


def test_labels_of_another_branch_are_not_mixed_in():
    places = Places(TREE)
    made, differences = one_product(
        [product('1', path=['shoes']), product('2', path=PATHS[5], colours=['Red'])], places)
    assert made.labels == {'type': 'shoes', 'colour': ('Red',)}
    assert differences == [('2', 'type', 'bags', 'shoes'), ('2', 'category', 'totes', ''),
                           ('2', 'subcategory', 'shoppers', '')]


def test_colourways_come_into_one_group_with_all_of_theirs(shop, tmp_path):
    merge_duplicates(shop, colourway('3', '4'), tmp_path / 'new')
    new = products(tmp_path / 'new')
    assert list(new) == ['1', '2', '3', '4', '5']
    assert new['2'].group == new['3'].group == new['4'].group
    assert new['1'].group == 'a'


def test_no_product_that_may_have_been_trained_on_becomes_one_to_test_on(tmp_path):
    of_split = {split: next(str(n) for n in range(1000) if split_of(str(n)) == split)
                for split in ('test', 'validation', 'train')}
    shop = write(tmp_path / 'shop', [product(split, group) for split, group in of_split.items()])
    merge_duplicates(shop, same('test', 'validation', 'train'), tmp_path / 'new')
    (one,) = products(tmp_path / 'new').values()
    assert (one.id, one.group) == ('test', of_split['train'])


STEPS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans()).filter(
    lambda one: one[0] != one[1]), min_size=1, max_size=8)
PRODUCTS = st.lists(st.tuples(
    st.integers(0, 5), st.sampled_from(PATHS), st.sampled_from([(), ('Red',), ('Black', 'Red')]),
    st.integers(1, 2)), min_size=9, max_size=9)


@settings(max_examples=25)
@given(PRODUCTS, STEPS, STEPS)
def test_merges_and_their_undoing_are_the_identity(drawn, first, second):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shop = write(folder / '0', [product(str(id), f'g{group}', *rest)
                                    for id, (group, *rest) in enumerate(drawn)])
        done = [shop]
        for number, steps in enumerate((first, second), 1):
            answers = [PairAnswer(*sorted((str(a), str(b))), 'colourway' if way else 'same', 'x')
                       for a, b, way in steps]
            try:
                merge_duplicates(done[-1], answers, folder / str(number))
            except UserError:
                break       # they contradict each other, or change nothing
            done.append(open_catalogue(folder / str(number)))
            groups = {}
            for one in done[-1].products:
                groups.setdefault(one.group, set()).add(split_of(one.group))
            assert all(len(splits) == 1 for splits in groups.values())
            assert sum(len(one.listings) for one in done[-1].products) == sum(
                len(one.listings) for one in shop.products)
        back = done[-1]
        for number, before in enumerate(done[-2::-1]):
            take_back(back, folder / f'back {number}')
            back = open_catalogue(folder / f'back {number}')
            for name in ('products.jsonl', 'catalogue.json', 'merges.jsonl'):
                now, then = back.folder / name, before.folder / name
                assert now.exists() == then.exists()
                assert not now.exists() or now.read_bytes() == then.read_bytes()


def test_answers_apply_to_what_is_joined_already(shop, tmp_path):
    merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    new = open_catalogue(tmp_path / 'new')
    with pytest.raises(UserError, match='no answer joins or groups products that are not'):
        merge_duplicates(new, same('1', '2'), tmp_path / 'newer')
    with pytest.raises(UserError, match='1 ≠ 1: two listings of one product of the catalogue'):
        merge_duplicates(new, [PairAnswer('1', '2', 'different', 'x')], tmp_path / 'newer')
    merge_duplicates(new, same('4', '2/2'), tmp_path / 'newer')
    assert list(products(tmp_path / 'newer')) == ['1', '3', '5']


@pytest.mark.parametrize(('answers', 'message'), [
    (same('1', '9'), "the catalogue has no product or listing '9'"),
    (same('1', '2/3'), "no product or listing '2/3'"),
    (same('1', '2/0'), "no product or listing '2/0'"),
    ([PairAnswer('1', '9', 'same', 'x.csv:4')], "^x.csv:4: .* no product or listing '9'"),
    ([*same('1', '2', '3'), PairAnswer('1', '3', 'different', 'x.csv:9')],
     r'x.csv:9: 1 ≠ 3 contradicts 1 = 2 \(x.csv:2\), 2 = 3'),
    ([PairAnswer('1', '3', 'different')], 'no answer joins or groups')])
def test_answers_that_cannot_be_used(shop, tmp_path, answers, message):
    with pytest.raises(UserError, match=message):
        merge_duplicates(shop, answers, tmp_path / 'new')
    assert not (tmp_path / 'new').exists()


def test_an_id_that_may_be_a_product_or_a_listing(tmp_path):
    shop = write(tmp_path / 'shop', [product('a'), product('a/1'), product('b')])
    with pytest.raises(UserError, match="'a/1' is a product, and a listing of product 'a'"):
        merge_duplicates(shop, same('a/1', 'b'), tmp_path / 'new')


def test_killed_on_the_way_it_goes_on(shop, tmp_path, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt
    with monkeypatch.context() as patch:
        patch.setattr('fashion_models.catalogue.merge_duplicates.write_table', killed)
        with pytest.raises(KeyboardInterrupt):
            merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    with monkeypatch.context() as patch:
        patch.setattr(importing, '_with_images', killed)
        with pytest.raises(KeyboardInterrupt):
            merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    take_back(open_catalogue(tmp_path / 'new'), tmp_path / 'old')
    assert products(tmp_path / 'old') == products(shop.folder)


def test_a_merge_can_be_taken_back_after_a_correction(shop, tmp_path):
    merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    relabel(open_catalogue(tmp_path / 'new'), [
        Correction('1', 'colour', 'Red', 'Black'), Correction('4', 'colour', '', 'Red')],
        tmp_path / 'newer')
    _, changed = take_back(open_catalogue(tmp_path / 'newer'), tmp_path / 'old')
    old = products(tmp_path / 'old')
    assert changed == 1
    assert [old[id] for id in '1235'] == [products(shop.folder)[id] for id in '1235']
    assert old['4'].colours == ('Red',)
    with pytest.raises(UserError, match='no merge of duplicates to take back'):
        take_back(open_catalogue(tmp_path / 'old'), tmp_path / 'older')


def test_products_whose_pictures_lie_beside_the_folder_of_images_come_back(tmp_path):
    folder = tmp_path / 'by hand'
    write(folder, [product(id) for id in '123'])
    lines = (folder / 'products.jsonl').read_text().replace('images/', 'photos/')
    (folder / 'products.jsonl').write_text(lines)
    (folder / 'images').rename(folder / 'photos')
    merge_duplicates(open_catalogue(folder), same('1', '2'), tmp_path / 'a')
    # One more of such a product comes to a catalogue that holds a merge.
    (tmp_path / 'a/photos').mkdir()
    (tmp_path / 'a/photos/one.png').write_bytes(b'png')
    with open(tmp_path / 'a/products.jsonl', 'a') as file:
        file.write(lines.splitlines()[0].replace('"1"', '"4"') + '\n')
    relabel(open_catalogue(tmp_path / 'a'), [Correction('3', 'colour', '', 'Red')], tmp_path / 'b')
    merge_duplicates(open_catalogue(tmp_path / 'b'), same('3', '4'), tmp_path / 'c')
    take_back(open_catalogue(tmp_path / 'c'), tmp_path / 'd')
    assert products(tmp_path / 'd') == products(tmp_path / 'b')
    _, changed = take_back(open_catalogue(tmp_path / 'd'), tmp_path / 'e')
    assert changed == 0
    old = products(tmp_path / 'e')
    assert {id: one.images for id, one in old.items()} == {
        **dict.fromkeys('123', ('images/images/photos/one.png',)), '4': ('images/photos/one.png',)}
    assert all((tmp_path / 'e' / image).is_file() for one in old.values() for image in one.images)


@pytest.mark.parametrize(('kept', 'message'), [
    ('345', "product '1' is no longer there"), ('12345', "product '2' is there again")])
def test_what_cannot_be_taken_back(shop, tmp_path, kept, message):
    merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    other = write(tmp_path / 'other', [product(id) for id in kept])
    shutil.copy(tmp_path / 'new' / 'merges.jsonl', other.folder)
    with pytest.raises(UserError, match=message):
        take_back(other, tmp_path / 'old')
    damaged(other, '{"joined": [{}]}')


def damaged(catalogue, text):
    (catalogue.folder / 'merges.jsonl').write_text(text + '\n')
    with pytest.raises(UserError, match='merges.jsonl: damaged'):
        take_back(catalogue, catalogue.folder.with_name('old'))


@pytest.mark.parametrize('text', [
    '{"joined": [{"products": [{"row": 1e999, "record": {}}]}], "groups": {}}',
    '{"joined": [{"products": []}], "groups": {}}', '{"joined": [], "groups": {"1": 5}}',
    '{"joined": [], "groups": {"1": ["a"]}}', '{"joined": 5, "groups": {}}', '[]'])
def test_a_damaged_record_of_merges(shop, text):
    damaged(shop, text)


def test_another_catalogue_in_the_folder_has_no_merges(shop, tmp_path):
    merge_duplicates(shop, same('1', '2'), tmp_path / 'new')
    relabel(shop, [Correction('5', 'colour', '', 'Red')], tmp_path / 'new', overwrite=True)
    assert not (tmp_path / 'new' / 'merges.jsonl').exists()
    assert not (tmp_path / 'new' / 'merged.csv').exists()


def test_command(shop, tmp_path, command, capsys, jpeg):
    (shop.folder / 'images/one.png').write_bytes(jpeg())
    journal = Journal(tmp_path / 'journal.jsonl')
    wrong = PairDecision(who='bo', a='4', b='5', answer='same')
    journal.add(PairDecision(who='anna', a='1', b='2', answer='same'),
                PairDecision(who='anna', a='4', b='5', answer='different'), wrong)
    folder = tmp_path / 'new'
    status, out = command('merge-duplicates', shop.folder, folder, '--answers', journal.path)
    assert status == 0
    assert '2 products joined into 2 others; ' in out
    assert '1 label differed and gave way: see merged.csv' in out
    assert list(Check(folder).problems()) == []
    journal.add(Undo(who='anna', entry=wrong.id))
    status, out = command('merge-duplicates', shop.folder, folder, '--answers', journal.path,
                          '--overwrite', '--link')
    assert '1 product joined into 1 other; 1 product moved to the group of another' in out
    command('merge-duplicates', folder, tmp_path / 'old', '--undo')
    assert products(tmp_path / 'old') == products(shop.folder)
    with pytest.raises(UserError, match='--encoding: is that of --answers'):
        command('merge-duplicates', folder, tmp_path / 'older', '--undo', '--encoding', 'cp1252')
    with pytest.raises(UserError, match='lies in it; choose another'):
        command('merge-duplicates', folder, folder, '--undo')


def test_a_catalogue_that_changes_while_it_is_copied(shop, tmp_path, monkeypatch):
    real = merge_duplicates_module.run_import

    def run_import(*arguments, **named):
        content = (shop.folder / 'products.jsonl').read_bytes()
        with atomic_write(shop.folder / 'products.jsonl') as file:      # as "catalogue add" does
            file.write(content)
        return real(*arguments, **named)

    monkeypatch.setattr(merge_duplicates_module, 'run_import', run_import)
    with pytest.raises(UserError, match='shop: was changed while it was read; do it again'):
        merge_duplicates(shop, same('2', '1/1'), tmp_path / 'new')
    assert not (tmp_path / 'new').exists()
