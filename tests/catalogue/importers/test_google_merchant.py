"""Feeds in the forms of Google's product data specification: text, RSS 2.0 and Atom 1.0."""

import csv
import io
import shutil

import pytest

from fashion_models.catalogue.importers import colourways
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.errors import UserError

SITE = 'https://www.example.com/media/'
DRESS = 'Apparel & Accessories > Clothing > Dresses'

ITEMS = [
    {'id': 'D1-R-S', 'title': 'Dress, red, S', 'description': 'Light & airy.',
     'link': 'https://www.example.com/d1', 'image_link': f'{SITE}red.jpg',
     'additional_image_link': [f'{SITE}red-back.jpg', f'{SITE}red%2Cside.jpg'],
     'item_group_id': 'D1', 'color': 'Red/White', 'gender': 'female', 'size': 'S',
     'brand': 'Acme', 'age_group': 'adult', 'google_product_category': DRESS,
     'product_type': 'Home > Women > Dresses > Maxi', 'price': '15.00 USD'},
    {'id': 'D1-R-M', 'title': 'Dress, red, M', 'image_link': f'{SITE}red.jpg',
     'item_group_id': 'D1', 'color': 'red/white', 'gender': 'female', 'size': 'M',
     'age_group': 'adult', 'google_product_category': DRESS},
    {'id': 'H1', 'title': "Men's Hat", 'image_link': f'{SITE}hat.jpg',
     'google_product_category': '632', 'product_type': 'Hats > Felt Hats'},
    {'id': 'D1-B-S', 'title': 'Dress, blue, S', 'image_link': f'{SITE}blue.jpg',
     'item_group_id': 'D1', 'color': 'Blue', 'gender': 'female', 'size': 'S'}]


def text(items, delimiter='\t', end='\n'):
    names = list(ITEMS[0])
    lines = [delimiter.join(names)]
    for item in items:
        fields = {**item, 'additional_image_link': ','.join(item.get('additional_image_link', ()))}
        lines.append(delimiter.join(fields.get(name, '') for name in names).rstrip('\t'))
    return end.join([*lines, '']).encode()


def escaped(value):
    return value.replace('&', '&amp;').replace('>', '&gt;')


def rss(items, head='<?xml version="1.0"?>\n', own=('title', 'link', 'description')):
    parts = [head, '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">\n<channel>\n'
             '<title>Example Store</title><link>https://www.example.com</link>\n']
    for item in items:
        parts.append('<item>\n')
        for name, value in item.items():
            prefix = '' if name in own else 'g:'
            for one in value if isinstance(value, list) else [value]:
                parts.append(f'<{prefix}{name}>{escaped(one)}</{prefix}{name}>\n')
        parts.append('<g:shipping><g:country>US</g:country></g:shipping></item>\n')
    return ''.join([*parts, '</channel>\n</rss>\n']).encode()


def atom(items):
    return (rss(items).replace(b'<rss ', b'<feed xmlns="http://www.w3.org/2005/Atom" ')
            .replace(b'<channel>', b'').replace(b'</channel>', b'').replace(b'</rss>', b'</feed>')
            .replace(b'<item>', b'<entry>').replace(b'</item>', b'</entry>'))


def rss_with_all_in_the_namespace(items):
    return rss(items, '\ufeff<?xml version="1.0" encoding="UTF-8"?>', own=())


@pytest.fixture
def imported(import_files, drawn_images, tmp_path):
    def run(content, *options):
        files = {'feed': content}
        for name, image in zip(['red', 'red-back', 'red,side', 'blue', 'hat'], drawn_images):
            files[f'pictures/{name}.jpg'] = image

        def form(place, files):
            for name, content in files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(content)
            return place / 'feed'
        return import_files('google-merchant', files, '--images', tmp_path / 'source/pictures',
                            *options, form=form)
    return run


