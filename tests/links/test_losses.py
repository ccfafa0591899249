import chainer
import chainer.functions as F
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.links import MultiTaskClassifier, count_correct, count_labelled, multi_task_loss

CLASSES = {'gender': 2, 'colour': 3}


def scores(rng, b, classes=(2, 3, 4)):
    return [
        chainer.Variable(rng.normal(size=(b, number)).astype(np.float32)) for number in classes]


def further(rng, t, classes=(2, 3, 4)):
    """Up to two further labels (b, tasks, 2) of those that have one, each once."""
    others = np.full((*t.shape, 2), -1, np.int32)
    for place, label in np.ndenumerate(t):
        rest = np.setdiff1d(np.arange(classes[place[1]]), label)
        own = rng.permutation(rest)[:rng.integers(3)] if label >= 0 else []
        others[place][:len(own)] = own
    return others


def labels(rng, b, missing=0.3, classes=(2, 3, 4)):
    t = np.stack([rng.integers(number, size=b) for number in classes], axis=1)
    t[rng.random(t.shape) < missing] = -1
    return t.astype(np.int32)


def test_one_head_a_task():
    encoder = chainer.Sequential(F.identity)
    encoder.out_size = 6
    model = MultiTaskClassifier(encoder, CLASSES)
    y = model(np.zeros((4, 6), np.float32))
    assert model.tasks == ('gender', 'colour')
    assert [scores.shape for scores in y] == [(4, 2), (4, 3)]


def test_loss_by_hand():
    # Even odds of 2 and of 4 classes: the cross entropies are log 2 and log 4.
    ys = [chainer.Variable(np.zeros((3, 2), np.float32)),
          chainer.Variable(np.zeros((3, 4), np.float32))]
    t = np.array([[0, 3], [1, -1], [-1, -1]], np.int32)
    loss = multi_task_loss(ys, t)
    assert float(loss.array) == pytest.approx((np.log(2) + np.log(4)) / 2)


def test_several_labels_by_hand():
    # Even odds of 2 and of 4 classes; the first product has both of the one, three of the other.
    ys = [chainer.Variable(np.zeros((2, 2), np.float32)),
          chainer.Variable(np.zeros((2, 4), np.float32))]
    t = np.array([[0, 3], [1, 2]], np.int32)
    others = np.array([[[1, -1], [0, 2]], [[-1, -1], [-1, -1]]], np.int32)
    expected = ((0 + np.log(2)) / 2 + (np.log(4 / 3) + np.log(4)) / 2) / 2
    assert float(multi_task_loss(ys, t, others=others).array) == pytest.approx(expected, rel=1e-6)


def test_a_task_without_labels_counts_as_zero():
    ys = [chainer.Variable(np.zeros((2, 2), np.float32)),
          chainer.Variable(np.zeros((2, 4), np.float32))]
    t = np.array([[0, -1], [1, -1]], np.int32)
    assert float(multi_task_loss(ys, t).array) == pytest.approx(np.log(2) / 2)


def test_without_any_label_loss_and_gradients_are_zero():
    ys = scores(np.random.default_rng(0), 3)
    loss = multi_task_loss(ys, np.full((3, 3), -1, np.int32))
    loss.backward()
    assert float(loss.array) == 0
    np.testing.assert_array_equal(ys[0].grad, np.zeros((3, 2)))


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), g=st.sampled_from([1, 2, 4]), several=st.booleans())
def test_losses_and_gradients_of_shares_sum_to_those_of_the_batch(seed, g, several):
    rng = np.random.default_rng(seed)
    b = 8
    whole, t = scores(rng, b), labels(rng, b, missing=0.5)
    others = further(rng, t) if several else None
    loss = multi_task_loss(whole, t, others=others)
    loss.backward()
    labelled = count_labelled(t)
    total = 0.0
    for share in np.split(np.arange(b), g):
        part = [chainer.Variable(y.array[share]) for y in whole]
        part_loss = multi_task_loss(part, t[share], labelled, others[share] if several else None)
        part_loss.backward()
        total += float(part_loss.array)
        for y, own in zip(whole, part):
            if y.grad is not None and own.grad is not None:
                np.testing.assert_allclose(own.grad, y.grad[share], atol=1e-6)
            elif own.grad is None and y.grad is not None:
                assert not y.grad[share].any()
    assert total == pytest.approx(float(loss.array), abs=1e-5)


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(1)
    ys, t = scores(rng, 5), labels(rng, 5)
    multi_task_loss(ys, t).backward()
    for task, y in enumerate(ys):
        numeric = np.zeros(y.shape)
        for place in np.ndindex(y.shape):
            values = []
            for step in 1e-2, -1e-2:
                moved = [chainer.Variable(other.array.copy()) for other in ys]
                moved[task].array[place] += step
                values.append(float(multi_task_loss(moved, t).array))
            numeric[place] = (values[0] - values[1]) / 2e-2
        np.testing.assert_allclose(y.grad, numeric, atol=1e-3)


def test_counts_ignore_missing_labels():
    ys = [chainer.Variable(np.array([[1, 0], [0, 1], [1, 0]], np.float32))]
    t = np.array([[0], [0], [-1]], np.int32)
    assert count_labelled(t).tolist() == [2]
    assert count_correct(ys, t).tolist() == [1]


def test_sum_and_weights_by_hand():
    ys, t = scores(np.random.default_rng(0), 5), np.array([[1, 0, 3]] * 5, np.int32)
    one = [float(F.softmax_cross_entropy(y, t[:, task]).array) for task, y in enumerate(ys)]
    assert float(multi_task_loss(ys, t, combine='sum').array) == pytest.approx(sum(one), rel=1e-5)
    weighted = one[0] + 2 * one[1] + 0.5 * one[2]
    weights = [1, 2, 0.5]
    assert float(multi_task_loss(ys, t, weights=weights).array) == pytest.approx(
        weighted / 3.5, rel=1e-5)
    assert float(multi_task_loss(ys, t, weights=weights, combine='sum').array) == pytest.approx(
        weighted, rel=1e-5)


def test_smoothed_targets_are_those_of_the_spread_distribution():
    ys, t = scores(np.random.default_rng(1), 4, (3,)), np.array([[0], [2], [-1], [1]], np.int32)
    target = np.eye(3)[t[[0, 1, 3], 0]] * 0.7 + 0.3 / 3
    expected = -(target * F.log_softmax(ys[0]).array[[0, 1, 3]]).sum(axis=1).mean()
    assert float(multi_task_loss(ys, t, smoothing=0.3).array) == pytest.approx(expected, rel=1e-5)


def test_a_label_that_the_vocabulary_lacks_takes_no_part():
    ys = scores(np.random.default_rng(2), 3, (3,))
    missing, unknown = (np.array([[0], [mark], [1]], np.int32) for mark in (-1, -2))
    assert float(multi_task_loss(ys, unknown).array) == float(multi_task_loss(ys, missing).array)
