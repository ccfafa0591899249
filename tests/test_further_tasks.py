"""A catalogue with a task of its own, and one with three only, from import to search."""

import csv
import json
import shutil

import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.cli import main
from fashion_models.training.run import Run

PATTERNS = {'bar': 'Striped', 'disc': 'Dotted'}


@pytest.fixture(scope='module')
def shop(toy_catalogue, tmp_path_factory):
    """A shop's CSV file: the toy catalogue with a column Pattern, and without the taxonomy."""
    folder = tmp_path_factory.mktemp('csv') / 'shop'
    folder.mkdir()
    with open(folder / 'products.csv', 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(['product_id', 'group_id', 'images', 'gender', 'colour', 'type', 'Pattern'])
        for product in open_catalogue(toy_catalogue).products:
            shape = product.label('type')
            writer.writerow([
                product.id, product.group, '|'.join(product.images), product.label('gender'),
                product.label('colour'), shape, PATTERNS[shape] if int(product.id) % 5 else ''])
    shutil.copytree(toy_catalogue / 'images', folder / 'images')
    return folder


@pytest.fixture
def run(capsys):
    """A function that runs ``fashion-models …``; returns what it prints."""
    def command(*arguments):
        assert main(list(map(str, arguments))) == 0
        return capsys.readouterr().out
    return command


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    return tmp_path_factory.mktemp('further')


def recipe_file(tiny, place, tasks):
    path = place / f'{len(tasks)}-tasks.toml'
    path.write_text(tiny.replace(
        model__tasks=tuple(tasks), training__epochs=1, training__drops=()).to_toml())
    return path


FIVE = 'gender', 'colour', 'type', 'category', 'subcategory'


def test_a_task_of_its_own_from_import_to_search(shop, tiny, place, run, toy_catalogue):
    catalogue = place / 'shop'
    printed = run('catalogue', 'import', 'csv', shop, catalogue, '--task', 'pattern=Pattern')
    assert 'pattern: 2 labels, 64 products with one, 16 without' in printed
    assert 'no problems' in run('catalogue', 'check', catalogue)
    run('catalogue', 'show', catalogue, '-o', place / 'sheet.png', '--label', 'pattern=Striped')
    assert (place / 'sheet.png').exists()

    # Category and subcategory have no label here.
    recipe = recipe_file(tiny, place, [*FIVE, 'pattern'])
    given = 'train', '--recipe', recipe, '--catalogue', catalogue, '--out', place / 'run'
    printed = run(*given)
    assert 'not trained: category, subcategory: no product of' in printed
    table = printed.splitlines()
    heading = next(line for line in table if line.split()[:1] == ['Multi-task'])
    assert heading.split() == ['Multi-task', 'Gender', 'Color', 'Type', 'Pattern']
    article = next(line for line in table if line.startswith('the article'))
    assert article.split()[3:] == ['-', '0.886', '0.675', '0.947', '-']
    trained = Run.open(place / 'run')
    assert trained.recipe.model.tasks == ('gender', 'colour', 'type', 'pattern')
    assert trained.vocabulary.labels['pattern'] == ('Dotted', 'Striped')
    assert 'validation/pattern' in json.loads((place / 'run/log.json').read_text())[0]

    # The same recipe resumes it, although the run's own has fewer tasks.
    run(*given, '--resume', '--epochs', 2)
    assert len(json.loads((place / 'run/log.json').read_text())) == 2
    assert 'Pattern' in run('evaluate', place / 'run', '--split', 'test')
    image = next(iter(open_catalogue(catalogue).products)).images[0]
    answer = json.loads(run('predict', place / 'run', catalogue / image, '--json'))
    assert set(answer['pattern']) == {'Dotted', 'Striped'}

    vectors = place / 'shop.embeddings'
    run('embed', place / 'run', catalogue, '-o', vectors)
    found = json.loads(run(
        'search', vectors, '--product', '1', '--where', 'pattern=Striped', '--json'))
    assert found['hits']
    assert {hit['labels']['pattern'] for hit in found['hits']} == {'Striped'}
    ordered = json.loads(run(
        'order', vectors, '--liked', '1', '--where', 'pattern=Dotted', '--json'))
    assert {entry['labels']['pattern'] for entry in ordered['order']} == {'Dotted'}


def test_three_tasks_from_import_to_search(shop, tiny, place, run):
    """A small shop has no taxonomy: the recipe's category and subcategory are left out."""
    catalogue, folder, vectors = place / 'three-shop', place / 'three-run', place / 'three.vectors'
    run('catalogue', 'import', 'csv', shop, catalogue)
    assert 'no problem' in run('catalogue', 'check', catalogue)
    default = ['gender', 'colour', 'type', 'category', 'subcategory']
    printed = run('train', '--recipe', recipe_file(tiny, place, default), '--catalogue', catalogue,
                  '-o', folder)
    assert 'category' in printed
    assert Run.open(folder).recipe.model.tasks == ('gender', 'colour', 'type')
    line = next(line for line in run('evaluate', folder).splitlines() if 'Multi-task' in line)
    assert line.split() == ['Multi-task', 'Gender', 'Color', 'Type']
    run('embed', folder, catalogue, '-o', vectors)
    hits = json.loads(run('search', vectors, '--product', '1', '--where', 'type=bar',
                          '--json'))['hits']
    assert {hit['labels']['type'] for hit in hits} == {'bar'}


def test_three_tasks(toy_catalogue, tiny, place, run):
    tasks = ['type', 'colour', 'gender']
    folder = place / 'three'
    printed = run('train', '--recipe', recipe_file(tiny, place, tasks), '--catalogue',
                  toy_catalogue, '--out', folder)
    assert 'not trained' not in printed
    assert Run.open(folder).recipe.model.tasks == tuple(tasks)
    line = next(line for line in run('evaluate', folder).splitlines() if 'Multi-task' in line)
    assert line.split() == ['Multi-task', 'Type', 'Color', 'Gender']
    image = next(iter(open_catalogue(toy_catalogue).products)).images[0]
    assert list(json.loads(run('predict', folder, toy_catalogue / image, '--json'))) == tasks
    vectors = place / 'three.embeddings'
    run('embed', folder, toy_catalogue, '-o', vectors)
    hits = json.loads(run('search', vectors, '--product', '1', '--where', 'category=bars',
                          '--json'))['hits']
    assert {hit['labels']['category'] for hit in hits} == {'bars'}


def test_review_and_merge_keep_it(shop, place, run, toy_catalogue):
    catalogue = place / 'shop-to-merge'
    run('catalogue', 'import', 'csv', shop, catalogue, '--task', 'pattern=Pattern', '--name', 'a')
    striped = next(product for product in open_catalogue(catalogue).products
                   if product.label('pattern') == 'Striped')
    review = place / 'review.csv'
    review.write_text('product,task,label,suggested,answer\n'
                      f'{striped.id},pattern,Striped,Dotted,y\n')
    printed = run('catalogue', 'relabel', catalogue, review, place / 'relabelled')
    assert '1 label of 1 product changed: pattern 1' in printed
    products = {product.id: product for product in open_catalogue(place / 'relabelled').products}
    assert products[striped.id].label('pattern') == 'Dotted'
    assert products[striped.id].extra['source_pattern'] == 'Striped'

    merged, mapping = place / 'merged', place / 'mapping.toml'
    both = catalogue, toy_catalogue, merged
    lines = run('catalogue', 'merge', *both, '--list-unmapped')
    assert '[a.pattern]\n' in lines
    assert '"Striped" = "?"  #' in lines
    same = '\n'.join(f'{task} = "same"' for task in FIVE)
    mapping.write_text(f'[toy]\n{same}\n[a]\n{same}\n[a.pattern]\nDotted = "Spots"\nStriped = []\n')
    run('catalogue', 'merge', *both, '--mapping', mapping, '--link')
    header = open_catalogue(merged).header
    assert header.labels == {'pattern': ('Spots',)}
    products = {product.id: product for product in open_catalogue(merged).products}
    assert products[f'a/{striped.id}'].label('pattern') is None
    assert products[f'a/{striped.id}'].extra['source_pattern'] == 'Striped'
    assert {product.label('pattern') for product in products.values()} == {None, 'Spots'}
    assert 'no problems' in run('catalogue', 'check', merged)


def test_a_recipe_with_a_task_that_the_catalogue_does_not_have(toy_catalogue, tiny, place, run,
                                                              capsys):
    recipe = recipe_file(tiny, place, ['colour', 'patern'])
    assert main(['train', '--recipe', str(recipe), '--catalogue', str(toy_catalogue), '--out',
                 str(place / 'none')]) == 2
    assert "there is no task 'patern', only gender, colour" in capsys.readouterr().err


def test_another_catalogue_has_labels_that_the_run_does_not_know(
        tiny_run, toy_catalogue, place, run):
    other = place / 'other'
    teal = [product for product in open_catalogue(toy_catalogue).products
            if product.label('colour') == 'green']
    review = place / 'teal.csv'
    review.write_text('product,task,label,suggested,answer\n' + ''.join(
        f'{product.id},colour,green,teal,y\n' for product in teal))
    copy = place / 'with-teal'
    run('catalogue', 'merge', toy_catalogue, copy, '--link', '--mapping', _same(place))
    header = json.loads((copy / 'catalogue.json').read_text())
    header['colours'].append('teal')
    (copy / 'catalogue.json').write_text(json.dumps(header))
    review.write_text(review.read_text().replace('\n', '\ntoy/').removesuffix('toy/'))
    run('catalogue', 'relabel', copy, review, other)
    folder = shutil.copytree(tiny_run[0], place / 'run-of-the-toys')

    def evaluated(*options):
        printed = run('evaluate', folder, '--catalogue', other, '--split', 'all', *options)
        files = [folder / f'evaluation-{split}-elsewhere.json'
                 for split in ('train', 'validation', 'test')]
        return printed, [json.loads(file.read_text()) for file in files]

    printed, records = evaluated()
    assert 'not known to the run, and counted as wrong (train): colour: teal ' in printed
    assert sum(record['unknown_labels']['products']['colour']['teal'] for record in records
               if 'unknown_labels' in record) == len(teal)
    assert sum(record['labelled']['colour'] for record in records) == 80
    printed, known = evaluated('--known-only')
    assert 'not known to the run, and left out (train): colour: teal ' in printed
    assert sum(record['labelled']['colour'] for record in known) == 80 - len(teal)
    for wrong, left_out in zip(records, known):
        right = [round(record['accuracies']['colour'] * record['labelled']['colour'], 6)
                 for record in (wrong, left_out)]
        assert right[0] == right[1]
        assert wrong['accuracies']['type'] == left_out['accuracies']['type']
    run('embed', folder, other, '-o', place / 'other.embeddings')
    found = json.loads(run('search', place / 'other.embeddings', '--product', f'toy/{teal[0].id}',
                           '--where', 'colour=teal', '--json'))
    assert len(found['hits']) == min(10, len(teal) - 1)


def _same(place):
    path = place / 'same.toml'
    path.write_text('[toy]\n' + '\n'.join(f'{task} = "same"' for task in FIVE))
    return path
