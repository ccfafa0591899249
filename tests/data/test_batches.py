import itertools
import subprocess
import sys

import chainer
import numpy as np
import pytest

from fashion_models.data.batches import TrainingIterator, evaluation_batches
from fashion_models.data.crops import assemble
from fashion_models.data.epoch import Meetings, plan_epoch
from fashion_models.data.products import ProductSet


def iterator(splits, mean, **options):
    return TrainingIterator(splits['train'], mean, batch_size=8, **{'seed': 1, **options})


def take(batches, count):
    return list(itertools.islice(batches, count))


def assert_same(ones, others):
    for one, other in zip(ones, others, strict=True):
        np.testing.assert_array_equal(one.products, other.products)
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.t, other.t)


def test_shapes(toy_splits, ramp):
    for batch in take(iterator(toy_splits, ramp), 20):
        assert batch.x.shape[0] == 8
        n, rest = divmod(batch.x.shape[1], 3)
        assert rest == 0
        assert 1 <= n <= 5
        assert batch.x.shape[2:] == (48, 48)
        assert batch.x.dtype == np.float32
        assert batch.t.shape == (8, 5)
        assert batch.t.dtype == np.int32
        assert batch.images == 8 * n


def test_labels_belong_to_the_products(toy_splits, ramp):
    for batch in take(iterator(toy_splits, ramp), 5):
        np.testing.assert_array_equal(batch.t, toy_splits['train'].t[batch.products])


def test_other_labels_come_where_they_are_asked_for(two_coloured_splits, ramp):
    plain, all_labels = (
        take(iterator(two_coloured_splits, ramp, accepted=accepted), 5)
        for accepted in ('first', 'all'))
    assert_same(plain, all_labels)
    for one, other in zip(plain, all_labels):
        assert one.others is None
        np.testing.assert_array_equal(
            other.others, two_coloured_splits['train'].others[other.products])


class Ramps:
    """Images whose brightness grows to the right, so that a mirrored one is told at once."""

    sizes = np.full((200, 2), (50, 52))

    def image(self, number):
        return np.broadcast_to(np.arange(52, dtype=np.uint8)[None, :, None], (50, 52, 3))


def test_half_of_each_batch_is_mirrored_all_images_of_a_product_together(ramp):
    images = [np.arange(n) for n in [1] * 16 + [3] * 16]
    products = ProductSet(
        Ramps(), list(map(str, range(32))), images, np.zeros((32, 1), np.int32),
        np.empty((32, 1, 0), np.int32), ['group'] * 32)
    batches = take(TrainingIterator(products, np.zeros_like(ramp), batch_size=8, seed=0), 12)
    assert {batch.x.shape[1] for batch in batches} == {3, 9}
    mirrored = [batch.x[:, :, 0, 0] > batch.x[:, :, 0, -1] for batch in batches]
    for images in mirrored:
        assert images[:, 0].sum() == 4
        assert (images == images[:, :1]).all()
    assert len({tuple(images[:, 0]) for images in mirrored}) > 6, 'chosen at random'


def test_batches_do_not_depend_on_the_number_of_workers(toy_splits, ramp):
    one, three = (take(iterator(toy_splits, ramp, workers=workers), 15) for workers in (1, 3))
    assert_same(one, three)


@pytest.mark.parametrize('parts', [2, 4])
def test_processes_make_parts_of_the_same_batches(toy_splits, ramp, parts):
    options = {'meetings': Meetings(np.arange(len(toy_splits['train']))), 'examples': 'groups'}
    whole = take(iterator(toy_splits, ramp, **options), 12)
    of_parts = zip(*(take(iterator(toy_splits, ramp, part=(number, parts), **options), 12)
                     for number in range(parts)))
    for batch, own in zip(whole, of_parts, strict=True):
        for name in 'x', 't', 'products', 'sides':
            if getattr(batch, name) is not None:
                np.testing.assert_array_equal(
                    np.concatenate([getattr(part, name) for part in own]), getattr(batch, name))
    assert any(batch.sides is not None for batch in whole)


