"""The columns and the way of writing are those of WooCommerce's own exporter."""

import argparse
import csv
import io
import json

import pytest

from fashion_models.catalogue.importers import colourways, woocommerce
from fashion_models.catalogue.importers.woocommerce_columns import TRANSLATIONS
from fashion_models.errors import UserError

COLUMNS = '''\
ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Is featured?","Visibility in catalog",\
"Short description",Description,"Date sale price starts","Date sale price ends","Tax status",\
"Tax class","In stock?",Stock,"Low stock amount","Backorders allowed?","Sold individually?",\
"Weight (kg)","Length (cm)","Width (cm)","Height (cm)","Allow customer reviews?","Purchase note",\
"Sale price","Regular price",Categories,Tags,"Shipping class",Images,"Download limit",\
"Download expiry days",Parent,"Grouped products",Upsells,Cross-sells,"External URL","Button text",\
Position,"Attribute 1 name","Attribute 1 value(s)","Attribute 1 visible","Attribute 1 global",\
"Attribute 2 name","Attribute 2 value(s)","Attribute 2 visible","Attribute 2 global"'''
UPLOADS = 'https://shop.example/wp-content/uploads/2017/12/'


def row(id, type='simple', **values):
    names = {'attribute1': 'Attribute 1 name', 'values1': 'Attribute 1 value(s)',
             'attribute2': 'Attribute 2 name', 'values2': 'Attribute 2 value(s)'}
    images = ', '.join(UPLOADS + name for name in values.pop('images', '').split())
    return {'ID': id, 'Type': type, 'Published': 1, 'Images': images} | {
        names.get(name, name): value for name, value in values.items()}


def tee():
    """A parent in two colours and two sizes; its gallery shows a third picture."""
    parent = row(44, 'variable', SKU='woo-tee', Name='V-Neck T-Shirt', Categories=(
        'Clothing > Women > Tshirts, Sale'), Tags='summer, cotton',
        Description='<p>Soft &amp; light.</p>\\n<p>Washable.</p>', images='tee.jpg tee-back.jpg',
        attribute1='Color', values1='Blue, Green', attribute2='Size', values2='Large, Small')
    return [parent] + [
        row(number, 'variation', SKU=f'woo-tee-{colour}-{size}', Name=f'Tee - {colour}, {size}',
            Parent='woo-tee', images=f'tee-{colour.lower()}.jpg',
            attribute1='Color', values1=colour, attribute2='Size', values2=size)
        for number, (colour, size) in enumerate(
            [('Blue', 'Large'), ('Blue', 'Small'), ('Green', 'Large'), ('Green', 'Small')], 76)]


def table(rows, columns=COLUMNS):
    file = io.StringIO()
    names = next(csv.reader([columns]))
    writer = csv.DictWriter(file, names, lineterminator='\n')
    file.write(columns + '\n')
    writer.writerows(rows)
    return b'\xef\xbb\xbf' + file.getvalue().encode()


@pytest.fixture
def imported(import_files, drawn_images, tmp_path):
    def run(rows, *options, content=None):
        files = {'export.csv': table(rows) if content is None else content}
        for name, image in zip(['tee.jpg', 'tee-back.jpg', 'tee-blue.jpg', 'tee-green.jpg',
                                'bag.jpg', 'bag-2.jpg'], drawn_images):
            files[f'pictures/{name}'] = image

        def form(place, files):
            for name, content in files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(content)
            return place / 'export.csv'
        return import_files('woocommerce', files, '--images', tmp_path / 'source/pictures',
                            *options, form=form)
    return run


def products(catalogue):
    return {product.id: product for product in catalogue.products}


