import json
import os
import pathlib
import subprocess

import pytest

from fashion_models.errors import UserError


@pytest.fixture
def files(drawn_images):
    names = ['gown/front.jpg', 'gown/back.JPG', 'tee.v2.jpg', 'Größe 38/b.jpg', 'Größe 38/a.jpeg']
    return dict(zip(names, drawn_images))


def ids(catalogue):
    return [product.id for product in catalogue.products]


def test_a_folder_or_an_image_is_a_product(import_files, form, files):
    catalogue = import_files('folder', files, form=form)
    products = {product.id: product for product in catalogue.products}
    assert list(products) == ['Größe 38', 'gown', 'tee.v2']
    assert products['gown'].images == ('images/gown/back.JPG', 'images/gown/front.jpg')
    assert products['Größe 38'].images == ('images/Größe 38/a.jpeg', 'images/Größe 38/b.jpg')
    assert products['tee.v2'].images == ('images/tee.v2.jpg',)
    assert (catalogue.image_file('images/gown/front.jpg').read_bytes() == files['gown/front.jpg'])
    assert all(product.labels == {} and product.group == product.id
               for product in catalogue.products)


def test_the_catalogue_is_sound_and_named_after_its_folder(import_files, tmp_path, command, files):
    assert import_files('folder', files).header.name == 'source'
    assert command('check', tmp_path / 'catalogue')[0] == 0
    catalogue = import_files('folder', files, '--overwrite', '--name', 'shop', '--licence', 'ours')
    assert (catalogue.header.name, catalogue.header.licence) == ('shop', 'ours')


def test_the_report_accounts_for_what_is_no_image(import_files, import_report, form, files):
    files |= {'notes.txt': b'a', 'gown/list.csv': b'a', 'gown/side.png': b'',
              'empty/notes.txt': b'', '.DS_Store': b'a', '.cache/gown.jpg': b'a',
              '__MACOSX/._gown.jpg': b'a'}
    report = import_report(import_files('folder', files, form=form))
    assert (report['read'], report['kept'], report['groups']) == (4, 3, 3)
    assert report['dropped'] == {'no image': {'count': 1, 'examples': ["'empty'"]}}
    assert report['images_dropped'] == {
        "no image, by its name's ending": {
            'count': 3, 'examples': ['empty/notes.txt', 'gown/list.csv', 'notes.txt']},
        'empty file': {'count': 1, 'examples': ['gown/side.png of gown']}}
    assert report['images_per_product'] == {'1': 1, '2': 2}


def test_an_id_is_one_products(import_files, import_report, drawn_images):
    catalogue = import_files('folder', dict(zip(
        ['4711.jpg', '4711.png', ' 4712 .jpg', ' .jpg'], drawn_images)))
    assert ids(catalogue) == ['4712', '4711']
    assert import_report(catalogue)['dropped'] == {
        'a name of only spaces': {'count': 1, 'examples': ["' .jpg'"]},
        'an id that came before': {'count': 1, 'examples': ['4711']}}


def test_a_folder_of_a_class_is_not_taken_for_a_product(import_files, drawn_images):
    shoes = {f'shoes/{number}.jpg': drawn_images[0] for number in range(51)}
    with pytest.raises(UserError, match='shoes holds 51 images; expected those of one product, 50'):
        import_files('folder', shoes)
    assert ids(import_files('folder', shoes, '--most', '51')) == ['shoes']


def test_names_of_250_bytes(import_files, drawn_images):
    name = 'ü' * 123 + '.jpg'
    (product,) = import_files('folder', {name: drawn_images[0]}).products
    assert product.images == (f'images/{name}',)


@pytest.mark.parametrize('wrapper', ['photos/', 'my shop/photos 2024/'])
def test_a_lone_folder_around_the_others_is_entered(import_files, form, files, wrapper):
    catalogue = import_files(
        'folder', {wrapper + name: content for name, content in files.items()}, form=form)
    assert ids(catalogue) == ['Größe 38', 'gown', 'tee.v2']
    assert next(iter(catalogue.products)).images[0] == 'images/Größe 38/a.jpeg'


def test_a_lone_image_may_come_first(import_files, drawn_images):
    files = dict(zip(['x/0.jpg', 'x/gown/a.jpg'], drawn_images))
    assert ids(import_files('folder', files)) == ['0', 'gown']


