"""The columns are those of Shopify's own exports, before 2024 and since."""

import csv
import io

import pytest

from fashion_models.catalogue.importers import colourways
from fashion_models.errors import UserError

COLUMNS = '''\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,\
Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,Option3 Value,\
Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,\
Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,\
Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,\
Image Alt Text,Gift Card,SEO Title,SEO Description,Google Shopping / Google Product Category,\
Google Shopping / Gender,Google Shopping / Age Group,\
Color (product.metafields.shopify.color-pattern),Fabric (product.metafields.shopify.fabric),\
Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item,Included / International,\
Price / International,Status'''
NEW_COLUMNS = '''\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,\
SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,\
Option2 Linked To,Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,\
Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,\
Continue selling when out of stock,Weight value (grams),Weight unit for display,\
Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,\
Variant image URL,Gift card,SEO title,SEO description,\
Color (product.metafields.shopify.color-pattern),Google Shopping / Google product category,\
Google Shopping / Gender'''
CDN = 'https://cdn.shopify.com/s/files/1/0234/5678/files/'
DRESS = 'Apparel & Accessories > Clothing > Dresses'


def picture(name):
    return f'{CDN}{name}.jpg?v=1712345678' if name else ''


def row(image='', position='', variant_image='', **values):
    names = {'name1': 'Option1 Name', 'value1': 'Option1 Value', 'name2': 'Option2 Name',
             'value2': 'Option2 Value', 'category': 'Product Category', 'body': 'Body (HTML)'}
    return {'Handle': 'dress', 'Image Src': picture(image), 'Image Position': position,
            'Variant Image': picture(variant_image)} | {
        names.get(name, name): value for name, value in values.items()}


def dress():
    """Two colours in two sizes and four pictures, as Shopify writes them."""
    return [
        row('red-front', 1, 'red-front', Title='Summer Dress', body='<p>Light &amp; airy.</p>',
            Vendor='Acme', category=DRESS, Type='Maxi Dresses', Tags='linen, women, new in',
            name1='Colour', value1='Red', name2='Size', value2='S'),
        row('red-back', 3, 'red-front', value1='Red', value2='M'),
        row('blue-front', 2, 'blue-front', value1='Blue', value2='S'),
        row('detail', 4, 'blue-front', value1='Blue', value2='M')]


