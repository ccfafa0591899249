import itertools
import json

import pytest

from fashion_models.catalogue import importing
from fashion_models.errors import UserError

NAMES = ['2595650-p-4x', '2595650-1-4x', '2595651-p-4x', '2595651-1-4x', '300-p-4x', '301-p-4x']


def info(product, colour, view, name, **fields):
    """An entry of mvc_info.json, with the quotes in its texts that the set has."""
    return {
        'productId': product, 'styleId': 9, 'colourId': colour, 'viewId': view,
        'productTypeId': 3, 'productGender': '"Womens"', 'category': '"Shirts & Tops"',
        'subCategory2': '"Blouses"', 'zetaCategory': '"Clothing"', 'brandId': 12,
        'productName': '"Breezy\u00a0Blouse"', 'price': 49.0,
        'image_url_4x': f'http://shop.example/images/z/2/{name}.jpg'} | fields


@pytest.fixture
def entries():
    return [
        info(100, 7, 1, NAMES[1]), info(100, 7, 0, NAMES[0]), info(100, 8, 0, NAMES[2]),
        info(100, 8, 2, NAMES[3]),
        info(200, 3, 0, NAMES[4], productGender='"Mens"', category='"Jeans"',
             subCategory2='"Men&#39;s Jeans"', productName='Jean', price=None),
        info(201, None, 0, NAMES[5], styleId='55', productGender=None, category=float('nan')),
    ]


def in_layout(entries, images, folder='images/', **lists):
    """The files of the set; an entry's image is called after its address."""
    lists = {
        'mvc_info': entries,
        'image_links': [{'image_url_4x': entry.get('image_url_4x')} for entry in entries],
        'attribute_labels': [
            {'filename': f'img_{number:06}', 'itemN': str(number), 'longSleeve': 1, 'fiftyU': '0',
             'vNeck': '1'} for number, _ in enumerate(entries)]} | lists
    files = {f'{name}.json': json.dumps(entries).encode()
             for name, entries in lists.items() if entries is not None}
    return files | {f'{folder}{name}.jpg': content
                    for name, content in zip(NAMES, itertools.cycle(images))}


def by_id(catalogue):
    return {product.id: product for product in catalogue.products}


def test_products_are_garments_in_one_colour(import_files, entries, drawn_images, form):
    files = in_layout(entries, drawn_images)
    catalogue = import_files('mvc', files, form=form)
    products = by_id(catalogue)
    assert {name: product.group for name, product in products.items()} == {
        '100-7': '100', '100-8': '100', '200-3': '200', '201-55': '201'}
    # The views in their order, whatever the lists' is.
    assert products['100-7'].images == tuple(f'images/images/{name}.jpg' for name in NAMES[:2])
    for name in NAMES[:2]:
        assert (catalogue.image_file(f'images/images/{name}.jpg').read_bytes()
                == files[f'images/{name}.jpg'])


def test_labels_and_texts_lose_their_quotes(import_files, entries, drawn_images):
    products = by_id(import_files('mvc', in_layout(entries, drawn_images)))
    blouse, jeans = products['100-7'], products['200-3']
    assert blouse.labels == {'gender': 'Women', 'category': 'Shirts & Tops',
                             'subcategory': 'Blouses'}
    assert blouse.title == 'Breezy Blouse'
    assert blouse.listings[0].retailer == 'Zappos'
    assert blouse.extra == {
        'brandId': '12', 'colourId': '7', 'price': '49', 'productTypeId': '3',
        'zetaCategory': 'Clothing', 'attributes': 'longSleeve|vNeck'}
    assert jeans.labels == {'gender': 'Men', 'category': 'Jeans', 'subcategory': "Men's Jeans"}
    assert 'price' not in jeans.extra
    assert products['201-55'].labels == {'subcategory': 'Blouses'}


@pytest.mark.parametrize('missing', [['attribute_labels'], ['image_links', 'attribute_labels']])
def test_other_lists_may_be_absent(import_files, entries, drawn_images, missing):
    products = by_id(import_files('mvc', in_layout(
        entries, drawn_images, **dict.fromkeys(missing))))
    assert len(products['100-7'].images) == 2
    assert 'attributes' not in products['100-7'].extra


def test_addresses_may_be_in_the_list_of_links_alone(import_files, entries, drawn_images):
    files = in_layout(entries, drawn_images)
    for entry in entries:
        del entry['image_url_4x']
    files['mvc_info.json'] = json.dumps(entries).encode()
    assert len(by_id(import_files('mvc', files))['100-7'].images) == 2


def test_the_layout_of_the_authors_own_files(import_files, drawn_images):
    """Names without ending, views to 7, colours among the attributes; as their samples have it."""
    views = (7, 5, 0, 4)
    entries = [info(7258521, 9, view, '') for view in views]
    for entry, view in zip(entries, views):
        entry['image_url_4x'] = ('http://www.zappos.com/images/z/3/1/6/3/7/1/'
                                 f'3163710-{view or "p"}-4x.jpg')
    attributes = [{'filename': f'p7258521_s3163710_v{view}', 'itemN': 3163710, 'fiftyU': 0,
                   'Fleece': 1, 'Gray': 1, 'Black': 0} for view in views]
    files = in_layout(entries, drawn_images, attribute_labels=attributes)
    files = {name: content for name, content in files.items() if name.endswith('.json')}
    files |= {f'MVC/p7258521_s3163710_v{view}.jpg': image
              for view, image in zip(views, drawn_images)}
    (product,) = import_files('mvc', files).products
    assert (product.id, product.group, product.colours) == ('7258521-9', '7258521', ('Gray',))
    assert product.images == tuple(
        f'images/MVC/p7258521_s3163710_v{view}.jpg' for view in (0, 4, 5, 7))
    assert product.extra['attributes'] == 'Fleece'