def test_variations_of_one_colour_are_a_product(imported):
    catalogue = imported(tee())
    assert list(products(catalogue)) == ['woo-tee-Blue', 'woo-tee-Green']
    blue, green = catalogue.products
    assert blue.group == green.group == 'woo-tee'
    assert blue.labels == {'gender': 'Women', 'colour': ('Blue',), 'type': 'Clothing',
                           'category': 'Tshirts'}
    assert blue.images == ('images/tee-blue.jpg',)
    assert green.images == ('images/tee-green.jpg',)
    assert blue.title == 'V-Neck T-Shirt'
    assert blue.listings[0].description == 'Soft & light. Washable.'
    assert blue.extra == {'Size': 'Large|Small', 'tags': 'summer|cotton',
                          'categories': 'Clothing > Women > Tshirts|Sale'}
    report = json.loads((catalogue.folder / 'import-report.json').read_bytes())
    assert (report['read'], report['kept'], report['groups']) == (2, 2, 1)
    (note,) = report['notes'].items()
    assert note == ('pictures of a parent that comes in several colours, not used', {
        'count': 2, 'examples': [f'{UPLOADS}tee.jpg of export.csv:2 (woo-tee)',
                                 f'{UPLOADS}tee-back.jpg of export.csv:2 (woo-tee)']})


def test_the_order_of_the_rows_does_not_matter(imported):
    assert products(imported(tee()[::-1])).keys() == {'woo-tee-Blue', 'woo-tee-Green'}


def test_parents_without_sku_are_named_by_their_id(imported):
    rows = tee()
    del rows[0]['SKU']
    for variation in rows[1:]:
        variation['Parent'] = 'id:44'
    found = products(imported(rows))
    assert found.keys() == {'44-Blue', '44-Green'}
    assert found['44-Blue'].group == '44'


def test_variations_whose_parent_is_left_out(imported, import_report):
    catalogue = imported(tee()[1:])
    assert import_report(catalogue)['notes'] == {'variations whose parent is not in the export': {
        'count': 1, 'examples': ['woo-tee of export.csv:2']}}
    found = products(catalogue)
    assert found.keys() == {'woo-tee-Blue', 'woo-tee-Green'}
    assert {product.group for product in found.values()} == {'woo-tee'}


def test_a_simple_product(imported):
    (bag,) = imported([row(
        48, SKU='BAG', Name="'-20 % Bag", Categories='Accessories > Bags\\, Purses > Women\'s Bags',
        images='bag.jpg bag-2.jpg', attribute1='Colour', values1='Black, White',
        attribute2='Material', values2='Leather\\, suede, Wool')]).products
    assert (bag.id, bag.group, bag.title) == ('BAG', 'BAG', '-20 % Bag')
    assert bag.labels == {'gender': 'Women', 'colour': ('Black', 'White'), 'type': 'Accessories',
                          'category': 'Bags, Purses', 'subcategory': "Women's Bags"}
    assert bag.images == ('images/bag.jpg', 'images/bag-2.jpg')
    assert bag.extra['Material'] == 'Leather, suede|Wool'


@pytest.mark.parametrize('categories', ['Uncategorized', 'Non classé', 'Uncategorized, Sale'])
def test_uncategorized_is_no_label(imported, categories):
    (bag,) = imported([row(48, SKU='BAG', Name='Bag', Categories=categories, images='bag.jpg',
                           attribute1='Colour', values1='Black')]).products
    assert bag.labels == {'colour': ('Black',)} | (
        {'type': 'Sale'} if 'Sale' in categories else {})
    assert bag.extra['categories'] == categories.replace(', ', '|')


@pytest.mark.parametrize(('colour', 'expected'), [('Blue', ('Blue',)), ('', ())])
def test_variations_by_size_alone_are_one_product(imported, colour, expected):
    rows = [row(44, 'variable', SKU='T', Name='Tee', images='tee.jpg tee-back.jpg',
                attribute1='Colour', values1=colour or 'Blue, Green',
                attribute2='Size', values2='L, S')]
    for size in 'LS':
        rows.append(row(f'5{size}', 'variation', SKU=f'T-{size}', Parent='T', attribute1='Size',
                        values1=size))
        if not colour:   # any colour
            rows[-1] |= {'Attribute 2 name': 'Colour', 'Attribute 2 value(s)': ''}
    (product,) = imported(rows).products
    assert (product.id, product.colours) == ('T', expected)
    assert product.images == ('images/tee.jpg', 'images/tee-back.jpg')


