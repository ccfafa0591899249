import chainer
import numpy as np
import pytest

from fashion_models.links import METRIC_LOSSES, SameProduct
from fashion_models.links.metric_losses import supervised_contrastive

PRODUCTS = np.array([0, 1, 2, 2, 3])     # of the rows of the product set
GROUPS = np.array([0, 0, 1, 1, 1])
ROWS = np.array([0, 0, 3, 2, 1])


def objective(**options):
    np.random.seed(0)  # noqa: NPY002
    return SameProduct(6, PRODUCTS, GROUPS, **options)


def representations(seed=0):
    return np.random.default_rng(seed).normal(size=(5, 6)).astype(np.float32)


def test_compares_projections_of_unit_length():
    made, h = objective(projection=3, normalize=False, temperature=0.2), representations()
    W = made.hidden.linear.W.array
    z = np.maximum(h @ W.T + made.hidden.linear.b.array, 0) @ made.projection.W.array.T
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    expected = supervised_contrastive(chainer.Variable(z), PRODUCTS[ROWS], GROUPS[ROWS], 0.2)
    np.testing.assert_allclose(made(h, ROWS).array, expected.array, rtol=1e-3)


def test_without_projection_compares_the_representations():
    made, h = objective(projection=0), representations()
    z = h / np.linalg.norm(h, axis=1, keepdims=True)
    expected = supervised_contrastive(chainer.Variable(z), PRODUCTS[ROWS], GROUPS[ROWS])
    np.testing.assert_allclose(made(h, ROWS).array, expected.array, rtol=1e-3)
    assert not list(made.params())


def test_remembers_the_most_recent_rows():
    made = objective(projection=0, memory=7)
    first, second = representations(1), representations(2)
    made(first, ROWS)
    assert made.memory_rows.tolist() == [*ROWS, -1, -1]
    made(second, ROWS[::-1])
    assert made.memory_rows.tolist() == [*ROWS[::-1], *ROWS[:2]]
    vectors = np.concatenate([second, first[:2]])
    np.testing.assert_allclose(
        made.memory, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), rtol=1e-3)


def test_is_away_from_what_it_remembers_of_other_products():
    made, h = objective(projection=0, memory=5), representations()
    first = float(made(h, ROWS).array)
    assert float(made(h, ROWS).array) > first
    with chainer.using_config('train', False):
        before = made.memory.copy()
        made(h, ROWS)
    np.testing.assert_array_equal(made.memory, before)


def test_labels_are_compared_too():
    labels = np.array([[0, 1], [0, -1], [1, 2], [1, 2], [0, 1]])
    made = objective(projection=0, memory=5, labels=labels, label_weights=[0.5, 0.0])
    h = representations()
    z = chainer.functions.normalize(h).array
    for memory in None, [z, PRODUCTS[ROWS], GROUPS[ROWS]]:
        expected = float(supervised_contrastive(
            chainer.Variable(z), PRODUCTS[ROWS], GROUPS[ROWS], memory=memory).array)
        own = labels[ROWS, 0]
        expected += 0.5 * float(supervised_contrastive(
            chainer.Variable(z), own, own, memory=memory and [z, own, own]).array)
        assert float(made(h, ROWS).array) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize('loss', METRIC_LOSSES)
def test_descent_brings_rows_of_one_product_together(loss):
    made = objective(loss=loss, projection=0)
    h = chainer.Parameter(representations())
    optimizers = [chainer.optimizers.SGD(1.0) for _ in range(2)]
    optimizers[0].setup(chainer.Sequential(made))
    with (holder := chainer.Link()).init_scope():
        holder.h = h
    optimizers[1].setup(holder)

    def margin():
        z = h.array / np.linalg.norm(h.array, axis=1, keepdims=True)
        cosines, same = z @ z.T, PRODUCTS[ROWS][:, None] == PRODUCTS[ROWS]
        return cosines[same & ~np.eye(5, dtype=bool)].min() - cosines[~same].max()

    before = margin()
    for _ in range(300):
        made.cleargrads()
        holder.cleargrads()
        made(h, ROWS).backward()
        for optimizer in optimizers:
            optimizer.update()
    assert margin() > max(before, 0.2)


def test_memory_and_proxies_are_saved():
    made = objective(memory=4)
    made(representations(), ROWS)
    serializer = chainer.serializers.DictionarySerializer()
    serializer.save(made)
    again = objective(memory=4)
    chainer.serializers.NpzDeserializer(serializer.target).load(again)
    h = representations(3)
    assert float(made(h, ROWS).array) == float(again(h, ROWS).array)
    assert objective(loss='proxy').proxies.shape == (4, 128)
