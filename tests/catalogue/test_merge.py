import json
import os

import pytest

from fashion_models import cli
from fashion_models.catalogue import importing
from fashion_models.catalogue import merge as merge_module
from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.mapping import Mapping
from fashion_models.catalogue.merge import UnmappedLabels, merge, unmapped_labels
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError

MAPPING = '''
[a.gender]
"M" = "Men"

[a.subcategory]
"shirt" = ["Apparel", "Topwear", "Shirts"]

[b]
gender = "same"
colour = "same"
type = []

[b.category]
"Hosen" = ["Apparel", "Bottomwear"]
'''


def write(folder, name, products, jpeg, licence=''):
    """A catalogue of products given as (id, group, labels, image paths, extra)."""
    with CatalogueWriter(folder, Header(name, source='drawn', licence=licence)) as writer:
        for number, (id_, group, labels, images, extra) in enumerate(products):
            for image in images:
                (folder / image).parent.mkdir(parents=True, exist_ok=True)
                (folder / image).write_bytes(jpeg() + f'{name} {number} {image}'.encode())
            writer.add(Product(id_, group, labels, [
                Listing('retailer', f'title {id_}', images=images[:1]),
                Listing(images=images[1:])], extra))
    return folder


@pytest.fixture
def a(tmp_path, jpeg):
    return write(tmp_path / 'one', 'a', [
        ('1', 'g', {'gender': 'M', 'subcategory': 'shirt'}, ['images/x/1.jpg', 'images/2.jpg'], {}),
        ('2', 'g', {'gender': 'M'}, ['images/3.jpg'], {})], jpeg, licence='free')


@pytest.fixture
def b(tmp_path, jpeg):
    # The same ids, groups and file names as a's; one image outside images/.
    return write(tmp_path / 'two', 'b', [
        ('1', 'g', {'gender': 'Women', 'colour': ('Red',), 'type': 'Neu'},
         ['images/x/1.jpg', 'photos/2.jpg'], {'source_category': 'Hosen', 'note': 'n'})], jpeg)


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / 'mapping.toml'
    path.write_text(MAPPING, encoding='utf-8')
    return path


def merged(a, b, mapping, folder, **options):
    return merge([open_catalogue(a), open_catalogue(b)], Mapping.load(mapping), folder, **options)


def products_of(folder):
    return {product.id: product for product in open_catalogue(folder).products}


def test_products_of_all_under_one_vocabulary(a, b, mapping, tmp_path):
    report = merged(a, b, mapping, tmp_path / 'all')
    assert (report.products_read, report.kept) == (3, 3)
    products = products_of(tmp_path / 'all')
    assert list(products) == ['a/1', 'a/2', 'b/1']
    assert products['a/1'].labels == {
        'gender': 'Men', 'type': 'Apparel', 'category': 'Topwear', 'subcategory': 'Shirts'}
    assert products['b/1'].labels == {
        'gender': 'Women', 'colour': ('Red',), 'type': 'Apparel', 'category': 'Bottomwear'}
    assert [product.group for product in products.values()] == ['a/g', 'a/g', 'b/g']
    assert products['b/1'].extra == {
        'source_category': 'Hosen', 'source_type': 'Neu', 'note': 'n', 'catalogue': 'b'}
    assert [listing.title for listing in products['a/1'].listings] == ['title 1', '']
    header = open_catalogue(tmp_path / 'all').header
    assert header.name == 'all'
    assert header.taxonomy == {'Apparel': {'Bottomwear': [], 'Topwear': ['Shirts']}}
    assert (header.source, header.licence) == ('a, drawn; b, drawn', 'a: free')
    assert list(Check(tmp_path / 'all').problems()) == []
    assert json.loads((tmp_path / 'all/import-report.json').read_text()) == report.record()


