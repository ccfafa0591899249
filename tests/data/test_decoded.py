"""Pictures decoded in memory, beside those of an image store."""

import hashlib
import tracemalloc

import numpy as np
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.records import Listing, Product
from fashion_models.data import decoded
from fashion_models.data.decoded import Files, RemoteFiles, decode_products
from fashion_models.data.prepare import prepare


def test_the_same_pixels_as_in_a_store(toy_catalogue, tmp_path):
    catalogue = open_catalogue(toy_catalogue)
    store = prepare(catalogue, 20, tmp_path, workers=1, progress=False)
    found = decode_products(list(catalogue.products), Files(toy_catalogue), 20, threads=2)
    assert found.product_index == store.product_index.tolist()
    assert found.product_images == store.product_images
    np.testing.assert_array_equal(found.image_index, store.image_index)
    np.testing.assert_array_equal(found.digests, store.digests)
    for number in range(len(store)):
        np.testing.assert_array_equal(found.image(number), store.image(number))


def test_what_cannot_be_used_is_told(tmp_path, jpeg):
    (tmp_path / 'a.jpg').write_bytes(jpeg())
    (tmp_path / 'b.jpg').write_bytes(b'broken')
    products = [Product('p', 'g', {}, [Listing('', '', '', ['b.jpg', 'c.jpg', 'a.jpg'])]),
                Product('q', 'g', {}, [Listing('', '', '', ['b.jpg'])]),
                Product('other', 'o', {}, [Listing('', '', '', ['a.jpg', 'b.jpg'])])]
    found = decode_products(
        products, Files(tmp_path), 10, wanted=lambda product: product.group == 'g')
    assert found.files['size'].tolist() == [6, -1, len(jpeg()), 6, len(jpeg()), 6]
    broken, good = (hashlib.sha256(content).digest()[:16] for content in (b'broken', jpeg()))
    assert found.files['digest'].tolist() == [
        digest.rstrip(b'\0') for digest in (broken, b'', good, broken, good, broken)]
    assert found.product_index == [0]
    assert found.image_index.tolist() == [2]
    assert [image['file'] for image in found.dropped['images']] == ['b.jpg', 'c.jpg', 'b.jpg']
    assert found.dropped['products'] == ['q']


def test_a_file_too_large_for_a_picture_is_none_at_an_address_either(tmp_path, jpeg, monkeypatch):
    pytest.importorskip('fsspec', reason='needs the extra s3')
    (tmp_path / 'a.jpg').write_bytes(jpeg())
    (tmp_path / 'b.jpg').write_bytes(b'')
    products = [Product('p', 'g', {}, [Listing('', '', '', ['a.jpg', 'b.jpg', 'c.jpg'])])]
    for largest in len(jpeg()), len(jpeg()) - 1:
        monkeypatch.setattr(decoded, 'MAX_FILE_BYTES', largest)
        here, there = (decode_products(products, read, 10)
                       for read in (Files(tmp_path), RemoteFiles(tmp_path.as_uri())))
        assert there.files.tolist() == here.files.tolist()
        assert there.dropped == here.dropped
        assert len(there.product_index) == (largest == len(jpeg()))


@pytest.mark.parametrize('there', [False, True])
def test_a_file_too_large_for_a_picture_is_not_read(tmp_path, jpeg, there):
    with open(tmp_path / 'a.jpg', 'wb') as file:
        file.write(jpeg())
        file.truncate(3 << 30)      # takes no space
    products = [Product('p', 'g', {}, [Listing('', '', '', ['a.jpg'])])]
    tracemalloc.start()
    found = decode_products(
        products, RemoteFiles(tmp_path.as_uri()) if there else Files(tmp_path), 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300 << 20
    assert found.dropped['images'] == [
        {'product': 'p', 'file': 'a.jpg', 'reason': 'file of more than 256 MiB'}]
    assert found.files.tolist() == [(3 << 30, b'')]
