"""Training with the same-product objective and with a loss on each image."""

import copy

import chainer
import numpy as np
import pytest

from fashion_models.data.batches import Batch
from fashion_models.data.views import View
from fashion_models.errors import UserError
from fashion_models.links import METRIC_LOSSES, MultiTaskClassifier, ProductEncoder, SameProduct
from fashion_models.links.metric_losses import supervised_contrastive
from fashion_models.training import train as training
from fashion_models.training.besides import Besides
from fashion_models.training.optimizer import MomentumSGD
from fashion_models.training.recipe import Recipe
from fashion_models.training.snapshots import MODEL
from fashion_models.training.updater import MasterReplicasUpdater

CLASSES = {'gender': 2, 'colour': 3}
SIZE = 8
GROUPS = np.arange(8) // 2


class Batches(chainer.dataset.Iterator):
    """Batches of 8 examples of 8 products; n is 3, 1, 2, 3, … and the sides are drawn."""

    waited = 0.0

    def __init__(self):
        self._rng = np.random.default_rng(5)
        self._count = 0

    def next(self):
        n = (3, 1, 2)[self._count % 3]
        self._count += 1
        rng = self._rng
        x = rng.normal(0, 1, (8, 3 * n, SIZE, SIZE)).astype(np.float32)
        t = np.stack([rng.integers(-1, k, 8) for k in CLASSES.values()], axis=1).astype(np.int32)
        sides = np.zeros((8, n), bool)
        sides[np.arange(8), rng.integers(0, n, 8)] = True
        products = rng.integers(0, 4, 8) if n == 1 else np.arange(8)
        return Batch(x, t, products, None, None if n == 1 else sides)


class Trunk(chainer.Chain):
    """A dense layer: without batch normalization, devices must not matter."""

    out_size = 12

    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = chainer.links.Linear(3 * SIZE * SIZE, self.out_size)

    def layers(self, x):
        yield 'fc', chainer.functions.relu(self.fc(x))


def make_updater(
        g=1, loss='supcon', image_loss=0.0, pooling='max', weight=0.5, processes=None,
        wrap=lambda whole: whole, devices=None, **options):
    np.random.seed(0)  # noqa: NPY002
    model = MultiTaskClassifier(ProductEncoder(Trunk(), 10, 9, 8, pooling), CLASSES)
    optimizer = MomentumSGD(0.05, 0.9, 0.01)
    optimizer.setup(model)
    besides = Besides(image_loss)
    if loss is not None:
        objective = SameProduct(
            8, np.arange(8), GROUPS, loss, **{'normalize': False, 'projection': 4, **options})
        own = MomentumSGD(0.05, 0.9, 0.01)
        own.setup(objective)
        besides = Besides(image_loss, objective, own, weight)
    devices = devices or [chainer.get_device('@numpy')] * g
    return MasterReplicasUpdater(
        wrap(Batches()), optimizer, devices, besides=besides, processes=processes)


def step(updater, count=1):
    observation = {}
    for _ in range(count):
        with chainer.Reporter().scope(observation):
            updater.update()
    return observation


def arrays(updater):
    found = {f'main{name}': param.array for name, param in updater.master.namedparams()}
    if updater.besides.same_product is not None:
        serializer = chainer.serializers.DictionarySerializer()
        serializer.save(updater.besides.same_product)
        found |= serializer.target
    return found


@pytest.mark.parametrize(('g', 'options'), [
    (2, {'memory': 20}), (4, {'memory': 20}), (4, {'pooling': 'attention', 'image_loss': 0.3}),
    (2, {'loss': 'arcface'}), (4, {'loss': 'proxy', 'projection': 0}),
    (4, {'loss': None, 'image_loss': 0.5})])
def test_steps_on_g_devices_are_those_on_one(g, options):
    one, several = make_updater(**options), make_updater(g, **options)
    for number in range(7):
        observed = [step(updater) for updater in (one, several)]
        for name in observed[0].keys() - {'seconds', 'waited'}:
            assert observed[1][name] == pytest.approx(observed[0][name], rel=1e-3), (number, name)
    start = arrays(make_updater(**options))
    for (name, ours), theirs in zip(arrays(several).items(), arrays(one).values()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5, err_msg=name)
        assert not np.array_equal(ours, start[name]) or 'score' in name, f'{name} has not moved'


