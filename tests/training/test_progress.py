"""The plots mark where the learning rate drops, and nothing where it falls all the time."""

import matplotlib.axes
import pytest

from fashion_models.training.progress import plot_log


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
