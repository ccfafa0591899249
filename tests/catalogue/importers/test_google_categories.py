import importlib.resources
import re

import pytest

from fashion_models.catalogue.importers import google_categories

PACKAGE = 'fashion_models.catalogue.importers'


@pytest.mark.parametrize(('number', 'path'), [
    ('166', 'Apparel & Accessories'),
    ('1604', 'Apparel & Accessories > Clothing'),
    ('5697', 'Apparel & Accessories > Clothing > Activewear > Bicycle Activewear'),
    ('8018', 'Apparel & Accessories > Costumes & Accessories > Costume Accessories > '
             'Pretend Jewelry'),
    ('192', 'Apparel & Accessories > Jewelry > Charms & Pendants'),
    ('5181', 'Luggage & Bags'), ('632', ''), ('', ''), ('0166', '')])
def test_numbers_as_google_has_them(number, path):
    assert google_categories.path_of(number) == path


def test_every_line_is_a_category_below_another_one():
    file = importlib.resources.files(PACKAGE) / 'google_categories.txt'
    lines = [line for line in file.read_text('utf-8').splitlines() if not line.startswith('#')]
    found = dict(re.fullmatch(r'(\d+) - (.+)', line).groups() for line in lines)
    paths = set(found.values())
    # As many as in the version of 2021-09-21.
    assert (len(lines), len(found), len(paths)) == (262, 262, 262)
    assert {path for path in paths if path.rpartition(' > ')[0] not in paths} == {
        'Apparel & Accessories', 'Luggage & Bags'}
    assert all(google_categories.path_of(number) == path for number, path in found.items())