@pytest.mark.parametrize('pooling', ['max', 'max_mean'])
def test_a_step_is_that_of_the_losses_written_out(pooling):
    updater = make_updater(2, image_loss=0.3, pooling=pooling, projection=0)
    model, (batch, *_) = copy.deepcopy(updater.master), [Batches().next()]
    observation = step(updater)

    def encode(choice):     # of each product, the images that a row of choice names
        parts = [
            model.encoder(batch.x[row:row + 1].reshape(3, 3, SIZE, SIZE)[own].reshape(
                1, -1, SIZE, SIZE)) for row, own in enumerate(choice)]
        return chainer.functions.concat(parts, axis=0)

    def tasks(h, t):
        losses = [chainer.functions.softmax_cross_entropy(y, labels)
                  for y, labels in zip(model.classify(h), t.T)]
        return sum(losses) / 2
    whole = tasks(encode(np.ones((8, 3), bool)), batch.t)
    each = tasks(
        chainer.functions.concat([encode([[image]] * 8) for image in range(3)], axis=0),
        np.tile(batch.t, (3, 1)))
    halves = chainer.functions.concat([encode(batch.sides), encode(~batch.sides)], axis=0)
    same = supervised_contrastive(
        chainer.functions.normalize(halves), np.tile(np.arange(8), 2), np.tile(GROUPS, 2))
    model.cleargrads()
    (whole + 0.3 * each + 0.5 * same).backward()
    assert observation['loss'] == pytest.approx(float(whole.array), rel=1e-4)
    assert observation['image_loss'] == pytest.approx(float(each.array), rel=1e-4)
    assert observation['same_product'] == pytest.approx(float(same.array), rel=1e-4)
    for (name, ours), theirs in zip(sorted(updater.master.namedparams()), (
            param for _, param in sorted(model.namedparams()))):
        np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-3, atol=1e-6, err_msg=name)


def test_of_one_image_its_loss_is_that_of_the_product():
    updater = make_updater(loss=None, image_loss=0.5)
    step(updater)
    observation = step(updater)     # n is 1
    assert observation['images'] == 8
    assert observation['image_loss'] == observation['loss']


def test_of_single_images_the_same_product_meets_itself_as_another_example():
    updater = make_updater(memory=10)
    step(updater)
    assert step(updater)['same_product'] > 0
    assert sorted(updater.besides.same_product.memory_rows[:8]) == sorted(
        (batches := Batches(), batches.next(), batches.next())[2].products)


def same_product(tiny, **changes):
    return tiny.replace(**{
        'data__examples': 'groups', 'training__same_product': 'supcon',
        'training__same_product_memory': 50, 'training__same_product_projection': 8,
        'training__same_product_batches': 'alike', 'training__image_loss': 0.2,
        'training__same_product_labels': {'colour': 0.5},
        'model__pooling': 'attention', **changes})


def trained(recipe, catalogue, folder, **options):
    run, finished = training.train(recipe, catalogue, folder, **options)
    assert finished
    return run


@pytest.mark.parametrize('changes', [
    {}, {'training__same_product': 'arcface', 'training__devices': '@numpy*2'}])
def test_resumed_it_is_the_same_bit_for_bit(tiny, toy_catalogue, tmp_path, changes):
    recipe = same_product(tiny, **changes)
    whole = trained(recipe, toy_catalogue, tmp_path / 'whole')
    parts = trained(
        recipe.replace(training__epochs=1), toy_catalogue, tmp_path / 'parts')
    assert training.resume(parts, epochs=2)
    with np.load(whole.last_snapshot()) as ours, np.load(parts.last_snapshot()) as theirs:
        names = {name for name in ours if name.startswith('updater/')}
        assert any('same_product' in name for name in names)
        for name in names:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert not any('same_product' in name for name in np.load(whole.snapshot()).files)
    assert all(name.startswith(MODEL) for name in np.load(whole.snapshot()).files)


@pytest.mark.parametrize('loss', METRIC_LOSSES)
def test_products_of_one_image(tiny, make_toy_catalogue, tmp_path, loss):
    catalogue = make_toy_catalogue(tmp_path / 'catalogue')
    recipe = same_product(tiny, training__same_product=loss, training__epochs=1,
                          training__same_product_memory=0)
    run = trained(recipe, catalogue, tmp_path / 'run', view=View(flattened=True))
    log = (run.folder / 'log.json').read_text()
    assert '"same_product"' in log
    assert 'NaN' not in log


@pytest.mark.parametrize(('field', 'value', 'found'), [
    ('same_product', 'triplet', "found 'triplet', expected 'none' or 'supcon' or"),
    ('same_product_temperature', 0.0, 'found 0.0, expected more than 0'),
    ('same_product_memory', -1, 'found -1, expected 0 or more'),
    ('same_product_batches', 'hard', "found 'hard', expected 'random' or 'alike'"),
    ('same_product_labels', {'size': 1.0}, "found 'size', expected some of the tasks"),
    ('image_loss', -0.5, 'found -0.5, expected 0 or more')])
def test_values_out_of_range(field, value, found):
    with pytest.raises(UserError, match=f'training.{field}: {found}'):
        Recipe().replace(**{f'training__{field}': value})


def test_earlier_runs_stay_what_they_were():
    recipe = Recipe()
    assert recipe.hash() == '434e481800f05e6d'
    assert recipe.hash() != recipe.replace(training__same_product='supcon').hash()