def test_folders_that_look_like_classes_are_asked_about(import_files, tmp_path, drawn_images):
    names = [f'{name}/{number}.jpg' for name in ('shoes', 'bags') for number in range(20)]
    files = dict.fromkeys(names, drawn_images[0])
    with pytest.raises(UserError, match=r'are bags \(20\), shoes \(20\) products with so many '
                                        'images each, or classes .*expected products or classes'):
        import_files('folder', files)
    assert not (tmp_path / 'catalogue').exists()
    assert ids(import_files('folder', files, '--folders', 'products')) == ['bags', 'shoes']
    catalogue = import_files('folder', files, '--folders', 'classes', '--overwrite')
    assert len(ids(catalogue)) == 40
    assert ids(catalogue)[0] == 'bags/0'
    assert next(iter(catalogue.products)).labels == {'type': 'bags'}


@pytest.mark.parametrize(('names', 'count'), [
    (['01 Dresses', '02 Skirts', '03 Coats'], 30), (['Bags 2026', 'Red Shoes 2026'], 12),
    (['SKU-4711', 'SKU-4712'], 20), (['Hats01', 'Hüte02'], 8), (['new', '2025', 'sale'], 8)])
def test_names_with_digits_may_be_classes(import_files, drawn_images, names, count):
    files = {f'{name}/{number}.jpg': drawn_images[0] for name in names for number in range(count)}
    files['cover.jpg'] = drawn_images[1]
    with pytest.raises(UserError, match='or classes whose images are a product each'):
        import_files('folder', files)
    assert len(ids(import_files('folder', files, '--folders', 'products'))) == len(names) + 1


@pytest.mark.parametrize(('names', 'count', 'single'), [
    (['SKU-4711', 'SKU-4712'], 19, 0), (['4711', '4712', '4713'], 12, 0),
    (['A12 red', 'A13 red', 'A14 red'], 12, 0), (['Bags 2026', 'Shoes 2026'], 7, 0),
    (['gown', 'tee'], 8, 2)])
def test_ids_are_not_asked_about(import_files, drawn_images, names, count, single):
    files = {f'{name}/{number}.jpg': drawn_images[0] for name in names for number in range(count)}
    files |= {f'{number}.jpg': drawn_images[1] for number in range(single)}
    assert len(ids(import_files('folder', files))) == len(names) + single


@pytest.mark.parametrize('option', ['0', '-3'])
def test_how_many_images_must_make_sense(import_files, files, option):
    with pytest.raises(UserError, match=f'most: found {option}, expected 1 or more'):
        import_files('folder', files, '--most', option)


def test_folders_in_folders_are_an_error_before_anything_is_written(
        import_files, tmp_path, form, files):
    with pytest.raises(UserError, match=r'shoes/4711/a\.jpg lies too deep; expected PRODUCT/IMAGE'):
        import_files('folder', files | {'shoes/4711/a.jpg': b'a'}, form=form)
    assert not (tmp_path / 'catalogue').exists()


def test_nothing_to_import(import_files, tmp_path):
    with pytest.raises(UserError, match="can be kept: images: 1 × no image, by its name's"):
        import_files('folder', {'notes.txt': b'a'})
    with pytest.raises(UserError, match='nowhere: there is no such file or folder'):
        import_files('folder', {}, form=lambda place, files: tmp_path / 'nowhere')


def test_images_may_be_linked(import_files, tmp_path, files):
    catalogue = import_files('folder', files, '--link')
    assert catalogue.image_file('images/gown/front.jpg').samefile(
        tmp_path / 'source' / 'gown' / 'front.jpg')
    assert json.loads((catalogue.folder / 'import-report.json').read_bytes())['kept'] == 3


def test_folders_that_lie_too_deep(tmp_path, jpeg, command):
    """Deeper than Python calls functions; the paths are too long to be made at once."""
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for name in ['source', *['d'] * 1200]:
            os.mkdir(name)
            os.chdir(name)
        pathlib.Path('a.jpg').write_bytes(jpeg())
    finally:
        os.chdir(here)
    try:
        with pytest.raises(UserError, match='lies more than 100 folders deep'):
            command('import', 'folder', tmp_path / 'source', tmp_path / 'catalogue')
    finally:    # too deep for pytest to remove, too
        subprocess.run(['rm', '-r', tmp_path / 'source'], check=True)
