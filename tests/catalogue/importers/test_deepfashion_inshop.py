import itertools
import json

import pytest

from fashion_models.catalogue import importing
from fashion_models.catalogue.importers.deepfashion_inshop import evaluation_statuses
from fashion_models.catalogue.records import Listing, Product
from fashion_models.errors import UserError

# Image below img, its official set, clothes_type, colour in list_color_cloth.txt.
IMAGES = [
    ('WOMEN/Dresses/id_00000002/02_1_front', 'train', 3, 'Black-blush'),
    ('WOMEN/Dresses/id_00000002/02_7_additional', 'train', 3, 'Black-blush'),
    ('WOMEN/Dresses/id_00000002/02_2_side', 'train', 3, 'Black-blush'),
    ('WOMEN/Dresses/id_00000002/04_1_front', 'train', 3, 'Light heather grey'),
    ('MEN/Denim/id_00000080/01_7_additional', 'gallery', 2, 'Dark denim'),
    ('MEN/Denim/id_00000080/01_1_front', 'query', 2, 'Dark denim'),
    ('WOMEN/Tees_Tanks/id_00000094/01_4_full', 'gallery', 1, 'Navy'),
    ('WOMEN/Graphic_Tees/id_00000094/01_4_full', 'query', 1, 'Navy'),
]
DESCRIPTIONS = [
    {'item': 'id_00000002', 'color': 'Black-blush',
     'description': ['Style Deals - babydoll dress. ', 'Unlined', '32" full length']},
    {'item': 'id_00000094', 'color': 'Navy', 'description': 'A blazer.'},
    {'item': 'id_00000094', 'color': 'Navy', 'description': 'A blazer.'},
    {'item': 'id_00000099'},
]
EVAL, ANNO = 'Eval/list_eval_partition.txt', 'Anno/'


def partition(rows=IMAGES, count=None):
    return '\n'.join([
        str(len(rows) if count is None else count), 'image_name item_id evaluation_status',
        *(f'img/{name}.jpg'.ljust(70) + f'{name.split("/")[2]} {status.ljust(10)}'
          for name, status, *_ in rows)])


def boxes(rows=IMAGES):
    return '\n'.join([str(len(rows)), 'image_name clothes_type pose_type x_1 y_1 x_2 y_2', *(
        f'img/{name}.jpg'.ljust(70) + f'{kind} 1 065 045 233 252'
        for name, _, kind, _ in rows)])


def colours(rows=IMAGES):
    return '\n'.join([str(len(rows)), 'image_name   clothes_color', *(
        f'img/{name}.jpg'.ljust(70) + f'{colour}     ' for name, *_, colour in rows)])


@pytest.fixture
def pictures(drawn_images):
    return {f'img/{name}.jpg': content
            for (name, *_), content in zip(IMAGES, itertools.cycle(drawn_images))}


@pytest.fixture
def benchmark(pictures):
    lists = {
        EVAL: partition(), f'{ANNO}list_bbox_inshop.txt': boxes(),
        f'{ANNO}attributes/list_color_cloth.txt': colours(),
        f'{ANNO}list_description_inshop.json': json.dumps(DESCRIPTIONS, indent=4),
        f'{ANNO}list_item_inshop.txt': '3\nid_00000002\nid_00000080\nid_00000094'}
    return pictures | {name: text.encode() for name, text in lists.items()}


@pytest.fixture
def flat(pictures):
    return {'images/' + name[4:].replace('/', '-'): content for name, content in pictures.items()}


def by_id(catalogue):
    return {product.id: product for product in catalogue.products}


def test_products_are_items_in_one_colour(import_files, benchmark, form):
    catalogue = import_files('deepfashion-inshop', benchmark, form=form)
    products = by_id(catalogue)
    assert {name: product.group for name, product in products.items()} == {
        'WOMEN-Dresses-id_00000002-02': 'id_00000002',
        'WOMEN-Dresses-id_00000002-04': 'id_00000002',
        'MEN-Denim-id_00000080-01': 'id_00000080',
        'WOMEN-Graphic_Tees-id_00000094-01': 'id_00000094',
        'WOMEN-Tees_Tanks-id_00000094-01': 'id_00000094'}
    dress = products['WOMEN-Dresses-id_00000002-02']
    assert dress.images == tuple(f'images/WOMEN/Dresses/id_00000002/02_{view}.jpg'
                                 for view in ('1_front', '2_side', '7_additional'))
    for image in dress.images:
        assert (catalogue.image_file(image).read_bytes()
                == benchmark[image.replace('images/', 'img/')])