def test_the_first_row_of_a_meta_catalogue_explains_the_columns(imported):
    rows = [line.split('\t') for line in text(ITEMS).decode().splitlines()]
    file = io.StringIO()
    csv.writer(file).writerows([['# Required | Use the SKU, each but once'] * len(rows[0]), *rows])
    products = imported(file.getvalue().encode()).products
    assert [product.id for product in products] == ['D1-R-S', 'H1', 'D1-B-S']


def test_items_without_a_group_that_have_one_picture_are_not_parted(imported, import_report):
    items = [{'id': name, 'title': title, 'image_link': f'{SITE}{picture}.jpg', 'color': colour,
              'size': size} for name, title, picture, colour, size in [
                  ('S-38', 'Shoe', 'red', '', '38'), ('B-38', 'Shoe', 'blue', '', '38'),
                  ('S-39', 'Shoe', 'red', '', '39'), ('L', 'Laces', 'red', '', ''),
                  ('S-R', 'Shoe', 'red', 'Red', '38'), ('H', 'Shoe', 'none', '', '')]]
    catalogue = imported(text(items))
    assert {product.id: (product.group, product.extra.get('size'))
            for product in catalogue.products} == {
        'S-38': ('S-38', '38|39'), 'B-38': ('B-38', '38'), 'L': ('S-38', None),
        'S-R': ('S-38', '38')}
    note, = [note for note in import_report(catalogue)['notes'] if 'item_group_id' in note]
    assert note.startswith('items without item_group_id that have one title and picture')


@pytest.mark.parametrize('write', [text, rss, rss_with_all_in_the_namespace, atom])
def test_items_that_differ_in_size_alone_are_a_product(imported, write, import_report):
    catalogue = imported(write(ITEMS))
    red, hat, blue = catalogue.products
    assert [product.id for product in (red, hat, blue)] == ['D1-R-S', 'H1', 'D1-B-S']
    assert (red.group, hat.group, blue.group) == ('D1', 'H1', 'D1')
    assert red.labels == {'gender': 'Women', 'colour': ('Red', 'White'), 'type': 'Clothing',
                          'category': 'Dresses'}
    assert red.images == ('images/red.jpg', 'images/red-back.jpg', 'images/red,side.jpg')
    assert (red.title, red.listings[0].description) == ('Dress, red, S', 'Light & airy.')
    assert red.extra == {
        'brand': 'Acme', 'age_group': 'adult', 'size': 'S|M', 'google_product_category': DRESS,
        'product_type': 'Home > Women > Dresses > Maxi'}
    assert hat.labels == {'gender': 'Men', 'type': 'Hats', 'category': 'Felt Hats'}
    assert blue.colours == ('Blue',)
    report = import_report(catalogue)
    assert (report['read'], report['kept'], report['groups']) == (3, 3, 2)


def test_the_shops_own_categories(imported):
    red = next(iter(imported(rss(ITEMS), '--category-from', 'product_type', '--levels',
                             'type/category/subcategory').products))
    assert [red.label(task) for task in ('gender', 'type', 'category', 'subcategory')] == [
        'Women', 'Dresses', 'Maxi', None]


def test_names_of_attributes_in_text_may_have_blanks_and_capitals(imported):
    content = text(ITEMS).replace(b'image_link', b'Image Link').replace(b'item_group_id',
                                                                        b'item group id')
    assert len(list(imported(content).products)) == 3


def test_quotes_in_text_are_letters_where_they_do_not_enclose(imported):
    content = text([ITEMS[2] | {'title': '"Best" hat of 9"'}, ITEMS[3] | {'title': '9" "x"'}])
    assert [product.title for product in imported(content).products] == [
        '"Best" hat of 9"', '9" "x"']


def test_items_without_id_or_picture_are_reported(imported, import_report):
    items = [*ITEMS, {'title': 'x', 'image_link': f'{SITE}hat.jpg'},
             {'id': 'N', 'image_link': f'{SITE}none.jpg'}]
    report = import_report(imported(rss(items)))
    assert report['dropped'] == {
        'no id': {'count': 1, 'examples': ['feed: item 5']},
        'no image': {'count': 1, 'examples': ['feed: item 6 (N)']}}


