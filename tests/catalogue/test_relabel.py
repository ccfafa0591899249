import csv
import json

import pytest

from fashion_models import cli
from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.journal import Journal, LabelDecision
from fashion_models.catalogue.label_answers import Correction, decided, read_review
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import corrected, relabel
from fashion_models.catalogue.taxonomy import Places
from fashion_models.errors import UserError

TREE = {
    'shoes': {'boots': ['ankle boots', 'wellingtons'], 'flats': ['loafers']},
    'bags': {'backpacks': ['rucksacks']}}
HEAD = 'product,task,label,suggested,answer,row\n'


@pytest.fixture
def folder(tmp_path, jpeg):
    """Three products, one with two colours, one whose colour an import has folded."""
    folder = tmp_path / 'shop'
    labels = {'gender': 'female', 'colour': ('Red', 'Blue'), 'type': 'shoes', 'category': 'boots',
              'subcategory': 'ankle boots'}
    products = [
        ('1', labels, {}), ('2', labels | {'colour': ('Blue',)}, {'source_colour': 'navy'}),
        ('3', {'colour': ('Black',), 'type': 'bags'}, {})]
    header = Header('shop', taxonomy=TREE, colours=('Black', 'Blue', 'Red', 'White'))
    (folder / 'images').mkdir(parents=True)
    with CatalogueWriter(folder, header) as writer:
        for id_, own, extra in products:
            (folder / f'images/{id_}.jpg').write_bytes(jpeg())
            writer.add(Product(id_, f'g{id_}', own, [Listing(images=[f'images/{id_}.jpg'])], extra))
    return folder


@pytest.fixture
def review(tmp_path):
    def write(*rows, head=HEAD, encoding='utf-8'):
        path = tmp_path / 'review.csv'
        path.write_text(head + ''.join(f'{row}\n' for row in rows), encoding=encoding)
        return path
    return write


def after(catalogue, corrections, folder):
    relabel(catalogue, corrections, folder)
    return {product.id: product for product in open_catalogue(folder).products}


def test_answers(review):
    found = read_review(review(
        '1,colour,Red|Blue,Black,,1', '2,colour,Blue,Black,y,2', '3,type,bags,shoes,?,3',
        '1,gender,female,male,Y,4', '1,type,shoes,bags,shoes,5', '1,category,boots,,flats,6'))
    assert [(one.product, one.task, one.before, one.after) for one in found] == [
        ('2', 'colour', 'Blue', 'Black'), ('3', 'type', 'bags', ''),
        ('1', 'gender', 'female', 'male'), ('1', 'category', 'boots', 'flats')]
    assert found[0].where.endswith('review.csv:3')


def test_what_a_spreadsheet_makes_of_it(review):
    path = review('2;colour;Blue;Black;y', head='product;task;label;suggested;answer\n',
                  encoding='utf-8-sig')
    assert [one.after for one in read_review(path)] == ['Black']


@pytest.mark.parametrize(('row', 'message'), [
    ('1,color,Red,Blue,y,1', "review.csv:2: there is no task 'color'"),
    ('1,colour,Red,,y,1', 'review.csv:2: the answer is y, but nothing is suggested'),
    ('1,colour,Red,,Y,1', 'review.csv:2: the answer is y, but nothing is suggested')])
def test_rows_that_cannot_be_used(review, row, message):
    with pytest.raises(UserError, match=message):
        read_review(review(row))


def test_missing_column_and_file(review, tmp_path):
    with pytest.raises(UserError, match='missing column answer; found'):
        read_review(review(head='product,task,label,suggested\n'))
    with pytest.raises(UserError, match='cannot be read'):
        read_review(tmp_path / 'none.csv')


