"""The page of ordered products, as a browser's parser reads it."""

import base64
import html.parser
import io

import pytest
from PIL import Image

from fashion_models.representation.embeddings import Item
from fashion_models.representation.page import SIDE, write_page


class Reader(html.parser.HTMLParser):
    """Collects pictures and texts, and that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.images, self.texts, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == 'img':
            self.images.append(dict(attributes))
        elif tag != 'meta':
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_holds_its_pictures_and_escapes_its_texts(tmp_path):
    Image.new('RGB', (800, 400), (200, 10, 10)).save(tmp_path / 'red.png')
    items = [(Item('a', 'a', 'a', {'colour': 'Red|Blue', 'type': 'shoes'}, title='<b> & "c"',
                   images=('red.png',)), '1 · 0.500'),
             (Item('b', 'b', 'b', images=('missing.png',)), '2 · 0.400')]
    write_page(tmp_path / 'page.html', 'A & B', [('In <order>', items)], tmp_path)
    page = Reader((tmp_path / 'page.html').read_text(encoding='utf-8'))
    assert page.open == []
    assert [image['alt'] for image in page.images] == ['<b> & "c"']
    kind, data = page.images[0]['src'].split(',')
    assert kind == 'data:image/jpeg;base64'
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert picture.size == (SIDE, SIDE // 2)
    assert picture.convert('RGB').getpixel((9, 9))[0] > 180
    for text in 'A & B', 'In <order>', '<b> & "c"', 'Red/Blue · shoes', '1 · 0.500', 'no picture':
        assert text in page.texts
    assert page.texts.index('1 · 0.500') < page.texts.index('2 · 0.400')


@pytest.mark.parametrize('path', ['../secret.png', '{folder}/secret.png', 'c/../../secret.png'])
def test_shows_no_picture_from_outside_the_catalogue(tmp_path, path):
    (tmp_path / 'shop').mkdir()
    Image.new('RGB', (8, 8)).save(tmp_path / 'secret.png')
    Image.new('RGB', (8, 4)).save(tmp_path / 'shop' / 'own.png')
    outside = path.format(folder=tmp_path)
    items = [(Item('a', 'a', 'a', images=(outside,)), ''),
             (Item('b', 'b', 'b', images=(outside, 'own.png')), '')]
    write_page(tmp_path / 'page.html', 'A', [('All', items)], tmp_path / 'shop')
    page = Reader((tmp_path / 'page.html').read_text(encoding='utf-8'))
    assert [image['alt'] for image in page.images] == ['b']
    data = base64.b64decode(page.images[0]['src'].split(',')[1])
    assert Image.open(io.BytesIO(data)).size == (8, 4)
