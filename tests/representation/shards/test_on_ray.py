"""Shards computed by Ray's workers, some of which are killed."""

import contextlib
import random
import signal
import threading
import time

import psutil
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import load
from fashion_models.representation.shards import Cluster, embed_together, on_ray

ray = pytest.importorskip('ray', reason='needs the extra ray')


def workers():
    """The processes of our workers that are at a shard, by what Ray calls them.

    Not those of another test, which may be running beside this one.
    """
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if ' '.join(process.cmdline()).startswith('ray::Worker.compute'):
                found.append(process)
    return found


class Killer(threading.Thread):
    """Kills a worker now and then, so many times."""

    def __init__(self, kills):
        super().__init__(daemon=True)
        self.left, self.killed = kills, 0
        self.stopped = threading.Event()

    def run(self):
        draw = random.Random(0)
        while self.killed < self.left and not self.stopped.wait(draw.uniform(0, 1)):
            if found := workers():
                # It may have ended by itself.
                with contextlib.suppress(psutil.NoSuchProcess):
                    draw.choice(found).kill()
                    self.killed += 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize('kills', [1, pytest.param(20, marks=pytest.mark.slow)])
def test_workers_that_are_killed_leave_no_trace(tiny_run, tmp_path, monkeypatch, kills):
    monkeypatch.setattr(on_ray, 'MOST_DEATHS', kills + 5)
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])
    whole = embed(encoder, catalogue, tmp_path / 'whole', progress=False)
    killer, handler = Killer(kills), signal.getsignal(signal.SIGTERM)
    with Cluster(encoder, catalogue, device='cpu') as cluster:
        killer.start()
        rounds = 0
        # There is more to do until all are dead.
        while not rounds or killer.killed < kills:
            embed_together(encoder, catalogue, tmp_path / 'e', compute=cluster.compute,
                           products=9, progress=False)
            assert (tmp_path / 'e').read_bytes() == whole.file.read_bytes()
            rounds += 1
        killer.stopped.set()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['e', 'whole']
    assert signal.getsignal(signal.SIGTERM) is handler      # Ray sets one of its own


@pytest.mark.parametrize('address', ['127.0.0.1:9', 'no.such.host.invalid:6379'])
def test_a_cluster_that_does_not_answer_is_told(tiny_run, address):
    started = time.monotonic()
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])
    with pytest.raises(UserError, match=f'{address}: no Ray cluster answers there'):
        Cluster(encoder, catalogue, address).__enter__()
    assert time.monotonic() - started < 2 * on_ray.PATIENCE
