import json
import subprocess
import sys

import pytest
from PIL import Image

from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import CatalogueWriter
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError

LABELS = {'gender': 'Men', 'colour': ['Blue'], 'type': 'Shoes', 'category': 'Boots',
          'subcategory': 'Ankle'}


@pytest.fixture
def folder(tmp_path, jpeg):
    """A catalogue of three products without a problem."""
    (tmp_path / 'images').mkdir()
    with CatalogueWriter(tmp_path, Header('shop')) as writer:
        for n, colour in zip('123', ['red', 'green', 'yellow']):
            (tmp_path / f'images/{n}.jpg').write_bytes(jpeg(colour))
            writer.add(Product(n, n, LABELS, [Listing(images=[f'images/{n}.jpg'])]))
    return tmp_path


def record(number, **changes):
    return {'id': f'{number}', 'group': '1', 'labels': LABELS,
            'listings': [{'images': ['images/1.jpg']}]} | changes


def append(folder, *lines):
    with open(folder / 'products.jsonl', 'a', encoding='utf-8') as file:
        for line in lines:
            file.write((line if isinstance(line, str) else json.dumps(line)) + '\n')


def problems(folder):
    """The problems, without the catalogue's folder at their beginning."""
    found = list(Check(folder).problems())
    assert all(problem.startswith(f'{folder}/') for problem in found)
    return [problem.removeprefix(f'{folder}/') for problem in found]


def test_pictures_beside_a_listing_without_any(folder):
    append(folder, record(4, listings=[{'title': 'Boots'}, {'images': ['images/4.jpg']}]),
           record(5, listings=['Boots', {'images': ['images/5.jpg']}]))
    assert problems(folder) == [
        'products.jsonl:5: a listing is a JSON object, not a str',
        'products.jsonl:4: image images/4.jpg: there is no such file']


def test_nothing_wrong(folder):
    check = Check(folder)
    assert list(check.problems()) == []
    # sha256sum of 1, 2 and 3 begins with 6b, d4 and 4e: 0.42, 0.83 and 0.31 of the range.
    assert check.summary() == (f'{folder}: 3 products in 3 groups '
                               '(train 2, validation 1, test 0), 3 images')


@pytest.mark.parametrize(('line', 'problem'), [
    ('{"id": 4', "not JSON: Expecting ',' delimiter: line 2 column 1 (char 9)"),
    ('[' * 100_000, 'not JSON: it is nested too deep'),
    ('[]', 'a product is a JSON object, not a list'),
    (record(1), "id '1' is also on line 1"),
    (record(4, listings=[]), 'has no image'),
    (record(4, listings=[{'images': ['images/../../x.jpg']}]),
     "image path 'images/../../x.jpg' leaves the folder"),
    (record(4, labels=LABELS | {'colour': 'Blue'}),
     "colour must be a list of one or more texts, not 'Blue'"),
    (record(4, labels=LABELS | {'gender': 1}), 'gender must be a text that is not empty, not 1'),
    (record(4, labels=LABELS | {'gender': 'Mens'}),
     "gender 'Mens' is not among the genders of catalogue.json"),
    (record(4, labels=LABELS | {'colour': ['Blue', 'Bleu']}),
     "colour 'Bleu' is not among the colours of catalogue.json"),
    (record(4, labels=LABELS | {'subcategory': 'Ankel'}),
     "subcategory 'Ankel' is not in the taxonomy"),
    (record(4, labels={'type': 'Bots'}), "type 'Bots' is not in the taxonomy"),
    (record(4, listings=[{'images': ['images/4.jpg']}]),
     'image images/4.jpg: there is no such file'),
])
def test_each_problem_is_named_with_its_line(folder, line, problem):
    append(folder, line)
    assert [p.split(' while ')[0] for p in problems(folder)] == [f'products.jsonl:4: {problem}']


def test_everything_is_listed_at_once(folder):
    append(folder, '{', record(1, group=''), record(4, extra=[], labels={'color': 'x'}))
    (folder / 'images/2.jpg').write_bytes(b'no image')
    (folder / 'images/3.jpg').write_bytes((folder / 'images/3.jpg').read_bytes()[:-100])
    found = problems(folder)
    assert [problem.split(': ')[0] for problem in found] == [
        f'products.jsonl:{number}' for number in (4, 5, 5, 6, 6, 2, 3)]
    assert found[-2].startswith('products.jsonl:2: image images/2.jpg: ')


