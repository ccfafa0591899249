import json
import shutil

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError

TABLE = '''\
product_id,group_id,gender,colour,type,category,subcategory,style,name,images
a-1,a,Men,Blue|White,Clothing,Tops,Tees,Slim,"Tee, ""soft""",shots/a.jpg|shots/deep/b.jpg
a-2,a,Women,,Clothing,Tops,,,Größe,shots/c.jpg
b,,,Red,,,,,,shots/a.jpg|shots/gone.jpg|shots/a.jpg
c,c,Men,,,,,,Without image,
'''


@pytest.fixture
def shop(tmp_path, jpeg):
    folder = tmp_path / 'shop'
    for name in ('shots/a.jpg', 'shots/deep/b.jpg', 'shots/c.jpg'):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(jpeg())
    (folder / 'products.csv').write_text(TABLE, encoding='utf-8')
    return folder


@pytest.fixture
def imported(shop, tmp_path, command):
    def run(*options, source=shop, table=None, encoding='utf-8'):
        if table is not None:
            (shop / 'products.csv').write_bytes(table.encode(encoding))
        command('import', 'csv', source, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


def test_products(imported):
    catalogue = imported()
    one, two, three = catalogue.products
    assert (one.id, one.group, one.title) == ('a-1', 'a', 'Tee, "soft"')
    assert one.labels == {'gender': 'Men', 'colour': ('Blue', 'White'), 'type': 'Clothing',
                          'category': 'Tops', 'subcategory': 'Tees'}
    assert one.extra == {'style': 'Slim'}
    # The folder that all images share goes, what is below it stays.
    assert one.images == ('images/a.jpg', 'images/deep/b.jpg')
    assert two.labels == {'gender': 'Women', 'type': 'Clothing', 'category': 'Tops'}
    assert two.extra == {}
    # No group: the product's own. An image that is missing or there twice costs only itself.
    assert (three.id, three.group, three.images) == ('b', 'b', ('images/a.jpg',))
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert report['dropped'] == {'no image': {'count': 1, 'examples': ['products.csv:5 (c)']}}
    assert report['images_dropped'] == {'no such file': {
        'count': 1, 'examples': ['shots/gone.jpg of products.csv:4 (b)']}}
    assert report['images_per_product'] == {'1': 2, '2': 1}


def test_source_may_be_the_file(imported, shop):
    assert len(imported(source=shop / 'products.csv').products) == 3


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig'])
@pytest.mark.parametrize('delimiter', [',', ';', '\t'])
def test_delimiters_and_byte_order_mark(imported, delimiter, encoding):
    table = ('product_id,gender,title,images\n1,Men,Größe,shots/a.jpg\n'
             .replace(',', delimiter))
    (product,) = imported(table=table, encoding=encoding).products
    assert (product.id, product.label('gender'), product.title) == ('1', 'Men', 'Größe')
    assert product.images == ('images/a.jpg',)


def test_bytes_that_are_not_utf_8_are_windows(imported, shop, import_report):
    """As Excel saves a plain CSV; a colour with an accent must not lose its products."""
    (shop / 'shots/größe.jpg').write_bytes((shop / 'shots/a.jpg').read_bytes())
    table = ('product_id;colour;Länge;images\n1;Weiß;kurz;shots/größe.jpg\n2;Rot;lang;shots/a.jpg\n'
             '3;Grün – €;lang;shots/c.jpg\n')
    catalogue = imported(table=table, encoding='cp1252')
    colours = [product.colours for product in catalogue.products]
    assert colours == [('Weiß',), ('Rot',), ('Grün – €',)]
    one = next(iter(catalogue.products))
    assert (one.images, one.extra) == (('images/größe.jpg',), {'Länge': 'kurz'})
    report = import_report(catalogue)
    assert report['dropped'] == report['images_dropped'] == {}
    assert report['notes'] == {
        'rows that are not UTF-8, taken for Windows-1252; if letters are wrong, name the encoding '
        'of the file': {'count': 2, 'examples': ['products.csv:2', 'products.csv:4']}}


def test_other_encodings_are_named(imported):
    table = 'product_id,gender,title,images\n1,Men,Żółć,shots/a.jpg\n'
    (product,) = imported('--encoding', 'cp1250', table=table, encoding='cp1250').products
    assert product.title == 'Żółć'


def test_utf_16_is_told_by_its_first_bytes(imported):
    table = 'sep=;\nproduct_id;gender;title;images;;\n1;Men;Größe – €;shots/a.jpg;;\n'
    (product,) = imported(table=table, encoding='utf-16').products
    assert product.title == 'Größe – €'


def test_columns_of_other_names(imported):
    table = 'SKU;Geschlecht;Photos;product_id\n1;Men;shots/a.jpg;x\n'
    (product,) = imported('--column', 'product_id=SKU', '--column', 'images=photos',
                          '--column', 'gender=Geschlecht', table=table).products
    assert (product.id, product.labels) == ('1', {'gender': 'Men'})
    with pytest.raises(UserError, match="no column 'Foto'; found SKU, Geschlecht"):
        imported('--column', 'images=Foto', '--overwrite')


def test_images_in_several_columns(imported):
    table = ('product_id,gender,back,front,detail\n'
             '1,Men,shots/c.jpg,shots/a.jpg,\n2,Men,,"shots/c.jpg;shots/a.jpg",shots/c.jpg\n')
    columns = [f'--column=images={name}' for name in ('front', 'back', 'detail')]
    one, two = imported(*columns, table=table).products
    assert [image.rpartition('/')[2] for image in one.images] == ['a.jpg', 'c.jpg']
    assert [image.rpartition('/')[2] for image in two.images] == ['c.jpg', 'a.jpg']
    assert not one.extra
    with pytest.raises(UserError, match="no column 'side'"):
        imported(*columns, '--column=images=side', '--overwrite')


@pytest.mark.parametrize('field', [
    'shots/a.jpg|shots/c.jpg', '"shots/a.jpg, shots/c.jpg"', 'shots/a.jpg;shots/c.jpg',
    './shots/a.jpg|shots//c.jpg', 'shots\\a.jpg|shots\\c.jpg', 'shots/%61.jpg|shots/c.jpg',
    'https://shop.example/img/a.jpg|https://shop.example/c.jpg?v=1', 'Shots/A.JPG|shots/c.jpg',
    '//cdn.shop.example/img/a.jpg|//cdn.shop.example/c.jpg?v=1',
    './shots/../shots/a.jpg|shots/deep/../c.jpg'])
def test_images_are_read_kindly(imported, field):
    (product,) = imported(table=f'product_id,gender,images\n1,Men,{field}\n').products
    assert [image.rpartition('/')[2] for image in product.images] == ['a.jpg', 'c.jpg']


def test_what_separates_images_may_be_named(imported, shop):
    (shop / 'shots/x, y.jpg').write_bytes((shop / 'shots/a.jpg').read_bytes())
    table = 'product_id,gender,images\n1,Men,"shots/x, y.jpg # shots/a.jpg"\n'
    (product,) = imported('--separator', '#', table=table).products
    assert product.images == ('images/x, y.jpg', 'images/a.jpg')


def test_names_in_another_unicode_form_are_noted(imported, shop):
    import unicodedata

    name = unicodedata.normalize('NFD', 'größe.jpg')
    (shop / 'shots/a.jpg').rename(shop / 'shots' / name)
    catalogue = imported(table='product_id,gender,images\n1,Men,shots/größe.jpg\n')
    (product,) = catalogue.products
    assert product.images == (f'images/{name}',)
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert [note['count'] for note in report['notes'].values()] == [1]


def test_rows_of_one_id_are_joined_where_they_agree(imported):
    table = ('product_id,gender,colour,title,images\n1,Men,,Tee,shots/a.jpg\n'
             '2,Men,Red,,shots/a.jpg\n'
             '1,,Blue,Tee M,shots/c.jpg\n1,Men,Blue,,shots/a.jpg\n'
             '3,Men,,,shots/a.jpg\n3,Women,,,shots/c.jpg\n')
    catalogue = imported(table=table)
    one, two = catalogue.products
    assert (one.id, one.title, one.labels) == ('1', 'Tee', {'gender': 'Men', 'colour': ('Blue',)})
    assert one.images == ('images/a.jpg', 'images/c.jpg')
    assert two.id == '2'
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert report['dropped'] == {'rows of one product_id that disagree in gender': {
        'count': 1, 'examples': ['products.csv:6 (3)']}}
    assert list(report['notes']) == ['rows of one product_id, joined']
    assert report['read'] == 3


@pytest.mark.parametrize('row', ['2,"Men,shots/a.jpg', '2,Men,../a.jpg', '2,Men,/etc/passwd',
                                 '2,"Men"x,shots/a.jpg', '2,Men', '2,Men,"shots/\x00.jpg"'])
def test_a_bad_row_costs_that_row(imported, row):
    table = f'product_id,gender,images\n1,Men,shots/a.jpg\n{row}\n3,Men,shots/c.jpg\n'
    catalogue = imported(table=table)
    assert [product.id for product in catalogue.products] == ['1', '3']
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert sum(entry['count'] for entry in report['dropped'].values()) == 1


def test_column_names_are_read_kindly(imported):
    table = ' Product_ID ,COLOR,Name,Title,Images\n1,Red,n,t,shots/a.jpg\n'
    (product,) = imported(table=table).products
    assert product.colours == ('Red',)
    assert product.title == 't'
    assert product.extra == {'Name': 'n'}


def test_labels_that_differ_by_spaces_are_one(imported):
    table = ('product_id,type,images\n1,koszula\u00a0,shots/a.jpg\n2,  koszula,shots/a.jpg\n'
             '3,over  knee,shots/a.jpg\n')
    assert imported(table=table).header.taxonomy == {'koszula': {}, 'over knee': {}}


def test_genders_in_paths_and_shielded_ids(imported):
    table = 'product_id,type,images\n="0123",Damen > Röcke,shots/a.jpg\n'
    (product,) = imported(table=table).products
    assert product.id == '0123'
    assert product.labels == {'gender': 'Women', 'type': 'Röcke'}


def test_images_elsewhere(imported, shop, tmp_path):
    shutil.move(shop / 'shots', tmp_path / 'shots')
    assert len(imported('--images', tmp_path).products) == 3


def test_header(imported, shop):
    header = imported('--licence', 'OSL 3.0').header
    assert (header.name, header.licence) == ('shop', 'OSL 3.0')
    assert header.taxonomy == {'Clothing': {'Tops': ['Tees']}}
    assert (header.genders, header.colours) == (('Men', 'Women'), ('Blue', 'Red', 'White'))


def test_colours_are_folded_on_request(imported):
    table = ('product_id,colour,images\n1,Heather grey|Black-blush,shots/a.jpg\n'
             '2,Grurple,shots/a.jpg\n')
    catalogue = imported('--colours', 'lyst16', table=table)
    one, two = catalogue.products
    assert one.colours == ('Grey', 'Black', 'Pink')
    assert one.extra == {'source_colour': 'Heather grey|Black-blush'}
    assert two.colours == ()
    assert two.extra == {'source_colour': 'Grurple'}
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert report['unknown_colours'] == {'Grurple': 1}


def test_rows_with_another_number_of_fields_are_dropped_and_reported(imported):
    table = 'product_id,gender,images\n1,Men,shots/a.jpg\n2,Men\n3,Men,shots/a.jpg,x\n\n'
    catalogue = imported(table=table)
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert report['read'] == 3
    assert report['dropped'] == {"another number of fields than the first line's": {
        'count': 2, 'examples': ['products.csv:3 (2 fields, not 3)',
                                 'products.csv:4 (4 fields, not 3)']}}


def test_long_descriptions(imported):
    table = f'product_id,gender,description,images\n1,Men,{"x" * 200_000},shots/a.jpg\n'
    (product,) = imported(table=table).products
    assert len(product.listings[0].description) == 200_000


@pytest.mark.parametrize(('table', 'message'), [
    ('', r'products\.csv:1: missing column product_id, images; found nothing'),
    ('id,gender,image\n', 'missing column product_id, images; found id, gender, image'),
    ('product_id,images\n', 'missing column any of gender, colour, type, category, subcategory'),
    ('product_id,gender,gender,images\n', 'column gender is there twice'),
    ('product_id,gender,images\n1,"Men,a.jpg\n',
     r'no product can be kept: 1 × no CSV: unexpected end of data \(products\.csv:2\)'),
    ('product_id,gender,images\n', 'no product can be kept: there is none'),
    ('product_id,gender,images\n,Men,shots/a.jpg\n',
     r'no product can be kept: 1 × no product_id \(products\.csv:2\)'),
])
def test_tables_that_cannot_be_used(imported, tmp_path, table, message):
    with pytest.raises(UserError, match=message):
        imported(table=table)
    assert not (tmp_path / 'catalogue').exists()


@pytest.mark.parametrize(('options', 'message'), [
    (['--images', '/nowhere'], '/nowhere: there is no such folder'),
    (['--encoding', 'klingon'], 'encoding klingon: unknown encoding: klingon'),
])
def test_bad_options(imported, options, message):
    with pytest.raises(UserError, match=message):
        imported(*options)


def test_no_source(imported, tmp_path):
    with pytest.raises(UserError, match=r'none\.csv: there is no such file'):
        imported(source=tmp_path / 'none.csv')
    with pytest.raises(UserError, match=r'products\.csv: there is no such file'):
        imported(source=tmp_path)


@pytest.mark.parametrize(('name', 'products', 'images'), [
    ('luma', 440, 696), ('shops/wolczanka', 1493, 2225), ('shops/antonio_biaggi', 48, 282),
    ('shops/vn_clothingshop', 97, 282), ('shops/radu_accessories', 106, 251),
    ('shops/jumia', 272, 1126)])
def test_real_shops_pass_the_check(shared_data, tmp_path, command, name, products, images):
    if not (shared_data / name).is_dir():
        pytest.skip(f'needs {shared_data / name}')
    command('import', 'csv', shared_data / name, tmp_path / 'catalogue')
    status, output = command('check', tmp_path / 'catalogue')
    assert status == 0
    assert f'{products:,} products' in output
    assert f'{images:,} images: no problems' in output


def test_ids_that_a_spreadsheet_has_rounded_are_not_joined(imported):
    table = ('product_id,gender,images\n4.00638E+12,Men,shots/a.jpg\n4.00638E+12,Men,shots/c.jpg\n'
             '"4,1E+12",Men,shots/c.jpg\n00123,Men,shots/a.jpg\n')
    catalogue = imported(table=table)
    assert [product.id for product in catalogue.products] == ['00123']
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    (reason,) = report['dropped'].items()
    assert reason[0].startswith('an id that a spreadsheet has rounded')
    assert reason[1]['examples'] == ['products.csv:2 (4.00638E+12)', 'products.csv:3 (4.00638E+12)',
                                     'products.csv:4 (4,1E+12)']


def test_where_nothing_is_kept_the_table_is_named(imported, shop):
    with pytest.raises(UserError, match=r'products\.csv: no product can be kept: there is none'):
        imported(table='product_id,gender,images\n')


def test_other_columns_of_one_name_are_kept_apart(imported):
    (product,) = imported(table='product_id,gender,images,note,note,,\n1,Men,shots/a.jpg,x,y,,\n'
                          ).products
    assert product.extra == {'note': 'x', 'note 2': 'y'}
    with pytest.raises(UserError, match='column gender is there twice; remove or rename one'):
        imported('--overwrite', table='product_id,gender,images,Gender\n1,Men,shots/a.jpg,x\n')


@pytest.mark.parametrize('identity', ['1E+05', '4.00638e+12', '4.00E+100', '-4E+12'])
def test_other_forms_of_rounded_ids(imported, identity):
    catalogue = imported(table='product_id,gender,images\na,Men,shots/a.jpg\n'
                               f'{identity},Men,shots/c.jpg\n')
    assert [product.id for product in catalogue.products] == ['a']


@pytest.mark.parametrize('nothing', ['nan', 'NULL', '#N/A', '#NAME?', 'None', '-', '<NA>', 'n.a.'])
def test_ids_that_stand_for_nothing_join_nothing(imported, import_report, nothing):
    catalogue = imported(table='product_id,group_id,gender,images\n'
                               f'{nothing},x,Men,shots/a.jpg\n{nothing},x,Men,shots/c.jpg\n'
                               f'a,{nothing},Men,shots/a.jpg\nb,{nothing},Men,shots/c.jpg\n')
    assert [(product.id, product.group) for product in catalogue.products] == [
        ('a', 'a'), ('b', 'b')]
    report = import_report(catalogue)
    assert report['dropped'] == {'no product_id': {'count': 2, 'examples': [
        f'products.csv:2 ({nothing})', f'products.csv:3 ({nothing})']}}
    assert report['notes'] == {f'group_id {nothing}, taken for none': {
        'count': 2, 'examples': ['products.csv:4', 'products.csv:5']}}


@pytest.mark.parametrize('option', ['--images', '--manifest'])
def test_pictures_lie_on_this_machine(imported, option):
    with pytest.raises(UserError, match=f'{option}: found s3://bucket/a, expected a path on this'):
        imported(option, 's3://bucket/a')


def test_utf_32(imported):
    assert len(imported(table=TABLE, encoding='utf-32').products) == 3


PATHS = """product_id,category,gender,images
1,Women > Clothing > Dresses > Maxi > Linen,,shots/a.jpg
2,Apparel &amp; Accessories &gt; Clothing&gt;Dresses,Girls,shots/c.jpg
3,Clothing > Dresses|Sale,,shots/a.jpg
4,Shoes,,shots/c.jpg
"""


def test_category_paths(imported):
    catalogue = imported(table=PATHS)
    assert {product.id: product.labels for product in catalogue.products} == {
        '1': {'gender': 'Women', 'type': 'Clothing', 'category': 'Dresses', 'subcategory': 'Maxi'},
        '2': {'gender': 'Girls', 'type': 'Clothing', 'category': 'Dresses'},
        '3': {'type': 'Clothing', 'category': 'Dresses'},
        '4': {'category': 'Shoes'}}
    assert [product.extra.get('categories') for product in catalogue.products] == [
        'Women > Clothing > Dresses > Maxi > Linen',
        'Apparel &amp; Accessories &gt; Clothing&gt;Dresses', 'Clothing > Dresses|Sale', None]


def test_levels_of_category_paths(imported):
    first, *_ = imported('--levels', 'category/subcategory', table=PATHS).products
    assert first.labels == {'gender': 'Women', 'category': 'Clothing', 'subcategory': 'Dresses'}
    with pytest.raises(UserError, match='levels: found kind, expected some of type, category, '):
        imported('--levels', 'kind', '--overwrite')


def test_category_paths_beside_other_labels_are_reported(imported):
    catalogue = imported(table='product_id,type,category,images\n'
                         '1,Clothing,Clothing > Dresses,shots/a.jpg\n'
                         '2,,Clothing > Dresses,shots/c.jpg\n'
                         '3,Clothing,> 40 cm,shots/a.jpg\n')
    assert [(product.label('type'), product.label('category'))
            for product in catalogue.products] == [
        ('Clothing', 'Clothing > Dresses'), ('Clothing', 'Dresses'), ('Clothing', '> 40 cm')]
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    (note, told), = report['notes'].items()
    assert note.startswith('rows with a category path (>) beside another type, category or')
    assert told == {'count': 1, 'examples': ['products.csv:2 (1)']}
