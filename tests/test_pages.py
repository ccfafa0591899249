"""The pages' own promises: nothing of a shop is run, and nothing is loaded from elsewhere."""

import base64
import hashlib
import re

import pytest
from PIL import Image

from fashion_models.errors import UserError
from fashion_models.pages import picture, write_page


@pytest.fixture
def page(tmp_path):
    product = {'id': '"><script>alert(1)</script>', 'name': '<b>', 'labels': '', 'note': '',
               'picture': None}
    write_page(tmp_path / 'page.html', 'products', title='A & B', sections=[('All', [product])])
    return (tmp_path / 'page.html').read_text(encoding='utf-8')


def test_texts_are_escaped(page):
    assert '<title>A &amp; B</title>' in page
    assert '<figcaption>&lt;b&gt;' in page
    assert '<script' not in page


def test_the_policy_allows_this_style_and_nothing_else_but_pictures(page):
    policy = re.search('http-equiv="Content-Security-Policy" content="(.*?)"', page).group(1)
    style = re.search('<style>(.*?)</style>', page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split('; ') == [
        "default-src 'none'", 'img-src data:', f"style-src 'sha256-{digest}'", "base-uri 'none'",
        "form-action 'none'"]
    assert ' style=' not in page


def test_a_picture_is_scaled_down_and_one_that_cannot_be_read_is_none(tmp_path):
    Image.new('RGB', (80, 40)).save(tmp_path / 'a.png')
    assert picture(tmp_path / 'a.png', 20).startswith('data:image/jpeg;base64,')
    (tmp_path / 'b.png').write_text('not an image')
    assert picture(tmp_path / 'b.png', 20) is None
    assert picture(tmp_path / 'missing.png', 20) is None


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UserError, match=r'none/page\.html: cannot be written'):
        write_page(tmp_path / 'none' / 'page.html', 'products', title='', sections=[])
