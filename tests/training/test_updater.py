import chainer
import numpy as np
import pytest

from fashion_models.data.batches import Batch
from fashion_models.links import MultiTaskClassifier, ProductEncoder, ZFNet
from fashion_models.training.updater import MasterReplicasUpdater, NonFiniteLossError

CLASSES = {'gender': 2, 'colour': 3}
SIZE = 48


class FreshBatches(chainer.dataset.Iterator):
    """Batches of 16 products of changing n, labels missing; the same for the same seed.

    With ``several``, all but the last four have two colours, if any.
    """

    waited = 0.0

    def __init__(self, spoil=None, several=False):
        self._rng = np.random.default_rng(5)
        self._count = 0
        self._spoil = spoil
        self._several = several

    def next(self):
        self._count += 1
        n = 1 + self._count % 3
        x = self._rng.normal(0, 1, (16, 3 * n, SIZE, SIZE)).astype(np.float32)
        t = np.stack([self._rng.integers(-1, k, 16) for k in CLASSES.values()], axis=1)
        if self._count == self._spoil:
            x[3] = np.inf
        others = None
        if self._several:
            others = np.full((16, 2, 1), -1, np.int32)
            others[:12, 1, 0] = np.where(t[:12, 1] >= 0, (t[:12, 1] + 1) % 3, -1)
        return Batch(x, t.astype(np.int32), np.arange(16), others)


class NoNormalization(chainer.Chain):
    """A trunk without batch normalization: a convolution and a dense layer."""

    out_size = 12

    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = chainer.links.Convolution2D(3, 4, 7, 4)
            self.fc = chainer.links.Linear(4 * 11 * 11, self.out_size)

    def layers(self, x):
        h = chainer.functions.relu(self.conv(x))
        yield 'conv', h
        yield 'fc', chainer.functions.relu(self.fc(h))


def make_updater(
        g, trunk=NoNormalization, processes=None, wrap=lambda whole: whole, normalize_over='share',
        devices=None, **options):
    np.random.seed(0)  # noqa: NPY002
    model = MultiTaskClassifier(ProductEncoder(trunk(), 10, 9, 8), CLASSES)
    optimizer = chainer.optimizers.MomentumSGD(0.05, 0.9)
    optimizer.setup(model)
    optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(0.01))
    devices = devices or [chainer.get_device('@numpy')] * g
    return MasterReplicasUpdater(
        wrap(FreshBatches(**options)), optimizer, devices, seed=0, processes=processes,
        normalize_over=normalize_over)


def run(updater, steps):
    observations = []
    reporter = chainer.Reporter()
    for _ in range(steps):
        observation = {}
        with reporter.scope(observation):
            updater.update()
        observations.append(observation)
    return observations


def parameters(updater):
    return {name: param.array for name, param in updater.master.namedparams()}


@pytest.mark.parametrize(('g', 'options'), [(2, {}), (4, {}), (8, {}), (4, {'several': True})])
def test_ten_steps_on_g_devices_are_those_on_one(g, options):
    one, several = make_updater(1, **options), make_updater(g, **options)
    losses = [[o['loss'] for o in run(updater, 10)] for updater in (one, several)]
    np.testing.assert_allclose(*losses, rtol=1e-4)
    start = parameters(make_updater(1))
    for (name, ours), theirs in zip(parameters(several).items(), parameters(one).values()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5, err_msg=name)
        assert not np.allclose(ours, start[name], atol=1e-4), f'{name} has not moved'


def test_a_step_on_one_device_is_that_of_chainers_own_updater():
    ours = make_updater(1)
    theirs = make_updater(1)
    batches = FreshBatches()
    for _ in range(3):
        batch = batches.next()
        ys = theirs.master(batch.x)
        loss = sum(
            chainer.functions.softmax_cross_entropy(y, t) for y, t in zip(ys, batch.t.T)) / 2
        theirs.master.cleargrads()
        loss.backward()
        theirs.get_optimizer('main').update()
    run(ours, 3)
    for name, array in parameters(ours).items():
        np.testing.assert_allclose(
            array, parameters(theirs)[name], rtol=1e-4, atol=1e-6, err_msg=name)


def test_several_labels_change_what_is_learnt():
    losses = [run(make_updater(2, several=several), 3)[-1]['loss'] for several in (False, True)]
    assert losses[1] < losses[0]


def test_replicas_start_each_batch_with_the_masters_parameters():
    updater = make_updater(4)
    seen = []
    for replica in updater.replicas:
        for param in replica.params():
            param.array[...] = np.nan  # as stale as can be
        replica.encoder.trunk.fc.W.array[...] = 7
    run(updater, 1)
    for replica in updater.replicas:
        seen.append([param.array.copy() for param in replica.params()])
    start = [param.array for param in make_updater(1).master.params()]
    for arrays in seen:
        for array, expected in zip(arrays, start):
            np.testing.assert_array_equal(array, expected)


def test_only_the_master_is_updated():
    updater = make_updater(2)
    run(updater, 2)
    assert all(param.update_rule is None or param.update_rule.state is None
               for replica in updater.replicas for param in replica.params())


def test_running_statistics_are_those_that_the_master_sees():
    def trunk():
        return ZFNet(SIZE, width=0.05, image_features=12, dropout=0.0)
    one, four = make_updater(1, trunk), make_updater(4, trunk)
    run(one, 1)
    run(four, 1)
    alone = make_updater(1, trunk)
    batch = FreshBatches().next()
    alone.master(batch.x[:4])
    statistics = [updater.master.encoder.trunk.conv1.bn.avg_mean for updater in (one, four, alone)]
    np.testing.assert_allclose(statistics[1], statistics[2], rtol=1e-4, atol=1e-6)
    assert not np.allclose(statistics[0], statistics[1], rtol=1e-3)


def test_reports_loss_accuracies_and_times():
    observation, = run(make_updater(2), 1)
    assert set(observation) == {
        'loss', 'accuracy', 'gender', 'colour', 'images', 'waited', 'seconds'}
    assert observation['images'] == 32
    assert observation['accuracy'] == pytest.approx(
        (observation['gender'] + observation['colour']) / 2)


def test_dropout_follows_from_seed_and_iteration_alone():
    def trunk():
        return ZFNet(SIZE, width=0.05, image_features=12, dropout=0.5)
    first, second = make_updater(2, trunk), make_updater(2, trunk)
    run(first, 2)
    run(second, 1)
    np.random.random(1000)  # noqa: NPY002  (somebody else draws, too)
    run(second, 1)
    for ours, theirs in zip(parameters(first).values(), parameters(second).values()):
        np.testing.assert_array_equal(ours, theirs)


def test_infinite_loss_stops_before_the_parameters_are_touched():
    updater = make_updater(2, spoil=3)
    run(updater, 2)
    before = {name: array.copy() for name, array in parameters(updater).items()}
    with pytest.raises(NonFiniteLossError) as caught, np.errstate(all='ignore'):
        run(updater, 1)
    assert caught.value.iteration == 3
    assert caught.value.products.tolist() == list(range(16))
    for name, array in parameters(updater).items():
        np.testing.assert_array_equal(array, before[name])


def test_batch_that_cannot_be_shared():
    with pytest.raises(ValueError, match='16 products cannot be shared evenly by 3 devices'):
        run(make_updater(3), 1)


def test_calls_back_with_the_first_loss_only():
    updater = make_updater(2)
    losses = []
    updater.on_first_loss = losses.append
    run(updater, 2)
    assert len(losses) == 1
    assert losses[0].shape == ()