BOMB = '''<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>&b;</g:id></item></channel></rss>
'''
OUTSIDE = BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize(('content', 'message'), [
    (BOMB, r'feed: declares a document type or entities, which no feed needs \(DTDForbidden\)'),
    (OUTSIDE, 'feed: declares a document type'),
    ('<rss><channel><item>', 'feed: not XML: no element found: line 1'),
    ('<html><body>Not found</body></html>', 'expected a Google Merchant Center feed; found no it'),
    ('<?xml version="1.0" encoding="klingon"?><rss/>', 'feed: not XML: unknown encoding'),
    ('sku\tname\n', 'expected a Google Merchant Center feed; missing column id, image_link; found'),
    ('<rss><channel><item><a>' + 'x' * (40 << 20), 'feed: expected items of 16,777,216 bytes at '),
    ('<a>' * 200_000, 'feed: not XML: no element found'),
])
def test_files_that_are_no_feed(imported, content, message):
    with pytest.raises(UserError, match=message):
        imported(content.encode())


def test_memory_does_not_grow_with_the_feed(tmp_path):
    import tracemalloc

    from fashion_models.catalogue.importers.google_feed import XmlFeed

    (tmp_path / 'feed.xml').write_bytes(rss(ITEMS * 500))
    tracemalloc.start()
    try:
        assert sum(1 for _ in XmlFeed(tmp_path / 'feed.xml', ['id']).items()) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_attributes_of_text_may_be_named_in_another_language(imported):
    content = text(ITEMS).replace(b'image_link\t', b'Bildlink\t', 1).replace(
        b'\tcolor\t', b'\tFarbe\t', 1)
    catalogue = imported(content, '--column', 'image_link=bildlink', '--column', 'color=Farbe')
    assert {product.id: product.colours for product in catalogue.products} == {
        'D1-R-S': ('Red', 'White'), 'H1': (), 'D1-B-S': ('Blue',)}
    shutil.rmtree(catalogue.folder)
    with pytest.raises(UserError, match='column: .* is XML, which has no columns'):
        imported(rss(ITEMS), '--column', 'color=Farbe')


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_the_names_of_google_go_before_those_of_atom(imported, scheme):
    entry = ('<entry><id>tag:shop.example,2026:{0}</id><title>Plain</title><summary>Soft.</summary>'
             f'<g:image_link>{SITE}{{1}}.jpg</g:image_link>{{2}}</entry>')
    feed = ('<feed xmlns="http://www.w3.org/2005/Atom" '
            f'xmlns:g="{scheme}://base.google.com/ns/1.0">'
            '<title>Shop</title><id>tag:shop.example</id>'
            + entry.format('x', 'red', '<g:id>R</g:id><g:title>Dress</g:title>')
            + entry.format('x', 'blue', '<g:id>B</g:id>')
            + entry.format('y', 'hat', '') + '</feed>')
    red, blue, hat = imported(feed.encode()).products
    assert [red.id, blue.id, hat.id] == ['R', 'B', 'tag:shop.example,2026:y']
    assert [red.title, blue.title] == ['Dress', 'Plain']
    assert red.listings[0].description == 'Soft.'


@pytest.mark.parametrize('category', [
    'Apparel &amp; Accessories &gt; Clothing &gt; Dresses',
    '166 - Apparel & Accessories>Clothing > Dresses',
    'Vêtements et accessoires > Clothing > Dresses'])
def test_other_forms_of_the_category(imported, category):
    (dress,) = imported(text([ITEMS[3] | {'google_product_category': category}])).products
    assert (dress.labels['type'], dress.labels['category']) == ('Clothing', 'Dresses')