def test_source_label_is_kept(folder, tmp_path):
    products = after(open_catalogue(folder), [
        Correction('1', 'colour', 'Red|Blue', 'Blue|Red'),
        Correction('2', 'colour', 'Blue', 'Black')], tmp_path / 'new')
    assert products['1'].colours == ('Blue', 'Red')
    assert products['1'].extra == {'source_colour': 'Red|Blue', 'relabelled': 'colour'}
    # The source said navy; what was made of it is in the list of changes.
    assert products['2'].extra == {'source_colour': 'navy', 'relabelled': 'colour'}
    with open(tmp_path / 'new' / 'relabelled.csv', encoding='utf-8-sig') as file:
        assert list(csv.reader(file)) == [
            ['product', 'task', 'before', 'after'],
            ['1', 'colour', 'Red|Blue', 'Blue|Red'], ['2', 'colour', 'Blue', 'Black']]


def test_everything_else_stays_and_the_catalogue_is_sound(folder, tmp_path):
    old = {product.id: product for product in open_catalogue(folder).products}
    new = after(open_catalogue(folder), [
        Correction('2', 'gender', 'female', '')], tmp_path / 'new')
    assert new['1'] == old['1']
    assert new['3'] == old['3']
    assert new['2'].label('gender') is None
    assert new['2'].extra['source_gender'] == 'female'
    assert (new['2'].group, new['2'].listings) == (old['2'].group, old['2'].listings)
    assert list(Check(tmp_path / 'new').problems()) == []
    header = json.loads((tmp_path / 'new' / 'catalogue.json').read_text())
    assert header == json.loads((folder / 'catalogue.json').read_text())


@pytest.mark.parametrize(('answers', 'path'), [
    ({'subcategory': 'wellingtons'}, ('shoes', 'boots', 'wellingtons')),
    ({'subcategory': 'rucksacks'}, ('bags', 'backpacks', 'rucksacks')),   # the wider ones follow
    ({'category': 'flats'}, ('shoes', 'flats', None)),                    # ankle boots are no flats
    ({'category': 'backpacks'}, ('bags', 'backpacks', None)),
    ({'type': 'bags'}, ('bags', None, None)),
    ({'type': 'shoes'}, ('shoes', 'boots', 'ankle boots')),
    ({'category': 'flats', 'subcategory': 'loafers'}, ('shoes', 'flats', 'loafers')),
    ({'subcategory': ''}, ('shoes', 'boots', None)),
    ({'category': '', 'subcategory': ''}, ('shoes', None, None)),
    ({'colour': 'Red'}, ('shoes', 'boots', 'ankle boots'))])
def test_labels_agree_with_the_taxonomy(answers, path):
    product = Product('1', 'g', {'type': 'shoes', 'category': 'boots',
                                 'subcategory': 'ankle boots'}, [])
    found = corrected(product, answers, Places(TREE))
    assert tuple(found.label(task) for task in ('type', 'category', 'subcategory')) == path
    assert list(Places(TREE).problems(path)) == []
    for task in product.labels:
        kept = found.extra.get(f'source_{task}', found.label(task))
        assert kept == product.label(task)


@pytest.mark.parametrize(('corrections', 'message'), [
    ([('9', 'colour', 'Red', 'Blue')], "no product '9'"),
    ([('2', 'colour', 'Red', 'Blue')], "looked at colour 'Red' .* the catalogue says 'Blue'"),
    ([('2', 'colour', 'Blue', 'Bleu')], "no colour 'Bleu', but Blue"),
    ([('2', 'colour', 'Blue', 'Red|Wite')], "no colour 'Wite', but White"),
    ([('2', 'colour', 'Blue', 'Red'), ('2', 'colour', 'Blue', 'Black')], "another row says 'Red'"),
    ([('2', 'type', 'shoes', 'bags'), ('2', 'category', 'boots', 'flats')],
     "contradict each other: category 'flats' is under type 'shoes'"),
    ([(str(n), 'colour', 'Red', 'Blue') for n in range(10, 15)], 'and 2 more')])
