import itertools

import pytest

from fashion_models.catalogue import importing
from fashion_models.errors import UserError

HEADER = 'CID,Category,SubCategory,HeelHeight,Insole,Closure,Gender,Material,ToeStyle'
ROWS = [
    '100627-255,Shoes,Oxfords,,,Lace up,Men,Leather,Capped Toe;Round Toe',
    '100627-72,Shoes,Oxfords,,,Lace up,Men,Leather,Capped Toe;Round Toe',
    '7512345-3,Shoes,Sneakers and Athletic Shoes,,,,Women;Men,Synthetic,',
    '8000-1,Boots,Ankle,1in - 1 3/4in,Orthotic Friendly,"Lace up, Zip",Women,Suede,NA',
    '8001-1,Slippers,Boot,,,,Boys;Girls,,',
    '8002-9,Sandals,Flat,,,,,Café,',
    '8003-9,Sandals,Flat,,,,Girls,,',
    '100627-255,Shoes,Oxfords,,,Lace up,Men,Leather,Capped Toe;Round Toe',
    ',Sandals,Flat,,,,Girls,,',
]
IMAGES = [
    'Shoes/Oxfords/Bostonian/100627.255.jpg',
    'Shoes/Oxfords/Bostonian/100627.72.jpg',
    'Shoes/Sneakers and Athletic Shoes/T.U.K./7512345.3.jpg',
    "Boots/Ankle/Levi's&#174; Shoes/8000.1.jpg",
    'Slippers/Boot/Neil M%2E/8001.1.jpg',
    'Sandals/Flat/Nina/8002.9.jpg',
]
TABLE = '\n'.join([HEADER, *ROWS])


def in_layout(images, folder='ut-zap50k-images/', table=TABLE, encoding='utf-8'):
    return {'ut-zap50k-data/meta-data.csv': table.encode(encoding)} | {
        folder + name: content for name, content in zip(IMAGES, itertools.cycle(images))}


@pytest.fixture
def files(drawn_images):
    return in_layout(drawn_images)


def test_labels_texts_and_images(import_files, form, files):
    catalogue = import_files('ut-zappos50k', files, form=form)
    products = {product.id: product for product in catalogue.products}
    assert list(products) == ['100627-255', '100627-72', '7512345-3', '8000-1', '8001-1', '8002-9']
    shoe = products['100627-255']
    assert shoe.labels == {'gender': 'Men', 'category': 'Shoes', 'subcategory': 'Oxfords'}
    assert shoe.images == (f'images/ut-zap50k-images/{IMAGES[0]}',)
    assert (catalogue.image_file(shoe.images[0]).read_bytes()
            == files[f'ut-zap50k-images/{IMAGES[0]}'])
    assert shoe.extra == {'Closure': 'Lace up', 'Material': 'Leather',
                          'ToeStyle': 'Capped Toe;Round Toe', 'brand': 'Bostonian'}
    assert shoe.listings[0].retailer == 'Zappos'
    assert products['8000-1'].extra['Closure'] == 'Lace up, Zip'
    assert 'ToeStyle' not in products['8000-1'].extra  # NA
    assert catalogue.header.taxonomy == {'': {
        'Boots': ['Ankle'], 'Sandals': ['Flat'],
        'Shoes': ['Oxfords', 'Sneakers and Athletic Shoes'],
        'Slippers': ['Boot']}}


def test_colours_of_a_shoe_are_one_group(import_files, files):
    groups = {product.id: product.group
              for product in import_files('ut-zappos50k', files).products}
    assert groups['100627-255'] == groups['100627-72'] == '100627'
    assert groups['8000-1'] == '8000'


def test_genders(import_files, files):
    products = {product.id: product for product in import_files('ut-zappos50k', files).products}
    assert products['7512345-3'].label('gender') == 'Unisex'
    assert products['7512345-3'].extra['Gender'] == 'Women;Men'
    assert products['8001-1'].label('gender') is None  # neither Boys nor Girls
    assert products['8001-1'].extra['Gender'] == 'Boys;Girls'
    assert products['8002-9'].label('gender') is None


