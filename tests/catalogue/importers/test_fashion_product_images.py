import json
import zipfile

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError

HEADER = ('id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,'
          'productDisplayName')
ROWS = [
    '1,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Men Navy Blue Shirt',
    '2,Women,Accessories,Watches,Watches,Silver,Winter,2016,Casual,A, B and, C Watch',
    '3,Men,Apparel,Bottomwear,Track Pants,NA,,2011,NA,Manchester "United Pants',
    '4,Women,Personal Care,Lips,Lipstick,Pink,Spring,2017,,Colorbar Lipstick',
    '5,Boys,Apparel,Topwear,Tshirts,,Summer,2012,Casual,No Image Tshirt',
    '6,Unisex,Footwear,Shoes,Casual Shoes,Coffee Brown,Summer,2012,Casual,Été Shoes',
    '1,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,The same id again',
    'x,Men,Apparel',
    '',
]


@pytest.fixture
def files(jpeg):
    colours = {'1': 'navy', '2': 'grey', '3': 'black', '4': 'pink', '6': 'navy'}
    return {'styles.csv': '\n'.join([HEADER, *ROWS]).encode()} | {
        f'images/{name}.jpg': jpeg(colour) for name, colour in colours.items()}


def as_folder(place, files):
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(place, files):
    with zipfile.ZipFile(place / 'archive.zip', 'w') as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place / 'archive.zip'


def under(top, files):
    return {top + name: content for name, content in files.items()}