def test_a_variation_of_any_colour_is_of_the_parents_only_one(imported, import_report):
    rows = [row(56, 'variable', SKU='Q', Name='Tee', images='tee.jpg tee-back.jpg',
                attribute1='Color', values1='Red', attribute2='Size', values2='S, M')]
    for size, colour, images in (('S', '', ''), ('M', 'Red', 'bag.jpg')):
        rows.append(row(f'5{size}', 'variation', SKU=f'Q-{size}', Parent='Q', images=images,
                        attribute1='Color', values1=colour, attribute2='Size', values2=size))
    catalogue = imported(rows)
    (product,) = catalogue.products
    assert (product.id, product.colours, product.extra['Size']) == ('Q', ('Red',), 'S|M')
    assert product.images == ('images/tee.jpg', 'images/tee-back.jpg', 'images/bag.jpg')
    report = import_report(catalogue)
    assert report['dropped'] == report['notes'] == {}


@pytest.mark.parametrize('images', ['', 'bag.jpg'])
def test_a_variation_of_any_colour_among_several(imported, import_report, images):
    """Without a picture it is no product of its own, but a size of each."""
    rows = tee()
    rows[2] |= row(77, 'variation', SKU='any', Parent='woo-tee', images=images,
                   attribute1='Color', values1='', attribute2='Size', values2='XL')
    catalogue = imported(rows)
    found = products(catalogue)
    assert import_report(catalogue)['dropped'] == {}
    if images:
        assert found['woo-tee'].colours == ()
        assert found['woo-tee'].images == ('images/bag.jpg',)
    assert {name: product.extra['Size'] for name, product in found.items()} == (
        {'woo-tee-Blue': 'Large', 'woo-tee': 'XL', 'woo-tee-Green': 'Large|Small'} if images else
        {'woo-tee-Blue': 'Large|XL', 'woo-tee-Green': 'XL|Large|Small'})
    assert found['woo-tee-Blue'].images == ('images/tee-blue.jpg',)


def test_colours_without_pictures_of_their_own_are_not_guessed(imported):
    rows = tee()
    for variation in rows[1:]:
        variation['Images'] = ''
    (product,) = imported(rows).products
    assert (product.id, product.colours) == ('woo-tee', ())
    assert product.images == ('images/tee.jpg', 'images/tee-back.jpg')


def test_a_picture_that_several_colours_name_is_of_none(imported, import_report):
    rows = tee()
    rows[2]['Images'] = rows[4]['Images'] = f'{UPLOADS}bag.jpg'
    catalogue = imported(rows)
    assert {name: product.images for name, product in products(catalogue).items()} == {
        'woo-tee-Blue': ('images/tee-blue.jpg',), 'woo-tee-Green': ('images/tee-green.jpg',)}
    assert import_report(catalogue)['notes'][colourways.SHARED] == {
        'count': 1, 'examples': [f'{UPLOADS}bag.jpg of export.csv:2 (woo-tee)']}


def test_colours_that_have_one_picture_are_not_told_apart(imported, import_report):
    rows = tee()
    for variation in rows[1:]:
        variation['Images'] = f'{UPLOADS}tee-blue.jpg'
    catalogue = imported(rows)
    (product,) = catalogue.products
    assert (product.id, product.colours, len(product.images)) == ('woo-tee', (), 3)
    assert import_report(catalogue)['notes'][colourways.WHICH_COLOUR]['count'] == 1


def test_an_attribute_with_which_the_pictures_vary_is_noted(imported, import_report):
    catalogue = imported([one | {'Attribute 1 name': 'Shade'} for one in tee()])
    (product,) = catalogue.products
    assert (product.colours, product.extra['Shade']) == ((), 'Blue|Green')
    (note,) = import_report(catalogue)['notes']     # and none of the size
    assert note.startswith('Shade varies between the variants of a product, and the pictures with')


def test_what_the_parent_says_of_its_colours_is_not_said_of_each(imported):
    rows = tee()
    rows[0] |= {'Attribute 1 name': 'Colour family', 'Attribute 1 value(s)': 'Cold, Warm'}
    assert {product.colours for product in imported(rows).products} == {('Blue',), ('Green',)}