def test_a_taxonomy_that_contradicts_itself(folder):
    header = json.loads((folder / 'catalogue.json').read_bytes())
    header['taxonomy']['Clothing'] = {'Boots': ['Tops']}
    (folder / 'catalogue.json').write_text(json.dumps(header))
    assert problems(folder) == ["catalogue.json: category 'Boots' is under 'Clothing' and 'Shoes'"]


def test_a_product_that_contradicts_the_taxonomy(folder):
    header = json.loads((folder / 'catalogue.json').read_bytes())
    header['taxonomy']['Clothing'] = {'Tops': ['Tees']}
    (folder / 'catalogue.json').write_text(json.dumps(header))
    append(folder, record(4, labels={'type': 'Clothing', 'category': 'Boots'}),
           record(5, labels={'category': 'Boots', 'subcategory': 'Tees'}))
    assert problems(folder) == [
        "products.jsonl:4: category 'Boots' is under type 'Shoes', not under 'Clothing'",
        "products.jsonl:5: subcategory 'Tees' is under category 'Tops', not under 'Boots'"]


def test_a_bad_header_does_not_hide_the_rest(folder):
    (folder / 'catalogue.json').write_text('{}')
    append(folder, record(1))
    assert problems(folder) == [
        'catalogue.json: expected "format": 1, found None',
        "products.jsonl:4: id '1' is also on line 1"]


def test_missing_files(folder):
    (folder / 'catalogue.json').unlink()
    (folder / 'products.jsonl').unlink()
    assert problems(folder) == [
        'catalogue.json: there is no such file (was an import or a copy interrupted?)',
        'products.jsonl: there is no such file']


def test_no_products(folder):
    (folder / 'products.jsonl').write_text('\n')
    assert problems(folder) == ['products.jsonl: holds no product']


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match='there is no such folder'):
        Check(tmp_path / 'nothing')


def test_more_images_than_the_window(folder):
    append(folder, *[record(n, listings=[{'images': ['images/1.jpg', f'images/{n}.jpg']}])
                     for n in range(4, 60)])
    found = list(Check(folder).problems(workers=1))
    assert found == [f'{folder}/products.jsonl:{n}: image images/{n}.jpg: there is no such file'
                     for n in range(4, 60)]


#: Drops half-used checks, by themselves and in cycles, while the collector runs at every chance, in
#: whichever thread that is. A finaliser that waits, for a thread say, hangs sooner or later.
ABANDON = """
import gc, sys
from fashion_models.catalogue.check import Check

gc.collect()
gc.freeze()
gc.set_threshold(1)
for number in range(500):
    problems = Check(sys.argv[1]).problems(workers=2)
    next(problems)
    if number % 2:
        cycle = [problems]
        cycle.append(cycle)
    del problems
print('done')
"""


def test_hundreds_are_abandoned_without_a_hang(folder):
    (folder / 'images/1.jpg').write_bytes(b'no image')
    done = subprocess.run(
        [sys.executable, '-X', 'faulthandler', '-c', ABANDON, str(folder)], timeout=90,
        capture_output=True, text=True)
    assert done.stdout == 'done\n', done.stderr


def warnings(folder):
    check = Check(folder)
    assert list(check.problems()) == []
    return [text.removeprefix(f'{folder}/products.jsonl: ') for text in check.warnings()]


def known(folder, **labels):
    """Lets the header know further labels."""
    header = json.loads((folder / 'catalogue.json').read_bytes())
    for name, more in labels.items():
        header[name] += more
    (folder / 'catalogue.json').write_text(json.dumps(header))


def images(folder, count, jpeg):
    """One picture in files of several names."""
    for n in range(count):
        (folder / f'images/shared-{n}.jpg').write_bytes(jpeg('blue'))
    return [[{'title': f'title {n}', 'images': [f'images/shared-{n}.jpg']}] for n in range(count)]


def test_products_without_labels(folder):
    append(folder, record(4, labels={}), record(5, labels={}))
    found, = warnings(folder)
    assert found.startswith('lines 4, 5: no labels; ')


@pytest.mark.parametrize('label', [
    'NA', 'null', 'nan', '-', '#N/A', '#NAME?', '–', '...', '(none)', '<NA>', 'n.a.', 'Unknown',
    'not specified', 'TBD', 't.b.d.', 'Uncategorized', 'Non classé', '0', '0.0'])