@pytest.mark.parametrize('write', [text, rss])
@pytest.mark.parametrize(('number', 'labels'), [
    # As in the examples of Google's help on google_product_category and product_type.
    ('2271', {'type': 'Clothing', 'category': 'Dresses'}),
    ('187', {'type': 'Shoes'}),
    ('5598', {'type': 'Clothing', 'category': 'Outerwear', 'subcategory': 'Coats & Jackets'}),
    ('100', {'type': 'Luggage & Bags', 'category': 'Backpacks'}),
    ('166', {'type': 'Dresses', 'category': 'Maxi'})])
def test_numbers_of_categories(imported, write, number, labels, import_report):
    item = ITEMS[0] | {'google_product_category': number}
    catalogue = imported(write([item]))
    (dress,) = catalogue.products
    assert {task: dress.label(task) for task in LEVELS if dress.label(task)} == labels
    assert dress.extra['google_product_category'] == number
    assert not import_report(catalogue)['notes']


def test_numbers_of_other_categories_are_reported(imported, import_report):
    catalogue = imported(text([ITEMS[3] | {'google_product_category': '632'}]))
    (dress,) = catalogue.products
    assert dress.labels == {'gender': 'Women', 'colour': ('Blue',)}
    assert dress.extra['google_product_category'] == '632'
    (note, told), = import_report(catalogue)['notes'].items()
    assert note.startswith('google_product_category is a number of no category of Apparel & ')
    assert told == {'count': 1, 'examples': ['632 of feed:2 (D1-B-S)']}


def test_sizes_are_joined_whatever_the_blanks_in_their_colours(imported):
    items = [ITEMS[0], ITEMS[1] | {'color': 'Red / White'}]
    (dress,) = imported(text(items)).products
    assert (dress.colours, dress.extra['size']) == (('Red', 'White'), 'S|M')


def test_groups_that_a_spreadsheet_has_rounded_are_not_joined(imported, import_report):
    items = [ITEMS[2], *(item | {'item_group_id': '4.00638E+12'} for item in ITEMS[:2])]
    report = import_report(imported(text(items)))
    assert (report['kept'], [entry['count'] for entry in report['dropped'].values()]) == (1, [2])


@pytest.mark.parametrize('before', ['\n', '\ufeff\r\n\r\n  ', '\ufeff\ufeff'])
def test_blanks_before_the_xml(imported, before):
    content = before.encode() + rss(ITEMS, '<?xml version="1.0" encoding="UTF-8"?>')
    assert len(list(imported(content).products)) == 3


def test_xml_in_utf_16(imported):
    content = rss(ITEMS, '<?xml version="1.0" encoding="UTF-16"?>').decode().encode('utf-16')
    assert len(list(imported(content).products)) == 3


def test_groups_that_stand_for_nothing_join_nothing(imported, import_report):
    items = [{'id': id_, 'title': id_, 'image_link': f'{SITE}{id_}.jpg', 'item_group_id': 'NULL'}
             for id_ in ('red', 'hat')]
    catalogue = imported(text(items))
    assert [(product.id, product.group) for product in catalogue.products] == [
        ('red', 'red'), ('hat', 'hat')]
    assert import_report(catalogue)['notes']['item_group_id NULL, taken for none']['count'] == 2


def test_what_the_first_size_does_not_say_another_may(imported):
    first, second = ({name: value for name, value in item.items() if name not in left_out}
                     for item, left_out in zip(ITEMS, [('google_product_category', 'product_type'),
                                                       ()]))
    (product,) = imported(text([first, second])).products
    assert (product.id, product.title) == ('D1-R-S', 'Dress, red, S')
    assert product.labels['category'] == 'Dresses'


def test_a_picture_that_several_colours_name_is_of_the_one_whose_main_picture_it_is(
        imported, import_report):
    items = [ITEMS[0] | {'additional_image_link': [f'{SITE}blue.jpg', f'{SITE}red-back.jpg',
                                                   f'{SITE}red%2Cside.jpg']},
             ITEMS[3] | {'additional_image_link': [f'{SITE}red.jpg', f'{SITE}red-back.jpg']}]
    catalogue = imported(text(items))
    assert {product.id: product.images for product in catalogue.products} == {
        'D1-R-S': ('images/red.jpg', 'images/red,side.jpg'), 'D1-B-S': ('images/blue.jpg',)}
    assert [note['count'] for name, note in import_report(catalogue)['notes'].items()
            if name == colourways.SHARED] == [4]


