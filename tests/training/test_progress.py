"""The plots mark where the learning rate drops, and nothing where it falls all the time.

They are drawn some seconds apart, and in any case at the end.
"""

import types

import matplotlib.axes
import pytest

from fashion_models.training import progress
from fashion_models.training.progress import Plots, plot_log


@pytest.mark.parametrize(('rates', 'marked'), [
    ([0.1, 0.1, 0.01, 0.01, 0.001], {2, 4}),
    ([0.1, 0.1, 0.1], set()),
    ([0.03, 0.02, 0.01], set())])
def test_marks_of_the_learning_rate(rates, marked, tmp_path, monkeypatch):
    found = set()
    monkeypatch.setattr(
        matplotlib.axes.Axes, 'axvline', lambda axes, x, **style: found.add(x))
    plot_log([{'epoch': epoch, 'learning_rate': rate} for epoch, rate in enumerate(rates, 1)],
             ['colour'], tmp_path)
    assert found == marked
    assert (tmp_path / 'accuracy.png').stat().st_size > 0


def test_drawn_some_seconds_apart_and_at_the_end(monkeypatch):
    now, drawn = 0, []
    monkeypatch.setattr(progress, 'plot_log', lambda log, tasks, folder: drawn.append(len(log)))
    monkeypatch.setattr(progress.time, 'monotonic', lambda: now)

    def after(plots, epoch):
        log = types.SimpleNamespace(log=[{}] * epoch)
        plots(types.SimpleNamespace(
            updater=types.SimpleNamespace(epoch=epoch), get_extension=lambda name: log, out=None))

    plots = Plots(['colour'], 5)
    for epoch in range(1, 6):
        now += 6
        after(plots, epoch)
    assert drawn == [2, 4, 5]
    plots.finalize()
    assert drawn == [2, 4, 5]
    stopped = Plots(['colour'], 5)
    after(stopped, 1)
    stopped.finalize()
    assert drawn == [2, 4, 5]
    after(stopped, 2)
    assert drawn == [2, 4, 5]
    stopped.finalize()
    assert drawn == [2, 4, 5, 2]
