import hashlib
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.catalogue import io
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.tasks import TASKS
from fashion_models.errors import UserError

HEADER = Header('shop', '2', 'a shop', 'none')


def product(identity='1', **labels):
    return Product(identity, identity, labels, [Listing(images=[f'images/{identity}.jpg'])])


def write(folder, products, header=HEADER, overwrite=False):
    with CatalogueWriter(folder, header, overwrite) as writer:
        for item in products:
            writer.add(item)
    return open_catalogue(folder)


names = st.text(min_size=1).filter(str.strip)
paths = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3).map('/'.join).filter(
    lambda path: path_problem(path) is None)
listings = st.builds(Listing, st.text(), st.text(), st.text(), st.lists(paths, max_size=3))
labels = st.fixed_dictionaries({}, optional={
    task: st.lists(names, min_size=1, max_size=3) if task == 'colour' else names
    for task in TASKS})
products = st.builds(Product, names, names, labels, st.lists(listings, max_size=3),
                     st.dictionaries(st.text(), st.text())).filter(lambda item: item.images)


@settings(max_examples=50)
@given(st.lists(products, max_size=5, unique_by=lambda item: item.id))
def test_what_is_read_is_what_was_written(tmp_path_factory, written):
    catalogue = write(tmp_path_factory.mktemp('catalogue'), written)
    assert list(catalogue.products) == written
    assert list(catalogue.products) == written  # a second time
    assert len(catalogue.products) == len(written)


def test_a_line_of_products_is_plain_json(tmp_path):
    write(tmp_path, [product('1', gender='Men', colour=('Grün',))])
    line = (tmp_path / 'products.jsonl').read_text(encoding='utf-8')
    assert line == ('{"id": "1", "group": "1", "labels": {"gender": "Men", "colour": ["Grün"]}, '
                    '"listings": [{"images": ["images/1.jpg"]}]}\n')


def test_header_takes_what_the_products_hold(tmp_path):
    header = write(tmp_path, [
        product('1', gender='Men', colour=('Blue', 'Red'), type='Shoes', category='Boots'),
        product('2', gender='Boys', type='Clothing')]).header
    assert header == Header('shop', '2', 'a shop', 'none', {'Clothing': {}, 'Shoes': {'Boots': []}},
                            ('Boys', 'Men'), ('Blue', 'Red'))
    assert json.loads((tmp_path / 'catalogue.json').read_bytes())['format'] == 1


def test_header_keeps_what_it_was_given(tmp_path):
    given_ = Header('shop', taxonomy={'Shoes': {'Boots': ['Ankle']}}, genders=('Women',),
                    colours=('Red',))
    assert write(tmp_path, [product(type='Shoes')], given_).header == given_


def test_nothing_looks_whole_after_an_interruption(tmp_path):
    def interrupted():
        yield product()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, interrupted())
    assert os.listdir(tmp_path) == []
    with pytest.raises(UserError, match='is not a catalogue: it has no catalogue.json'):
        open_catalogue(tmp_path)


def test_nothing_is_there_before_the_end(tmp_path):
    with CatalogueWriter(tmp_path, HEADER) as writer:
        writer.add(product())
        assert not (tmp_path / 'catalogue.json').exists()
        assert not (tmp_path / 'products.jsonl').exists()


def test_a_catalogue_is_only_replaced_when_told_to(tmp_path):
    write(tmp_path, [product('1')])
    with pytest.raises(UserError, match='already holds a catalogue.*overwrite it'):
        write(tmp_path, [product('2')])
    assert [item.id for item in open_catalogue(tmp_path).products] == ['1']
    write(tmp_path, [product('2')], overwrite=True)
    assert [item.id for item in open_catalogue(tmp_path).products] == ['2']


def test_images_may_be_there_before(tmp_path):
    (tmp_path / 'images').mkdir()
    assert len(write(tmp_path, [product()]).products) == 1


def test_products_that_cannot_be_one_are_refused(tmp_path):
    with CatalogueWriter(tmp_path, HEADER) as writer:
        writer.add(product('1'))
        with pytest.raises(UserError, match="product '1' was written before"):
            writer.add(product('1'))
        with pytest.raises(UserError, match="product '2': has no image"):
            writer.add(Product('2', '2', {}, []))
        with pytest.raises(UserError, match="product '2': image path '../x' leaves the folder"):
            writer.add(Product('2', '2', {}, [Listing(images=['../x'])]))
        with pytest.raises(UserError, match="product '2': unknown task 'color'"):
            writer.add(product('2', color='Red'))
    assert len(open_catalogue(tmp_path).products) == 1