def test_labels_and_texts(import_files, benchmark):
    products = by_id(import_files('deepfashion-inshop', benchmark))
    dress = products['WOMEN-Dresses-id_00000002-02']
    assert dress.labels == {'gender': 'Women', 'colour': ('Black-blush',), 'type': 'Full body',
                            'category': 'Dresses'}
    assert dress.listings[0].description == (
        'Style Deals - babydoll dress.\nUnlined\n32" full length')
    assert dress.extra == {'partition': 'train'}
    assert products['WOMEN-Dresses-id_00000002-04'].colours == ('Light heather grey',)
    jeans = products['MEN-Denim-id_00000080-01']
    assert jeans.labels == {'gender': 'Men', 'colour': ('Dark denim',), 'type': 'Lower body',
                            'category': 'Denim'}
    assert jeans.listings[0].description == ''
    assert jeans.extra == {'partition': 'query|gallery', 'query_views': '1_front'}


def test_folding_its_colours(import_files, benchmark):
    products = by_id(import_files('deepfashion-inshop', benchmark, '--colours', 'lyst16'))
    assert {name: product.colours for name, product in products.items()} == {
        'WOMEN-Dresses-id_00000002-02': ('Black', 'Pink'),
        'WOMEN-Dresses-id_00000002-04': ('Grey',), 'MEN-Denim-id_00000080-01': ('Blue',),
        'WOMEN-Graphic_Tees-id_00000094-01': ('Navy',),
        'WOMEN-Tees_Tanks-id_00000094-01': ('Navy',)}


def test_the_colour_of_a_description_is_a_product_s_only_if_there_is_no_other(
        import_files, benchmark):
    del benchmark[f'{ANNO}attributes/list_color_cloth.txt']
    one_colour = ('WOMEN/Shorts/id_00000022/01_1_front', 'train', 2, '')
    benchmark['img/WOMEN/Shorts/id_00000022/01_1_front.jpg'] = benchmark[f'img/{IMAGES[0][0]}.jpg']
    benchmark[EVAL] = partition([*IMAGES, one_colour]).encode()
    benchmark[f'{ANNO}list_description_inshop.json'] = json.dumps(
        [*DESCRIPTIONS, {'item': 'id_00000022', 'color': 'Grey-white'}]).encode()
    colours = {name: product.colours for name, product in by_id(
        import_files('deepfashion-inshop', benchmark)).items()}
    assert colours['WOMEN-Shorts-id_00000022-01'] == ('Grey-white',)
    assert colours['WOMEN-Dresses-id_00000002-02'] == ()


def test_only_the_images_are_needed(import_files, pictures):
    products = by_id(import_files('deepfashion-inshop', pictures))
    assert len(products) == 5
    dress = products['WOMEN-Dresses-id_00000002-02']
    assert dress.labels == {'gender': 'Women', 'category': 'Dresses'}
    assert len(dress.images) == 3
    assert dress.extra == {}


@pytest.mark.parametrize('folder', [
    'img/', 'Img/img/', 'In-shop Clothes Retrieval Benchmark/Img/img/', 'img_highres/',
    'Img/img_highres/', ''])
def test_places_of_the_images(import_files, benchmark, form, folder):
    moved = {folder + name[4:] if name.startswith('img/') else name: content
             for name, content in benchmark.items()}
    (image, *_) = by_id(import_files('deepfashion-inshop', moved, form=form))[
        'WOMEN-Dresses-id_00000002-02'].images
    assert image == 'images/WOMEN/Dresses/id_00000002/02_1_front.jpg'


@pytest.mark.parametrize(('options', 'number'), [([], 0), (['--highres'], 1)])
def test_small_or_large_images(import_files, benchmark, drawn_images, options, number):
    name = f'{IMAGES[0][0]}.jpg'
    files = benchmark | {f'Img/img/{name}': drawn_images[0],
                         f'Img/img_highres/{name}': drawn_images[1]}
    files = {name: content for name, content in files.items() if not name.startswith('img/')}
    catalogue = import_files('deepfashion-inshop', files, *options)
    (product,) = catalogue.products
    assert catalogue.image_file(product.images[0]).read_bytes() == drawn_images[number]


