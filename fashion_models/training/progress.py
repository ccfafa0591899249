"""What a person sees of a running training: a line an epoch, a progress bar, plots."""

import os
import sys
import time
from collections.abc import Callable, Sequence

import chainer
import tqdm
from chainer import training

from fashion_models.catalogue.tasks import title_of
from fashion_models.files import atomic_write

#: The least time from one drawing of the plots to the next.
_SECONDS_BETWEEN_PLOTS = 10


class EpochTable(training.Extension):
    """Prints one line an epoch, of the numbers in the log."""

    trigger = 1, 'epoch'
    priority = 90  # after the log
    name = 'table'

    def __init__(
            self, tasks: Sequence[str], log: str = 'log', tell: Callable[[str], object] = print):
        self._tasks = tasks
        self._log = log
        self._tell = tell
        self._headed = False

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Prints the line of the epoch that just ended."""
        if not self._headed:
            self._tell(self.heading())
            self._headed = True
        self._tell(self.line(trainer.get_extension(self._log).log[-1]))

    def heading(self) -> str:
        """The two heading lines."""
        tasks = ' '.join(f'{title_of(task)[:8]:>8}' for task in self._tasks)
        return (
            f'{"":6} {"learning":>8} {"loss":>7} {"":>7}  accuracy          validation\n'
            f"{'epoch':6} {'rate':>8} {'train':>7} {'valid.':>7}  {'train':>8} {'global':>8}"
            f" {tasks}"
            f' {"images/s":>9} {"waiting":>8}')

    def line(self, record: dict) -> str:
        """The line of one record of the log."""
        tasks = ' '.join(
            f'{record.get(f"validation/{task}", float("nan")):8.3f}' for task in self._tasks)
        return (
            f'{record["epoch"]:6} {record["learning_rate"]:8.2g} {record["loss"]:7.3f} '
            f'{record["validation/loss"]:7.3f}  {record["accuracy"]:8.3f} '
            f'{record["validation/accuracy"]:8.3f} {tasks} '
            f'{record["images/s"]:9.0f} {record["waiting"]:8.1%}')


def complete_record(record: dict, optimizer: chainer.Optimizer) -> None:
    """Adds to a record of the log what follows from its means, and the learning rate."""
    record['learning_rate'] = optimizer.lr
    record['images/s'] = record['images'] / record['seconds']
    record['waiting'] = record['waited'] / record['seconds']


class Progress(training.Extension):
    """A progress bar over all iterations, with the time left.

    Args:
        iterations: All of them.
        done: How many have been made.
        rarely: Whether to draw it every minute, wherever it goes, instead of on terminals only.
    """

    trigger = 1, 'iteration'
    priority = 80
    name = 'progress'

    def __init__(self, iterations: int, done: int = 0, rarely: bool = False):
        # What mpirun forwards is no terminal, and is looked at all the same.
        when = {'delay': 60, 'mininterval': 60, 'maxinterval': 60} if rarely else {'disable': None}
        self._bar = tqdm.tqdm(
            total=iterations, initial=done, desc='training', unit=' batches',
            dynamic_ncols=True, **when)

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Moves on by one."""
        self._bar.set_postfix(loss=f'{float(trainer.observation["loss"]):.3f}', refresh=False)
        self._bar.update()

    def finalize(self) -> None:
        """Removes the bar."""
        self._bar.close()


class Plots(training.Extension):
    """Draws the log from the second epoch on: ``loss.png`` and ``accuracy.png``.

    Drawing takes half a second, as long as an epoch of a few products: it waits until the plots are
    some seconds old, the training is at its end, or it is stopped.

    Args:
        tasks: In the order of their curves.
        epochs: After so many the training is at its end.
        log: Name of the extension that keeps the log.
    """

    trigger = 1, 'epoch'
    priority = 70
    name = 'plots'

    def __init__(self, tasks: Sequence[str], epochs: int, log: str = 'log'):
        self._tasks = tasks
        self._epochs = epochs
        self._log = log
        self._drawn = time.monotonic()
        self._undrawn = None

    def __call__(self, trainer: chainer.training.Trainer) -> None:
        """Redraws both plots if it is time."""
        log = trainer.get_extension(self._log).log
        if len(log) < 2:    # a point is no curve
            return
        self._undrawn = log, self._tasks, trainer.out
        if (trainer.updater.epoch >= self._epochs
                or time.monotonic() - self._drawn > _SECONDS_BETWEEN_PLOTS):
            self.finalize()

    def finalize(self) -> None:
        """Draws what is not drawn yet."""
        if self._undrawn:
            plot_log(*self._undrawn)
            self._undrawn, self._drawn = None, time.monotonic()


def plot_log(log: Sequence[dict], tasks: Sequence[str], folder: str | os.PathLike) -> None:
    """Draws loss and accuracy by epoch into ``loss.png`` and ``accuracy.png`` of a folder."""
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    epochs = [record['epoch'] for record in log]

    def draw(name, curves):
        # Margins by the longest label: Matplotlib's own layout doubles the time of a drawing.
        letters = max(len(label) for _, label, _ in curves)
        figure = Figure(figsize=(7, 4.2))
        axes = figure.subplots(gridspec_kw={
            'left': 0.1, 'right': max(0.4, 0.92 - 0.0125 * letters), 'bottom': 0.12, 'top': 0.97})
        for key, label, style in curves:
            axes.plot(epochs, [record.get(key) for record in log], label=label, **style)
        # A rate that changes all the time, as in a linear schedule, has no changes to mark.
        rates = [record['learning_rate'] for record in log]
        held = any(before == after for before, after in zip(rates, rates[1:]))
        drops = [epoch for epoch, before, after in zip(epochs, rates, rates[1:])
                 if held and before != after]
        for number, epoch in enumerate(drops):
            axes.axvline(epoch, color='0.8', zorder=0,
                         label='learning rate changed' if number == 0 else None)
        axes.set_xlabel('epoch')
        axes.set_ylabel(name)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.spines[['top', 'right']].set_visible(False)
        axes.grid(axis='y', color='0.92')
        axes.legend(frameon=False, loc='center left', bbox_to_anchor=(1, 0.5))
        with atomic_write(f'{folder}/{name}.png') as file:
            figure.savefig(file, format='png', dpi=120)

    marker = {'marker': 'o', 'markersize': 3}
    draw('loss', [
        ('loss', 'training', {'color': 'black', 'linestyle': '--', **marker}),
        ('validation/loss', 'validation', {'color': 'black', **marker})])
    draw('accuracy', [
        ('accuracy', 'training, global', {'color': 'black', 'linestyle': '--', **marker}),
        ('validation/accuracy', 'validation, global', {'color': 'black', **marker}),
        *((f'validation/{task}', title_of(task), {'linewidth': 1, **marker}) for task in tasks)])


def tell(line: str) -> None:
    """Prints a line without disturbing the progress bar."""
    tqdm.tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()