def test_a_folder_that_is_no_catalogue(tmp_path):
    with pytest.raises(UserError, match='there is no such folder'):
        open_catalogue(tmp_path / 'nothing')
    write(tmp_path, [product()])
    (tmp_path / 'products.jsonl').unlink()
    with pytest.raises(UserError, match='it has no products.jsonl'):
        open_catalogue(tmp_path)


@pytest.mark.parametrize(('text', 'message'), [
    ('{', 'not JSON'),
    ('[]', 'expected "format": 1, found \'list\''),
    ('{"format": 2}', 'expected "format": 1, found 2'),
    ('{"format": 1}', '"name" must be a text, not None'),
    ('{"format": 1, "name": "a", "version": "", "source": "", "licence": "", "taxonomy": []}',
     '"taxonomy" must be {type: {category: '),
    ('{"format": 1, "name": "a", "version": "", "source": "", "licence": "", "taxonomy": '
     '{"Shoes": ["Boots"]}}', '"taxonomy" must be {type: {category: '),
    ('{"format": 1, "name": "a", "version": "", "source": "", "licence": "", "taxonomy": {}, '
     '"colours": "Red"}', '"colours" must be a list of names, not \'Red\''),
    ('{"format": 1, "name": "a", "version": "", "source": "", "licence": "", "taxonomy": {}, '
     '"color": "Red"}', 'unknown key "color"'),
    ('{"format": 1, "name": "a", "version": "", "source": "", "licence": "", "taxonomy": '
     '{"\\ud83d": {}}}', 'a text holds half of a surrogate pair'),
])
def test_bad_headers(tmp_path, text, message):
    write(tmp_path, [product()])
    (tmp_path / 'catalogue.json').write_text(text)
    with pytest.raises(UserError) as error:
        open_catalogue(tmp_path)
    assert str(error.value).startswith(f'{tmp_path / "catalogue.json"}: {message}')


@pytest.mark.parametrize('line', ['{', '{"id": "2"}', '\ufeff', '"\udc80"'])
def test_a_bad_line_is_named(tmp_path, line):
    catalogue = write(tmp_path, [product()])
    with open(tmp_path / 'products.jsonl', 'ab') as file:
        file.write(line.encode('utf-8', 'surrogateescape') + b'\n')
    with pytest.raises(UserError, match=r'products\.jsonl:2: '):
        list(catalogue.products)


def test_blank_lines_are_passed_over(tmp_path):
    catalogue = write(tmp_path, [product()])
    with open(tmp_path / 'products.jsonl', 'ab') as file:
        file.write(b'\n  \n')
    assert len(list(catalogue.products)) == len(catalogue.products) == 1


@pytest.fixture
def catalogue(tmp_path):
    (tmp_path / 'images').mkdir()
    (tmp_path / 'images' / '1.jpg').write_bytes(b'12345')
    return write(tmp_path, [product('1', type='Shoes'), product('2')])


def test_hash_is_of_header_products_and_image_sizes(catalogue):
    header = (catalogue.folder / 'catalogue.json').read_bytes()
    lines = (catalogue.folder / 'products.jsonl').read_bytes()
    expected = hashlib.sha256(
        b'catalogue.json %d\n' % len(header) + header
        + b'products.jsonl %d\n' % len(lines) + lines
        + b'5 images/1.jpg\n-1 images/2.jpg\n').hexdigest()
    assert catalogue.hash() == expected


def test_hash_sees_every_change_and_no_touch(catalogue):
    before = catalogue.hash()
    os.utime(catalogue.folder / 'images' / '1.jpg', (0, 0))
    assert catalogue.hash() == before
    (catalogue.folder / 'images' / '1.jpg').write_bytes(b'123456')
    after_image = catalogue.hash()
    write(catalogue.folder, [product('1', type='Shoes')], overwrite=True)
    after_products = catalogue.hash()
    write(catalogue.folder, [product('1', type='Shoes')], Header('other'), overwrite=True)
    assert len({before, after_image, after_products, catalogue.hash()}) == 4


def test_image_file_lies_in_the_folder(catalogue):
    assert catalogue.image_file('images/1.jpg').read_bytes() == b'12345'


def test_disk_trouble_leaves_no_catalogue(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(io.CatalogueWriter, '_write_header', full)
    with pytest.raises(OSError, match='No space left'), CatalogueWriter(tmp_path, HEADER) as writer:
        writer.add(product())
    with pytest.raises(UserError, match=r'it has no catalogue\.json'):
        open_catalogue(tmp_path)
