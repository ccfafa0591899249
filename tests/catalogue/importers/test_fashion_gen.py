import argparse
import io
import os
import sys
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue import importing
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import fashion_gen
from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError

h5py = pytest.importorskip('h5py')

TRAIN = 'fashiongen_256_256_train.h5'
VALIDATION = 'fashiongen_256_256_validation.h5'
#: Product, pose, name; gender, department, category, subcategory. Not in one run by product.
ROWS = [
    (101, 2, 'Black & Ivory Gown', 'Women', 'CLOTHING', 'DRESSES', 'LONG DRESSES'),
    (101, 1, 'Black & Ivory Gown', 'Women', 'CLOTHING', 'DRESSES', 'LONG DRESSES'),
    (77, 1, 'Sénéchal Tee', 'Men', 'CLOTHING', 'TOPS', 'T-SHIRTS'),
    (101, 3, 'Black & Ivory Gown', 'Women', 'CLOTHING', 'DRESSES', 'LONG DRESSES'),
    (77, 2, 'Sénéchal Tee', 'Men', 'CLOTHING', 'TOPS', 'T-SHIRTS'),
]


@pytest.fixture(scope='session')
def pixels(drawn_images):
    """Eight different images (8, 32, 32, 3) uint8."""
    return np.stack([np.asarray(Image.open(io.BytesIO(image)).convert('RGB').resize((32, 32)))
                     for image in drawn_images])


def write(path, rows, images, encoding='latin-1', **options):
    """Writes a file as it is published: every column (N, 1), texts as bytes of fixed length."""
    texts = {name: [row[at] for row in rows] for name, at in (
        ('name', 2), ('gender', 3), ('department', 4), ('category', 5), ('subcategory', 6))}
    texts |= {'pose': [f'id_gridfs_{row[1]}' for row in rows],
              'description': [f'Long <br>{row[2]}.' for row in rows],
              'brand': ['Brand'] * len(rows), 'composition': ['100% silk.'] * len(rows),
              'season': ['SS2017'] * len(rows), 'concat_description': ['?'] * len(rows)}
    with h5py.File(path, 'w') as file:
        for name, values in texts.items():
            encoded = np.array([value.encode(encoding) for value in values])
            file[f'input_{name}'] = encoded.reshape(-1, 1)
        file['input_productID'] = np.array([[row[0]] for row in rows])
        file['input_msrpUSD'] = np.array([[445]] * len(rows), np.float32)
        file['index'] = file['index_2'] = np.arange(len(rows)).reshape(-1, 1)
        file.create_dataset('input_image', data=images, **options)
    return path


@pytest.fixture
def source(tmp_path, pixels):
    (tmp_path / 'source').mkdir()
    write(tmp_path / 'source' / TRAIN, ROWS, pixels[:5])
    return tmp_path / 'source'


@pytest.fixture
def imported(source, tmp_path, command):
    def run(*options, source=source):
        command('import', 'fashion-gen', source, tmp_path / 'catalogue', *options)
        return open_catalogue(tmp_path / 'catalogue')
    return run


def decoded(catalogue, product):
    return [np.asarray(Image.open(catalogue.folder / image)) for image in product.images]


def test_rows_of_a_product_need_not_follow_each_other(imported, pixels):
    catalogue = imported()
    gown, tee = catalogue.products
    assert (gown.id, gown.group, tee.id) == ('101', '101', '77')
    assert gown.labels == {'gender': 'Women', 'type': 'CLOTHING', 'category': 'DRESSES',
                           'subcategory': 'LONG DRESSES'}
    assert gown.title == 'Black & Ivory Gown'
    assert gown.listings[0].description == 'Long Black & Ivory Gown.'
    assert gown.listings[0].retailer == 'SSENSE'
    assert gown.extra == {'brand': 'Brand', 'composition': '100% silk.', 'season': 'SS2017',
                          'price_usd': '445', 'file': 'train'}
    # By pose, and exactly the pixels of the file.
    np.testing.assert_array_equal(decoded(catalogue, gown), pixels[[1, 0, 3]])
    np.testing.assert_array_equal(decoded(catalogue, tee), pixels[[2, 4]])
    assert gown.images == ('images/train/000/000001.png', 'images/train/000/000000.png',
                           'images/train/000/000003.png')


@pytest.mark.parametrize('encoding', ['latin-1', 'utf-8'])
def test_encodings(imported, source, pixels, encoding):
    write(source / TRAIN, ROWS, pixels[:5], encoding)
    assert [product.title for product in imported().products] == [
        'Black & Ivory Gown', 'Sénéchal Tee']


@pytest.mark.parametrize('options', [
    {'chunks': (2, 32, 32, 3), 'compression': 'lzf'}, {'chunks': (5, 8, 8, 1)}])
