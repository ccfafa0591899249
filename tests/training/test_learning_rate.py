import json
import math
import types

import chainer
import pytest

from fashion_models.errors import UserError
from fashion_models.training.learning_rate import LearningRateControl, request
from fashion_models.training.recipe import Training


class FakeTraining:
    """Calls a control as a trainer of two iterations an epoch would."""

    def __init__(self, folder, recipe, state=None, iteration=0):
        self.folder = folder
        self.optimizer = types.SimpleNamespace(lr=None)
        self.told = []
        self.control = LearningRateControl(self.optimizer, recipe, 2, folder, self.told.append)
        self.updater = types.SimpleNamespace(iteration=iteration, epoch=iteration // 2)
        self.observation = {}
        if state:
            self.control.serialize(chainer.serializers.NpzDeserializer(state))
        self.control.initialize(self)
        self.used = []

    def step(self, loss=None):
        self.used.append(round(self.optimizer.lr, 10))
        self.updater.iteration += 1
        self.updater.is_new_epoch = self.updater.iteration % 2 == 0
        self.updater.epoch = self.updater.iteration // 2
        self.observation = {'validation/loss': loss} if self.updater.is_new_epoch else {}
        self.control(self)

    def state(self):
        serializer = chainer.serializers.DictionarySerializer()
        self.control.serialize(serializer)
        return serializer.target

    def changes(self):
        lines = (self.folder / 'learning-rate.jsonl').read_text().splitlines()
        return [(change['iteration'], round(change['learning_rate'], 10), change['reason'])
                for change in map(json.loads, lines)]


def test_drops_of_the_recipe(tmp_path):
    training = FakeTraining(tmp_path, Training(drops=(1, 3), drop_factor=0.1))
    for _ in range(8):
        training.step(1.0)
    assert training.used == [0.01, 0.01, 0.001, 0.001, 0.001, 0.001, 0.0001, 0.0001]
    assert training.changes() == [(0, 0.01, 'recipe'), (2, 0.001, 'drop'), (6, 0.0001, 'drop')]


def test_plateau_of_the_validation_loss(tmp_path):
    recipe = Training(schedule='plateau', plateau_epochs=2, drops=(1,))
    training = FakeTraining(tmp_path, recipe)
    for loss in 3.0, 2.0, 2.5, 2.1, 1.9, 1.95, 1.9:
        training.step()
        training.step(loss)
    # 2.5 and 2.1 do not improve on 2.0; 1.95 and 1.9 not on 1.9.
    assert [change[:2] for change in training.changes()] == [(0, 0.01), (8, 0.001), (14, 0.0001)]


def test_by_hand_from_the_next_iteration_on(tmp_path):
    training = FakeTraining(tmp_path, Training(drops=(2,)))
    training.step()
    request(training, 0.5)
    training.step(1.0)
    training.step()
    training.step(1.0)
    training.step()
    # The request is seen at the end of the second iteration; it overrides the drop.
    assert training.used == [0.01, 0.01, 0.5, 0.5, 0.5]
    assert (2, 0.5, 'by hand') in training.changes()
    assert any('0.5 from iteration 3 (by hand)' in line for line in training.told)


def test_back_to_the_schedule(tmp_path):
    training = FakeTraining(tmp_path, Training(drops=(1, 2)))
    request(training, 0.5)
    for rate in None, None, 'auto', None:
        if rate:
            request(training, rate)
        training.step(1.0)
        training.step(1.0)
    # Both drops were due meanwhile.
    assert training.used == [0.01, 0.5, 0.5, 0.5, 0.5, 0.0001, 0.0001, 0.0001]
    assert [change[2] for change in training.changes()] == ['recipe', 'by hand', 'schedule']


def rates(folder, steps=20, **options):
    training = FakeTraining(folder, Training(learning_rate=1.0, epochs=10, drops=(), **options))
    for _ in range(steps):
        training.step(1.0)
    return training


def test_linear_by_hand(tmp_path):
    # Of 20 iterations the first is a 40th through.
    training = rates(tmp_path, schedule='linear')
    assert training.used == [round(1 - (i + 0.5) / 20, 10) for i in range(20)]
    assert training.changes() == [(0, 0.975, 'recipe')], 'not a line an iteration'


def test_cosine_by_hand(tmp_path):
    used = rates(tmp_path, schedule='cosine').used
    expected = [(1 + math.cos(math.pi * (i + 0.5) / 20)) / 2 for i in range(20)]
    assert used == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize('schedule', ['linear', 'cosine', 'drops', 'plateau'])
def test_warm_up_rises_to_the_schedule(tmp_path, schedule):
    used = rates(tmp_path, schedule=schedule, warmup=0.2, plateau_epochs=99).used
    assert used[:4] == pytest.approx([0.125, 0.375, 0.625, 0.875])
    assert used[4] == max(used)
    if schedule == 'linear':
        assert used[4:] == pytest.approx([1 - (i + 0.5) / 16 for i in range(16)])


def test_drops_are_logged_where_they_are_the_schedule_only(tmp_path):
    training = FakeTraining(tmp_path, Training(
        schedule='plateau', warmup=0.9, drops=(1, 2), plateau_epochs=99, epochs=10))
    for _ in range(8):
        training.step(1.0)
    assert [reason for *_, reason in training.changes()] == ['recipe']


@pytest.mark.parametrize('schedule', ['linear', 'cosine', 'plateau'])
def test_every_schedule_resumes_exactly(tmp_path, schedule):
    (tmp_path / 'one').mkdir()
    whole = rates(tmp_path / 'one', schedule=schedule, warmup=0.1, plateau_epochs=2)
    first = rates(tmp_path, 7, schedule=schedule, warmup=0.1, plateau_epochs=2)
    resumed = FakeTraining(
        tmp_path, first.control._recipe, first.state(), iteration=7)
    for _ in range(13):
        resumed.step(1.0)
    assert first.used + resumed.used == whole.used


def test_request_before_the_start(tmp_path):
    request(types.SimpleNamespace(folder=tmp_path), 0.3)
    training = FakeTraining(tmp_path, Training())
    training.step()
    assert training.used == [0.3]


def test_half_written_request_waits(tmp_path):
    training = FakeTraining(tmp_path, Training(drops=()))
    path = tmp_path / 'learning-rate-requests.jsonl'
    path.write_text('{"learning_')
    training.step()
    training.step(1.0)
    path.write_text('{"learning_rate": 0.2}\n')
    training.step()
    training.step(1.0)
    assert training.used == [0.01, 0.01, 0.01, 0.2]


def test_a_change_whose_line_a_crash_cut_short_is_logged_again(tmp_path):
    first = FakeTraining(tmp_path, Training(drops=(1,)))
    state = first.state()
    first.step()
    first.step(1.0)
    path = tmp_path / 'learning-rate.jsonl'
    changes = first.changes()
    path.write_text(path.read_text()[:-5])
    second = FakeTraining(tmp_path, Training(drops=(1,)), state)
    second.step()
    second.step(1.0)
    assert second.changes() == changes


def test_after_a_resume_requests_take_effect_where_they_did_the_first_time(tmp_path):
    first = FakeTraining(tmp_path, Training(drops=(4,)))
    first.step()
    first.step(1.0)
    state = first.state()  # the snapshot at iteration 2
    first.step()
    request(first, 0.5)
    for _ in range(5):
        first.step(1.0)
    request(first, 0.7)
    first.step()
    first.step(1.0)
    resumed = FakeTraining(tmp_path, Training(drops=(4,)), state, iteration=2)
    for _ in range(8):
        resumed.step(1.0)
    assert resumed.used == first.used[2:]
    assert resumed.changes() == first.changes()


def test_request_made_while_nothing_ran(tmp_path):
    first = FakeTraining(tmp_path, Training(drops=()))
    first.step()
    first.step(1.0)
    request(first, 0.25)
    resumed = FakeTraining(tmp_path, Training(drops=()), first.state(), iteration=2)
    resumed.step()
    assert resumed.used == [0.25]
    # Killed before its next snapshot, it resumes from the same one.
    again = FakeTraining(tmp_path, Training(drops=()), first.state(), iteration=2)
    assert again.changes() == resumed.changes() == [(0, 0.01, 'recipe'), (2, 0.25, 'by hand')]


@pytest.mark.parametrize('rate', [0.0, -1.0, float('nan'), float('inf'), 'fast'])
def test_impossible_rates(tmp_path, rate):
    with pytest.raises(UserError, match='expected a number above 0'):
        request(types.SimpleNamespace(folder=tmp_path), rate)


@pytest.mark.parametrize('line', [
    'no JSON', '[]', '{}', '{"learning_rate": "fast"}', '{"learning_rate": NaN}',
    '{"learning_rate": -1}', '{"learning_rate": true}', '[' * 100_000,
    f'{{"learning_rate": 1{400 * "0"}}}'])
def test_a_request_that_is_none_is_reported_and_left_out(tmp_path, line):
    (tmp_path / 'learning-rate-requests.jsonl').write_text(line + '\n')
    training = FakeTraining(tmp_path, Training(drops=()))
    training.step()
    request(training, 0.3)
    training.step(1.0)
    training.step()
    assert training.used == [0.01, 0.01, 0.3]
    assert sum('jsonl, line 1: no learning rate, ignored' in told for told in training.told) == 1


def test_a_torn_line_of_the_changes_is_replaced(tmp_path):
    path = tmp_path / 'learning-rate.jsonl'
    FakeTraining(tmp_path, Training())
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"iteration": 2, "lear')
    training = FakeTraining(tmp_path, Training(drops=(1,)), iteration=1)
    training.step(1.0)
    assert training.changes() == [(0, 0.01, 'recipe'), (2, 0.001, 'drop')]


@pytest.mark.parametrize('line', ['no JSON', '[]', '{}', '{"iteration": "a"}'])
def test_damaged_changes_are_named(tmp_path, line):
    (tmp_path / 'learning-rate.jsonl').write_text(line + '\n')
    with pytest.raises(UserError, match='learning-rate.jsonl, line 1: found no change'):
        FakeTraining(tmp_path, Training())