@pytest.mark.parametrize('names', ['folders', 'flat'])
def test_statuses_of_images_are_known_again(import_files, benchmark, flat, names):
    if names == 'flat':
        benchmark = flat | {name: content for name, content in benchmark.items()
                            if not name.endswith('.jpg')}
    found = {}
    for product in import_files('deepfashion-inshop', benchmark).products:
        found |= evaluation_statuses(product)
    sign = '/' if names == 'folders' else '-'
    assert found == {f'images/{name.replace("/", sign)}.jpg': status
                     for name, status, *_ in IMAGES}


def test_statuses_that_nobody_gave(import_files, pictures):
    for product in import_files('deepfashion-inshop', pictures).products:
        assert evaluation_statuses(product) == {}
    mixed = Product('a', 'a', {}, [Listing(images=['images/a.jpg'])],
                    {'partition': 'train|gallery'})
    with pytest.raises(UserError, match='a: its partition is train.gallery, expected train, or'):
        evaluation_statuses(mixed)


@pytest.mark.parametrize(('part', 'ids'), [
    ('train', {'WOMEN-Dresses-id_00000002-02', 'WOMEN-Dresses-id_00000002-04'}),
    ('test', {'MEN-Denim-id_00000080-01', 'WOMEN-Tees_Tanks-id_00000094-01',
              'WOMEN-Graphic_Tees-id_00000094-01'})])
def test_one_part_of_the_benchmark(import_files, import_report, benchmark, part, ids):
    catalogue = import_files('deepfashion-inshop', benchmark, '--part', part)
    assert by_id(catalogue).keys() == ids
    report = import_report(catalogue)
    assert (report['read'], report['kept']) == (5, len(ids))
    assert report['dropped']['of the other part']['count'] == 5 - len(ids)


def test_parts_need_the_list(import_files, pictures):
    with pytest.raises(UserError, match='found no list_eval_partition.txt, which says what belong'):
        import_files('deepfashion-inshop', pictures, '--part', 'train')


def test_flat_names(import_files, flat, form):
    captions = {'WOMEN-Dresses-id_00000002-02_2_side.jpg': 'The dress  has short sleeves.'}
    others = {'segm/WOMEN-Dresses-id_00000002-02_1_front_segm.png': b'x',
              'densepose/WOMEN-Dresses-id_00000002-02_1_front_densepose.png': b'x',
              'captions.json': json.dumps(captions).encode()}
    products = by_id(import_files('deepfashion-inshop', flat | others, form=form))
    assert len(products) == 5
    dress = products['WOMEN-Dresses-id_00000002-02']
    assert dress.group == 'id_00000002'
    assert dress.images == tuple(f'images/WOMEN-Dresses-id_00000002-02_{view}.jpg'
                                 for view in ('1_front', '2_side', '7_additional'))
    assert dress.labels == {'gender': 'Women', 'category': 'Dresses'}
    assert dress.listings[0].description == 'The dress has short sleeves.'


def test_flat_names_with_the_benchmark_s_lists(import_files, import_report, benchmark, flat):
    lists = {name: content for name, content in benchmark.items() if not name.endswith('.jpg')}
    del flat['images/MEN-Denim-id_00000080-01_7_additional.jpg']
    catalogue = import_files('deepfashion-inshop', lists | flat)
    jeans = by_id(catalogue)['MEN-Denim-id_00000080-01']
    assert jeans.images == ('images/MEN-Denim-id_00000080-01_1_front.jpg',)
    assert jeans.label('type') == 'Lower body'
    assert import_report(catalogue)['images_dropped']['no such file']['count'] == 1


def test_the_report_accounts_for_every_row(import_files, import_report, benchmark):
    rows = [*IMAGES, IMAGES[0], ('WOMEN/Dresses/id_00000003/01_1_front', 'train', 3, 'Red'),
            ('WOMEN/Dresses/id_00000004/01_1_front', 'holdout', 3, 'Red')]
    table = partition(rows, len(rows) + 2) + (
        '\nimg/WOMEN/Dresses/id_00000005/01_1_front.jpg id_00000006 train\nimg/a.jpg\n\n')
    benchmark[EVAL] = table.encode()
    report = import_report(import_files('deepfashion-inshop', benchmark))
    assert (report['read'], report['kept'], report['groups']) == (6, 5, 3)
    assert report['dropped'] == {'no image': {
        'count': 1, 'examples': [f'{EVAL}:12 (WOMEN-Dresses-id_00000003-01)']}}
    reasons = {reason: entry['count'] for reason, entry in report['images_dropped'].items()}
    assert reasons == {'not a row of image, its item, and train, query or gallery': 3,
                       'an image listed before': 1, 'no such file': 1}


