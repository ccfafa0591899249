import csv

import pytest

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.experiments.kit import runs
from fashion_models.representation.audit import sections
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import load

pytest.importorskip('cleanlab')


@pytest.fixture(scope='module')
def arguments(words, tmp_path_factory):
    folder = tmp_path_factory.mktemp('audit')
    return ['audit', words[1], '-o', str(folder / 'review'), '--recipe', words[3],
            '--runs', str(folder / 'runs'), '--folds', '2', '--most', '4']


def test_review_and_again_without_training(arguments, monkeypatch, capsys, tmp_path):
    assert cli.main(arguments) == 0
    output = capsys.readouterr().out
    assert 'training (network 1 of 2)' in output
    assert 'training (network 2 of 2, about ' in output
    with open(f'{arguments[3]}/review.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    products = {product.id: product for product in open_catalogue(arguments[1]).products}
    assert rows
    for task in 'gender', 'colour', 'type', 'category', 'subcategory':
        own = [row for row in rows if row['task'] == task]
        assert f'{task}: {len(own)} of ' in output
        assert len(own) <= 4
        of_labels = [float(row['p_label']) for row in own]
        assert of_labels == sorted(of_labels)
        for row in own:
            assert products[row['product']].label(task) == row['label'] != row['suggested']

    assert cli.main(arguments) == 2
    assert 'there is a review already' in capsys.readouterr().err
    monkeypatch.setattr(runs.train, 'train', None)      # the networks are there
    assert cli.main([*arguments, '--overwrite']) == 0
    with open(f'{arguments[3]}/review.csv', encoding='utf-8', newline='') as file:
        assert list(csv.DictReader(file)) == rows


def test_useless_number(arguments, capsys):
    assert cli.main([*arguments, '--most', '0']) == 2
    assert '--most: found 0' in capsys.readouterr().err


@pytest.fixture(scope='module')
def foreign(tiny_run, two_coloured_catalogue, tmp_path_factory):
    """A catalogue, and its embeddings by a network that was trained on other labels."""
    file = tmp_path_factory.mktemp('foreign') / 'e'
    embed(load(tiny_run[0]), open_catalogue(two_coloured_catalogue), file, progress=False)
    return ['audit', str(two_coloured_catalogue), '--embeddings', str(file)]


def test_review_of_vectors(foreign, works, tmp_path):
    output = works(*foreign, '-o', tmp_path / 'review', '--most', 4)
    assert 'training' not in output
    with open(tmp_path / 'review' / 'review.csv', encoding='utf-8-sig', newline='') as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ['row', 'product', 'task', 'label', 'suggested', 'answer', 'p_label',
                             'p_suggested']
    for task in {row['task'] for row in rows}:
        own = [float(row['p_label']) for row in rows if row['task'] == task]
        assert f'{task}: {len(own)} of ' in output
        assert own == sorted(own)
    assert (tmp_path / 'review' / 'review.html').exists()


def test_a_review_is_there_though_nobody_reads_the_summary(foreign, unread, tmp_path):
    unread(*foreign, '-o', tmp_path / 'review')
    assert {'review.csv', 'review.html'} <= {path.name for path in (tmp_path / 'review').iterdir()}


def test_a_review_that_was_answered_meanwhile_stays(foreign, fails, tmp_path, monkeypatch):
    folder = tmp_path / 'review'
    real = sections.review_sections

    def slow(*arguments):
        folder.mkdir()
        (folder / 'review.csv').write_text('answered')      # another audit was faster
        return real(*arguments)

    monkeypatch.setattr(sections, 'review_sections', slow)
    assert 'there is a review already' in fails(*foreign, '-o', folder)
    assert [path.name for path in folder.iterdir()] == ['review.csv']
    assert (folder / 'review.csv').read_text() == 'answered'


@pytest.mark.parametrize(('options', 'message'), [
    (['--recipe', 'small'], '--recipe: is of networks that the audit trains; with --embeddings it'),
    (['--runs', 'runs'], '--runs: is of networks'), (['--folds', '90'], 'too few for 90 folds'),
    (['--folds', '1'], 'argument --folds: found 1, expected a whole number, 2 to 100'),
    (['--folds', 'two'], 'argument --folds: found two, expected a whole number, 2 to 100')])
def test_what_vectors_go_without(foreign, fails, tmp_path, options, message):
    assert message in fails(*foreign, '-o', tmp_path / 'review', *options)
    assert not (tmp_path / 'review').exists()
