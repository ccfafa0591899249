import gzip
import json

import pytest

from fashion_models.catalogue.importers import abo
from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError


def text(value, language='en_US', **more):
    return {'language_tag': language, 'value': value} | more


def shoe(item, domain='amazon.com', main='m1', others=('o1',), **more):
    return {'item_id': item, 'domain_name': domain, 'product_type': [{'value': 'SHOES'}],
            'main_image_id': main, 'other_image_id': list(others)} | more


PUMP = shoe(
    'B01', main='m1', others=['o1', 'gone', 'm1', 'chart'],
    item_name=[text('Damenpumps', 'de_DE'), text('The Fix  Pump, Toffee')],
    bullet_point=[text('Leder', 'de_DE'), text('Leather'), text('High heel')],
    product_description=[text('<p>A pump &amp; more</p>')],
    color=[text('Karamell', 'de_DE', standardized_values=['Braun']),
           text('Toffee Suede', standardized_values=['Brown'])],
    brand=[text('The Fix')], material=[text('Leather')], model_number=[{'value': 'X-1'}],
    item_keywords=[text('pump'), text('heel'), text('pump')],
    item_weight=[{'unit': 'pounds', 'value': 1.5}],
    node=[{'node_id': 1, 'node_name': '/Categories/Shoes'},
          {'node_id': 2, 'node_name': '/Categories/Women/Shoes/Pumps'}])
PUMP_IN_GERMANY = shoe(
    'B01', 'amazon.de', 'm1', ['o1', 'o2'], product_type='SHOES',
    item_name=[text('Pumps', 'de_DE')],
    node=[{'node_id': 3, 'path': '/Kategorien/Schuhe/Damen/Pumps/Mit Absatz'}])


@pytest.fixture
def images(drawn_images):
    return dict(zip(('m1', 'o1', 'o2', 'm3', 'm4', 'chart'), drawn_images))


