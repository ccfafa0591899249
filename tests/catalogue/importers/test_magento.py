import csv
import html
import io

import pytest

from fashion_models.catalogue.importers import colourways
from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError

COLUMNS = ('sku', 'store_view_code', 'attribute_set_code', 'product_type', 'categories', 'name',
           'description', 'base_image', 'additional_attributes', 'configurable_variations',
           'additional_images')
MEDIA = 'pub/media/catalog/product/'
HOODIE = 'Default Category/Collections/Eco,Default Category/Men/Tops/Hoodies,Default Category'


def row(sku, product_type='simple', **values):
    return {'sku': sku, 'product_type': product_type, 'attribute_set_code': 'Top',
            'categories': HOODIE} | values


def hoodie():
    """A configurable row in two colours and sizes, after its simple rows, as Magento writes it."""
    rows, variations = [], []
    for size in ('S', 'M'):
        for colour in ('Gray', 'Red'):
            sku = f'H1-{size}-{colour}'
            variations.append(f'sku={sku},size={size},color={colour}')
            rows.append(row(
                sku, name=f'Hoodie-{size}-{colour}', base_image=f'/h/1/h1-{colour}.jpg',
                additional_images='/h/1/h1-gray_alt.jpg,/h/1/h1-gray_back.jpg' * (colour == 'Gray'),
                additional_attributes=f'has_options=0,required_options=0,size={size},'
                                      f'color={colour}'))
    return [*rows, row(
        'H1', 'configurable', name='Hoodie&trade; ', base_image='/h/1/h1-Gray.jpg',
        description='<p>Warm &amp; dry.</p>', configurable_variations='|'.join(variations),
        additional_attributes='has_options=1,required_options=1,material=Wool|CoolTech&trade;')]


def table(rows, columns=COLUMNS, delimiter=','):
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, delimiter=delimiter, lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@pytest.fixture
def images(drawn_images):
    names = ('h/1/h1-Gray.jpg', 'h/1/h1-gray_alt.jpg', 'h/1/h1-gray_back.jpg', 'h/1/h1-Red.jpg',
             'b/a/bag.jpg')
    return {MEDIA + name: image for name, image in zip(names, drawn_images)}


