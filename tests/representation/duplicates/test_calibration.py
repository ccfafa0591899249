"""The calibration: fitted to pairs whose probabilities are known, saved and loaded."""

import json

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import (
    DEFAULT,
    Calibration,
    Model,
    calibrate,
    fit_model,
)
from fashion_models.representation.duplicates.evidence import IMAGES, Evidence


def evidence_of(**features):
    count = len(next(iter(features.values())))
    return Evidence(np.zeros((count, 2), np.int64), {
        name: np.asarray(values, float) for name, values in features.items()})


def drawn(count, seed=0, texts=True):
    """Evidence whose probabilities are known, and a draw of them."""
    rng = np.random.default_rng(seed)
    similarity, margin, words = rng.normal(size=(3, count))
    probability = 1 / (1 + np.exp(-(2 * margin + words - 1)))
    features = {'similarity': similarity, 'margin': margin}
    if texts:
        features |= {'words': words, 'colours': np.sign(rng.normal(size=count))}
    return evidence_of(**features), rng.random(count) < probability, probability


def test_probability_by_hand():
    model = Model(IMAGES, (1.0, 0.0), (2.0, 1.0), (3.0, -1.0), 0.5)
    found = model.probability(evidence_of(similarity=[1.0, 3.0], margin=[0.0, 2.0]))
    assert found == pytest.approx([1 / (1 + np.exp(-0.5)), 1 / (1 + np.exp(-(3 - 2 + 0.5)))])


def test_probabilities_are_those_that_the_pairs_were_drawn_with():
    pytest.importorskip('sklearn')
    evidence, same, _ = drawn(20_000)
    model = calibrate(evidence, same).models['images and text']
    fresh, _, truth = drawn(2000, seed=1)
    assert np.abs(model.probability(fresh) - truth).max() < 0.05


def test_curve_says_what_each_threshold_reached():
    pytest.importorskip('sklearn')
    evidence, same, _ = drawn(3000)
    model = fit_model(IMAGES, evidence, same, total=int(same.sum()) + 500)
    probabilities = model.probability(evidence)
    for threshold in (0.2, 0.5, 0.8):
        point = model.reached(threshold)
        above = probabilities >= threshold
        assert point['pairs'] == above.sum()
        assert point['precision'] == pytest.approx(same[above].mean())
        assert point['recall'] == pytest.approx(same[above].sum() / (same.sum() + 500))


def test_threshold_is_the_lowest_that_reached_the_precision():
    curve = tuple(
        {'threshold': t, 'pairs': n, 'precision': p, 'recall': 0.1}
        for t, n, p in ((0.1, 900, 0.3), (0.2, 400, 0.6), (0.3, 90, 0.7), (0.4, 19, 1.0)))
    model = Model(IMAGES, (0, 0), (1, 1), (1, 1), 0.0, curve)
    assert model.threshold(0.5) == 0.2
    assert model.threshold(0.65) == 0.3
    assert model.threshold(0.9) is None     # 19 pairs are too few to say so
    assert model.best_precision == 0.7
    assert model.reached(0.35)['threshold'] == 0.3
    assert model.reached(0.01)['threshold'] == 0.1


def test_pairs_without_texts_are_left_to_the_pictures():
    pytest.importorskip('sklearn')
    evidence, same, _ = drawn(2000)
    half = np.arange(2000) % 2 == 0
    for name in ('words', 'colours'):
        evidence.features[name][half] = np.nan
    found = calibrate(evidence, same, total=2 * int(same.sum()))
    alone = calibrate(evidence.chosen(~half), same[~half])
    assert found.models['images and text'].weights == pytest.approx(
        alone.models['images and text'].weights)
    assert 'images and text' not in calibrate(drawn(2000, texts=False)[0], same).models


def test_saved_and_loaded_it_says_the_same(tmp_path):
    pytest.importorskip('sklearn')
    evidence, same, _ = drawn(500)
    calibration = calibrate(evidence, same, origin={'catalogue_name': 'shop'})
    calibration.save(tmp_path / 'mine.json')
    loaded = Calibration.load(tmp_path / 'mine.json')
    assert loaded == calibration
    assert (loaded.models['images'].probability(evidence)
            == calibration.models['images'].probability(evidence)).all()


