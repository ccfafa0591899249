"""A small shop and its catalogue."""

import pytest

TABLE = '''\
product_id,gender,colour,images
1,Men,Blue,1.jpg
2,Women,Red,2.jpg
3,Women,Blue,3.jpg
'''


@pytest.fixture
def shop(tmp_path, jpeg):
    (tmp_path / 'shop').mkdir()
    for n, colour in zip('123', ['blue', 'red', 'navy']):
        (tmp_path / f'shop/{n}.jpg').write_bytes(jpeg(colour))
    (tmp_path / 'shop/products.csv').write_text(TABLE)
    return tmp_path / 'shop'


@pytest.fixture
def catalogue(shop, tmp_path, command):
    command('import', 'csv', shop, tmp_path / 'catalogue')
    return tmp_path / 'catalogue'