@pytest.fixture
def imported(tmp_path, images, command):
    def run(rows, *options, content=None):
        folder = tmp_path / 'shop'
        for name, image in images.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(image)
        file = folder / 'var' / 'export.csv'
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(table(rows) if content is None else content)
        command('import', 'magento', file, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


def products(catalogue):
    return {product.id: product for product in catalogue.products}


def test_a_product_is_a_configurable_row_in_one_colour(imported, images):
    catalogue = imported(hoodie())
    assert list(products(catalogue)) == ['H1-Gray', 'H1-Red']
    grey, red = catalogue.products
    assert grey.group == red.group == 'H1'
    assert grey.labels == {'gender': 'Men', 'colour': ('Gray',), 'type': 'Tops',
                           'category': 'Hoodies'}
    assert grey.images == ('images/h/1/h1-Gray.jpg', 'images/h/1/h1-gray_alt.jpg',
                           'images/h/1/h1-gray_back.jpg')
    assert red.images == ('images/h/1/h1-Red.jpg',)
    copy = catalogue.folder / 'images/h/1/h1-Red.jpg'
    assert copy.read_bytes() == images[MEDIA + 'h/1/h1-Red.jpg']
    assert grey.title == 'Hoodie™'
    assert grey.listings[0].description == 'Warm & dry.'
    assert grey.extra == {'categories': HOODIE, 'attribute_set': 'Top',
                          'material': 'Wool|CoolTech™', 'size': 'S|M'}


def test_the_order_of_the_rows_does_not_matter(imported):
    assert products(imported(hoodie()[::-1])).keys() == {'H1-Gray', 'H1-Red'}


def test_a_simple_row_that_none_names_is_a_product(imported):
    catalogue = imported([*hoodie(), row(
        'BAG', name='Bag', categories='Default Category/Gear/Bags,Default Category/Sale/Now',
        base_image='/b/a/bag.jpg', additional_images='/b/a/bag.jpg,/b/a/none.jpg',
        additional_attributes='gender=Men|Women|Unisex,color=Black')])
    bag = products(catalogue)['BAG']
    assert bag.group == 'BAG'
    assert bag.labels == {'gender': 'Unisex', 'colour': ('Black',), 'type': 'Gear',
                          'category': 'Bags'}
    assert bag.images == ('images/b/a/bag.jpg',)


def test_a_simple_row_without_a_colour_is_of_the_configurables_only_one(imported, import_report):
    rows = [row('H1-S', name='Hoodie S', additional_attributes='size=S'),
            row('H1-M', name='Hoodie M', base_image='/h/1/h1-Red.jpg',
                additional_attributes='size=M,color=Red'),
            row('H1', 'configurable', name='Hoodie', additional_attributes='color=Red',
                configurable_variations='sku=H1-S,size=S|sku=H1-M,size=M')]
    for order in (rows, [rows[1], rows[0], rows[2]]):
        catalogue = imported(order, '--overwrite')
        (product,) = catalogue.products
        assert (product.id, product.colours) == ('H1-Red', ('Red',))
        assert product.extra['size'] == 'S|M'
        assert import_report(catalogue)['dropped'] == {}


def test_levels(imported):
    grey = next(iter(imported(hoodie(), '--levels', 'category/subcategory').products))
    assert [grey.label(task) for task in ('type', 'category', 'subcategory')] == [
        None, 'Tops', 'Hoodies']


@pytest.mark.parametrize(('categories', 'attributes', 'gender', 'labels'), [
    ('Root/Women/Shoes/Boots/Chelsea', '', 'Women', ['Shoes', 'Boots', 'Chelsea']),
    ('Root/Damen/Schuhe', '', 'Women', ['Schuhe', None, None]),
    ('Root/Shoes/Women/Boots', '', 'Women', ['Shoes', 'Boots', None]),
    ("Root/Women's Shoes/Boots", '', 'Women', ["Women's Shoes", 'Boots', None]),
    ('Root/Men/Shoes,Root/Women/Shoes', '', 'Unisex', ['Shoes', None, None]),
    ('Root/Women/Shoes', 'gender=Girls', 'Girls', ['Shoes', None, None]),
    ('Root/Hats\\/Caps/Caps', '', None, ['Hats/Caps', 'Caps', None]),
    ('Root', '', None, [None, None, None]),
    ('Root/Uncategorized,Root/Shoes', '', None, ['Shoes', None, None]),
    ('Root/Non classé', '', None, [None, None, None]),
    ('Root/Hats, Caps & More/Caps,Root/Sale', '', None, ['Hats, Caps & More', 'Caps', None]),
    ('Root/Sale, Root/Hats/Caps', '', None, ['Hats', 'Caps', None]),
    ('Root/Kids/Boys/Caps', '', 'Boys', ['Caps', None, None]),
    ('Root,Root/,Root/Shoes', '', None, ['Shoes', None, None]),
    ('', '', None, [None, None, None])])
def test_categories(imported, categories, attributes, gender, labels):
    (product,) = imported([row('BAG', categories=categories, base_image='/b/a/bag.jpg',
                               additional_attributes=attributes)]).products
    assert product.label('gender') == gender
    assert [product.label(task) for task in ('type', 'category', 'subcategory')] == labels


@pytest.mark.parametrize(('attributes', 'found'), [
    ('color=Red,style=A|B', {'style': 'A|B'}),
    ('color=Red,style=15 inches, black', {'style': '15 inches, black'}),
    ('color="Red",style="A ""B"", C|D"', {'style': 'A "B", C|D'}),
    ('color=Red,"style=A|B, 15 ""inches"""', {'style': 'A|B, 15 "inches"'}),
    ('size=29",color=Red', {'size': '29"'}),
    ('Color=Red,style=', {}),
    ('a stray piece,color=Red', {}),
    ('color=Red,style=a=b', {'style': 'a=b'})])
def test_attributes(imported, attributes, found):
    (product,) = imported([row('BAG', categories='', base_image='/b/a/bag.jpg',
                               attribute_set_code='', additional_attributes=attributes)]).products
    assert product.colours == ('Red',)
    assert product.extra == found


def test_attributes_may_have_columns_of_their_own(imported):
    columns = (*COLUMNS, 'color', 'gender')
    (product,) = imported([], content=table(
        [row('BAG', base_image='/b/a/bag.jpg', categories='', color='Red', gender='Women')],
        columns)).products
    assert product.labels == {'gender': 'Women', 'colour': ('Red',)}


def test_several_colours(imported):
    rows = [row('BAG', base_image='/b/a/bag.jpg', additional_attributes='color=Black|White')]
    assert next(iter(imported(rows).products)).colours == ('Black', 'White')


def with_other_name(rows, name='fashion_color'):
    return [{column: value.replace('color=', f'{name}=') for column, value in row.items()}
            for row in rows]


def test_the_colour_may_have_any_name(imported, import_report):
    rows = with_other_name(hoodie())
    catalogue = imported(rows, '--attribute', 'colour=fashion_color')
    assert {product.id: product.colours for product in catalogue.products} == {
        'H1-Gray': ('Gray',), 'H1-Red': ('Red',)}
    assert 'fashion_color' not in next(iter(catalogue.products)).extra
    assert list(import_report(catalogue)['notes']) == [
        'attribute size varies between the simple rows of a product; it was not used']


def test_the_colour_in_another_language(imported):
    assert {product.id: product.colours
            for product in imported(with_other_name(hoodie(), 'kleur')).products} == {
        'H1-Gray': ('Gray',), 'H1-Red': ('Red',)}


def test_what_varies_between_the_simple_rows_and_was_not_used_is_reported(imported, import_report):
    catalogue = imported(with_other_name(hoodie()))
    assert [product.id for product in catalogue.products] == ['H1']
    notes = import_report(catalogue)['notes']
    assert notes['attribute fashion_color varies between the simple rows of a product, and the '
                 'pictures with it; it was not used. Is it the colour?'] == {
        'count': 1, 'examples': ['export.csv:6 (H1)']}


@pytest.mark.parametrize(('colour', 'options'), [
    ('fashion_color', ['--attribute', 'colour=fashion_color']), ('color', [])])
def test_where_the_colour_is_known_it_is_not_asked_for(imported, import_report, colour, options):
    rows = [row(f'H1-{size}', name='Hoodie', base_image=f'/h/1/{image}',
                additional_attributes=f'size={size},{colour}=Red')
            for size, image in (('S', 'h1-Red.jpg'), ('M', 'h1-Gray.jpg'))]
    rows.append(row('H1', 'configurable', name='Hoodie',
                    configurable_variations='sku=H1-S,size=S|sku=H1-M,size=M'))
    assert list(import_report(imported(rows, *options))['notes']) == [
        'attribute size varies between the simple rows of a product; it was not used']


def test_names_of_pictures_in_other_letters(imported, import_report):
    rows = [{column: value.upper() if column == 'base_image' else value
             for column, value in row.items()} for row in hoodie()]
    catalogue = imported(rows)
    assert products(catalogue)['H1-Red'].images == ('images/h/1/h1-Red.jpg',)
    assert len(import_report(catalogue)['notes']) == 2


def without_own_images(colours):
    rows = [row(f'H1-{colour}', additional_attributes=f'color={colour}') for colour in colours]
    variations = '|'.join(f'sku=H1-{colour},color={colour}' for colour in colours)
    return [*rows, row('H1', 'configurable', base_image='/h/1/h1-Red.jpg', name='Hoodie',
                       configurable_variations=variations)]


def test_images_of_the_configurable_row_alone(imported):
    (product,) = imported(without_own_images(['Red'])).products
    assert (product.id, product.colours) == ('H1', ('Red',))


def test_which_of_several_colours_such_images_show_is_not_guessed(imported):
    (product,) = imported(without_own_images(['Red', 'Blue'])).products
    assert (product.id, product.colours) == ('H1', ())


def test_a_colour_without_images_is_dropped_where_others_have_some(imported, import_report):
    rows = [*hoodie(), row('H1-S-Blue')]
    rows[-2]['configurable_variations'] += '|sku=H1-S-Blue,color=Blue|sku=H1-S-None,color=None'
    catalogue = imported(rows)
    assert products(catalogue).keys() == {'H1-Gray', 'H1-Red'}
    report = import_report(catalogue)
    assert report['read'] == 3
    assert report['dropped'] == {'no image': {'count': 1, 'examples': ['export.csv:6 (H1-Blue)']}}


def test_configurable_rows_that_share_a_simple_row_are_one_group(imported):
    rows = [row('S1', base_image='/h/1/h1-Red.jpg'), row('S2', base_image='/h/1/h1-Gray.jpg')]
    rows += [row('C1', 'configurable', configurable_variations='sku=S1,size=S'),
             row('C2', 'configurable', configurable_variations='sku=S2,size=S'),
             row('C3', 'configurable', configurable_variations='sku=S2,size=S|sku=S1,size=M')]
    found = products(imported(rows))
    assert found.keys() == {'C1', 'C2', 'C3'}
    assert {product.group for product in found.values()} == {'C1'}


def test_rows_that_are_no_product_are_reported(imported, import_report):
    rows = [*hoodie(), hoodie()[0], row('B', 'bundle', base_image='/b/a/bag.jpg'), row(''),
            row('H1', store_view_code='de', name='Kapuzenpullover'), row('', '')]
    content = table(rows) + b'1,' * 200 + b'\n\n'
    report = import_report(imported([], content=content))
    assert {reason: entry['count'] for reason, entry in report['dropped'].items()} == {
        'a sku that came before': 1, 'product type bundle': 1, 'no sku': 1,
        'the words of a store view for another row': 1, 'product type missing': 1,
        "another number of fields than the first line's": 1}
    assert (report['read'], report['kept']) == (8, 2)


def test_rows_of_a_store_view_are_products_where_there_are_no_others(imported, import_report):
    views = [member | {'store_view_code': view}
             for view in ('default', 'de') for member in hoodie()]
    found = imported(views)
    dropped = import_report(found)['dropped']
    assert {reason: entry['count'] for reason, entry in dropped.items()} == {
        'the words of a store view for another row': 5}
    assert products(found) == products(imported(hoodie(), '--overwrite'))


@pytest.mark.parametrize('image', ['', 'no_selection', '/../secret.jpg', 'https://a.b/c.jpg'])
def test_images_that_are_none(imported, image):
    with pytest.raises(UserError, match='no product can be kept: 1 × no image'):
        imported([row('BAG', base_image=image)])


def test_bytes_that_are_not_utf_8(imported):
    rows = table([row('BAG', name='Größe €', base_image='/b/a/bag.jpg')]).decode().encode('cp1252')
    assert next(iter(imported([], content=rows).products)).title == 'Größe €'


def test_byte_order_mark_and_semicolons(imported):
    content = b'\xef\xbb\xbf' + table(hoodie(), delimiter=';')
    assert len(products(imported([], content=content))) == 2


def test_an_encoding_that_is_named(imported):
    content = table([row('B', name='Żakiet', base_image='b/a/bag.jpg')]).decode().encode('cp1250')
    (product,) = imported([], '--encoding', 'cp1250', content=content).products
    assert product.title == 'Żakiet'


def test_links(imported, tmp_path):
    catalogue = imported(hoodie(), '--link')
    assert (catalogue.folder / 'images/h/1/h1-Red.jpg').samefile(
        tmp_path / 'shop' / MEDIA / 'h/1/h1-Red.jpg')


def test_header_and_media_elsewhere(imported, tmp_path):
    header = imported(hoodie(), '--images', tmp_path / 'shop' / MEDIA, '--licence', 'OSL').header
    assert (header.name, header.source, header.licence) == ('export', 'export.csv', 'OSL')


@pytest.mark.parametrize(('content', 'message'), [
    (b'', 'missing column sku, product_type, base_image; found nothing'),
    (b'sku,_type\n', r'export\.csv:1: expected a Magento 2 product export; missing column '
                     'product_type, base_image; found sku, _type'),
    (b'sku,product_type,base_image\n1,"simple,a.jpg\n', 'no product can be kept: 1 × no CSV: '),
    (b'sku,product_type,base_image\n', 'no product can be kept: there is none')])
def test_files_that_are_no_export(imported, tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        imported([], content=content)
    assert not (tmp_path / 'catalogue').exists()


@pytest.mark.parametrize(('options', 'message'), [
    (['--levels', 'type/kind'], 'levels: found type/kind, expected some of type, category, sub'),
    (['--levels', 'type/type'], 'levels: found type/type, expected some of'),
    (['--images', '/nowhere'], '/nowhere: there is no such folder')])
def test_bad_options(imported, options, message):
    with pytest.raises(UserError, match=message):
        imported(hoodie(), *options)


def test_no_source(tmp_path, command):
    with pytest.raises(UserError, match='expected the CSV file of a product export'):
        command('import', 'magento', tmp_path, tmp_path / 'catalogue')


def gear_as_exported(fixtures):
    """Magento's sample data for bags and watches as the rows that Magento would export."""
    pictures = {}
    for name in ('bags', 'watches'):
        for entry in read(fixtures / f'images_gear_{name}.csv'):
            pictures.setdefault(entry['sku'], []).append(entry['image'])
    for name in ('bags', 'watches'):
        for entry in read(fixtures / f'products_gear_{name}.csv'):
            first, *others = pictures[entry['sku']]
            categories = entry['category'].split('\n')[:2]
            attributes = ','.join(f'{code}={entry[code]}'.replace('\n', '|')
                                  for code in ('gender', 'material', 'pattern') if entry.get(code))
            yield {'sku': entry['sku'], 'product_type': 'simple', 'name': entry['name'],
                   'categories': 'Default Category/' + '/'.join(categories),
                   'base_image': first, 'additional_images': ','.join(others),
                   'additional_attributes': attributes}


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def test_the_real_luma(shared_data, tmp_path, command):
    """Magento's own sample data gives the products that were derived from it by hand."""
    modules = shared_data / 'luma/app/code/Magento'
    if not modules.is_dir():
        pytest.skip(f'needs {modules}')
    export = tmp_path / 'luma.csv'
    clothes = read(modules / 'ConfigurableSampleData/fixtures/products.csv')
    gear = gear_as_exported(modules / 'CatalogSampleData/fixtures/SimpleProduct')
    export.write_bytes(table([*clothes, *gear], clothes[0].keys()))
    command('import', 'magento', export, tmp_path / 'catalogue', '--levels', 'category/subcategory',
            '--images', shared_data / 'luma' / MEDIA)

    derived = {entry['product_id']: entry for entry in read(shared_data / 'luma/products.csv')}
    found = products(open_catalogue(tmp_path / 'catalogue'))
    assert found.keys() == derived.keys()
    assert len(found) == 440
    for identity, product in found.items():
        entry = derived[identity]
        assert product.group == entry['group_id']
        assert [image.replace('images/', MEDIA) for image in product.images] == (
            entry['images'].split('|'))
        assert product.title == ' '.join(html.unescape(entry['name']).split())
        # One watch, for Men, Women and Unisex by its attribute, was given the gender that its SKU
        # begins with. What else the export holds of the labels agrees.
        differing = {task for task in ('gender', 'colour', 'category', 'subcategory')
                     if product.label(task) and product.label(task) != entry[task]}
        assert differing == ({'gender'} if identity == '24-MG03' else set())
    # The type was made up by hand, gender and colour of the bags by SKU and file name.
    without = {task: sum(not product.label(task) for product in found.values())
               for task in ('gender', 'colour', 'type', 'category', 'subcategory')}
    assert without == {'gender': 14, 'colour': 23, 'type': 440, 'category': 0, 'subcategory': 0}


def test_an_attribute_that_no_row_has(imported):
    with pytest.raises(UserError, match="attribute: no product has 'colr'; there are color"):
        imported(hoodie(), '--attribute', 'colour=colr')


def test_what_a_configurable_row_has_in_vain_is_noted(imported, import_report):
    rows = hoodie()
    rows[-1]['base_image'] = '/b/a/bag.jpg'
    rows[-1]['configurable_variations'] += '|sku=gone,size=L,color=Red'
    report = import_report(imported(rows))
    assert report['notes']['simple rows that a configurable one names, not in the export'] == {
        'count': 1, 'examples': ['gone of export.csv:6 (H1)']}
    assert report['notes']['pictures of a configurable row whose simple rows have their own, not '
                           'used'] == {
        'count': 1, 'examples': ['b/a/bag.jpg of export.csv:6 (H1)']}


def test_a_picture_that_several_colours_name_is_of_none(imported, import_report):
    rows = hoodie()
    for one in rows[:4]:
        one['additional_images'] = '/b/a/bag.jpg'
    catalogue = imported(rows)
    assert {product.id: product.images for product in catalogue.products} == {
        'H1-Gray': ('images/h/1/h1-Gray.jpg',), 'H1-Red': ('images/h/1/h1-Red.jpg',)}
    assert import_report(catalogue)['notes'][colourways.SHARED] == {
        'count': 1, 'examples': ['b/a/bag.jpg of export.csv:6 (H1)']}


def test_colours_that_have_one_picture_are_not_told_apart(imported, import_report):
    rows = hoodie()
    for one in rows[:4]:
        one |= {'base_image': '/h/1/h1-Red.jpg', 'additional_images': ''}
    catalogue = imported(rows)
    (product,) = catalogue.products
    assert (product.id, product.colours) == ('H1', ())
    assert product.images == ('images/h/1/h1-Gray.jpg', 'images/h/1/h1-Red.jpg')
    assert import_report(catalogue)['notes'][colourways.WHICH_COLOUR]['count'] == 1


def test_a_colour_spelled_in_several_ways_is_one(imported):
    *rows, whole = hoodie()
    variations = whole['configurable_variations'].replace('M-Red,size=M,color=Red',
                                                          'M-Red,size=M,color=RED')
    found = products(imported([*rows, whole | {'configurable_variations': variations}]))
    assert {name: product.extra['size'] for name, product in found.items()} == {
        'H1-Gray': 'S|M', 'H1-Red': 'S|M'}


def test_the_gender_of_children(imported):
    (bag,) = imported([row('BAG', base_image='/b/a/bag.jpg',
                           additional_attributes='gender=Female,age_group=Kids')]).products
    assert bag.label('gender') == 'Girls'


def test_what_is_not_on_sale_is_told(imported):
    rows = [row(sku, base_image='/b/a/bag.jpg', product_online=online)
            for sku, online in (('A', '1'), ('B', '2'))]
    content = table(rows, (*COLUMNS, 'product_online'))
    assert [product.extra.get('status') for product in imported([], content=content).products] == [
        None, 'disabled']
