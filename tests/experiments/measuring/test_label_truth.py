import json

import pytest

from fashion_models.catalogue.check import Check
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.relabel import relabel
from fashion_models.drawn import synthesise
from fashion_models.errors import UserError
from fashion_models.experiments.measuring.label_truth import (
    known_truth,
    planted_corrections,
    planted_truth,
)


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A small embedded catalogue, which brings its truth."""
    folder = tmp_path_factory.mktemp('drawn') / 'embedded'
    synthesise(folder, products=60, seed=3, size=48, workers=1)
    return open_catalogue(folder)


def test_truth_is_read(drawn):
    truth = known_truth(drawn)
    records = [json.loads(line) for line in (drawn.folder / 'truth.jsonl').read_text().splitlines()]
    assert sum(map(len, truth.wrong.values())) == sum(len(one['wrong_labels']) for one in records)
    corrections = truth.corrections(drawn)
    assert corrections
    for one in corrections:
        assert one.before != one.after
    few = {(one.product, one.task) for one in corrections[::2]}
    assert truth.corrections(drawn, few | {('none', 'colour')}) == corrections[::2]


def test_all_corrections_leave_no_wrong_label(drawn, tmp_path):
    truth = known_truth(drawn)
    relabel(drawn, truth.corrections(drawn), tmp_path / 'right')
    records = {one['id']: one for one in map(
        json.loads, (drawn.folder / 'truth.jsonl').read_text().splitlines())}
    for product in open_catalogue(tmp_path / 'right').products:
        record = records[product.id]
        for task in 'gender', 'type', 'category', 'subcategory':
            assert product.label(task) == record['labels'][task]
        assert product.label('colour') in (record['labels']['colour'][0], record['rival_colour'])


def test_truth_of_another_catalogue(drawn, toy_catalogue, tmp_path):
    assert known_truth(open_catalogue(toy_catalogue)) is None
    relabel(open_catalogue(toy_catalogue), [], tmp_path / 'toy')
    (tmp_path / 'toy' / 'truth.jsonl').write_bytes((drawn.folder / 'truth.jsonl').read_bytes())
    with pytest.raises(UserError, match='says nothing of product 0'):
        known_truth(open_catalogue(tmp_path / 'toy'))


def test_planted_labels(drawn, tmp_path):
    shares = {'colour': 0.3, 'gender': 0.2, 'category': 0.2, 'subcategory': 0.3}
    corrections = planted_corrections(drawn, shares)
    assert corrections == planted_corrections(drawn, shares)
    assert corrections != planted_corrections(drawn, shares, seed=1)
    assert planted_corrections(drawn, dict.fromkeys(shares, 0)) == []
    relabel(drawn, corrections, tmp_path / 'planted')
    planted = open_catalogue(tmp_path / 'planted')
    assert list(Check(planted.folder).problems()) == []
    truth = planted_truth(planted)
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
