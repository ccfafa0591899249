import collections
import pathlib
import time

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from fashion_models.catalogue import show
from fashion_models.catalogue.records import Listing, Product
from fashion_models.errors import UserError

FONT = ImageFont.truetype(
    pathlib.Path(matplotlib.get_data_path()) / 'fonts/ttf/DejaVuSans.ttf', 12)


def product(identity, images=1, **labels):
    return Product(identity, identity, labels,
                   [Listing(images=[f'{identity}-{n}.jpg' for n in range(images)])])


@pytest.fixture
def folder(tmp_path, jpeg):
    for name in ('a-0', 'b-0', 'b-1'):
        (tmp_path / f'{name}.jpg').write_bytes(jpeg('red' if name == 'a-0' else 'blue'))
    return tmp_path


def columns_of(sheet, colour):
    """First and last column of the sheet with a pixel close to ``colour``."""
    close = (np.abs(np.asarray(sheet, int) - colour) < 20).all(axis=2).any(axis=0)
    return np.flatnonzero(close)[[0, -1]]


def test_images_stand_side_by_side(folder):
    sheet = show.contact_sheet(folder, [product('a'), product('b', 2)])
    assert sheet.width == show.SHEET_WIDTH
    # 60×80 scaled to 105×140, each in the middle of its tile.
    left, right = columns_of(sheet, (254, 0, 0))
    assert abs(right - left + 1 - 105) <= 2
    assert left >= show.GAP
    left, right = columns_of(sheet, (0, 0, 254))
    assert left > show.GAP + show.TILE
    assert abs(right - left + 1 - (show.TILE + 105)) <= 2


def test_a_row_that_is_full_is_followed_by_another(folder):
    one = show.contact_sheet(folder, [product('a')])
    per_row = (show.SHEET_WIDTH - 2 * show.GAP + show.GAP) // (show.TILE + show.GAP)
    assert show.contact_sheet(folder, [product('a')] * per_row).height == one.height
    assert show.contact_sheet(folder, [product('a')] * (per_row + 1)).height > one.height


def test_an_image_that_cannot_be_read_says_so(folder):
    sheet = np.asarray(show.contact_sheet(folder, [product('none')]), int)
    assert ((sheet[..., 0] > 120) & (sheet[..., 1] < 60)).any()  # the reason, in red


LETTERS = ('ąćęłńóśźżșțăâîéèüß' 'абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґ' 'αβγδεζηθικλμνξοπρστυφχψω'
           'đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổộớờởỡợụủứừửữựỳỵỷỹ' '›·…')


def test_titles_have_their_letters():
    no_letter = bytes(FONT.getmask('\U0010ffff'))
    assert no_letter  # the font draws a box for what it lacks
    assert [letter for letter in LETTERS if bytes(FONT.getmask(letter)) == no_letter] == []


@given(st.text(st.characters(codec='utf-8', exclude_categories=['Cc', 'Cs']), max_size=60),
       st.integers(20, 200), st.integers(1, 4))
def test_wrapped_text_fits(text, width, most):
    lines = show.wrapped(text, FONT, width, most)
    assert len(lines) <= most
    assert all(FONT.getlength(line) <= width or len(line.rstrip('…')) <= 1 for line in lines)
    joined = ''.join(lines)
    if not joined.endswith('…'):
        assert joined.replace(' ', '') == ''.join(text.split())


def test_wrapped_text_breaks_at_spaces():
    width = FONT.getlength('one two…')
    assert show.wrapped('one two three', FONT, width, 3) == ['one two', 'three']
    assert show.wrapped('one two three four', FONT, width, 1) == ['one two…']
    assert show.wrapped('', FONT, 100, 2) == []


def test_caption_names_all_labels():
    item = product('a', 7, gender='Men', colour=('Blue', 'Red'), type='Shoes', subcategory='Ankle')
    assert show._caption(item) == 'Men · Blue/Red · Shoes › ? › Ankle · 2 more images'


def test_a_product_without_labels_needs_no_caption(folder):
    assert show._caption(product('a', 5)) == ''
    assert show._caption(product('a', 6)) == '1 more image'
    labelled = show.contact_sheet(folder, [product('a'), product('b', gender='Men', type='Shoes')])
    bare = show.contact_sheet(folder, [product('a'), product('b')])
    assert bare.height == show.TILE + show.LINE + 4 * show.GAP
    assert labelled.height > bare.height


def test_sample_is_reproducible_and_in_order():
    stream = [product(str(n)) for n in range(50)]
    drawn = show.sample(iter(stream), 10, seed=1)
    assert drawn == show.sample(iter(stream), 10, seed=1)
    assert drawn != show.sample(iter(stream), 10, seed=2)
    assert [int(item.id) for item in drawn] == sorted(int(item.id) for item in drawn)
    assert show.sample(stream, 100) == stream


def test_every_product_is_as_likely_to_be_drawn():
    stream = [product(str(n)) for n in range(10)]
    counts = collections.Counter(item.id for seed in range(1000)
                                 for item in show.sample(stream, 3, seed))
    # 300 expected of each; four standard deviations of a binomial draw are 58.
    assert all(abs(counts[item.id] - 300) < 58 for item in stream)


def test_a_title_of_a_million_letters_takes_no_longer_than_its_lines():
    started = time.monotonic()
    lines = show.wrapped('x' * 1_000_000, FONT, 140, 2)
    assert len(lines) == 2
    assert lines[-1].endswith('…')
    assert all(FONT.getlength(line) <= 140 for line in lines)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(('ending', 'height'), [('webp', 17_000), ('blp', 10)])
def test_a_picture_that_its_format_cannot_hold_is_told(tmp_path, ending, height):
    file = tmp_path / f'sheet.{ending}'
    with pytest.raises(UserError, match=f'{ending}: a picture of 9 × {height} pixels cannot be'):
        show.save_picture(file, Image.new('RGB', (9, height)))
    assert list(tmp_path.iterdir()) == []
    show.save_picture(file.with_suffix('.png'), Image.new('RGB', (9, height)))