@pytest.mark.parametrize('content', [
    '', '[]', '{"format": 1, "models": {}}', '{"format": 99, "models": {"images": {}}}',
    '{"format": 1, "models": {"images": {"features": ["height"]}}, "origin": {}}'])
def test_another_file_is_no_calibration(tmp_path, content):
    (tmp_path / 'other.json').write_text(content)
    with pytest.raises(UserError, match='other.json: not a calibration'):
        Calibration.load(tmp_path / 'other.json')


@pytest.mark.parametrize('change', [
    {'mean': [0]}, {'scale': [0, 0, 0]}, {'weights': 'ab'}, {'intercept': None}, {'curve': []},
    {'curve': [{'threshold': 0.5}]}, {'features': ['height']}, {'mean': [float('nan')] * 3}])
def test_a_calibration_that_does_not_fit_together_is_refused(tmp_path, change):
    evidence, same, _ = drawn(500)
    calibrate(evidence, same).save(tmp_path / 'mine.json')
    record = json.loads((tmp_path / 'mine.json').read_text())
    del record['checksum']
    record['models']['images'] |= change
    (tmp_path / 'mine.json').write_text(json.dumps(record))
    with pytest.raises(UserError, match='mine.json: not a calibration'):
        Calibration.load(tmp_path / 'mine.json')


def test_a_changed_digit_is_noticed(tmp_path):
    evidence, same, _ = drawn(500)
    calibrate(evidence, same).save(tmp_path / 'mine.json')
    text = (tmp_path / 'mine.json').read_text()
    before, after = text.rsplit('"intercept": ', 1)
    sign, after = ('-', after[1:]) if after[0] == '-' else ('', after)
    (tmp_path / 'mine.json').write_text(
        f'{before}"intercept": {sign}{(int(after[0]) + 1) % 10}{after[1:]}')
    with pytest.raises(UserError, match='not a calibration.*not as it was written'):
        Calibration.load(tmp_path / 'mine.json')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match='none.json: not a calibration.*No such file'):
        Calibration.load(tmp_path / 'none.json')


def test_too_few_pairs_are_refused():
    evidence, _, _ = drawn(100)
    with pytest.raises(UserError, match='19 of one product and 81 of two'):
        fit_model(IMAGES, evidence, np.arange(100) < 19)


def test_the_default_knows_both_witnesses_and_says_where_it_is_from():
    calibration = Calibration.load()
    assert set(calibration.models) == {'images', 'images and text'}
    assert calibration.origin['catalogue_name'] == 'embedded'
    assert json.dumps(calibration.origin)


def test_mutual_pairs_have_curves_of_their_own(tmp_path):
    pytest.importorskip('sklearn')
    evidence, same, _ = drawn(2000)
    evidence.features['mutual'] = (np.arange(2000) % 3 == 0).astype(float)
    calibration = calibrate(evidence, same, total=int(same.sum()))
    calibration.save(tmp_path / 'mine.json')
    model = Calibration.load(tmp_path / 'mine.json').of_mutual_pairs().models['images']
    above = (model.probability(evidence) >= 0.5) & (evidence.features['mutual'] > 0)
    point = model.reached(0.5)
    assert point['pairs'] == above.sum()
    assert point['precision'] == pytest.approx(same[above].mean())
    assert point['recall'] == pytest.approx(same[above].sum() / same.sum())


def test_an_older_calibration_has_no_figures_of_mutual_pairs(tmp_path):
    record = json.loads(DEFAULT.read_text(encoding='utf-8'))
    assert len(record['models']['images'].pop('mutual')) == 99
    del record['checksum']
    (tmp_path / 'older.json').write_text(json.dumps(record))
    model = Calibration.load(tmp_path / 'older.json').of_mutual_pairs().models['images']
    assert model.reached(0.5) is None
    assert model.threshold(0.5) is None