def test_folders_of_brands_are_read_kindly(import_files, files):
    brands = {product.id: product.extra['brand']
              for product in import_files('ut-zappos50k', files).products}
    assert brands == {'100627-255': 'Bostonian', '100627-72': 'Bostonian', '7512345-3': 'T.U.K.',
                      '8000-1': "Levi's® Shoes", '8001-1': 'Neil M.', '8002-9': 'Nina'}


@pytest.mark.parametrize('folder', ['', 'ut-zap50k-images-square/', 'a/b/c/'])
def test_pictures_are_found_wherever_they_are(import_files, drawn_images, folder):
    catalogue = import_files('ut-zappos50k', in_layout(drawn_images, folder))
    assert len(catalogue.products) == 6


def test_pictures_in_one_folder_have_no_brand(import_files, files):
    flat = {name if name.endswith('.csv') else name.rsplit('/', 1)[1]: content
            for name, content in files.items()}
    catalogue = import_files('ut-zappos50k', flat)
    assert len(catalogue.products) == 6
    assert all('brand' not in product.extra for product in catalogue.products)


def test_the_report_accounts_for_every_row(import_files, import_report, files):
    report = import_report(import_files('ut-zappos50k', files))
    assert (report['read'], report['kept'], report['groups']) == (9, 6, 5)
    assert report['dropped'] == {
        'no image': {'count': 1, 'examples': ['meta-data.csv:8 (8003-9)']},
        'an id that came before': {
            'count': 1, 'examples': ['meta-data.csv:9 (100627-255)']},
        'no CID': {'count': 1, 'examples': ['meta-data.csv:10']}}
    assert report['images_dropped'] == {'no such file': {
        'count': 1, 'examples': ['8003.9.jpg of meta-data.csv:8 (8003-9)']}}


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'cp1252'])
@pytest.mark.parametrize('separator', ',;\t')
def test_columns_in_any_order_and_encoding(import_files, drawn_images, encoding, separator):
    table = 'Gender,SubCategory,CID,Category,Material\r\nMen,Flat,8002-9,Sandals,Café\r\n'
    table = table.replace(',', separator)
    (product,) = import_files(
        'ut-zappos50k', in_layout(drawn_images, table=table, encoding=encoding)).products
    assert product.extra == {'Material': 'Café', 'brand': 'Nina'}


def test_links_and_goes_on_after_an_interruption(import_files, tmp_path, files, monkeypatch):
    real = importing._link

    def interrupted(file, target):
        if '8000.1' in target.name:
            raise KeyboardInterrupt
        real(file, target)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_link', interrupted)
        with pytest.raises(KeyboardInterrupt):
            import_files('ut-zappos50k', files, '--link')
    catalogue = import_files('ut-zappos50k', files, '--link')
    assert len(catalogue.products) == 6
    assert all(catalogue.image_file(product.images[0]).samefile(
        tmp_path / 'source' / product.images[0].removeprefix('images/'))
        for product in catalogue.products)


@pytest.mark.parametrize(('files', 'message'), [
    ({'a.txt': b''}, 'expected ut-zap50k-data/meta-data.csv, and found no meta-data.csv'),
    ({'meta-data.csv': b''}, 'meta-data.csv:1: expected the set.s table; missing column CID, '
                             'Category, SubCategory, Gender; found nothing'),
    ({'meta-data.csv': b'CID,Category,Gender\n'}, 'missing column SubCategory; found CID, Cat'),
    ({'meta-data.csv': TABLE.encode()}, r'no product can be kept: 7 × no image'),
])
def test_what_is_not_this_data_set(import_files, form, files, message):
    with pytest.raises(UserError, match=message):
        import_files('ut-zappos50k', files, form=form)
