"""The learning rate: by the recipe's schedule, or by hand.

A schedule is a function of how far the training has come; one that watches the validation loss has
a state besides. A rate set by hand takes over from either until it is handed back.
"""

import json
import math
import pathlib
import sys
from collections.abc import Callable

import chainer
from chainer import training

from fashion_models.errors import UserError
from fashion_models.files import append_line, atomic_write, whole_lines
from fashion_models.parsing import json_value
from fashion_models.training.choices import COSINE, DROPS, LINEAR, PLATEAU
from fashion_models.training.recipe import Training
from fashion_models.training.run import Run

REQUESTS = 'learning-rate-requests.jsonl'
CHANGES = 'learning-rate.jsonl'
#: Hands the learning rate back to the recipe's schedule.
AUTO = 'auto'


def request(run: Run, learning_rate: float | str) -> None:
    """Asks a running training, or the next resume, to use another learning rate.

    Args:
        run: The run.
        learning_rate: More than 0, or ``'auto'`` to go back to the schedule.

    Raises:
        UserError: If it is neither.
    """
    if not _is_rate(learning_rate):
        raise UserError(
            f'learning rate: found {learning_rate}, expected a number above 0, or {AUTO}')
    append_line(run.folder / REQUESTS, json.dumps({'learning_rate': learning_rate}))


def scheduled(recipe: Training, iteration: int, iterations_per_epoch: int) -> float:
    """The rate that a recipe's schedule gives one iteration, the drops on a plateau left out.

    ``drops`` multiplies by ``drop_factor`` after each of the epochs in ``drops``, as the article
    did by hand. ``linear`` and ``cosine`` fall from the recipe's rate to 0 over the whole training
    (Loshchilov & Hutter, "SGDR", 2017, without restarts). With any of them, the first ``warmup`` of
    the training rises linearly from 0 to the recipe's rate (Goyal et al., "Accurate, Large
    Minibatch SGD", 2017).

    Args:
        recipe: Rate, schedule, epochs.
        iteration: Number of the iteration, from 0.
        iterations_per_epoch: How many make an epoch.
    """
    total = recipe.epochs * iterations_per_epoch
    # In the middle of the iteration, so that neither the first nor the last has a rate of 0.
    progress = min((iteration + 0.5) / total, 1.0)
    rate = recipe.learning_rate
    if recipe.schedule == DROPS:
        epoch = iteration // iterations_per_epoch
        rate *= recipe.drop_factor ** sum(drop <= epoch for drop in recipe.drops)
    if progress < recipe.warmup:
        return rate * progress / recipe.warmup
    left = (1 - progress) / (1 - recipe.warmup)
    if recipe.schedule == LINEAR:
        rate *= left
    elif recipe.schedule == COSINE:
        rate *= (1 - math.cos(math.pi * left)) / 2
    return rate


