"""Embeds a catalogue by way of shards, which somebody computes, and merges them.

Until the file is complete, its shards lie in a folder ``.<name>.shards`` beside it. Whoever calls
again computes those that are not there.
"""

import contextlib
import dataclasses
import itertools
import json
import math
import os
import pathlib
import tempfile
from collections.abc import Callable, Iterator

import tqdm

from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.products import Products, lines
from fashion_models.catalogue.tasks import Task
from fashion_models.data.decoded import Read
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, hidden_beside
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.embeddings_header import read_header
from fashion_models.representation.embeddings_writer import require_place
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.representation.shards.computing import Shard, shard_header, write_shard
from fashion_models.representation.shards.merging import merge_shards
from fashion_models.representation.shards.shipping import reader
from fashion_models.representation.work_folder import empty, held

#: Products of a shard: some seconds of work, so that little is lost with a worker.
PRODUCTS = 500


@dataclasses.dataclass(frozen=True)
class Job:
    """A shard to compute.

    Attributes:
        shard (Shard): Which one.
        lines (list): The number and the text of the line of each of its products.
    """

    shard: Shard
    lines: list[tuple[int, bytes]]

    def content(self, encoder: PictureEncoder, read: Read, file: str, tasks: dict[str, Task],
                header: dict, threads: int) -> bytes:
        """Computes the shard; returns the bytes of its file.

        Args:
            encoder: Makes the vectors.
            read: Reads an image file.
            file: The catalogue's file of products, for messages.
            tasks: The catalogue's.
            header: From :func:`~.computing.shard_header`.
            threads: How many threads read and decode.
        """
        products = Products(pathlib.Path(file), tasks, self.lines)
        with tempfile.TemporaryDirectory(prefix='fashion-models-') as folder:
            write_shard(encoder, products, read, pathlib.Path(folder, 'shard'), header, self.shard,
                        threads)
            return pathlib.Path(folder, 'shard').read_bytes()


#: Computes jobs, given the header of their shards; yields each shard with the bytes of its file, in
#: any order.
Compute = Callable[[Iterator[Job], dict], Iterator[tuple[Shard, bytes]]]


def embed_together(
        encoder: PictureEncoder, catalogue: Catalogue, file: str | os.PathLike,
        per: str = 'product', split: str | None = None, dtype: str = 'float32',
        compute: Compute | None = None, products: int = PRODUCTS, progress: bool = True,
) -> Embeddings:
    """Embeds a catalogue, shard by shard, without an image store.

    The file has the same bytes as that of :func:`~fashion_models.representation.embed.embed`. Call
    it again to resume after an interruption.

    Args:
        encoder: Makes the vectors, or tells what makes them.
        catalogue: What to embed.
        file: The file to write.
        per, split, dtype: As of :func:`~fashion_models.representation.embed.embed`.
        compute: Computes the shards; this process if None.
        products: Of a shard, at most.
        progress: Whether to report on stderr.

    Returns:
        The file, opened.

    Raises:
        UserError: If the file cannot be written, or another process is writing it.
    """
    require_place(file)
    file = pathlib.Path(file)
    count = len(catalogue.products)
    of = max(1, math.ceil(count / products))
    header = shard_header(encoder, catalogue, per, split, dtype)
    folder = hidden_beside(file, 'shards')
    with held(folder, lambda: _refuse(file)):
        done = {number for number in range(1, of + 1)
                if _is_complete(folder / str(number), header, Shard(number, of))}
        bar = tqdm.tqdm(total=count, unit=' products', desc='embedding',
                        initial=sum(_size(Shard(number, of), count) for number in done),
                        disable=None if progress else True)
        jobs = (job for job in _jobs(catalogue, of, count) if job.shard.number not in done)
        with bar, contextlib.closing(
                (compute or _here(encoder, catalogue))(jobs, header)) as shards:
            for shard, content in shards:
                with atomic_write(folder / str(shard.number)) as part:
                    part.write(content)
                bar.update(_size(shard, count))
        found = merge_shards([folder / str(number) for number in range(1, of + 1)], file,
                             catalogue.address or catalogue.folder, progress)
        empty(folder)
    return found


def _refuse(file):
    raise UserError(f'{file}: another process is writing it')


def _size(shard, products):
    start, end = shard.rows(products)
    return end - start


def _is_complete(file, header, shard):
    """Whether an interrupted call left this shard, of the same whole."""
    if not file.exists():
        return False
    try:
        found = read_header(file)[0]
    except UserError:
        return False
    for name in 'rows', 'shard':
        own = found.pop(name)
    wanted = json.loads(json.dumps(header))
    kin = wanted.pop('shard')
    return found == wanted and own == {
        **kin, 'number': shard.number, 'of': shard.of, 'dropped': own['dropped']}


def _jobs(catalogue, of, products):
    """Yields all jobs; nothing but the lines of one is in memory."""
    numbered = lines(catalogue.products.path)
    for number in range(1, of + 1):
        shard = Shard(number, of)
        yield Job(shard, list(itertools.islice(numbered, _size(shard, products))))


def _here(encoder, catalogue):
    """Computes shards in this process."""
    def compute(jobs, header):
        read, threads = reader(catalogue), usable_cores()
        for job in jobs:
            yield job.shard, job.content(encoder, read, str(catalogue.products.path),
                                         catalogue.tasks, header, threads)
    return compute
