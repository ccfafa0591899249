import tomllib

import pytest

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.mapping import Mapping, template
from fashion_models.catalogue.records import Listing, Product
from fashion_models.errors import UserError

TEXT = '''
[shop.gender]
"Herren" = "Men"
"Kinder" = []

[shop.colour]
"schwarz/weiß" = ["Black", "White"]
"weiß" = "White"

[shop.type]
"Mode" = ["Apparel"]
"Hemd" = ["Apparel", "Topwear", "Shirts"]

[shop.category]
"Oberteile" = ["Apparel", "Topwear"]
"Neu" = []

[shop.subcategory]
"Socken" = ["Accessories", "Socks"]

[other]
gender = "same"
type = "same"
category = "same"
subcategory = []
'''


@pytest.fixture
def load(tmp_path):
    def from_text(text=TEXT):
        path = tmp_path / 'mapping.toml'
        path.write_text(text, encoding='utf-8')
        return Mapping.load(path)
    return from_text


def product(labels, **extra):
    return Product('1', 'g', labels, [Listing(images=['images/a.png'])], extra)


def applied(mapping, name, labels, report=None, **extra):
    return mapping.apply(name, product(labels, **extra), report or Report())


def test_labels_become_what_the_file_says(load):
    mapped = applied(load(), 'shop', {
        'gender': 'Herren', 'colour': ('weiß', 'schwarz/weiß'), 'type': 'Hemd',
        'category': 'Oberteile'})
    assert mapped.labels == {
        'gender': 'Men', 'colour': ('White', 'Black'), 'type': 'Apparel', 'category': 'Topwear',
        'subcategory': 'Shirts'}
    assert mapped.extra == {
        'source_gender': 'Herren', 'source_colour': 'weiß|schwarz/weiß', 'source_type': 'Hemd',
        'source_category': 'Oberteile'}
    assert (mapped.id, mapped.group) == ('1', 'g')


def test_nothing_is_nothing(load):
    mapped = applied(load(), 'shop', {'gender': 'Kinder', 'type': 'Mode', 'category': 'Neu'})
    assert mapped.labels == {'type': 'Apparel'}
    assert mapped.extra['source_gender'] == 'Kinder'


def test_same_and_dropped_tasks(load):
    mapped = applied(load(), 'other', {
        'gender': 'Men', 'type': 'Shoes', 'category': 'Boots', 'subcategory': 'Ankle boots'})
    assert mapped.labels == {'gender': 'Men', 'type': 'Shoes', 'category': 'Boots'}
    assert mapped.extra == {'source_subcategory': 'Ankle boots'}


def test_what_stays_the_same_takes_nothing_back(load):
    assert applied(load(), 'other', {'type': 'Shoes'}, source_category='Men').labels == {
        'type': 'Shoes'}


def test_a_label_that_an_import_took_away_is_read(load):
    mapped = applied(load(), 'shop', {'type': 'Mode'}, source_category='Oberteile')
    assert mapped.labels == {'type': 'Apparel', 'category': 'Topwear'}


def test_a_label_that_a_review_took_away_is_not(load):
    for answered in 'colour|category', 'type':  # a narrower label than that answered goes with it
        mapped = applied(load(), 'shop', {'type': 'Mode'}, source_category='Oberteile',
                         relabelled=answered)
        assert 'category' not in mapped.labels
    mapped = applied(load(), 'shop', {'type': 'Mode'}, source_category='Oberteile',
                     relabelled='colour')
    assert mapped.labels['category'] == 'Topwear'


def test_a_label_that_an_import_set_right_stays_right(load):
    labels = load().source_labels('shop', product({'type': 'Hemd'}, source_type='Socken'))
    assert labels['type'] == ('Hemd',)
    assert applied(load(), 'shop', {'type': 'Hemd'}, source_type='x').extra == {'source_type': 'x'}


def test_contradicting_labels_keep_what_they_agree_on(load):
    report = Report()
    mapped = applied(load(), 'shop', {'type': 'Hemd', 'subcategory': 'Socken'}, report)
    assert mapped.labels == {}
    assert mapped.extra == {'source_type': 'Hemd', 'source_subcategory': 'Socken'}
    assert report.record()['contradicting_labels'] == [{
        'task': 'type', 'label': 'Accessories or Apparel', 'replaced_by': None, 'products': 1}]


