"""Shards computed by the workers of a Ray cluster."""

import collections
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator

from fashion_models.catalogue.io import HEADER_FILE, Catalogue
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError, one_line
from fashion_models.optional import require
from fashion_models.provenance import versions
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.representation.shards.computing import Shard
from fashion_models.representation.shards.shipping import Parcel, reader
from fashion_models.representation.shards.together import Job

#: Bytes of shared memory of a Ray that is started here; it holds the network and a few shards.
OBJECT_STORE = 1 << 29
#: Seconds that a cluster has to answer.
PATIENCE = 20
#: How many workers may end over one shard, or as they start, before that is taken for its fault.
MOST_DEATHS = 5
_SECONDS_BETWEEN_LOOKS = 10
_LETTERS = 300  # of an error of Ray's, which may hold that of a worker, and where it was


class Worker:
    """A process on one of the machines, which loads the encoder once.

    Args:
        device: Where it computes.
        threads: How many threads read and decode.
    """

    def __init__(self, device: str, threads: int) -> None:
        self._device = device
        self._threads = threads

    def load(self, parcel: Parcel, catalogue: Catalogue, expected: dict[str, str]) -> None:
        """Readies it.

        Args:
            parcel: The encoder.
            catalogue: Whose pictures it will read.
            expected: The versions of the libraries that it must have.

        Raises:
            UserError: If it has others, or does not see the catalogue.
        """
        own = versions()
        for name in sorted(own.keys() | expected.keys()):
            if own.get(name) != expected.get(name):
                raise UserError(
                    f'{socket.gethostname()}: has {name} {own.get(name)}, expected '
                    f'{expected.get(name)} as where the embedding was started')
        if not catalogue.address and not os.path.isfile(catalogue.folder / HEADER_FILE):
            raise UserError(
                f'{socket.gethostname()}: does not see {catalogue.folder}; put the catalogue where '
                'all machines see it, or at an address such as s3://bucket/shop')
        self._encoder = parcel.encoder(self._device)
        self._catalogue = catalogue
        self._read = reader(catalogue)

    def compute(self, job: Job, header: dict) -> bytes:
        """The file of a shard."""
        return job.content(self._encoder, self._read, str(self._catalogue.products.path),
                           self._catalogue.tasks, header, self._threads)