def test_labels_that_mean_nothing(folder, label):
    known(folder, genders=[label])
    append(folder, record(4, labels=LABELS | {'gender': label}))
    found, = warnings(folder)
    assert found.startswith(f'line 4: gender {label!r} looks like a missing label')


def test_zero_among_numbers_is_a_label(folder):
    header = json.loads((folder / 'catalogue.json').read_bytes())
    header['tasks'] = {'size': {'several': False, 'labels': ['0', '2', '4']}}
    (folder / 'catalogue.json').write_text(json.dumps(header))
    append(folder, *(record(line, labels=LABELS | {'size': size})
                     for line, size in enumerate('024', 4)))
    assert warnings(folder) == []


@pytest.mark.parametrize(('one', 'other', 'counts'), [
    ('Light Blue', 'LightBlue', "different labels: 'Light Blue' (1), 'LightBlue' (1)"),
    ('blue', 'Blue ', "'Blue' (3), 'blue' (1), 'Blue ' (1)")])
def test_spellings_that_differ_in_case_or_blanks_only(folder, one, other, counts):
    known(folder, colours=[one, other])
    append(folder, record(4, labels=LABELS | {'colour': [one]}),
           record(5, labels=LABELS | {'colour': [other]}))
    found, = warnings(folder)
    assert 'colour is spelled in several ways' in found
    assert counts in found


@pytest.mark.parametrize('sign', ['/', ', ', ' & ', ';'])
def test_several_labels_in_one(folder, sign):
    both = f'Red{sign}White'
    colours = ['Red', 'White', both, f'Red{sign}Rust', 'Red/']
    known(folder, colours=colours)
    append(folder, *(record(line, labels=LABELS | {'colour': [colour]})
                     for line, colour in enumerate(colours, 4)))
    found, = warnings(folder)
    assert found.startswith(f'line 6: colour {both!r} is learned as one label, but looks like '
                            'several: join them by | in the source, as in Red|White, or map')


def test_a_title_that_cannot_be_encoded(folder):
    append(folder, record(4, listings=[{'title': '\ud83d', 'images': ['images/1.jpg']}]))
    found, = problems(folder)
    assert found.endswith('products.jsonl:4: a text holds half of a surrogate pair, which cannot '
                          'be saved or printed; import the product again')


def test_a_picture_that_shows_nothing(folder):
    Image.new('RGB', (1, 1)).save(folder / 'images/4.png')
    append(folder, record(4, listings=[{'images': ['images/4.png']}]))
    found, = warnings(folder)
    assert found.startswith('line 4: a picture with a side of less than 8 pixels')


def test_one_picture_of_unlike_products(folder, jpeg):
    header = json.loads((folder / 'catalogue.json').read_bytes())
    header['taxonomy']['Bags'] = {}
    (folder / 'catalogue.json').write_text(json.dumps(header))
    labels = [{'type': 'Shoes'}, {'type': 'Bags'}, LABELS]
    for n, listings in enumerate(images(folder, 3, jpeg)):
        append(folder, record(4 + n, labels=labels[n], listings=listings))
    found, = warnings(folder)
    assert found.startswith('lines 4, 5, 6: the same picture of 3 products, some of them unlike')


def test_one_picture_of_the_sizes_of_a_shoe(folder, jpeg):
    for n, listings in enumerate(images(folder, 3, jpeg)):
        append(folder, record(4 + n, listings=listings))
    assert warnings(folder) == []


def test_one_picture_of_products_of_different_groups(folder, jpeg):
    # Of the groups 1, 2 and 3 the second is in another split (test_nothing_wrong).
    for n, (group, listings) in enumerate(zip('1323', images(folder, 4, jpeg))):
        append(folder, record(4 + n, group=group, listings=listings))
    append(folder, record(8, group='3'), record(9, group='3'))
    found, = warnings(folder)
    assert found.startswith(
        'lines 1, 4, 5 and 4 more: products of different groups share 2 pictures, such as '
        'images/shared-0.jpg (in more than one split: 1), and a network that is tested on what it '
        'was trained on looks better than it is: give such products')


def test_records_alone(folder):
    (folder / 'images/2.jpg').unlink()
    append(folder, 'no JSON')
    assert len(problems(folder)) == 2
    assert len(list(Check(folder).problems(images=False))) == 1


def test_a_label_of_many_blanks_takes_no_time(folder):
    append(folder, record(2, labels={'colour': ['Red' + ' ' * 100_000 + 'x', 'Red']}))
    list(Check(folder).problems())