def test_images_of_equal_names_stay_apart(a, b, mapping, tmp_path):
    merged(a, b, mapping, tmp_path / 'all')
    products = products_of(tmp_path / 'all')
    assert products['a/1'].images == ('images/a/x/1.jpg', 'images/a/2.jpg')
    assert products['b/1'].images == ('images/b/images/x/1.jpg', 'images/b/photos/2.jpg')
    for folder, name, id_ in (a, 'a', '1'), (a, 'a', '2'), (b, 'b', '1'):
        before, after = products_of(folder)[id_].images, products[f'{name}/{id_}'].images
        for old, new in zip(before, after, strict=True):
            assert (tmp_path / 'all' / new).read_bytes() == (folder / old).read_bytes()
            assert not os.path.samefile(tmp_path / 'all' / new, folder / old)


def test_links(a, b, mapping, tmp_path):
    merged(a, b, mapping, tmp_path / 'all', link=True)
    assert os.path.samefile(tmp_path / 'all/images/a/x/1.jpg', a / 'images/x/1.jpg')
    assert os.path.samefile(tmp_path / 'all/images/b/photos/2.jpg', b / 'photos/2.jpg')


def test_merging_what_was_merged(a, b, mapping, tmp_path, jpeg):
    merged(a, b, mapping, tmp_path / 'all')
    c = write(tmp_path / 'three', 'c', [('1', 'g', {'gender': 'Men'}, ['images/1.jpg'], {})], jpeg)
    path = tmp_path / 'more.toml'
    same = '\n'.join(f'{task} = "same"' for task in (
        'gender', 'colour', 'type', 'category', 'subcategory'))
    path.write_text(f'[all]\n{same}\n[c]\n{same}\n')
    merged(tmp_path / 'all', c, path, tmp_path / 'more')
    products = products_of(tmp_path / 'more')
    assert set(products) == {'all/a/1', 'all/a/2', 'all/b/1', 'c/1'}
    for id_, product in products_of(tmp_path / 'all').items():
        assert products[f'all/{id_}'].labels == product.labels
    assert products['all/a/1'].images[0] == 'images/all/a/x/1.jpg'
    assert list(Check(tmp_path / 'more').problems()) == []