class LearningRateControl(training.Extension):
    """Sets the optimizer's learning rate after each iteration, for the next one.

    The article controlled it by hand, looking at the validation loss: a line in the run folder
    (:func:`request`) takes effect at the next iteration and overrides the recipe's schedule until
    another line hands it back. The recipe's drops stand for those of the article; the schedule
    ``plateau`` drops when the validation loss has not improved for some epochs. Steps and requests
    are logged with their iteration; after a resume, requests made since the snapshot take effect
    where they did the first time.

    Args:
        optimizer: Has the attribute ``lr``.
        recipe: Initial value and schedule.
        iterations_per_epoch: How many iterations make an epoch.
        folder: The run folder.
        tell: Prints a line about each change.
    """

    trigger = 1, 'iteration'
    priority = 50  # after the evaluation and the log, before the snapshot
    name = 'learning_rate'

    def __init__(
            self, optimizer: chainer.Optimizer, recipe: Training, iterations_per_epoch: int,
            folder: pathlib.Path, tell: Callable[[str], object] = print):
        self._optimizer = optimizer
        self._recipe = recipe
        self._iterations_per_epoch = iterations_per_epoch
        self._requests = folder / REQUESTS
        self._changes = folder / CHANGES
        self._tell = tell
        self._requests_seen = None
        self._requests_done = 0
        self._best_loss = math.inf
        self._stalled = 0
        self._plateau_factor = 1.0
        self._by_hand = math.nan
        self._replay = {}
        self._set(0)

    def initialize(self, trainer: training.Trainer) -> None:
        """Forgets the changes logged after the iteration that training resumes from.

        Raises:
            UserError: If the log of the changes is damaged.
        """
        iteration = trainer.updater.iteration
        changes = _read(self._changes)
        for number, change in enumerate(changes, 1):
            if not (isinstance(change, dict) and type(change.get('iteration')) is int
                    and type(change.get('request', 0)) is int):
                raise UserError(
                    f'{self._changes}, line {number}: found no change of the learning rate; '
                    'delete the line')
        # Of those at this very iteration, the snapshot may be from before a request was granted.
        def known(change):
            return (change['iteration'] <= iteration
                    and change.get('request', -1) < self._requests_done)

        kept = [change for change in changes if known(change)]
        self._replay = {change['request']: change['iteration'] for change in changes
                        if 'request' in change and not known(change)}
        if len(kept) < len(changes):
            with atomic_write(self._changes, 'w', encoding='utf-8') as file:
                file.writelines(json.dumps(change) + '\n' for change in kept)
        self._set(iteration)
        if not kept:
            self._log(iteration, 'recipe')
        self._apply_requests(iteration)

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Makes the changes that are due."""
        updater = trainer.updater
        stalled = (updater.is_new_epoch and self._recipe.schedule == PLATEAU
                   and self._has_stalled(trainer.observation))
        if stalled:
            self._plateau_factor *= self._recipe.drop_factor
        before = self._optimizer.lr
        self._set(updater.iteration)
        # Rates that change with every iteration follow from the recipe; only steps are logged.
        if self._optimizer.lr != before and self._recipe.schedule in (DROPS, PLATEAU) and (
                stalled or self._recipe.schedule == DROPS and updater.is_new_epoch
                and updater.epoch in self._recipe.drops):
            self._log(updater.iteration, 'plateau' if stalled else 'drop')
        self._apply_requests(updater.iteration)

    def serialize(self, serializer: chainer.AbstractSerializer) -> None:
        """Saves or restores the learning rate and what the next change depends on."""
        self._optimizer.lr = float(serializer('lr', self._optimizer.lr))
        self._requests_done = int(serializer('requests_done', self._requests_done))
        self._best_loss = float(serializer('best_loss', self._best_loss))
        self._stalled = int(serializer('stalled', self._stalled))
        self._plateau_factor = float(serializer('plateau_factor', self._plateau_factor))
        self._by_hand = float(serializer('by_hand', self._by_hand))

    def _set(self, iteration):
        if math.isnan(self._by_hand):
            self._optimizer.lr = self._plateau_factor * scheduled(
                self._recipe, iteration, self._iterations_per_epoch)
        else:
            self._optimizer.lr = self._by_hand

    def _apply_requests(self, iteration):
        state = self._requests.stat() if self._requests.exists() else None
        seen = state and (state.st_size, state.st_mtime_ns)
        if seen == self._requests_seen and not self._replay:
            return
        requests = _read(self._requests)
        while self._requests_done < len(requests):
            number = self._requests_done
            if self._replay.get(number, iteration) > iteration:
                return
            self._replay.pop(number, None)
            asked = requests[number]
            rate = asked.get('learning_rate') if isinstance(asked, dict) else None
            self._requests_done += 1
            if not _is_rate(rate):      # written by hand; not worth the loss of a training
                self._tell(f'{self._requests}, line {number + 1}: no learning rate, ignored')
                continue
            self._by_hand = math.nan if rate == AUTO else rate
            self._set(iteration)
            self._log(iteration, 'schedule' if rate == AUTO else 'by hand', request=number)
        self._requests_seen = seen

    def _has_stalled(self, observation):
        loss = float(observation['validation/loss'])
        if loss < self._best_loss:
            self._best_loss = loss
            self._stalled = 0
        else:
            self._stalled += 1
        if self._stalled < self._recipe.plateau_epochs:
            return False
        self._stalled = 0
        return True

    def _log(self, iteration, reason, **more):
        rate = self._optimizer.lr
        append_line(self._changes, json.dumps({
            'iteration': iteration, 'learning_rate': rate, 'reason': reason, **more}))
        if iteration:
            self._tell(f'learning rate {rate:g} from iteration {iteration + 1} ({reason})')


def _is_rate(value):
    if isinstance(value, str):
        return value == AUTO
    # A file may hold whole numbers that no float reaches.
    return type(value) in (int, float) and 0 < value <= sys.float_info.max


def _read(path):
    """The values of a file of JSON lines; ``None`` for a line that is not JSON."""
    return [_parsed(line) for line in whole_lines(path)]


def _parsed(line):
    try:
        return json_value(line)
    except ValueError:
        return None