def test_compressed_files(imported, source, pixels, options):
    write(source / TRAIN, ROWS, pixels[:5], **options)
    catalogue = imported()
    np.testing.assert_array_equal(
        decoded(catalogue, next(iter(catalogue.products))), pixels[[1, 0, 3]])


def test_texts_of_any_length(imported, source):
    with h5py.File(source / TRAIN, 'a') as file:
        del file['input_name']
        file.create_dataset('input_name', (5, 1), h5py.string_dtype())
        file['input_name'][:, 0] = ['Größe'] * 5
    assert {product.title for product in imported().products} == {'Größe'}


def test_two_files_are_one_catalogue(imported, source, pixels):
    write(source / VALIDATION, [(77, 3, 'Tee', 'Men', 'X', 'Y', 'Z'), (5, 1, '', '', '', '', '')],
          pixels[5:7])
    catalogue = imported()
    products = {product.id: product for product in catalogue.products}
    assert list(products) == ['101', '77', '5']
    np.testing.assert_array_equal(decoded(catalogue, products['77']), pixels[[2, 4, 5]])
    assert products['77'].label('category') == 'TOPS'  # as its first row says
    assert products['5'].labels == {}
    assert products['5'].extra['file'] == 'validation'


def test_one_file(imported, source):
    assert len(imported(source=source / TRAIN).products) == 2


def test_colours_are_those_that_the_name_holds_on_request(imported):
    gown, tee = imported('--colours', 'lyst16').products
    assert gown.colours == ('Black', 'White')
    assert tee.colours == ()


def test_repeated_rows(imported, source, pixels, import_report):
    """A pose that is there twice is one image if the pixels are the same, else two."""
    rows = [ROWS[0], ROWS[0], ROWS[0], ROWS[1]]
    write(source / TRAIN, rows, pixels[[0, 0, 1, 0]])
    catalogue = imported()
    (gown,) = catalogue.products
    np.testing.assert_array_equal(decoded(catalogue, gown), pixels[[0, 0, 1]])
    assert import_report(catalogue)['images_dropped'] == {
        'a pose that came before, pixel for pixel': {
            'count': 1, 'examples': [f'{TRAIN} row 1']}}


def test_only_images_and_ids_are_needed(imported, source, pixels):
    with h5py.File(source / TRAIN, 'w') as file:
        file['input_image'] = pixels[:3]
        file['input_productID'] = np.array([[b'a b'], [b''], [b'a b']])
    (product,) = imported().products
    assert (product.id, product.labels, len(product.images)) == ('a b', {}, 2)


def test_an_interrupted_import_does_not_write_again_what_is_whole(
        imported, tmp_path, monkeypatch):
    real, calls = importing._copy, []

    def copy(content, target):
        calls.append(target)
        if len(calls) == 4:
            raise KeyboardInterrupt
        real(content, target)

    with monkeypatch.context() as patch:
        patch.setattr(importing, '_copy', copy)
        with pytest.raises(KeyboardInterrupt):
            imported()
    images = tmp_path / 'catalogue/images/train/000'
    os.utime(images / '000000.png', (1, 1))
    whole = (images / '000001.png').read_bytes()
    (images / '000001.png').write_bytes(whole[:-20])
    encoded = []
    monkeypatch.setattr(fashion_gen.Image, 'fromarray', lambda array, fromarray=Image.fromarray: (
        encoded.append(array) or fromarray(array)))
    catalogue = imported()
    assert (images / '000000.png').stat().st_mtime == 1
    assert (images / '000001.png').read_bytes() == whole
    assert len(encoded) == 3  # the damaged one and the two that were missing
    assert [len(product.images) for product in catalogue.products] == [3, 2]


def test_damaged_pixels_cost_an_image(imported, source, pixels, import_report):
    path = write(source / TRAIN, ROWS, pixels[:5], chunks=(1, 32, 32, 3), fletcher32=True)
    content = bytearray(path.read_bytes())
    content[content.index(pixels[4].tobytes()) + 7] ^= 1
    path.write_bytes(content)
    catalogue = imported()
    assert [len(product.images) for product in catalogue.products] == [3, 1]
    (reason,) = import_report(catalogue)['images_dropped']
    assert reason.startswith('cannot be read: ')


def test_there_are_no_files_to_link_to(imported, tmp_path):
    with pytest.raises(UserError, match=r'holds no image files to link to.*\(--link\)'):
        imported('--link')
    assert not (tmp_path / 'catalogue').exists()


def damage(change):
    def run(source, pixels):
        with h5py.File(source / TRAIN, 'a') as file:
            change(file, pixels)
    return run


