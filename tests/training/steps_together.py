"""Steps that several processes make together, beside those of one; a test starts it by mpirun."""

import dataclasses
import pathlib
import sys

import fashion_models  # noqa: F401  (adapts Chainer)

# isort: split

import chainer
import numpy as np
import pytest

from fashion_models.links import ZFNet
from fashion_models.processes import join
from fashion_models.training import snapshots
from fashion_models.training.updater import NonFiniteLossError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import test_same_product
import test_updater


class Part(chainer.dataset.Iterator):
    """One process's part of each batch."""

    waited = 0.0

    def __init__(self, whole, processes):
        self._whole, self._processes = whole, processes

    def next(self):
        batch = self._whole.next()
        b, rank, p = len(batch.t), self._processes.rank, self._processes.size
        part = slice(rank * b // p, (rank + 1) * b // p)
        return dataclasses.replace(batch, **{
            name: None if value is None else value[part] for name, value in vars(batch).items()})


def make(maker, processes, *arguments, **options):
    return maker(
        *arguments, **options, processes=processes, wrap=lambda whole: Part(whole, processes))


def compare(ours, theirs, steps, processes):
    """Requires that both updaters report the same and arrive at the same parameters."""
    reporter = chainer.Reporter()
    for _ in range(steps):
        reports = []
        for updater in ours, theirs:
            observation = {}
            with reporter.scope(observation):
                updater.update()
            reports.append({name: float(value) for name, value in observation.items()
                            if name not in ('waited', 'seconds')})
        assert reports[0].keys() == reports[1].keys()
        np.testing.assert_allclose(list(reports[0].values()), list(reports[1].values()), rtol=1e-4)
    mine, others = (snapshots.model_arrays(updater.master) for updater in (ours, theirs))
    for name, array in others.items():
        if processes.first or 'avg_' not in name:   # running statistics are the first one's
            np.testing.assert_allclose(mine[name], array, rtol=1e-3, atol=2e-5, err_msg=name)


def main():
    processes = join()
    for g, options in (1, {}), (2, {'several': True}):
        compare(make(test_updater.make_updater, processes, g, **options),
                test_updater.make_updater(1, **options), 6, processes)
    for options in ({'image_loss': 0.3, 'memory': 12}, {'loss': 'arcface', 'margin': 0.2}):
        compare(make(test_same_product.make_updater, processes, **options),
                test_same_product.make_updater(1, **options), 4, processes)

    def trunk(dropout=0.0):
        return ZFNet(test_updater.SIZE, width=0.05, image_features=12, dropout=dropout)
    compare(make(test_updater.make_updater, processes, 1, trunk, normalize_over='batch'),
            test_updater.make_updater(1, trunk), 3, processes)
    # Each share normalized by itself, and with dropout, they are the steps of as many devices.
    compare(make(test_updater.make_updater, processes, 1, lambda: trunk(0.5)),
            test_updater.make_updater(processes.size, lambda: trunk(0.5)), 2, processes)

    spoilt = make(test_updater.make_updater, processes, 1, spoil=1)
    with pytest.raises(NonFiniteLossError) as caught, np.errstate(all='ignore'):
        spoilt.update()
    assert caught.value.products.tolist() == list(range(16))
    if processes.first:
        print(f'{processes.size} processes make the steps of one')


if __name__ == '__main__':
    main()