@pytest.fixture
def imported(tmp_path, images, command):
    """Imports two files of listings; texts instead of listings are written as they are."""
    def run(*files, options=(), packed=True, size='small', change=None):
        folder = tmp_path / 'abo'
        ending, pack = ('.gz', gzip.compress) if packed else ('', bytes)
        write = {}
        for name, listings in zip('0f', files):
            lines = [entry if isinstance(entry, bytes) else json.dumps(entry).encode()
                     for entry in listings]
            write[f'listings/metadata/listings_{name}.json{ending}'] = pack(b'\n'.join(lines))
        rows = ['image_id,height,width,path', 'lost,100,100,no/such.jpg']
        for name, image in images.items():
            rows.append(f'{name},2000,1500,{name[0]}/{name}.jpg')
            write[f'images/{size}/{name[0]}/{name}.jpg'] = image
        write[f'images/metadata/images.csv{ending}'] = pack('\n'.join(rows).encode())
        for name, content in write.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        if change:
            change(folder)
        command('import', 'abo', folder, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


def test_labels_texts_and_images(imported, images):
    catalogue = imported([PUMP])
    (pump,) = catalogue.products
    assert pump.labels == {'gender': 'Women', 'colour': ('Brown',), 'type': 'Shoes',
                           'category': 'SHOES', 'subcategory': 'Pumps'}
    (listing,) = pump.listings
    assert (listing.retailer, listing.title) == ('amazon.com', 'The Fix Pump, Toffee')
    assert listing.description == 'Leather\nHigh heel\nA pump & more'
    assert pump.images == ('images/m/m1.jpg', 'images/o/o1.jpg', 'images/c/chart.jpg')
    assert (catalogue.folder / 'images/o/o1.jpg').read_bytes() == images['o1']
    assert pump.extra == {
        'brand': 'The Fix', 'material': 'Leather', 'model_number': 'X-1',
        'item_keywords': 'pump|heel', 'node': 'Women/Shoes/Pumps', 'colour_text': 'Toffee Suede'}


@pytest.mark.parametrize('files', [
    ([PUMP, PUMP_IN_GERMANY],), ([PUMP_IN_GERMANY], [PUMP]), ([PUMP], [PUMP_IN_GERMANY])])
def test_marketplaces_are_listings_of_one_product(imported, files):
    (pump,) = imported(*files).products
    assert {listing.retailer for listing in pump.listings} == {'amazon.com', 'amazon.de'}
    assert pump.title in ('The Fix Pump, Toffee', 'Pumps')
    # English first, wherever it stands, and each image once.
    assert pump.labels == {'gender': 'Women', 'colour': ('Brown',), 'type': 'Shoes',
                           'category': 'SHOES', 'subcategory': 'Pumps'}
    assert sorted(pump.images) == ['images/c/chart.jpg', 'images/m/m1.jpg', 'images/o/o1.jpg',
                                   'images/o/o2.jpg']


def test_what_is_in_no_english_is_kept_as_it_is(imported):
    (product,) = imported([shoe('B02', 'amazon.de', color=[text('Schwarz', 'de_DE')],
                                item_name=[text('Herrenschuhe', 'de_DE')],
                                node=PUMP_IN_GERMANY['node'])]).products
    assert product.labels == {'colour': ('Schwarz',), 'type': 'Shoes', 'category': 'SHOES'}
    assert product.title == 'Herrenschuhe'


@pytest.mark.parametrize(('name', 'gender'), [
    ("ELISE Women's Multi Flip-Flops", 'Women'), ('Mens Loafer', 'Men'),
    ('Slippers for Men & Women', 'Unisex'), ("Girls' Clogs", 'Girls'), ('Loafer', None)])
def test_gender_from_the_name(imported, name, gender):
    (product,) = imported([shoe('B02', item_name=[text(name)])]).products
    assert product.label('gender') == gender


def test_any_key_may_be_absent_or_of_another_form(imported):
    bare = {'item_id': 'B03', 'product_type': 'HAT', 'main_image_id': 'm3'}
    odd = bare | {'item_id': 'B04', 'main_image_id': None, 'other_image_id': 'm4', 'node': 'x',
                  'color': 'Red', 'item_name': 'Hat', 'brand': {'value': 'B'}, 'style': [None],
                  'bullet_point': [], 'model_name': [{'language_tag': None, 'value': None}]}
    one, two = imported([bare, odd]).products
    assert one.labels == two.labels == {'type': 'Accessories', 'category': 'HAT'}
    assert (one.images, two.images) == (('images/m/m3.jpg',), ('images/m/m4.jpg',))
    assert two.title == 'Hat'
    assert two.extra == {'brand': 'B', 'colour_text': 'Red'}


def test_items_with_the_same_main_image_are_one_group(imported):
    groups = {product.id: product.group for product in imported(
        # Sizes of one shoe; an item that shows it as another view; one that shares a size chart.
        [shoe('S2', main='m1', others=['chart']), shoe('S1', main='m1', others=['chart']),
         shoe('V', main='m3', others=['m1']), shoe('C', main='m4', others=['chart'])]).products}
    assert groups == {'S1': 'S1', 'S2': 'S1', 'V': 'S1', 'C': 'C'}


def test_the_report_accounts_for_every_line(imported, import_report):
    case = shoe('P', product_type=[{'value': 'CELLULAR_PHONE_CASE'}])
    catalogue = imported(
        [PUMP, PUMP, case, shoe('N', product_type=[]), b'{"item_id":', b'[1]', b'"\xff"'],
        [shoe(''), shoe('L', main='lost', others=[]), PUMP_IN_GERMANY])
    report = import_report(catalogue)
    assert (report['read'], report['kept']) == (9, 1)
    assert report['dropped'] == {
        'an item and marketplace that came before': {
            'count': 1, 'examples': ['listings_0.json.gz:2: B01 amazon.com']},
        'no product type of fashion': {
            'count': 2, 'examples': ['listings_0.json.gz:3: CELLULAR_PHONE_CASE',
                                     'listings_0.json.gz:4: none']},
        'a line that is no JSON object': {
            'count': 3, 'examples': [f'listings_0.json.gz:{line}' for line in (5, 6, 7)]},
        'no item_id': {'count': 1, 'examples': ['listings_f.json.gz:1']},
        'no image': {'count': 1, 'examples': ['item L']}}
    assert report['images_dropped'] == {
        'an id that images.csv does not have': {'count': 1, 'examples': ['gone of item B01']},
        'no such file': {'count': 1, 'examples': ['images/small/no/such.jpg of item L']}}


def test_sixteen_colours(imported):
    (pump,) = imported([PUMP], options=['--colours', 'lyst16']).products
    assert pump.colours == ('Brown',)


@pytest.mark.parametrize('form', [{'packed': False}, {'size': 'original'}])
def test_unpacked_tables_and_original_images(imported, form):
    (pump,) = imported([PUMP], **form).products
    assert pump.images[0] == 'images/m/m1.jpg'


def test_links(imported, tmp_path):
    catalogue = imported([PUMP], options=['--link'])
    assert (catalogue.folder / 'images/m/m1.jpg').samefile(tmp_path / 'abo/images/small/m/m1.jpg')


def remove(name):
    return lambda folder: (folder / name).rename(folder / 'elsewhere')


def rewrite(name, content):
    return lambda folder: (folder / name).write_bytes(content)


LISTINGS = 'listings/metadata/listings_0.json.gz'
IMAGES = 'images/metadata/images.csv.gz'


@pytest.mark.parametrize(('change', 'message'), [
    (remove('listings'), r'and found no listings/metadata/listings_\*\.json\.gz'),
    (remove(IMAGES), r'and found no images/metadata/images\.csv\.gz'),
    (remove('images/small'), 'and found no images/small/'),
    (rewrite(LISTINGS, gzip.compress(json.dumps(PUMP).encode())[:-12]),
     r'listings_0\.json\.gz: damaged or incomplete: '),
    (rewrite(LISTINGS, b'{}'), r'listings_0\.json\.gz: damaged or incomplete: '),
    (rewrite(LISTINGS, gzip.compress(b'')), 'no product can be kept: there is none'),
    (rewrite(IMAGES, gzip.compress(b'id,path\n')),
     r'images\.csv\.gz:1: expected the table of images; missing column image_id; found id, path')])
def test_folders_that_cannot_be_used(imported, tmp_path, change, message):
    with pytest.raises(UserError, match=message):
        imported([PUMP], change=change)
    assert not (tmp_path / 'catalogue').exists()


def test_a_product_type_is_of_one_type():
    names = [name for names in abo.FASHION_TYPES.values() for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize('name', ['listings/metadata/listings_0.json.gz',
                                  'images/metadata/images.csv.gz'])
def test_lists_that_are_links_to_elsewhere_are_not_read(imported, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)

    def change(folder):
        (folder / name).rename(tmp_path / 'elsewhere')
        (folder / name).symlink_to(tmp_path / 'elsewhere')

    with pytest.raises(UserError, match='abo: expected the unpacked archives .*, and found no '):
        imported([PUMP], change=change)