class Cluster:
    """A Ray cluster, as long as the ``with`` block lasts.

    ::

        with Cluster(encoder, catalogue) as cluster:
            embed_together(encoder, catalogue, file, compute=cluster.compute)

    Workers are as many as the cluster has GPUs; without any, as it has processors. They all compute
    on the same kind of device, since another one rounds otherwise.

    Args:
        encoder: What makes the vectors; each worker gets a copy.
        catalogue: What to embed.
        address: Of the cluster, ``'host:port'``, or ``'auto'`` for the one that this machine is
            part of; None to start one on this machine.
        device: ``'cpu'``, ``'gpu'``, or None for what there is.

    Raises:
        UserError: If Ray is not installed, or no cluster answers.
    """

    def __init__(self, encoder: PictureEncoder, catalogue: Catalogue, address: str | None = None,
                 device: str | None = None) -> None:
        # Unless told otherwise, Ray reports who uses it, waits a minute for a cluster to answer,
        # and gives its own processes half a minute, which is little on a busy machine.
        os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
        os.environ.setdefault('RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO', '0')
        if address is None:
            os.environ.setdefault('RAY_agent_register_timeout_ms', '300000')
        else:
            os.environ.setdefault('RAY_gcs_server_request_timeout_seconds', str(PATIENCE))
        self._ray = require('ray', extra='ray', purpose='embedding on a cluster')
        self._parcel = Parcel.of(encoder)
        self._catalogue = catalogue
        if not catalogue.address:
            self._catalogue = Catalogue(
                catalogue.folder.resolve(), catalogue.header)
        self._address = address
        self._device = device

    def __enter__(self) -> 'Cluster':
        ray, own = self._ray, {}
        if self._address is None:
            own = {'num_cpus': usable_cores(), 'include_dashboard': False,
                   'object_store_memory': OBJECT_STORE}
        elif self._address != 'auto':
            _require_answer(self._address)
        self._handler = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(self._address or 'local', log_to_driver=False, logging_level=logging.ERROR,
                     **own)
            self._kind()
        except BaseException as error:
            self._shut_down()
            # Ray's errors are of many kinds, bare Exceptions among them.
            if isinstance(error, UserError) or not isinstance(error, Exception):
                raise
            what = (f'{self._address}: no Ray cluster answers there of which this machine is part'
                    if self._address else 'Ray cannot be started on this machine')
            raise UserError(f'{what}: {one_line(error)[:_LETTERS]}') from None
        return self

    def __exit__(self, *exception: object) -> None:
        self._shut_down()

    def _shut_down(self):
        self._ray.shutdown()
        # Ray's handler raises SystemExit. Forked processes would inherit it, and where they swallow
        # that, a Pool waits for ever for their end.
        if self._handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._handler)

    def _kind(self):
        """The number of workers there is room for, and what each of them takes."""
        there = self._ray.cluster_resources()
        cpus, gpus = int(there.get('CPU', 0)), int(there.get('GPU', 0))
        if self._device == 'gpu' and not gpus:
            raise UserError('devices: the cluster has no GPU')
        if gpus and self._device != 'cpu':
            return gpus, {'num_gpus': 1, 'num_cpus': max(1, cpus // gpus)}
        # One in any case: a cluster may grow when it is asked to.
        return max(1, cpus), {'num_cpus': 1}

    def compute(self, jobs: Iterator[Job], header: dict) -> Iterator[tuple[Shard, bytes]]:
        """A :data:`~fashion_models.representation.shards.together.Compute`."""
        return _Crew(self._ray, self._parcel, self._catalogue, self._kind).work(jobs, header)


def _require_answer(address):
    host, _, port = address.rpartition(':')
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
    except (OSError, ValueError, OverflowError) as error:
        raise UserError(f'{address}: no Ray cluster answers there: {one_line(error)}') from None


class _Crew:
    """The workers, and who is at what."""

    def __init__(self, ray, parcel, catalogue, kind):
        self._ray, self._kind = ray, kind
        self._for_loading = ray.put(parcel), ray.put(catalogue), versions()
        self._size = 0
        self._idle = []
        self._busy = {}     # from what is waited for to (worker, its job or None: it loads)
        self._again = collections.deque()
        self._deaths = collections.Counter()    # by shard; None: as they started
        self._looked = -_SECONDS_BETWEEN_LOOKS

    def work(self, jobs, header):
        header = self._ray.put(header)
        waiting, told = next(jobs, None), False
        while waiting or self._again or any(job for _, job in self._busy.values()):
            if waiting or self._again:
                self._grow()
            while self._idle and (waiting or self._again):
                if self._again:
                    job = self._again.popleft()
                else:
                    job, waiting = waiting, next(jobs, None)
                worker = self._idle.pop()
                self._busy[worker.compute.remote(job, header)] = worker, job
            ready, _ = self._ray.wait(list(self._busy), timeout=_SECONDS_BETWEEN_LOOKS)
            if not (ready or told or any(job for _, job in self._busy.values())):
                print('waiting for workers to start', file=sys.stderr)
                told = True
            for reference in ready:
                worker, job = self._busy.pop(reference)
                content = self._result(reference, worker, job)
                if job and content is not None:
                    self._deaths[None] = 0
                    yield job.shard, content

    def _grow(self):
        """Starts as many workers as there is room for; it changes as machines come and go."""
        if self._size and time.monotonic() - self._looked < _SECONDS_BETWEEN_LOOKS:
            return
        self._looked = time.monotonic()
        room, takes = self._kind()
        device = '0' if 'num_gpus' in takes else '@numpy'
        kind = self._ray.remote(**takes)(Worker)
        while self._size < room:
            worker = kind.remote(device, takes['num_cpus'])
            self._busy[worker.load.remote(*self._for_loading)] = worker, None
            self._size += 1

    def _result(self, reference, worker, job):
        """What a worker returned, None if it loaded or died; a job of a dead one is done again."""
        errors = self._ray.exceptions
        try:
            result = self._ray.get(reference)
        except errors.RayTaskError as error:
            if isinstance(error.cause, UserError):
                raise UserError(str(error.cause)) from None
            raise
        except errors.RayError as error:
            self._lose(worker, job, error)
            return None
        self._idle.append(worker)
        return result

    def _lose(self, worker, job, error):
        with contextlib.suppress(Exception):
            self._ray.kill(worker)
        self._size -= 1
        self._looked = -_SECONDS_BETWEEN_LOOKS
        shard = job and job.shard
        self._deaths[shard] += 1
        if job:
            self._again.append(job)
        if self._deaths[shard] >= MOST_DEATHS:
            what = (f'over the products of lines {job.lines[0][0]} to {job.lines[-1][0]}' if job
                    else 'as they started')
            raise UserError(
                f'{MOST_DEATHS} workers ended unexpectedly {what}: the memory of a machine may be '
                f'full, or a picture breaks the decoder: {one_line(error)[:_LETTERS]}')