@pytest.fixture
def imported(tmp_path, files, command):
    def run(*options, form=as_zip, files=files):
        (tmp_path / 'source').mkdir()
        source = form(tmp_path / 'source', files)
        command('import', 'fashion-product-images', source, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


def report_of(catalogue):
    return json.loads((catalogue.folder / 'import-report.json').read_bytes())


def test_labels_texts_and_images(imported, files):
    catalogue = imported()
    products = {product.id: product for product in catalogue.products}
    assert list(products) == ['1', '2', '3', '6']  # the source's order
    assert products['1'].labels == {
        'gender': 'Men', 'colour': ('Navy Blue',), 'type': 'Apparel', 'category': 'Topwear',
        'subcategory': 'Shirts'}
    assert products['1'].extra == {'season': 'Fall', 'year': '2011', 'usage': 'Casual'}
    assert products['1'].images == ('images/1.jpg',)
    assert (catalogue.folder / 'images/1.jpg').read_bytes() == files['images/1.jpg']
    assert products['2'].title == 'A, B and, C Watch'
    assert products['3'].title == 'Manchester "United Pants'
    assert products['6'].title == 'Été Shoes'


def test_na_and_nothing_are_no_labels(imported):
    product = next(item for item in imported().products if item.id == '3')
    assert product.label('colour') is None
    assert product.extra == {'year': '2011'}


def test_the_report_accounts_for_every_row(imported):
    report = report_of(imported())
    dropped = {reason: entry['count'] for reason, entry in report['dropped'].items()}
    assert dropped == {'not fashion: Personal Care': 1, 'no image': 1, 'an id that came before': 1,
                       'not a row of ten fields that begins with a number': 1}
    assert (report['read'], report['kept']) == (8, 4)
    assert report['images_dropped'] == {'no such file': {
        'count': 1, 'examples': ['images/5.jpg of styles.csv:6']}}
    assert report['images_per_product'] == {'1': 4}
    assert report['labels']['gender'] == {'Men': 2, 'Unisex': 1, 'Women': 1}
    assert report['labels']['colour'] == {'Coffee Brown': 1, 'Navy Blue': 1, 'Silver': 1}


def test_all_categories(imported):
    catalogue = imported('--all-categories')
    assert [product.id for product in catalogue.products] == ['1', '2', '3', '4', '6']
    assert catalogue.header.taxonomy['Personal Care'] == {'Lips': ['Lipstick']}


def test_sixteen_colours(imported):
    products = {product.id: product for product in imported('--colours', 'lyst16').products}
    assert products['1'].colours == ('Navy',)
    assert products['1'].extra['source_colour'] == 'Navy Blue'
    assert products['2'].colours == ('Silver',)
    assert 'source_colour' not in products['2'].extra
    assert products['3'].colours == ()
    assert products['6'].colours == ('Brown',)


def test_the_same_picture_is_the_same_group(imported):
    groups = {product.id: product.group for product in imported().products}
    assert groups == {'1': '1', '2': '2', '3': '3', '6': '1'}


@pytest.mark.parametrize('form', [as_folder, as_zip])
@pytest.mark.parametrize('top', ['', 'fashion-dataset/', 'a/b/'])
def test_folder_or_archive_with_or_without_a_top_folder(imported, files, form, top):
    catalogue = imported(form=form, files=under(top, files))
    assert [product.images for product in catalogue.products] == [
        ('images/1.jpg',), ('images/2.jpg',), ('images/3.jpg',), ('images/6.jpg',)]


def test_windows_line_ends_and_byte_order_mark(imported, files):
    table = '\ufeff' + files['styles.csv'].decode().replace('\n', '\r\n')
    titles = [product.title for product in imported(
        files=files | {'styles.csv': table.encode()}).products]
    assert titles[0] == 'Turtle Check Men Navy Blue Shirt'
    assert len(titles) == 4


@pytest.mark.parametrize('separator', ';\t')
def test_other_separators(imported, files, separator):
    rows = [row.replace(',', separator, HEADER.count(',')) for row in [HEADER, *ROWS]]
    catalogue = imported(files={**files, 'styles.csv': '\n'.join(rows).encode()})
    assert next(iter(catalogue.products)).title == 'Turtle Check Men Navy Blue Shirt'


def test_contradicting_labels_are_settled_and_reported(imported, files, jpeg):
    rows = [f'{n},Men,Accessories,Socks,Socks,Black,Fall,2011,Casual,S' for n in range(11, 18)]
    rows += ['18,Men,Apparel,Socks,Socks,Black,Fall,2011,Casual,S']
    files = files | {'styles.csv': '\n'.join([HEADER, *rows]).encode()}
    files |= {f'images/{n}.jpg': jpeg() for n in range(11, 19)}
    catalogue = imported(files=files)
    product = list(catalogue.products)[-1]
    assert product.label('type') == 'Accessories'
    assert product.extra['source_type'] == 'Apparel'
    assert report_of(catalogue)['contradicting_labels'] == [
        {'task': 'type', 'label': 'Apparel', 'replaced_by': 'Accessories', 'products': 1}]


@pytest.mark.parametrize(('files', 'message'), [
    ({'a.txt': b''}, 'expected the Kaggle layout, styles.csv and images/, and found no styles.csv'),
    ({'styles.csv': b'id,gender\n'}, 'styles.csv:1: expected the columns id,gender,masterCategory'),
    ({'styles.csv': b''}, 'styles.csv:1: expected the columns id,gender,masterCategory'),
    ({'styles.csv': f'{HEADER}\n1,M\xe4n'.encode('latin-1')}, 'styles.csv:2: not UTF-8'),
    ({'styles.csv': f'{HEADER}\n{ROWS[0]}'.encode()}, 'no product can be kept'),
])
@pytest.mark.parametrize('form', [as_folder, as_zip])
def test_what_is_not_this_data_set(imported, tmp_path, form, files, message):
    with pytest.raises(UserError, match=message):
        imported(form=form, files=files)
    assert not (tmp_path / 'catalogue').exists()


def test_damaged_members_of_an_archive(tmp_path, imported, files):
    def damaged(place, files):
        archive = as_zip(place, files)
        content = bytearray(archive.read_bytes())
        at = content.index(files['images/2.jpg'])
        content[at + 100] ^= 1
        archive.write_bytes(content)
        return archive

    catalogue = imported(form=damaged)
    assert [product.id for product in catalogue.products] == ['1', '3', '6']
    (reason,) = set(report_of(catalogue)['images_dropped']) - {'no such file'}
    assert reason.startswith('cannot be read: damaged or encrypted in the archive (Bad CRC-32')


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_real_data(shared_data, tmp_path, command):
    source = shared_data / 'fashion-product-images-small.zip'
    if not source.is_file():
        pytest.skip(f'needs {source}')
    status, output = command('import', 'fashion-product-images', source, tmp_path / 'catalogue',
                             '--colours', 'lyst16')
    assert '40,051 products read, 37,706 kept in 37,057 groups with 37,706 images' in output
    catalogue = open_catalogue(tmp_path / 'catalogue')
    assert sorted(catalogue.header.taxonomy) == ['Accessories', 'Apparel', 'Footwear']
    assert len(catalogue.header.colours) == 16
    status, output = command('check', tmp_path / 'catalogue')
    assert status == 0
    assert output.endswith('37,706 images: no problems\n')