def test_which_of_several_colours_is_the_main_one_is_not_guessed(import_files, drawn_images):
    entries = [info(1, 2, 0, NAMES[0])]
    files = in_layout(entries, drawn_images, attribute_labels=[
        {'filename': 'x', 'itemN': 1, 'White': 1, 'Black': 1}])
    (product,) = import_files('mvc', files).products
    assert (product.colours, product.extra['colours']) == ((), 'Black|White')


def test_images_by_the_filename_of_the_attributes(import_files, entries, drawn_images):
    files = {name: content for name, content in in_layout(entries, drawn_images).items()
             if name.endswith('.json')}
    files |= {f'image_data/img_{number:06}.jpg': drawn_images[number] for number in range(6)}
    products = by_id(import_files('mvc', files))
    assert products['100-7'].images == ('images/image_data/img_000001.jpg',
                                        'images/image_data/img_000000.jpg')


def test_images_without_an_ending(import_files, import_report, entries, drawn_images):
    """As ``filename`` has none; a file that has one goes before its namesake without."""
    files = {name: content for name, content in in_layout(entries, drawn_images).items()
             if name.endswith('.json')}
    files |= {f'images/img_{number:06}': drawn_images[number] for number in range(5)}
    files |= {'images/img_000005.jpg': drawn_images[5], 'a/img_000005': b'boxes'}
    catalogue = import_files('mvc', files)
    products = by_id(catalogue)
    assert products['100-7'].images == ('images/images/img_000001', 'images/images/img_000000')
    assert products['201-55'].images == ('images/images/img_000005.jpg',)
    assert catalogue.image_file('images/images/img_000001').read_bytes() == drawn_images[1]
    assert import_report(catalogue)['images_dropped'] == {}


def test_what_is_no_address_is_no_error(import_files, entries, drawn_images):
    files = in_layout(entries, drawn_images)
    broken = json.loads(files['mvc_info.json'])
    broken[0]['image_url_4x'] = 'http://[www.zappos.com/images/x.jpg'
    files['mvc_info.json'] = json.dumps(broken).encode()
    products = by_id(import_files('mvc', files))
    assert sum(len(product.images) for product in products.values()) == 6


@pytest.mark.parametrize('folder', ['', 'Women/Shirts & Tops/Blouses/'])
def test_images_are_found_wherever_they_are(import_files, entries, drawn_images, folder):
    products = by_id(import_files('mvc', in_layout(entries, drawn_images, folder)))
    assert sum(len(product.images) for product in products.values()) == 6


def test_the_report_accounts_for_every_image(
        import_files, import_report, entries, drawn_images):
    entries += [entries[0], info(None, 7, 0, 'x'), info(100, None, 0, 'x', styleId=''),
                info(202, 1, 0, 'gone'), info(203, 1, 0, None, image_url_4x=None)]
    lists = {'attribute_labels': None}
    report = import_report(import_files('mvc', in_layout(entries, drawn_images, **lists)))
    assert (report['read'], report['kept'], report['groups']) == (6, 4, 3)
    assert report['dropped'] == {'no image': {'count': 2, 'examples': [
        'mvc_info.json: entry 10 (202-1)', 'mvc_info.json: entry 11 (203-1)']}}
    assert report['images_dropped'] == {
        'no productId, or neither colourId nor styleId': {
            'count': 2, 'examples': ['mvc_info.json: entry 8', 'mvc_info.json: entry 9']},
        'no such file': {'count': 2, 'examples': [
            'gone.jpg of mvc_info.json: entry 10 (202-1)',
            'unnamed.jpg of mvc_info.json: entry 11 (203-1)']}}
    assert report['images_per_product'] == {'1': 2, '2': 2}


def test_bytes_that_are_not_utf_8(import_files, entries, drawn_images):
    files = in_layout(entries, drawn_images)
    files['mvc_info.json'] = json.dumps(entries).replace('Jean"', 'J\xe9an"').encode('latin-1')
    assert by_id(import_files('mvc', files))['200-3'].title == 'Jéan'


def test_goes_on_after_an_interruption(import_files, entries, drawn_images, monkeypatch):
    files = in_layout(entries, drawn_images)
    real = importing._copy

    def interrupted(*arguments):
        if NAMES[3] in str(arguments[1]):
            raise KeyboardInterrupt
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_copy', interrupted)
        with pytest.raises(KeyboardInterrupt):
            import_files('mvc', files)
    assert len(by_id(import_files('mvc', files))) == 4


@pytest.mark.parametrize(('lists', 'message'), [
    ({'mvc_info': None}, 'expected mvc_info.json, and found none'),
    ({'image_links': [{}] * 5}, r'image_links.json: holds 5 entries, and another of the lists'),
    ({'image_links': [{}] * 7}, r'(mvc_info|attribute_labels).json: holds 6 entries'),
    ({'attribute_labels': [None] * 6}, 'attribute_labels.json: entry 1: expected a JSON object, '
                                       'found None'),
    ({'mvc_info': {}}, 'mvc_info.json: expected a JSON list'),
])
def test_what_is_not_this_data_set(import_files, entries, drawn_images, lists, message):
    with pytest.raises(UserError, match=message):
        import_files('mvc', in_layout(entries, drawn_images, **lists))