def test_a_colour_spelled_in_several_ways_is_one(imported):
    rows = tee()
    rows[2]['Attribute 1 value(s)'] = 'BLUE'
    found = products(imported(rows))
    assert {name: product.extra['Size'] for name, product in found.items()} == {
        'woo-tee-Blue': 'Large|Small', 'woo-tee-Green': 'Large|Small'}
    assert found['woo-tee-Blue'].colours == ('Blue',)


def test_a_family_of_colours_is_not_another_colour(imported):
    (bag,) = imported([row(1, SKU='A', Name='Bag', images='bag.jpg', attribute1='Colour family',
                           values1='Blue', attribute2='Color', values2='Navy')]).products
    assert bag.colours == ('Navy',)


def test_rows_that_are_no_product_are_reported(imported, import_report):
    rows = [*tee(), row(87, 'grouped', SKU='logo', Name='Collection', images='bag.jpg'),
            row(73, 'simple, downloadable, virtual', SKU='album', Name='Album', images='bag.jpg'),
            row('', SKU='', Name='Nameless', images='bag.jpg'),
            row(99, SKU='lost', Name='Lost', images='lost.jpg')]
    report = import_report(imported(rows))
    assert report['dropped'] == {
        'product type grouped': {'count': 1, 'examples': ['export.csv:7 (Collection)']},
        'product type downloadable': {'count': 1, 'examples': ['export.csv:8 (Album)']},
        'neither SKU nor ID': {'count': 1, 'examples': ['export.csv:9']},
        'no image': {'count': 1, 'examples': ['export.csv:10 (lost)']}}
    assert report['images_dropped'] == {'no such file among the downloads': {
        'count': 1, 'examples': [f'{UPLOADS}lost.jpg of export.csv:10 (lost)']}}
    assert report['read'] == 6


def test_attributes_and_levels_may_be_named(imported):
    rows = [row(1, SKU='B', Name='Bag', Categories='Bags > Totes', images='bag.jpg',
                attribute1='Shade', values1='Taupe', attribute2='For', values2='Damen')]
    (bag,) = imported(rows, '--attribute', 'colour=Shade', '--attribute', 'gender=for',
                      '--levels', 'category/subcategory').products
    assert bag.labels == {'gender': 'Women', 'colour': ('Taupe',), 'category': 'Bags',
                          'subcategory': 'Totes'}


def test_columns_in_the_language_of_the_shop(imported):
    content = ('ID;Típus;Cikkszám;Name;Képek\n'
               f'1;simple;B;Táska;{UPLOADS}bag.jpg\n').encode()
    with pytest.raises(UserError, match=r'export\.csv:1: expected a WooCommerce product export; '
                                        'missing column Type, Images; found ID, Típus, Cikk.*; '
                                        'columns of other names can be named, as in Images=Bilder'):
        imported([], content=content)
    (bag,) = imported([], '--column', 'Type=Típus', '--column', 'Images=Képek',
                      '--column', 'SKU=Cikkszám', content=content).products
    assert (bag.id, bag.images) == ('B', ('images/bag.jpg',))


@pytest.mark.parametrize('names', [
    'Typ,Artikelnummer,Name,Kategorien,Bilder,Übergeordnetes Produkt,Attribut 1 Name,'
    'Attribut 1 Wert(e),Attribut 2 Name,Attribut 2 Wert(e)',
    'Type,UGS,Nom,Catégories,Images,Parent,Nom de l’attribut 1,"Valeur(s) de l’attribut 1 ",'
    'Nom de l’attribut 2,"Valeur(s) de l’attribut 2 "',
    'Tipo,SKU,Nombre,Categorías,Imágenes,Superior,Nombre del atributo 1,Valor(es) del atributo 1,'
    'Nombre del atributo 2,Valor(es) del atributo 2',
    'Тип,Артикул,Назва,Категорії,Зображення,Предок,Назва 1 атрибуту,1 значення атрибуту,'
    'Назва 2 атрибуту,2 значення атрибуту'])