def table(rows, columns=COLUMNS):
    file = io.StringIO()
    writer = csv.DictWriter(file, next(csv.reader([columns])), lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@pytest.fixture
def imported(import_files, drawn_images, tmp_path):
    def run(rows, *options, content=None):
        files = {'products_export_1.csv': table(rows) if content is None else content}
        for name, image in zip(['red-front', 'red-back', 'blue-front', 'detail', 'hat'],
                               drawn_images):
            files[f'pictures/{name}.jpg'] = image

        def form(place, files):
            for name, content in files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(content)
            return place / 'products_export_1.csv'
        return import_files('shopify', files, '--images', tmp_path / 'source/pictures', *options,
                            form=form)
    return run


def test_variants_of_one_colour_are_a_product(imported, import_report):
    catalogue = imported(dress())
    red, blue = catalogue.products
    assert (red.id, blue.id) == ('dress-Red', 'dress-Blue')
    assert red.group == blue.group == 'dress'
    assert red.labels == {'gender': 'Women', 'colour': ('Red',), 'type': 'Clothing',
                          'category': 'Dresses'}
    assert red.images == ('images/red-front.jpg',)
    assert blue.images == ('images/blue-front.jpg',)
    assert (red.title, red.listings[0].description) == ('Summer Dress', 'Light & airy.')
    assert red.extra == {
        'Size': 'S|M', 'product_type': 'Maxi Dresses', 'product_category': DRESS,
        'tags': 'linen|women|new in', 'vendor': 'Acme'}
    report = import_report(catalogue)
    assert (report['read'], report['kept'], report['groups']) == (2, 2, 1)
    (note,) = report['notes'].values()
    assert note['count'] == 2
    assert note['examples'][0].startswith(f'{CDN}red-back.jpg')


def test_a_product_in_one_colour_has_all_pictures_in_the_order_of_their_positions(imported):
    rows = [row('detail', 3, 'red-front', Title='Dress', name1='Color', value1='Red'),
            row('red-front', 1), row('red-back', 2)]
    (product,) = imported(rows).products
    assert (product.id, product.colours) == ('dress', ('Red',))
    assert product.images == ('images/red-front.jpg', 'images/red-back.jpg', 'images/detail.jpg')


@pytest.mark.parametrize('name', ['Väri', 'Farge', 'Barva', 'ΧΡΩΜΑ'])
def test_options_in_other_languages(imported, name):
    first, *others = dress()
    assert [(product.id, product.colours) for product in imported(
        [first | {'Option1 Name': name}, *others]).products] == [
        ('dress-Red', ('Red',)), ('dress-Blue', ('Blue',))]


def test_a_product_without_options(imported):
    rows = [row('hat', 1, Handle='hat', Title="Men's Hat", Type='Hats', name1='Title',
                value1='Default Title',
                **{'Color (product.metafields.shopify.color-pattern)': 'black; white',
                   'Fabric (product.metafields.shopify.fabric)': 'felt',
                   'Google Shopping / Gender': 'unisex'})]
    (hat,) = imported(rows).products
    assert hat.labels == {'gender': 'Unisex', 'colour': ('black', 'white'), 'type': 'Hats'}
    assert hat.extra == {'Fabric': 'felt', 'product_type': 'Hats'}


@pytest.mark.parametrize(('text', 'labels'), [
    ('2271', ('Clothing', 'Dresses')), (DRESS, ('Clothing', 'Dresses')),
    (f'2271 - {DRESS}', ('Clothing', 'Dresses')), ('436', ('Maxi Dresses', None)),
    ('', ('Maxi Dresses', None))])
def test_the_category_of_google_where_there_is_no_other(imported, import_report, text, labels):
    first, *others = dress()
    first |= {'Product Category': '', 'Google Shopping / Google Product Category': text}
    catalogue = imported([first, *others])
    for product in catalogue.products:
        assert (product.label('type'), product.label('category')) == labels
        assert product.extra.get('google_product_category') == (text or None)
    unknown = [note for note in import_report(catalogue)['notes'] if 'is a number of no' in note]
    assert bool(unknown) == (text == '436')     # furniture


def test_colours_whose_variants_have_no_picture_are_not_guessed(imported):
    rows = dress()
    for variant in rows:
        variant['Variant Image'] = ''
    (product,) = imported(rows).products
    assert (product.id, product.colours) == ('dress', ())
    assert len(product.images) == 4


def test_rows_of_a_handle_may_stand_apart_and_leave_it_out(imported):
    rows = dress()
    hat = row('hat', 1, Handle='hat', Title='Hat', name1='Title', value1='Default Title')
    assert [product.id for product in imported([rows[0], hat, *rows[1:]]).products] == [
        'dress-Red', 'dress-Blue', 'hat']
    rows[1]['Handle'] = ''
    assert [product.id for product in imported([*rows, hat], '--overwrite').products] == [
        'dress-Red', 'dress-Blue', 'hat']


def test_the_columns_since_2024(imported):
    old = next(csv.reader([COLUMNS]))
    names = {'Handle': 'URL handle', 'Body (HTML)': 'Description', 'Variant SKU': 'SKU',
             'Image Src': 'Product image URL', 'Variant Image': 'Variant image URL'} | {
        name: name.capitalize() for name in old
        if name.startswith(('Option', 'Image P', 'Product C'))}
    rows = [{names.get(name, name): value for name, value in row.items()} for row in dress()]
    red, blue = imported([], content=table(rows, NEW_COLUMNS)).products
    assert (red.id, red.colours, red.images) == ('dress-Red', ('Red',), ('images/red-front.jpg',))
    assert red.labels['category'] == 'Dresses'
    assert red.listings[0].description == 'Light & airy.'
    assert blue.id == 'dress-Blue'


def test_other_names_of_the_colour(imported):
    rows = dress()
    rows[0]['Option1 Name'] = 'Shade'
    red, blue = imported(rows, '--attribute', 'colour=Shade').products
    assert (red.colours, blue.colours) == (('Red',), ('Blue',))


def test_files_that_are_no_export(imported):
    with pytest.raises(UserError, match='expected a Shopify product export; missing column Handle, '
                                        'Image Src; found ID, Title'):
        imported([], content=b'ID,Title\n')
    with pytest.raises(UserError, match='no product can be kept: 1 × no handle'):
        imported([row('hat', Handle='', Title='Hat')])


def test_what_is_not_on_sale_is_told_and_gift_cards_are_left_out(imported, import_report):
    rows = dress()
    rows[0]['Status'] = 'active'
    rows += [row('hat', Handle='hat', Title='Hat', Status='archived'),
             row('hat', Handle='gift', Title='Gift card', **{'Gift Card': 'true'}),
             row('hat', Handle='excel', Title='Gift card', **{'Gift Card': 'WAHR'})]
    catalogue = imported(rows)
    assert [(product.id, product.extra.get('status')) for product in catalogue.products] == [
        ('dress-Red', None), ('dress-Blue', None), ('hat', 'archived')]
    assert import_report(catalogue)['dropped']['a gift card']['count'] == 2


def test_a_picture_that_several_colours_name_is_of_none(imported, import_report):
    rows = dress()
    rows[1]['Variant Image'] = rows[3]['Variant Image'] = picture('detail')
    catalogue = imported(rows)
    assert [(product.colours, product.images) for product in catalogue.products] == [
        (('Red',), ('images/red-front.jpg',)), (('Blue',), ('images/blue-front.jpg',))]
    assert import_report(catalogue)['notes'][colourways.SHARED]['count'] == 1


def test_colours_that_have_one_picture_are_not_told_apart(imported, import_report):
    rows = dress()
    for variant in rows:
        variant['Variant Image'] = picture('red-front')
    catalogue = imported(rows)
    (product,) = catalogue.products
    assert (product.id, product.colours, len(product.images)) == ('dress', (), 4)
    assert import_report(catalogue)['notes'][colourways.WHICH_COLOUR]['count'] == 1


def test_an_option_with_which_the_pictures_vary_is_noted(imported, import_report):
    rows = dress()
    rows[0]['Option1 Name'] = 'Shade'
    catalogue = imported(rows)
    (product,) = catalogue.products
    assert (product.colours, product.extra['Shade']) == ((), 'Red|Blue')
    (note,) = import_report(catalogue)['notes']     # and none of the size
    assert note.startswith('Shade varies between the variants of a product, and the pictures with')


@pytest.mark.parametrize('values', [
    {'Google Shopping / Gender': 'male', 'Google Shopping / Age Group': 'kids'},
    {'Target gender (product.metafields.shopify.target-gender)': 'Male',
     'Age group (product.metafields.shopify.age-group)': 'Kids; Toddlers'}])
def test_the_gender_of_children(imported, values):
    columns = f'{COLUMNS},{",".join(name for name in values if name not in COLUMNS)}'
    rows = [row('hat', 1, Handle='hat', Title='Hat', **values)]
    (hat,) = imported([], content=table(rows, columns)).products
    assert hat.label('gender') == 'Boys'


def test_the_columns_of_2021(imported):
    columns = COLUMNS.replace('Product Category', 'Standard Product Type', 1).replace(
        ',Type,', ',Custom Product Type,')
    rows = dress()
    rows[0]['Standard Product Type'] = rows[0].pop('Product Category')
    rows[0]['Custom Product Type'] = rows[0].pop('Type')
    red, _ = imported([], content=table(rows, columns)).products
    assert (red.labels['category'], red.extra['product_type']) == ('Dresses', 'Maxi Dresses')


def test_a_colour_spelled_in_several_ways_is_one(imported):
    rows = dress()
    rows[1]['Option1 Value'], rows[0]['Option1 Name'] = 'RED', 'Color:'
    red, _ = imported(rows).products
    assert (red.id, red.colours, red.extra['Size']) == ('dress-Red', ('Red',), 'S|M')


def test_handles_in_other_letter_cases_are_one(imported):
    first, *others = dress()
    red, blue = imported([first, *(one | {'Handle': 'DRESS'} for one in others)]).products
    assert (red.id, blue.id) == ('dress-Red', 'dress-Blue')


def test_handles_that_a_spreadsheet_has_rounded_join_nothing(imported, import_report):
    rows = [row('red-front', Handle='4.00638E+12', Title='Dress'),
            row('hat', Handle='4.00638E+12', Title='Hat'), row('hat', Handle='hat', Title='Hat')]
    report = import_report(imported(rows))
    assert (report['kept'], [entry['count'] for entry in report['dropped'].values()]) == (1, [2])


def test_a_variant_may_name_another_version_of_a_picture(imported, import_report):
    rows = dress()
    for one in rows:
        if one.get('Image Src'):
            one['Image Src'] += '?v=17'
    catalogue = imported(rows)
    assert [product.images for product in catalogue.products] == [
        ('images/red-front.jpg',), ('images/blue-front.jpg',)]
    (note,) = import_report(catalogue)['notes'].values()
    assert note['count'] == 2       # those that no variant names