def test_unmapped_labels(load):
    mapping = load()
    one = product({
        'gender': 'Damen', 'colour': ('weiß', 'rot'), 'type': 'Hemd', 'category': 'Neu'})
    assert list(mapping.unmapped('shop', one)) == [('gender', 'Damen'), ('colour', 'rot')]
    assert list(mapping.unmapped('other', one)) == [('colour', 'weiß'), ('colour', 'rot')]
    assert len(list(mapping.unmapped('unknown', one))) == 5


@pytest.mark.parametrize(('labels', 'lacking'), [
    ({'colour': ('rot',)}, "colour 'rot'"), ({'gender': 'Damen'}, "gender 'Damen'"),
    ({'category': 'Neu', 'type': 'Neu'}, "type 'Neu'")])
def test_what_is_unmapped_cannot_be_applied(load, labels, lacking):
    with pytest.raises(UserError, match=f"shop: the mapping lacks {lacking} of product '1'; if"):
        applied(load(), 'shop', labels)


def test_an_open_question_is_no_answer(load):
    mapping = load('[shop.gender]\n"Herren" = "?"\n')
    assert list(mapping.unmapped('shop', product({'gender': 'Herren'}))) == [('gender', 'Herren')]


def test_template_is_toml_whatever_the_names():
    counts = {('shop "A".b', 'colour', 'back\\slash "quoted"\t'): 1200,
              ('shop "A".b', 'gender', '男'): 1, ('b', 'type', 'a = b # c'): 3,
              ('shop "A".b', 'colour', 'x'): 1300}
    text = template(counts)
    assert tomllib.loads(text) == {
        'shop "A".b': {'colour': {'back\\slash "quoted"\t': '?', 'x': '?'}, 'gender': {'男': '?'}},
        'b': {'type': {'a = b # c': '?'}}}
    lines = text.splitlines()
    assert lines.index('"x" = "?"  # 1,300 products') < lines.index(
        '"back\\\\slash \\"quoted\\"\\t" = "?"  # 1,200 products')
    assert '"男" = "?"  # 1 product' in lines


def test_a_template_has_nothing_that_a_terminal_obeys():
    label = 'red\x1b[2J\x7f\x9b2J\u202ener\u2028'
    text = template({(f'shop {label}', 'colour', label): 1})
    assert text.isascii()
    assert text.replace('\n', '').isprintable()
    assert tomllib.loads(text) == {f'shop {label}': {'colour': {label: '?'}}}


@pytest.mark.parametrize(('text', 'message'), [
    ('[shop', 'not a TOML file'),
    ('shop = 3', 'shop: found 3, expected a table for each task, as in .shop.gender'),
    ('[shop.color]', r'\[shop.color\]: no such task; did you mean colour'),
    ('[shop.material]', 'no such task; expected one of gender, colour'),
    ('[shop]\ngender = "none"', r'\[shop.gender\]: found .none., expected a table, "same" or'),
    ('[shop.gender]\nHerren = ""', r"\[shop.gender\] 'Herren': found '', expected a label"),
    ('[shop.gender]\nHerren = 1', "'Herren': found 1, expected a label"),
    ('[shop.gender]\nHerren = ["Men", "Women"]', 'found 2 labels, expected one'),
    ('[shop.type]\nA = ["a", "b", "c", "d"]', 'found 4 labels, expected type, category, sub'),
    ('[shop.type]\nA = ["a", "b"]\nB = ["c", "b"]', "category 'b' is under 'a' and 'c'"),
    ('[shop.type]\nA = ["a", "b", "x"]\n[t.category]\nB = ["a", "c", "x"]', "'x' is un"),
])
def test_what_is_no_mapping(load, text, message):
    with pytest.raises(UserError, match=message) as caught:
        load(text)
    assert 'mapping.toml: ' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_no_such_file(tmp_path):
    with pytest.raises(UserError, match='none.toml: cannot read the mapping'):
        Mapping.load(tmp_path / 'none.toml')


@pytest.mark.parametrize('value', ['0x' + 'f' * 5000, '[' * 90 + ']' * 90])
def test_values_too_large_to_show_are_told(tmp_path, value):
    (tmp_path / 'mapping.toml').write_text(f'[shop.colour]\nred = {value}\n')
    with pytest.raises(UserError, match=r"\[shop.colour\] 'red': found .{1,61}, expected a label"):
        Mapping.load(tmp_path / 'mapping.toml')
