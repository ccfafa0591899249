import json
import pathlib

import numpy as np
import pytest

from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.relabel import relabel
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.drawn import synthesise
from fashion_models.errors import UserError
from fashion_models.experiments import label_audit as module
from fashion_models.experiments.kit import runs
from fashion_models.experiments.kit.held_out import HeldOut
from fashion_models.representation.audit.judge import Judged
from fashion_models.training.evaluation import Evaluation


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A small embedded catalogue, which brings its truth."""
    folder = tmp_path_factory.mktemp('drawn') / 'embedded'
    synthesise(folder, products=60, seed=3, size=48, workers=1)
    return open_catalogue(folder)


def test_truth_is_read(drawn):
    truth = module.known_truth(drawn)
    records = [json.loads(line) for line in (drawn.folder / 'truth.jsonl').read_text().splitlines()]
    assert sum(map(len, truth.wrong.values())) == sum(len(one['wrong_labels']) for one in records)
    corrections = truth.corrections(drawn)
    assert corrections
    for one in corrections:
        assert one.before != one.after
    few = {(one.product, one.task) for one in corrections[::2]}
    assert truth.corrections(drawn, few | {('none', 'colour')}) == corrections[::2]


def test_all_corrections_leave_no_wrong_label(drawn, tmp_path):
    truth = module.known_truth(drawn)
    relabel(drawn, truth.corrections(drawn), tmp_path / 'right')
    records = {one['id']: one for one in map(
        json.loads, (drawn.folder / 'truth.jsonl').read_text().splitlines())}
    for product in open_catalogue(tmp_path / 'right').products:
        record = records[product.id]
        for task in 'gender', 'type', 'category', 'subcategory':
            assert product.label(task) == record['labels'][task]
        assert product.label('colour') in (record['labels']['colour'][0], record['rival_colour'])


def test_truth_of_another_catalogue(drawn, toy_catalogue, tmp_path):
    assert module.known_truth(open_catalogue(toy_catalogue)) is None
    relabel(open_catalogue(toy_catalogue), [], tmp_path / 'toy')
    (tmp_path / 'toy' / 'truth.jsonl').write_bytes((drawn.folder / 'truth.jsonl').read_bytes())
    with pytest.raises(UserError, match='says nothing of product 0'):
        module.known_truth(open_catalogue(tmp_path / 'toy'))


def test_planted_labels(drawn, tmp_path):
    shares = {'colour': 0.3, 'gender': 0.2, 'category': 0.2, 'subcategory': 0.3}
    corrections = module.planted_corrections(drawn, shares)
    assert corrections == module.planted_corrections(drawn, shares)
    assert corrections != module.planted_corrections(drawn, shares, seed=1)
    assert module.planted_corrections(drawn, dict.fromkeys(shares, 0)) == []
    relabel(drawn, corrections, tmp_path / 'planted')
    planted = open_catalogue(tmp_path / 'planted')
    assert list(Check(planted.folder).problems()) == []
    truth = module._planted_truth(planted)
    old = {product.id: product for product in drawn.products}
    changed = dict.fromkeys(shares, 0)
    for product in planted.products:
        wrong = truth.wrong[product.id]
        for task in 'gender', 'colour', 'type', 'category', 'subcategory':
            before, now = (one.label_text(task) for one in (old[product.id], product))
            assert wrong.get(task, now) == before
            assert (task in wrong) == (before != now)
        for task in changed:
            changed[task] += task in wrong
        assert 'type' not in wrong
    # 60 products: some of each, and not nearly all. A planted category is a planted subcategory.
    for task, share in shares.items():
        assert share / 3 < changed[task] / 60 < 0.7
    # What was planted can be taken back.
    relabel(planted, truth.corrections(planted), tmp_path / 'back')
    for product in open_catalogue(tmp_path / 'back').products:
        assert product.labels == old[product.id].labels


@pytest.mark.parametrize(('wrong', 'expected'), [
    ([1, 1, 0, 0], 1.0), ([0, 0, 1, 1], (1 / 3 + 2 / 4) / 2), ([1, 0, 1], (1 + 2 / 3) / 2)])
def test_average_precision(wrong, expected):
    assert module.average_precision(np.array(wrong, bool)) == pytest.approx(expected)


def test_average_precision_without_wrong_labels():
    assert np.isnan(module.average_precision(np.zeros(3, bool)))


def test_figures_of_a_list_by_hand():
    """100 products, each its group; wrong are 0 to 9; the list begins with 3 of them."""
    pytest.importorskip('cleanlab')
    ids = [str(number) for number in range(100)]
    truth = module.Truth({id_: {'colour': 'x'} if int(id_) < 10 else {} for id_ in ids}, {})
    p = np.full((100, 2), 0.5, np.float32)
    answers = HeldOut(ids, ids, Vocabulary({'colour': ['a', 'b']}), [
        Evaluation({'colour': np.log(p)}, np.zeros((100, 1), np.int32))])
    order = np.array([0, 1, 2, *range(10, 100), *range(3, 10)])
    suspected = np.isin(np.arange(100), [0, 50])
    found = module.list_figures(answers, 'colour', Judged(order, suspected, None), truth)
    assert (found['labels'], found['wrong']) == (100, 10)
    for share, labels, wrong in ((0.01, 1, 1), (0.02, 2, 2), (0.05, 5, 3), (0.1, 10, 3),
                                 (0.2, 20, 3)):
        own = found['lengths'][str(share)]
        assert own['labels'] == labels
        assert own['precision'].value == pytest.approx(wrong / labels)
        assert own['recall'].value == pytest.approx(wrong / 10)
    own = found['lengths']['suspected']
    assert (own['labels'], own['precision'].value, own['recall'].value) == (2, 0.5, 0.1)
    np.testing.assert_array_equal(found['found_after'], [1, 2, 3, *range(94, 101)])


def test_answers_by_name():
    products = [Product('1', 'g', {'colour': ('Red', 'Blue'), 'type': 'shoes'}, []),
                Product('2', 'g', {'colour': ('Teal',)}, [])]     # teal is new to the network
    names = np.array([['Blue', 'shoes'], ['Red', 'bags']], object)
    np.testing.assert_array_equal(
        module.correct_names(names, products, ['colour', 'type']), [[0, 1], [0, np.nan]])
    np.testing.assert_array_equal(
        module.accepted_colours(names[:, 0], [{'Red', 'Blue'}, set()]), [1, np.nan])


@pytest.fixture(scope='module')
def arguments(words, drawn):
    pytest.importorskip('cleanlab')
    return ['--catalogue', str(drawn.folder), *words[2:], '--seeds', '1', '--folds', '2',
            '--reviewed', '0.5']


def read(arguments):
    folder = pathlib.Path(arguments[arguments.index('--out') + 1], 'label_audit')
    [path] = folder.glob('*/results.json')
    return json.loads(path.read_text())


def test_embedded_catalogue(arguments, drawn, capsys, monkeypatch):
    assert module.main(arguments) == 0
    results = read(arguments)
    figures, truth = results['figures'], module.known_truth(drawn)
    assert figures['planted'] is None
    assert len(results['runs']) == 2 + 3
    for task, own in figures['lists'].items():
        assert own['wrong'] == sum(task in wrong for wrong in truth.wrong.values())
        assert own['labels'] == 60
    review = figures['review']
    assert review['labels_looked_at'] == 5 * 30
    assert review['wrong_labels'] == sum(map(len, truth.wrong.values()))
    assert review['corrected'] == sum(
        sum(place <= 30 for place in own['found_after']) for own in figures['lists'].values())
    for split in module.SPLITS:
        for judge, of_tasks in figures['minus_as_they_are'][split]['all right'].items():
            accuracy = figures['accuracy'][split]
            for task, difference in of_tasks.items():
                assert difference['value'] == pytest.approx(
                    accuracy['all right'][judge][task]['value']
                    - accuracy['as they are'][judge][task]['value'], abs=1e-9)
        assert figures['colour_before_to_after'][split]['value'] == pytest.approx(
            accuracy['reviewed']['reviewed']['colour']['value']
            - accuracy['as they are']['as they are']['colour']['value'], abs=1e-9)
    assert 'Precision' in capsys.readouterr().out
    monkeypatch.setattr(runs.train, 'train', None)      # nothing is trained or drawn anew
    assert module.main(arguments) == 0
    assert read(arguments)['figures'] == figures


def test_useless_share(arguments, capsys):
    assert module.main([*arguments, '--reviewed', '0']) == 2
    assert 'expected a share' in capsys.readouterr().err