def test_first_lines_in_other_languages(imported, names):
    ours = ('Type,SKU,Name,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),'
            'Attribute 2 name,Attribute 2 value(s)')
    rows = [{name: text for name, text in member.items() if name in ours} for member in tee()]
    content = table(rows, ours).replace(ours.encode(), names.encode())
    found = products(imported([], content=content))
    assert {name: product.labels for name, product in found.items()} == {
        f'woo-tee-{colour}': {'gender': 'Women', 'colour': (colour,), 'type': 'Clothing',
                              'category': 'Tshirts'} for colour in ('Blue', 'Green')}
    assert found['woo-tee-Blue'].images == ('images/tee-blue.jpg',)
    assert found['woo-tee-Blue'].title == 'V-Neck T-Shirt'


@pytest.mark.parametrize('name', ['Farge', 'Väri', 'Χρώμα', 'Колір', 'Barva'])
def test_colours_in_other_languages(imported, name):
    rows = [{column: name if value == 'Color' else value for column, value in member.items()}
            for member in tee()]
    assert {product.id: product.colours for product in imported(rows).products} == {
        'woo-tee-Blue': ('Blue',), 'woo-tee-Green': ('Green',)}


def test_no_name_in_another_language_stands_for_two_columns():
    names = [name.casefold() for ours, theirs in TRANSLATIONS.items() for name in (ours, *theirs)]
    assert len(set(names)) == len(names)


def test_rows_of_the_first_batch_are_shorter(imported):
    content = f'ID,Type,SKU,Name,Images,Attribute 1 name,Attribute 1 value(s)\n1,simple,B,Bag,' \
              f'{UPLOADS}bag.jpg\n'
    assert len(products(imported([], content=content.encode()))) == 1


def test_a_stray_quote_costs_its_row_alone(imported, import_report):
    content = ('ID,Type,SKU,Name,Images\n'
               f'1,simple,A,"29" screen,{UPLOADS}bag.jpg\n'
               f'2,simple,B,Bag,{UPLOADS}bag.jpg\n'
               f'3,simple,C,"never closed,{UPLOADS}bag-2.jpg\n'
               f'4,simple,D,Bag,{UPLOADS}bag-2.jpg\n')
    catalogue = imported([], content=content.encode())
    assert list(products(catalogue)) == ['B', 'D']
    assert sum(entry['count'] for entry in import_report(catalogue)['dropped'].values()) == 2


@pytest.mark.parametrize(('options', 'message'), [
    (['--attribute', 'shade=Colour'], "attribute: found 'shade', expected a task: gender, colour"),
    (['--attribute', 'colour'], "attribute: found 'colour', expected NAME=NAME"),
    (['--levels', 'type/kind'], 'levels: found type/kind, expected some of type'),
    (['--column', 'Images=Pictures'], "no column 'Pictures'; found ID, Type, SKU"),
    (['--encoding', 'base64'], "encoding base64: 'base64' is not a text encoding"),
    (['--images', '/nowhere'], '/nowhere: there is no such folder')])
def test_bad_options(imported, options, message):
    with pytest.raises(UserError, match=message):
        imported(tee(), *options)


def test_names_of_columns_in_other_letter_cases(imported):
    content = table(tee()).decode().replace('Attribute 1 name', 'ATTRIBUTE 1 Name').replace(
        'value(s)', 'Value(s)').replace('Parent', 'parent').replace(',Images', ',IMAGES')
    assert products(imported([], content=content.encode())).keys() == {
        'woo-tee-Blue', 'woo-tee-Green'}


def test_attributes_in_the_language_of_the_shop_are_named_by_the_first(imported):
    content = table(tee())
    for ours, theirs in [('Attribute', 'Tulajdonság'), ('name', 'név'), ('value(s)', 'érték'),
                         ('Parent', 'Szülő')]:
        content = content.replace(ours.encode(), theirs.encode())
    columns = ['--column', 'Parent=Szülő']
    for named, missing in [([], 'Parent, Attribute 1 name, Attribute 1 value'),
                           (columns, 'Attribute 1 name, Attribute 1 value')]:
        with pytest.raises(UserError, match='expected a WooCommerce product export with '
                                            f'variations; missing column {missing}'):
            imported([], *named, content=content)
    found = products(imported([], *columns, '--column', 'Attribute 1 name=Tulajdonság 1 név',
                              '--column', 'Attribute 1 value(s)=Tulajdonság 1 érték',
                              content=content))
    assert found.keys() == {'woo-tee-Blue', 'woo-tee-Green'}
    assert found['woo-tee-Blue'].extra['Size'] == 'Large|Small'


