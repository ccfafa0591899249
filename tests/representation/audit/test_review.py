import csv
import html.parser
import re

import pytest

from fashion_models import pages
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.label_answers import read_review
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import relabel
from fashion_models.representation.audit.review import Suspect, with_main_label, write_review


@pytest.mark.parametrize(('colours', 'main', 'expected'), [
    (('Red',), 'Blue', 'Blue'), (('Red', 'Blue'), 'Blue', 'Blue|Red'),
    (('Red', 'Blue', 'White'), 'White', 'White|Blue|Red'),
    (('Red', 'Blue'), 'Black', 'Black|Blue')])
def test_main_colour(colours, main, expected):
    assert with_main_label(colours, main) == expected


@pytest.fixture
def catalogue(tmp_path, make_toy_catalogue):
    return open_catalogue(make_toy_catalogue(tmp_path / 'toy', 30))


def suspects(catalogue):
    products = list(catalogue.products)
    other = {'red': 'blue', 'green': 'blue', 'blue': 'red'}
    return [('colour: 2', [Suspect(one, 'colour', other[one.label('colour')], 0.01, 0.9)
                           for one in products[:2]]),
            ('gender: 1', [Suspect(products[3], 'gender', 'female', 0.2, 0.8)])]


def test_answers_go_back_into_the_catalogue(catalogue, tmp_path):
    sections = suspects(catalogue)
    write_review(tmp_path / 'review', 'Labels', sections, catalogue)
    path = tmp_path / 'review' / 'review.csv'
    assert read_review(path) == []          # nothing is answered yet
    with open(path, encoding='utf-8-sig', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['row'] for row in rows] == ['1', '2', '3']
    for row in rows:
        row['answer'] = 'y'
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    relabel(catalogue, read_review(path), tmp_path / 'new')
    new = {product.id: product for product in open_catalogue(tmp_path / 'new').products}
    for _, own in sections:
        for suspect in own:
            assert new[suspect.product.id].label(suspect.task) == suspect.suggested


def test_page_has_every_row_and_its_pictures(catalogue, tmp_path):
    sections = suspects(catalogue)
    write_review(tmp_path, 'Labels of <toy>', sections, catalogue)
    page = (tmp_path / 'review.html').read_text(encoding='utf-8')
    assert re.findall(r'<figure id="row(\d+)">', page) == ['1', '2', '3']
    pictures = sum(min(len(one.product.images), 3) for _, own in sections for one in own)
    assert page.count('<img src="data:image/jpeg;base64,') == pictures
    assert '<h1>Labels of &lt;toy&gt;</h1>' in page
    assert '(1%) or <b>' in page

    opened = []

    class Balanced(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in ('meta', 'img'):
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Balanced().feed(page)
    assert opened == []


def test_the_answers_come_last(catalogue, tmp_path, monkeypatch):
    """They stop the command that finds them: had it been killed, the page would be missing."""
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pages, 'write_page', killed)
    with pytest.raises(KeyboardInterrupt):
        write_review(tmp_path, 'Labels', suspects(catalogue), catalogue)
    assert list(tmp_path.glob('review*')) == []


def test_texts_are_escaped_and_a_missing_picture_is_said(tmp_path):
    with CatalogueWriter(tmp_path / 'shop', Header('shop')) as writer:
        product = Product('1', 'g', {'gender': 'x'},
                          [Listing(title='<script>', images=['images/none.jpg'])])
        writer.add(product)
    write_review(tmp_path, 'Labels', [('gender', [Suspect(product, 'gender', 'y<', 0, 1)])],
                 open_catalogue(tmp_path / 'shop'))
    page = (tmp_path / 'review.html').read_text(encoding='utf-8')
    assert '<script>' not in page
    assert 'y&lt;' in page
    assert 'no picture' in page