def test_answers_that_do_not_fit(folder, tmp_path, corrections, message):
    with pytest.raises(UserError, match=message):
        relabel(open_catalogue(folder), [Correction(*one, 'review.csv:2') for one in corrections],
                tmp_path / 'new')
    assert not (tmp_path / 'new').exists()


def test_another_encoding(review):
    path = review('1;colour;Red|Blue;Grün;y', head='product;task;label;suggested;answer\n',
                  encoding='cp1252')
    assert [one.after for one in read_review(path, encoding='cp1252')] == ['Grün']
    # A wrong letter would be a new label: nothing is guessed.
    with pytest.raises(UserError, match='review.csv:2: not UTF-8; name the encoding of the file'):
        read_review(path)


def test_a_journal(folder, tmp_path, command, capsys):
    journal = Journal(tmp_path / 'journal.jsonl')

    def decide(product, task, before, answer, label='', who='anna'):
        journal.add(LabelDecision(who=who, product=product, task=task, before=before,
                                  answer=answer, label=label))

    decide('1', 'colour', 'Red|Blue', 'label', 'Black')
    decide('1', 'colour', 'Red|Blue', 'right', who='bo')
    decide('2', 'colour', 'Blue', 'label', 'Black', who='bo')
    decide('3', 'type', 'bags', 'cannot tell')
    decide('gone', 'type', 'bags', 'right')
    state = journal.state()
    found = decided(journal.path, state, open_catalogue(folder))
    assert [(one.product, one.task, one.before, one.after) for one in found.corrections] == [
        ('2', 'colour', 'Blue', 'Black'), ('3', 'type', 'bags', '')]
    assert (found.applied, found.absent) == (1, 1)

    assert cli.main(['catalogue', 'relabel', str(folder), str(journal.path),
                     str(tmp_path / 'new')]) == 0
    printed = capsys.readouterr()
    assert '2 labels of 2 products changed: colour 1, type 1; 1 of them taken away' in printed.out
    assert ('reviewers disagree on 1 label; the last word counts:\n'
            '  colour of product 1: anna: Black, bo: Red|Blue\n') in printed.err
    # All that it says has been done; what is decided afterwards is of the new catalogue.
    with pytest.raises(UserError, match='no answer in it changes a label'):
        command('relabel', tmp_path / 'new', journal.path, tmp_path / 'newer')
    decide('2', 'colour', 'Black', 'label', 'White')
    command('relabel', tmp_path / 'new', journal.path, tmp_path / 'newer')
    decide('2', 'colour', 'Red', 'label', 'Black')
    with pytest.raises(UserError, match="anna at 20.*Z: the review looked at colour 'Red'"):
        command('relabel', tmp_path / 'newer', journal.path, tmp_path / 'newest')
    with pytest.raises(UserError, match='journal.jsonl is a journal, which is UTF-8'):
        command('relabel', folder, journal.path, tmp_path / 'newest', '--encoding', 'cp1252')
    with pytest.raises(UserError, match='none.jsonl: there is no such file; expected a journal'):
        command('relabel', folder, tmp_path / 'none.jsonl', tmp_path / 'newest')


def test_command(folder, review, command, tmp_path):
    path = review('3,colour,Black,White,y,1', '1,category,boots,flats,y,2')
    status, output = command('relabel', folder, path, tmp_path / 'new', '--link')
    assert status == 0
    assert ('3 labels of 2 products changed: colour 1, category 1, subcategory 1; 1 of them taken '
            'away') in output
    # The same review does not fit the catalogue that it has corrected.
    with pytest.raises(UserError, match="the catalogue says 'White'"):
        command('relabel', tmp_path / 'new', path, tmp_path / 'newer')
    with pytest.raises(UserError, match='no answer in it changes a label'):
        command('relabel', folder, review('3,colour,Black,White,,1'), tmp_path / 'newer')
    with pytest.raises(UserError, match='lies in it; choose'):
        command('relabel', folder, path, folder)