@pytest.mark.parametrize('left_out', [(), ('item_group_id',)])
def test_colours_that_have_one_picture_are_not_told_apart(imported, import_report, left_out):
    items = [{name: value for name, value in item.items() if name not in left_out}
             for item in (ITEMS[0] | {'title': 'Dress'}, ITEMS[2],
                          ITEMS[3] | {'title': 'Dress', 'image_link': f'{SITE}red.jpg',
                                      'additional_image_link': ITEMS[0]['additional_image_link'],
                                      'age_group': 'adult'})]
    catalogue = imported(text(items))
    assert [(product.id, product.colours, len(product.images)) for product in catalogue.products
            ] == [('D1-R-S', (), 3), ('H1', (), 1)]
    assert import_report(catalogue)['notes'][colourways.WHICH_COLOUR]['count'] == 1


def test_items_without_colour_that_have_other_pictures_are_noted(imported, import_report):
    items = [{name: value for name, value in item.items() if name != 'color'}
             for item in (ITEMS[0], ITEMS[3] | {'age_group': 'adult'})]
    catalogue = imported(text(items))
    (product,) = catalogue.products
    assert [note for note in import_report(catalogue)['notes'] if 'different pictures' in note]


@pytest.mark.parametrize(('gender', 'age', 'expected'), [
    ('male', 'kids', 'Boys'), ('female', 'toddler', 'Girls'), ('unisex', 'newborn', 'Kids'),
    ('', 'infant', 'Kids'), ('male', 'adult', 'Men'), ('male', '', 'Men')])
def test_the_gender_of_children(imported, gender, age, expected):
    (product,) = imported(text([ITEMS[3] | {'gender': gender, 'age_group': age}])).products
    assert product.label('gender') == expected


@pytest.mark.parametrize('content', [
    'id\timage_link\tcolour\n1\t{}\tRed/White\n', 'id\timage_link\tcolor\n1\t{}\tRed | White\n'])
def test_other_ways_to_write_colours(imported, content):
    (product,) = imported(content.format(f'{SITE}red.jpg').encode()).products
    assert product.colours == ('Red', 'White')


def test_a_colour_that_stands_for_nothing(imported):
    (product,) = imported(text([ITEMS[3] | {'color': 'N/A'}])).products
    assert product.colours == ()


@pytest.mark.parametrize('names', [
    ['additional_image_link', 'additional image link'],
    ['additional_image_link_1', 'Additional_Image_Link2']])
def test_further_pictures_in_several_columns(imported, names):
    rows = [['id', 'image_link', *names], ['1', *(f'{SITE}{name}.jpg' for name in (
        'red', 'red-back', 'blue'))]]
    (product,) = imported('\n'.join(map('\t'.join, rows)).encode()).products
    assert product.images == ('images/red.jpg', 'images/red-back.jpg', 'images/blue.jpg')


def test_addresses_in_quotes_of_their_own(imported):
    content = (f'id\timage_link\tadditional_image_link\n'
               f'1\t{SITE}red.jpg\t"{SITE}red-back.jpg","{SITE}blue.jpg"\n')
    (product,) = imported(content.encode()).products
    assert product.images == ('images/red.jpg', 'images/red-back.jpg', 'images/blue.jpg')


def test_markup_inside_of_elements_is_text(imported):
    content = rss(ITEMS[2:3]).replace(b"Men's Hat", b"Men's <b>Felt</b> Hat")
    assert next(iter(imported(content).products)).title == "Men's Felt Hat"


def test_an_attribute_that_no_item_has(imported):
    with pytest.raises(UserError, match="attribute: no product has 'shade'; there are age_group, "):
        imported(text(ITEMS), '--attribute', 'colour=shade')