def test_processes_share_the_batches_of_an_evaluation(toy_splits, ramp):
    train = toy_splits['train']
    met = [batch.products.tolist() for number in range(3)
           for batch in evaluation_batches(train, ramp, 7, part=(number, 3))]
    assert sorted(met) == sorted(
        batch.products.tolist() for batch in evaluation_batches(train, ramp, 7))


def test_mirror_can_be_turned_off(toy_splits, ramp):
    plain, mirrored = (take(iterator(toy_splits, ramp, mirror=share), 1)[0] for share in (0, 1))
    assert not np.array_equal(plain.x, mirrored.x)
    flat = np.zeros_like(ramp)
    plain, mirrored = (take(iterator(toy_splits, flat, mirror=share), 1)[0] for share in (0, 1))
    np.testing.assert_array_equal(plain.x[..., ::-1], mirrored.x)


@pytest.mark.parametrize('done', [0, 3, 7, 8, 20])
def test_goes_on_where_it_stopped(toy_splits, ramp, done):
    unbroken = iterator(toy_splits, ramp)
    take(unbroken, done)
    state = chainer.serializers.DictionarySerializer()
    unbroken.serialize(state)
    resumed = iterator(toy_splits, ramp)
    resumed.serialize(chainer.serializers.NpzDeserializer(state.target))
    assert resumed.epoch_detail == unbroken.epoch_detail
    assert_same(take(resumed, 10), take(unbroken, 10))


def test_counts_epochs(toy_splits, ramp):
    batches = iterator(toy_splits, ramp)
    assert batches.batches_per_epoch == len(toy_splits['train']) // 8
    take(batches, batches.batches_per_epoch - 1)
    assert (batches.epoch, batches.is_new_epoch) == (0, False)
    batches.next()
    assert (batches.epoch, batches.is_new_epoch, batches.epoch_detail) == (1, True, 1.0)
    batches.next()
    assert (batches.epoch, batches.is_new_epoch) == (1, False)
    batches.finalize()


@pytest.mark.parametrize('images_per_batch', [1, 7, 64])
def test_evaluation_meets_every_product_once_with_all_its_images(
        toy_splits, ramp, images_per_batch):
    train = toy_splits['train']
    assert max(map(len, train.images)) > 5
    met = []
    for batch in evaluation_batches(train, ramp, images_per_batch):
        met += batch.products.tolist()
        assert batch.images <= max(images_per_batch, 6)
        for row, product in enumerate(batch.products):
            own = [train.store.image(image) for image in train.images[product]]
            np.testing.assert_array_equal(
                batch.x[row], assemble([own], ramp, np.array([False]))[0])
        np.testing.assert_array_equal(batch.t, train.t[batch.products])
    assert sorted(met) == list(range(len(train)))


#: Drops half-used iterators, by themselves and in cycles, while the collector runs at every chance,
#: in whichever thread that is. A finaliser that waits, for a thread say, hangs sooner or later.
ABANDON = """
import gc, sys
import numpy as np
from fashion_models.data.batches import TrainingIterator, evaluation_batches
from fashion_models.data.products import ProductSet
from fashion_models.workers import Ahead

class Black:
    sizes = np.full((12, 2), 8)

    def image(self, number):
        return np.zeros((8, 8, 3), np.uint8)

products = ProductSet(
    Black(), list('abcdef'), [np.arange(2)] * 6, np.zeros((6, 1), np.int32),
    np.empty((6, 1, 0), np.int32), list('abcdef'))
mean = np.zeros((3, 8, 8), np.float32)
make = {
    'plain': lambda: Ahead(str, range(100)),
    'evaluation': lambda: evaluation_batches(products, mean, images_per_batch=2),
    'training': lambda: TrainingIterator(products, mean, batch_size=2, seed=0),
}[sys.argv[1]]
gc.collect()
gc.freeze()
gc.set_threshold(1)
for number in range(1000):
    batches = make()
    next(batches)
    if number % 2:
        cycle = [batches]
        cycle.append(cycle)
    del batches
print('done')
"""