def test_a_sku_that_begins_like_a_formula(imported):
    rows = tee()
    rows[0]['SKU'] = "'-tee"
    for variation in rows[1:]:
        variation['Parent'] = "'-tee"
    found = products(imported(rows))
    assert found.keys() == {'-tee-Blue', '-tee-Green'}
    assert {product.group for product in found.values()} == {'-tee'}


def test_skus_that_a_spreadsheet_has_rounded_join_nothing(imported, import_report):
    rows = tee()
    for member in rows:
        member['SKU'] = '4.00638E+12'
    for variation in rows[1:]:
        variation['Parent'] = '4.00638E+12'
    report = import_report(imported([*rows, row(9, SKU='B', Name='Bag', images='bag.jpg')]))
    ((reason, entry),) = report['dropped'].items()
    assert 'rounded' in reason
    assert (entry['count'], report['kept']) == (5, 1)


def test_variations_that_name_no_parent_are_noted(imported, import_report):
    rows = tee()
    rows[1]['Parent'] = ''
    notes = import_report(imported(rows))['notes']
    assert notes['variations that name no parent, each a product'] == {
        'count': 1, 'examples': ['export.csv:3']}


def test_queries_of_addresses_are_kept_as_they_are(tmp_path):
    query = 'https://shop.example/a.jpg?w=1&reg=eu&copy=2'
    rows = [row(1, SKU='A', Name='A') | {'Images': f'{query}, {query}3'.replace('&c', '&amp;c')}]
    (tmp_path / 'export.csv').write_bytes(table(rows))
    arguments = argparse.Namespace(encoding=None, column=[])
    assert list(woocommerce.addresses(tmp_path / 'export.csv', arguments)) == [query, f'{query}3']


def test_a_comma_inside_of_an_address_may_be_as_it_is(tmp_path):
    names = 'w_400,h_600/a.jpg', 'b,c.jpg', 'd.jpg?size=4,5', 'e.jpg'
    images = ', '.join(UPLOADS + name for name in names).replace('b,c', 'b\\,c')
    (tmp_path / 'export.csv').write_bytes(table([row(1, SKU='A', Name='A') | {'Images': images}]))
    arguments = argparse.Namespace(encoding=None, column=[])
    assert list(woocommerce.addresses(tmp_path / 'export.csv', arguments)) == [
        UPLOADS + name for name in names]


def test_drafts_are_told(imported):
    rows = [row(number, SKU=sku, Name=sku, images='bag.jpg') | {'Published': published}
            for number, (sku, published) in enumerate([('A', 1), ('B', 0), ('C', -1)], 1)]
    assert [product.extra.get('status') for product in imported(rows).products] == [
        None, 'private', 'draft']


def test_colours_of_a_parent_whose_variations_are_left_out(imported, import_report):
    catalogue = imported(tee()[:1])
    (product,) = catalogue.products
    assert 'colour' not in product.labels
    (note,) = import_report(catalogue)['notes'].items()
    assert note == ('products in several colours, and which one a picture shows is not said: no '
                    'colour', {'count': 1, 'examples': ['export.csv:2 (woo-tee)']})


def test_skus_that_stand_for_nothing(imported):
    rows = [row(number, SKU='nan', Name='Bag', images='bag.jpg') for number in (1, 2)]
    assert products(imported(rows)).keys() == {'1', '2'}


def test_an_attribute_that_no_product_has(imported):
    with pytest.raises(UserError, match="attribute: no product has 'Colr'; there are Color"):
        imported(tee(), '--attribute', 'colour=Colr')