def test_what_the_other_lists_have_alone_is_reported(import_files, import_report, benchmark):
    benchmark[EVAL] = partition(IMAGES[:4]).encode()
    report = import_report(import_files('deepfashion-inshop', benchmark))
    assert report['kept'] == 2
    assert report['dropped']['in a list, but without images']['count'] == 3


def test_bytes_that_are_not_utf_8(import_files, benchmark):
    benchmark[f'{ANNO}list_description_inshop.json'] = (
        b'[{"item": "id_00000080", "color": "Caf\xe9", "description": ["Voil\xc3\xa0!"]}]')
    jeans = by_id(import_files('deepfashion-inshop', benchmark))['MEN-Denim-id_00000080-01']
    assert jeans.listings[0].description == 'Voilà!'


def test_goes_on_after_an_interruption(import_files, benchmark, monkeypatch):
    written = []
    real = importing._copy

    def interrupted(*arguments):
        written.append(arguments)
        if len(written) == 5:
            raise KeyboardInterrupt
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_copy', interrupted)
        with pytest.raises(KeyboardInterrupt):
            import_files('deepfashion-inshop', benchmark)
    assert len(by_id(import_files('deepfashion-inshop', benchmark))) == 5


OTHER_BENCHMARK = '1\nimage_name evaluation_status\nimg/a.jpg train'


@pytest.mark.parametrize(('files', 'message'), [
    ({EVAL: OTHER_BENCHMARK}, 'list_eval_partition.txt:2: expected the columns image_name item_id '
                              'evaluation_status, found image_name evaluation_status; is this '
                              'another benchmark'),
    ({EVAL: ''}, 'expected the columns image_name item_id evaluation_status, found nothing'),
    ({EVAL: '9' * 5000}, 'txt:1: expected the number of rows, found 9999'),
    ({EVAL: partition(count=52712)}, 'its first line says 52,712 rows, and 8 follow; is the file'),
    ({f'{ANNO}list_bbox_inshop.txt': '1\nimage_name x\n'}, 'expected the columns image_name cloth'),
    ({f'{ANNO}list_description_inshop.json': '{}'}, 'expected a JSON list, found .{}'),
    ({f'{ANNO}list_description_inshop.json': '[1]'}, 'expected entries like .*, found 1'),
    ({f'{ANNO}list_description_inshop.json': '[{"item": '}, 'element 1: no JSON'),
])
def test_lists_that_cannot_be_used(import_files, tmp_path, benchmark, files, message):
    files = {name: text.encode() for name, text in files.items()}
    with pytest.raises(UserError, match=message):
        import_files('deepfashion-inshop', benchmark | files)
    assert not (tmp_path / 'catalogue').exists()


def test_without_images(import_files, benchmark, form):
    lists = {name: content for name, content in benchmark.items() if not name.endswith('.jpg')}
    with pytest.raises(UserError, match='found no image whose name is like WOMEN/.*img.zip'):
        import_files('deepfashion-inshop', lists, form=form)


def test_a_list_without_count(import_files, benchmark):
    benchmark[EVAL] = partition().split('\n', 1)[1].encode()
    assert len(by_id(import_files('deepfashion-inshop', benchmark))) == 5


@pytest.mark.parametrize(('description', 'text'), [
    (1.5, '1.5'), ({'a': 'b'}, "{'a': 'b'}"), (None, ''), (['a', None, 2], 'a\n2')])
def test_descriptions_of_another_kind(import_files, benchmark, description, text):
    benchmark['Anno/list_description_inshop.json'] = json.dumps(
        [{'item': 'id_00000002', 'color': 3, 'description': description}]).encode()
    catalogue = import_files('deepfashion-inshop', benchmark)
    found = [product.listings[0].description for product in catalogue.products
             if 'id_00000002' in product.id]
    assert found
    assert set(found) == {text}
