"""The learning rate: controlled by hand, by the recipe's drops, or by the validation loss."""

import json
import math

from chainer import training

from fashion_models.errors import UserError
from fashion_models.files import append_line, atomic_write, whole_lines

REQUESTS = 'learning-rate-requests.jsonl'
CHANGES = 'learning-rate.jsonl'


def request(run, learning_rate):
    """Asks a running training, or the next resume, to go on with another learning rate.

    Args:
        run (~fashion_models.training.run.Run): The run.
        learning_rate (float): More than 0.

    Raises:
        UserError: If the learning rate is not a positive number.
    """
    if not (learning_rate > 0 and math.isfinite(learning_rate)):
        raise UserError(f'learning rate: found {learning_rate}, expected a number above 0')
    append_line(run.folder / REQUESTS, json.dumps({'learning_rate': learning_rate}))


class LearningRateControl(training.Extension):
    """Sets the optimizer's learning rate after each iteration, for the next one.

    The article controlled it by hand, looking at the validation loss: a line in the run folder
    (:func:`request`) takes effect at the next iteration. The recipe's drops stand for those of the
    article, and the schedule ``plateau`` does it when the validation loss has not improved for some
    epochs. Each multiplies whatever the rate is by then. Every change is logged with its iteration;
    after a resume, requests made since the snapshot take effect where they did the first time.

    Args:
        optimizer (~chainer.Optimizer): Has the attribute ``lr``.
        recipe (~fashion_models.training.recipe.Training): Initial value and schedule.
        folder (~pathlib.Path): The run folder.
        tell (callable): Is given a line about each change.
    """

    trigger = 1, 'iteration'
    priority = 50  # after the evaluation and the log, before the snapshot
    name = 'learning_rate'

    def __init__(self, optimizer, recipe, folder, tell=print):
        self._optimizer = optimizer
        self._recipe = recipe
        self._requests = folder / REQUESTS
        self._changes = folder / CHANGES
        self._tell = tell
        self._requests_size = 0
        self._requests_done = 0
        self._best_loss = math.inf
        self._stalled = 0
        self._replay = {}
        optimizer.lr = recipe.learning_rate

    def initialize(self, trainer):
        """Forgets the changes logged after the iteration that training goes on from."""
        iteration = trainer.updater.iteration
        changes = _read(self._changes)
        self._replay = {
            change['request']: change['iteration'] for change in changes
            if change['iteration'] > iteration and 'request' in change}
        kept = [change for change in changes if change['iteration'] <= iteration]
        if len(kept) < len(changes):
            with atomic_write(self._changes, 'w', encoding='utf-8') as file:
                file.writelines(json.dumps(change) + '\n' for change in kept)
        if not kept:
            self._log(iteration, 'recipe')
        self._apply_requests(iteration)

    def __call__(self, trainer):
        """Makes the changes that are due."""
        updater = trainer.updater
        if updater.is_new_epoch:
            if self._recipe.schedule == 'drops':
                if updater.epoch in self._recipe.drops:
                    self._drop(updater.iteration, 'drop')
            elif self._has_stalled(trainer.observation):
                self._drop(updater.iteration, 'plateau')
        self._apply_requests(updater.iteration)

    def serialize(self, serializer):
        """Saves or restores the learning rate and what the next change depends on."""
        self._optimizer.lr = float(serializer('lr', self._optimizer.lr))
        self._requests_done = int(serializer('requests_done', self._requests_done))
        self._best_loss = float(serializer('best_loss', self._best_loss))
        self._stalled = int(serializer('stalled', self._stalled))

    def _apply_requests(self, iteration):
        size = self._requests.stat().st_size if self._requests.exists() else 0
        if size == self._requests_size and not self._replay:
            return
        requests = _read(self._requests)
        while self._requests_done < len(requests):
            number = self._requests_done
            if self._replay.get(number, iteration) > iteration:
                return
            self._replay.pop(number, None)
            self._optimizer.lr = requests[number]['learning_rate']
            self._requests_done += 1
            self._log(iteration, 'by hand', request=number)
        self._requests_size = size

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

    def _drop(self, iteration, reason):
        self._optimizer.lr *= self._recipe.drop_factor
        self._log(iteration, reason)

    def _log(self, iteration, reason, **more):
        rate = self._optimizer.lr
        append_line(self._changes, json.dumps({
            'iteration': iteration, 'learning_rate': rate, 'reason': reason, **more}))
        if iteration:
            self._tell(f'learning rate {rate:g} from iteration {iteration + 1} ({reason})')


def _read(path):
    return [json.loads(line) for line in whole_lines(path)]