def test_interrupted_merge_goes_on(a, b, mapping, tmp_path, monkeypatch):
    real, calls = importing._with_images, []

    def with_images(product, *arguments):
        calls.append(product.id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(product, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_with_images', with_images)
        with pytest.raises(KeyboardInterrupt):
            merged(a, b, mapping, tmp_path / 'all')
    with pytest.raises(UserError, match='is not a catalogue'):
        open_catalogue(tmp_path / 'all')
    first = tmp_path / 'all/images/a/x/1.jpg'
    written = first.stat().st_ino
    assert merged(a, b, mapping, tmp_path / 'all').kept == 3
    assert first.stat().st_ino == written
    # Another merge into the same folder would not go on with it, but begin anew.
    with pytest.raises(UserError, match='already holds a catalogue'):
        merged(a, b, mapping, tmp_path / 'all')


def test_nothing_is_written_while_labels_are_unmapped(a, b, mapping, tmp_path):
    mapping.write_text(MAPPING.replace('gender = "same"', '').replace('"M" = "Men"', ''))
    with pytest.raises(UnmappedLabels, match='2 labels of 2 catalogues not mapped') as caught:
        merged(a, b, mapping, tmp_path / 'all')
    assert caught.value.counts == {('a', 'gender', 'M'): 2, ('b', 'gender', 'Women'): 1}
    assert not (tmp_path / 'all').exists()


def test_a_catalogue_that_is_updated_before_it_is_read(a, b, mapping, tmp_path, monkeypatch):
    def run_import(*arguments, **options):
        path = b / 'products.jsonl'
        path.write_text(path.read_text().replace('Hosen', 'Jacken'))
        return importing.run_import(*arguments, **options)

    monkeypatch.setattr(merge_module, 'run_import', run_import)
    with pytest.raises(UserError, match="b: the mapping lacks category 'Jacken' of product '1'"):
        merged(a, b, mapping, tmp_path / 'new')
    assert not (tmp_path / 'new').exists()


def test_catalogues_of_one_name(a, b, mapping, tmp_path):
    header = json.loads((b / 'catalogue.json').read_text())
    for name, message in [('a', "is called 'a' as"), ('x/y', "called 'x/y', which cannot name a f"),
                          ('..', "called '..', which cannot name a folder")]:
        (b / 'catalogue.json').write_text(json.dumps(header | {'name': name}))
        with pytest.raises(UserError, match=message):
            merge([open_catalogue(a), open_catalogue(b)],
                  Mapping(dict.fromkeys((name, 'a'), dict.fromkeys(
                      ('gender', 'colour', 'type', 'category', 'subcategory'), 'same'))),
                  tmp_path / 'all')
        assert not (tmp_path / 'all').exists()


def test_command(a, b, mapping, tmp_path, command):
    status, output = command('merge', a, b, tmp_path / 'all', '--mapping', mapping, '--link')
    assert status == 0
    assert '3 products read, 3 kept in 2 groups with 5 images' in output
    assert len(list(open_catalogue(tmp_path / 'all').products)) == 3


def test_list_unmapped_is_the_mapping_to_be_filled_in(a, b, mapping, tmp_path, command):
    words = 'merge', a, b, tmp_path / 'all', '--list-unmapped'
    _, output = command(*words)
    assert '[a.gender]\n"M" = "?"  # 2 products\n' in output
    assert '[b.category]\n"Hosen" = "?"  # 1 product\n' in output
    path = tmp_path / 'new.toml'
    path.write_text(output, encoding='utf-8')
    assert command(*words, '--mapping', path)[1] == output
    path.write_text(output.replace('"?"', '[]'), encoding='utf-8')
    assert command(*words, '--mapping', path)[1] == ''
    assert not (tmp_path / 'all').exists()
    command('merge', a, b, tmp_path / 'all', '--mapping', path)
    assert all(not product.labels for product in products_of(tmp_path / 'all').values())


def test_command_names_all_that_is_unmapped(a, b, mapping, tmp_path, capsys):
    mapping.write_text(MAPPING.replace('gender = "same"', ''))
    assert cli.main(['catalogue', 'merge', str(a), str(b), str(tmp_path / 'all'), '--mapping',
                     str(mapping)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ['[b.gender]', '"Women" = "?"  # 1 product']
    assert 'mapping.toml: 1 label of 1 catalogue not mapped' in lines[2]


def test_bad_calls(a, b, mapping, tmp_path, command):
    with pytest.raises(UserError, match='--mapping is missing'):
        command('merge', a, b, tmp_path / 'all')
    with pytest.raises(UserError, match='lies in it; choose another folder'):
        command('merge', a, b, a, '--mapping', mapping, '--overwrite')
    with pytest.raises(UserError, match='there is no such folder; expected a catalogue'):
        command('merge', a, tmp_path / 'none', tmp_path / 'all', '--mapping', mapping)


def test_the_shops_mapping_fits_the_shops(shared_data, tmp_path, command):
    from pathlib import Path
    shops = [shared_data / 'luma', *sorted((shared_data / 'shops').glob('*/'))]
    folders = []
    for shop in shops:
        folders.append(tmp_path / shop.name)
        command('import', 'csv', shop, folders[-1], '--colours', 'lyst16', '--link')
    path = Path(__file__).parents[2] / 'experiments/mappings/shops.toml'
    mapping = Mapping.load(path)
    catalogues = [open_catalogue(folder) for folder in folders]
    assert unmapped_labels(catalogues, mapping) == {}
    report = merge(catalogues, mapping, tmp_path / 'all', link=True)
    assert report.kept == 2957
    assert report.record()['contradicting_labels'] == []
    # Every line of the mapping is about something that is there.
    missing = unmapped_labels(catalogues, Mapping({}))
    for name, tables in mapping.tables.items():
        for task, table in tables.items():
            for label in table if isinstance(table, dict) else ():
                assert (name, task, label) in missing
