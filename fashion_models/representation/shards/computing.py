"""Embeds a shard: a part of a catalogue, without an image store."""

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import tqdm

from fashion_models.catalogue import decode
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.products import Products, lines
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.data.decoded import Read, decode_products
from fashion_models.data.dropped import report_dropped
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter, require_place
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.representation.shards.shipping import reader, texts_hash
from fashion_models.representation.units import header_of, units
from fashion_models.workers import Ahead

#: Images that are in memory together, about, and as many again that are decoded meanwhile.
IMAGES_AT_ONCE = 512


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of several parts of a catalogue, of as many products each, to within one.

    Attributes:
        number (int): Which one, from 1.
        of (int): How many there are.

    Raises:
        UserError: There is no such part.
    """

    number: int
    of: int

    def __post_init__(self):
        if not 1 <= self.number <= self.of:
            raise UserError(f'shard: found {self}, expected a number from 1 to {self.of}')

    def __str__(self) -> str:
        return f'{self.number}/{self.of}'

    def rows(self, products: int) -> tuple[int, int]:
        """The first row of so many products that it has, and the first after that."""
        return (self.number - 1) * products // self.of, self.number * products // self.of


def embed_shard(encoder: PictureEncoder, catalogue: Catalogue, file: str | os.PathLike,
                shard: Shard, per: str = 'product', split: str | None = None,
                dtype: str = 'float32', progress: bool = True) -> Embeddings:
    """Embeds a part of a catalogue into a file, for :func:`~.merging.merge_shards`.

    Pictures are read and decoded as they are needed; there is no image store. An interrupted shard
    is begun anew.

    Args:
        encoder: Makes the vectors.
        catalogue: What to embed.
        file: The file to write.
        shard: Which part.
        per, split, dtype: As of :func:`~fashion_models.representation.embed.embed`.
        progress: Whether to report on stderr.

    Returns:
        The file, opened.

    Raises:
        UserError: If the file cannot be written.
    """
    require_place(file)
    start, end = shard.rows(len(catalogue.products))
    path = catalogue.products.path
    products = Products(path, catalogue.tasks, itertools.islice(lines(path), start, end))
    header = shard_header(encoder, catalogue, per, split, dtype)
    bar = tqdm.tqdm(total=end - start, desc=f'shard {shard}', unit=' products',
                    disable=None if progress else True)
    with bar:
        dropped = write_shard(encoder, products, reader(catalogue), file, header, shard,
                              usable_cores(), bar.update)
    if progress:
        report_dropped(dropped, f'the header of {file}')
    return Embeddings(file)


def shard_header(encoder: PictureEncoder, catalogue: Catalogue, per: str, split: str | None,
                 dtype: str) -> dict:
    """What the headers of all shards of a catalogue have in common."""
    return {**header_of(encoder, catalogue, per, split, dtype, None, None), 'shard': {
        'texts': texts_hash(catalogue), 'decode': decode.VERSION,
        'shorter_side': encoder.shorter_side}}


def write_shard(encoder: PictureEncoder, products: Products, read: Read,
                file: str | os.PathLike, header: dict, shard: Shard, threads: int = 1,
                done: Callable[[int], object] | None = None) -> dict[str, list]:
    """Embeds products into the file of a shard.

    Args:
        encoder: Makes the vectors.
        products: All products of the shard; those of other splits are left out.
        read: Reads an image file.
        file: The file to write.
        header: From :func:`shard_header`.
        shard: Which one it is.
        threads: How many threads read and decode.
        done: Called now and then with a number of further products that are done.

    Returns:
        Which images and products were left out, as of
        :attr:`~fashion_models.data.store.ImageStore.dropped`.
    """
    split = None if header['split'] == 'all' else header['split']
    dropped = {'images': [], 'products': []}
    of_shard = {**header['shard'], 'number': shard.number, 'of': shard.of, 'dropped': dropped}

    def decoded(group):
        digests, products = zip(*group)
        return digests, decode_products(
            products, read, encoder.shorter_side, threads,
            lambda product: split is None or split_of(product.group) == split)

    with (
        EmbeddingsWriter(file, {**header, 'shard': of_shard}) as writer,
        Ahead(decoded, _groups(products.with_digests()), 1, 1) as groups,
    ):
        for digests, images in groups:
            found = [unit for row, numbers in zip(images.product_index, images.product_images)
                     for unit in units(images.products[row], digests[row], images, numbers,
                                       header['per'], split)]
            if found:
                items, numbers, sources, texts = zip(*found)
                with encoder.windows(numbers, images.image, steady=True) as windows:
                    vectors = np.concatenate(list(windows))
                writer.add(vectors, items, sources, texts)
            writer.add_files(images.files)
            for name, own in images.dropped.items():
                dropped[name] += own
            if done:
                done(len(images.products))
        writer.header['shard']['dropped'] = dropped
    return dropped


def _groups(products: Iterable[tuple[bytes, Product]]) -> Iterator[list[tuple[bytes, Product]]]:
    """Yields products together, as many as have about IMAGES_AT_ONCE images."""
    group, images = [], 0
    for digest, product in products:
        group.append((digest, product))
        images += len(product.images)
        if images >= IMAGES_AT_ONCE:
            yield group
            group, images = [], 0
    if group:
        yield group
