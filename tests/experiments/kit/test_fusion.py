import dataclasses
import types

import numpy as np
import pytest

from fashion_models.catalogue.records import Listing, Product
from fashion_models.errors import UserError
from fashion_models.experiments.kit import fusion
from fashion_models.experiments.kit.fusion import Examples, TextFeatures, product_texts
from fashion_models.links import multi_task_loss


@pytest.fixture
def texts():
    pytest.importorskip('sklearn')
    return ['red dress', 'red dress red', 'blue dress', 'blue', '', 'unique']


def test_features_by_hand(texts):
    features = TextFeatures(texts)
    assert features.terms == ['blue', 'dress', 'red', 'red dress']
    # Smoothed: log((1 + texts) / (1 + texts that have it)) + 1.
    idf = np.log(7 / (1 + np.array([2, 3, 2, 2]))) + 1
    rows = np.array([[0, 1, 1, 1], [0, 1, 1 + np.log(2), 1], [1, 1, 0, 0]]) * idf
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(features(texts[:3]).toarray(), rows, rtol=1e-5)


def test_features_are_learnt_from_the_texts_given_first_alone(texts):
    features = TextFeatures(texts)
    # Had it seen the other texts, "green" would be a feature, and "red" would weigh less.
    found = features(['green red', 'green red', 'green red', 'red dress']).toarray()
    assert 'green' not in features.terms
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], [0, 0, 1, 0])
    np.testing.assert_array_equal(found[3], features(texts[:1]).toarray()[0])
    assert not features(['', 'green']).toarray().any()


def test_only_the_commonest_terms_are_features(texts, monkeypatch):
    monkeypatch.setattr(fusion, 'TERMS', 2)
    assert len(TextFeatures(texts).terms) == 2


@pytest.mark.parametrize('said', [[], ['', ''], ['red', 'blue']])
def test_without_a_word_in_common_there_is_nothing_to_learn(said):
    pytest.importorskip('sklearn')
    with pytest.raises(UserError, match='no word occurs in the texts of two training products'):
        TextFeatures(said)


def test_texts_of_all_listings():
    products = [
        Product('a', 'g', {}, [Listing('shop', 'Red dress', 'Of silk.', ['1.png']),
                               Listing('other', '', '', ['2.png']),
                               Listing('third', 'Dress', '', ['3.png'])]),
        Product('b', 'g', {}, [Listing(images=['4.png'])])]
    assert product_texts(types.SimpleNamespace(products=products)) == {
        'a': 'Red dress\nOf silk.\nDress', 'b': ''}


def puzzle(p, seed):
    """Products whose colour only picture and text together tell: whether they agree."""
    sparse = pytest.importorskip('scipy.sparse')
    rng = np.random.default_rng(seed)
    image, text = rng.integers(2, size=(2, p))
    t = np.stack([image ^ text, image], axis=1).astype(np.int32)
    return Examples(
        t, np.eye(2, dtype=np.float32)[image],
        sparse.csr_matrix(np.eye(2, dtype=np.float32)[text]))


CLASSES = {'colour': 2, 'gender': 2}


def solve(examples, validation):
    model = fusion.train(examples, validation, CLASSES, '@numpy', 0)
    return fusion.evaluate(model, validation).accuracies


def test_pictures_and_texts_together_tell_what_neither_tells_alone():
    train, validation = puzzle(4000, 0), puzzle(200, 1)
    assert solve(train, validation) == {'colour': 1, 'gender': 1}
    alone = solve(Examples(train.t, train.image), Examples(validation.t, validation.image))
    assert alone['gender'] == 1
    assert 0.35 < alone['colour'] < 0.65
    alone = solve(
        Examples(train.t, text=train.text), Examples(validation.t, text=validation.text))
    assert 0.35 < alone['colour'] < 0.65
    assert 0.35 < alone['gender'] < 0.65


def test_the_network_of_the_epoch_with_the_lowest_validation_loss(monkeypatch):
    losses, seen = iter([3.0, 2.0, 2.5, 2.0, 2.2, 9.9]), []

    def evaluate(model, examples):
        seen.append(model.encoder.fusion.linear.W.array.copy())
        return types.SimpleNamespace(loss=lambda loss, others: next(losses))
    monkeypatch.setattr(fusion, 'evaluate', evaluate)
    model = fusion.train(puzzle(20, 0), puzzle(20, 1), CLASSES, '@numpy', 0)
    # Three epochs after the second none was better.
    assert len(seen) == 5
    np.testing.assert_array_equal(model.encoder.fusion.linear.W.array, seen[1])


def test_where_every_answer_is_right_nothing_is_learnt():
    train, validation = (dataclasses.replace(own, others=1 - own.t[..., None])
                         for own in (puzzle(20, 0), puzzle(20, 1)))
    model = fusion.train(train, validation, CLASSES, '@numpy', 0, epochs=1)
    for (name, ours), (_, start) in zip(
            model.namedparams(), fusion.build(train.sizes, CLASSES, 0).namedparams()):
        np.testing.assert_array_equal(ours.array, start.array, err_msg=name)


def test_learns_by_the_loss_it_is_given():
    used = []

    def loss(ys, t, labelled=None, others=None):
        used.append(len(t))
        return multi_task_loss(ys, t, labelled, others, combine='sum')
    fusion.train(puzzle(20, 0), puzzle(12, 1), CLASSES, '@numpy', 0, epochs=1, loss=loss)
    assert used == [20, 12], 'a batch of the training, then the validation'


def test_evaluation_has_every_product_once_and_in_order(monkeypatch):
    examples = puzzle(10, 0)
    model = fusion.build(examples.sizes, CLASSES, 0)
    whole = fusion.evaluate(model, examples)
    monkeypatch.setattr(fusion, '_ROWS', 3)
    parts = fusion.evaluate(model, examples)
    assert parts.t is examples.t
    for task in CLASSES:
        np.testing.assert_allclose(
            np.exp(whole.log_probabilities[task]).sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(
            parts.log_probabilities[task], whole.log_probabilities[task], atol=1e-5)


@pytest.fixture
def run(tmp_path, tiny):
    """What of a run a fusion needs."""
    return types.SimpleNamespace(
        folder=tmp_path, recipe=tiny, vocabulary=types.SimpleNamespace(classes=CLASSES))


def test_a_finished_network_is_kept(run, monkeypatch, capsys):
    train, validation = puzzle(50, 0), puzzle(20, 1)
    first = fusion.trained(run, 'both', train, validation, ('snapshot', 'catalogue'), 2)
    calls = []
    monkeypatch.setattr(fusion, 'train', lambda *arguments: calls.append(arguments) or first)
    again = fusion.trained(run, 'both', train, validation, ('snapshot', 'catalogue'), 2)
    assert not calls
    for task in CLASSES:
        np.testing.assert_array_equal(*(
            fusion.evaluate(model, validation).log_probabilities[task] for model in (first, again)))
    # One that is damaged is trained anew.
    path, = (run.folder / fusion.FOLDER).iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    fusion.trained(run, 'both', train, validation, ('snapshot', 'catalogue'), 2)
    assert 'is damaged' in capsys.readouterr().out
    assert len(calls) == 1
    assert path.stat().st_size == len(whole)
    # Of another snapshot or another catalogue, or trained for longer, it is another.
    fusion.trained(run, 'both', train, validation, ('other', 'catalogue'), 2)
    fusion.trained(run, 'both', train, validation, ('snapshot', 'other'), 2)
    fusion.trained(run, 'both', train, validation, ('snapshot', 'catalogue'), 3)
    assert len(calls) == 4