@pytest.mark.parametrize('kind', ['plain', 'evaluation', 'training'])
def test_a_thousand_are_abandoned_without_a_hang(kind):
    done = subprocess.run(
        [sys.executable, '-X', 'faulthandler', '-c', ABANDON, kind], timeout=90,
        capture_output=True, text=True)
    assert done.stdout == 'done\n', done.stderr


def test_an_epoch_of_another_length_is_the_same_sequence_of_batches(toy_splits):
    mean = np.zeros((3, 48, 48), np.float32)
    whole, short = iterator(toy_splits, mean), iterator(toy_splits, mean, epoch_batches=3)
    assert whole.batches_per_epoch > short.batches_per_epoch == 3
    number = whole.batches_per_epoch + 4
    assert_same(take(whole, number), take(short, number))
    assert short.epoch == number // 3
    assert short.is_new_epoch == (number % 3 == 0)


def test_a_snapshot_does_not_stop_the_threads(toy_splits, ramp, monkeypatch):
    """Or every epoch would plan all earlier ones again."""
    planned = []

    def plan(*arguments):
        planned.append(arguments[3])
        return plan_epoch(*arguments)
    monkeypatch.setattr('fashion_models.data.batches.plan_epoch', plan)
    iterator = TrainingIterator(toy_splits['train'], ramp, 8, seed=0)
    for _ in range(3 * iterator.batches_per_epoch):
        next(iterator)
        iterator.serialize(chainer.serializers.DictionarySerializer())
    iterator.finalize()
    # Once to count the batches, once to find the place, then each as it comes.
    assert sorted(planned)[:3] == [0, 0, 0]
    assert planned.count(1) == 1


def test_sides_are_of_different_listings_where_there_are_several():
    listings = [np.array(own) for own in (
        [0, 0, 1, 1], [0, 1, 2, 2], [0, 0, 0, 0], [0], [0, 0, 0, 1])]
    products = ProductSet(
        Gradients(), list('abcde'), [np.arange(len(own)) for own in listings],
        np.zeros((5, 1), np.int32), np.empty((5, 1, 0), np.int32), list('abcde'), listings)
    seen = [set() for _ in range(5)]
    batches = TrainingIterator(
        products, np.zeros((3, 8, 8), np.float32), 2, seed=0, meetings=Meetings(np.arange(5)))
    with batches:
        for batch in take(batches, 90):
            if batch.x.shape[1] == 3:
                assert batch.sides is None
                # The one image comes twice, as two crops.
                assert batch.products.tolist() == [3, 3]
                seen[3].add(np.array_equal(*batch.x))
                continue
            for product, side in zip(batch.products, batch.sides):
                seen[product].add(tuple(side))
                assert 0 < side.sum() < 4
                if product != 2:
                    own = listings[product]
                    assert not set(own[side]) & set(own[~side])
    assert len(seen[0]) == 2
    assert len(seen[1]) == 2 ** 3 - 2
    assert len(seen[2]) > 10, 'of the 14 ways to part four images'
    assert len(seen[4]) == 2
    assert False in seen[3]


class Gradients:
    """A store of images whose crops all differ."""

    sizes = np.full((200, 2), 16)

    def image(self, number):
        return np.arange(16 * 16 * 3).reshape(16, 16, 3).astype(np.uint8)


def test_meetings_are_the_same_again_and_after_a_resume(toy_splits, ramp):
    its = Meetings(np.arange(len(toy_splits['train'])))
    whole = take(iterator(toy_splits, ramp, examples='groups', meetings=its), 20)
    part = iterator(toy_splits, ramp, examples='groups', meetings=its, workers=1)
    take(part, 7)
    state = chainer.serializers.DictionarySerializer()
    part.serialize(state)
    again = iterator(toy_splits, ramp, examples='groups', meetings=its)
    again.serialize(chainer.serializers.NpzDeserializer(state.target))
    rest = take(again, 13)
    assert_same(rest, whole[7:])
    for one, other in zip(rest, whole[7:]):
        np.testing.assert_array_equal(one.sides, other.sides)