def of_no_size(names, rows):
    """Data sets that say that they have so many rows, and hold none."""
    def run(file, pixels):
        for name in names:
            shape, dtype = file[name].shape[1:], file[name].dtype
            del file[name]
            file.create_dataset(name, (rows, *shape), dtype, chunks=(1, *shape))
    return damage(run)


def replace(name, value):
    def run(file, pixels):
        del file[name]
        if value is not None:
            file[name] = value(pixels)
    return damage(run)


@pytest.mark.parametrize(('change', 'message'), [
    (replace('input_productID', None),
     'expected the data set input_productID; found index, index_2, input_brand, '),
    (replace('input_image', lambda pixels: pixels[:5, ..., 0]),
     r'input_image must be \(N, height, width, 3\) uint8, not \(5, 32, 32\) uint8'),
    (replace('input_image', lambda pixels: pixels[:5] / 255),
     r'must be \(N, height, width, 3\) uint8, not \(5, 32, 32, 3\) float64'),
    *((replace('input_pose', lambda pixels, shape=shape: np.zeros(shape)),
       rf'expected input_pose to have a value for each of 5 images, found an array of {found}')
      for shape, found in (((4, 1), r'\(4, 1\)'), ((1, 5), r'\(1, 5\)'), ((), r'\(\)'))),
    (of_no_size(['input_image', 'input_productID'], 1 << 40),
     r'says that it has 1,099,511,627,776 images, in [\d,]+ bytes'),
    (damage(lambda file, _: (file.move('input_name', 'x'), file.create_group('input_name'))),
     'input_name is a group, expected data'),
    (damage(lambda file, _: (file.move('input_image', 'x'), file.create_dataset(
        'input_image', (5, 32, 32, 3), np.uint8, chunks=(1 << 16, 32, 32, 3),
        maxshape=(None, 32, 32, 3)))),
     r'input_image is stored in pieces of .*, expected pieces of 134,217,728 bytes at most'),
    (damage(lambda file, _: (file.move('input_image', 'x'), file.create_dataset(
        'input_image', (5, 1 << 14, 1 << 14, 3), np.uint8, chunks=(1, 64, 64, 3)))),
     'expected images of 134,217,728 bytes at most, found 16384 × 16384'),
    (lambda source, _: (source / TRAIN).write_bytes(b'HDF'),
     f'{TRAIN}: no HDF5 file, or damaged: '),
    (lambda source, _: (source / TRAIN).unlink(),
     'expected an HDF5 file such as fashiongen_256_256_train.h5, or a folder'),
    (lambda source, _: ((source / TRAIN).rename(source.with_name('mine.h5')),
                        (source / TRAIN).symlink_to(source.with_name('mine.h5'))),
     'expected an HDF5 file such as fashiongen_256_256_train.h5, or a folder'),
    (lambda source, _: os.link(source / TRAIN, source / 'train.h5'),
     'two of its files are train; expected one train and one validation file'),
    (replace('input_productID', lambda _: np.array([b''] * 5)),
     'no product can be kept: 1 × no input_productID')])
def test_files_that_cannot_be_used(imported, source, pixels, tmp_path, change, message):
    change(source, pixels)
    with pytest.raises(UserError, match=message):
        imported()
    assert not (tmp_path / 'catalogue').exists()


def test_without_h5py(imported, monkeypatch):
    monkeypatch.setitem(sys.modules, 'h5py', None)
    with pytest.raises(UserError, match=r'needs h5py.*pip install "h5py'):
        imported()


def test_data_outside_the_file_is_refused(tmp_path):
    (tmp_path / 'secret').write_bytes(bytes(range(12)))
    with h5py.File(tmp_path / 'shop.h5', 'w') as file:
        file['input_productID'] = [[1]]
        file.create_dataset('input_image', (1, 2, 2, 3), 'u1',
                            external=[(str(tmp_path / 'secret'), 0, 12)])
    with (pytest.raises(UserError, match='input_image lies in another file'),
          fashion_gen.open_source(tmp_path / 'shop.h5', argparse.Namespace(colours='source'))):
        pass


def test_one_long_id_is_in_memory_once(tmp_path):
    """Not once a row, in an array of texts: 800 MB here."""
    with h5py.File(tmp_path / 'a.h5', 'w') as file:
        file.create_dataset('input_image', (4000, 1, 1, 3), np.uint8)
        ids = file.create_dataset('input_productID', (4000, 1), h5py.string_dtype())
        ids[:, 0] = [f'{number % 2000}' for number in range(4000)]
        ids[7, 0] = 'x' * 50_000
    with fashion_gen.open_source(tmp_path / 'a.h5', argparse.Namespace(colours='source')) as source:
        tracemalloc.start()
        products = [product.id for _, product in source.products(Report())]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert products == [*map(str, range(7)), 'x' * 50_000, *map(str, range(8, 2000)), '7']
    assert peak < 1 << 26
