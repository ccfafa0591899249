"""How often one picture of a product finds that product: recall@k, of several encoders in pairs.

Two protocols say which pictures are queries and what they are to find:

* :func:`in_shop`: that of DeepFashion's In-shop Clothes Retrieval benchmark (Liu, Luo, Qiu, Wang
  and Tang, "DeepFashion: powering robust clothes recognition and retrieval with rich annotations",
  CVPR 2016, section 5.2). Its queries and its gallery are pictures; one of the same item, in
  whatever colour, is right.
* :func:`one_picture_out`: for any other catalogue. One picture of each product that has several is
  the query. The gallery are the products, those with a query by their other pictures.
"""

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tqdm

from fashion_models.catalogue.importers.deepfashion_inshop import (
    GALLERY,
    PARTITION,
    QUERY,
    evaluation_statuses,
)
from fashion_models.catalogue.io import Catalogue
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.split import split_of
from fashion_models.data.prepare import prepare
from fashion_models.data.store import ImageStore
from fashion_models.errors import UnsuitableCatalogue
from fashion_models.experiments.kit import statistics
from fashion_models.experiments.kit.results import Figures, Table
from fashion_models.representation.metrics import ranked_relevance
from fashion_models.representation.picture_encoder import PictureEncoder

_QUERIES = 256  # at once: bounds the memory


@dataclasses.dataclass(frozen=True)
class Search:
    """What is looked for among what.

    Attributes:
        queries (list): For each of q queries the numbers of its pictures in the image store.
        gallery (list): Likewise, for each of g.
        right (dict): From what counts as found, such as ``'the same item'``, to a name for each
            query, (q,), and for each of the gallery, (g,); the names of what is right are equal.
        groups (list of str): (q,) the group of each query: intervals draw a group as a whole.
        places (tuple of int): The k of recall@k.
    """

    queries: list[Sequence[int]]
    gallery: list[Sequence[int]]
    right: dict[str, tuple[list[str], list[str]]]
    groups: list[str]
    places: tuple[int, ...]


def one_picture_out(catalogue: Catalogue, store: ImageStore, split: str | None = None) -> Search:
    """One picture of each product with several as a query, the others in the gallery.

    Which one is drawn by chance, the same for every network. Pictures of a product that are the
    same file are one picture.

    Args:
        catalogue: The products.
        store: Their images.
        split: If given, only products of this split.

    Raises:
        UnsuitableCatalogue: If no product has two pictures.
    """
    rng = np.random.default_rng(0)
    queries, gallery, of_queries, of_gallery = [], [], [], []
    for product, numbers in _pictured(catalogue, store):
        if split is not None and split_of(product.group) != split:
            continue
        numbers = _distinct(numbers, store)
        if len(numbers) > 1:
            query = rng.integers(len(numbers))
            queries.append([numbers.pop(query)])
            of_queries.append(product)
        gallery.append(numbers)
        of_gallery.append(product)
    if not queries:
        which = f'no product of its {split} split' if split else 'no product'
        raise UnsuitableCatalogue(
            f'{catalogue.folder}: {which} has two pictures, one to look for the other')
    groups = [product.group for product in of_queries]
    return Search(queries, gallery, {
        'the same product': tuple([product.id for product in products]
                                  for products in (of_queries, of_gallery)),
        'the same group': (groups, [product.group for product in of_gallery])}, groups, (1, 5, 10))


def in_shop(catalogue: Catalogue, store: ImageStore) -> Search:
    """The queries and the gallery of the In-shop benchmark.

    The item is the product's group, since a product is an item in one colour. Pictures are whole,
    not cut out by the benchmark's boxes.

    Args:
        catalogue: Imported from the benchmark, with its list of partitions.
        store: Its images.

    Raises:
        UnsuitableCatalogue: If the catalogue does not say which pictures are queries, or which the
            gallery.
    """
    numbers, items = {QUERY: [], GALLERY: []}, {QUERY: [], GALLERY: []}
    for product, own in _pictured(catalogue, store):
        statuses = evaluation_statuses(product)
        for number in own:
            status = statuses.get(product.images[store.image_index[number]])
            if status in numbers:
                numbers[status].append([number])
                items[status].append(product.group)
    for status, found in numbers.items():
        if not found:
            raise UnsuitableCatalogue(
                f'{catalogue.folder}: no picture has the evaluation status {status!r}, expected a '
                f'catalogue imported as deepfashion-inshop with its {PARTITION}, all of it or the '
                'part test')
    return Search(numbers[QUERY], numbers[GALLERY],
                  {'the same item': (items[QUERY], items[GALLERY])}, items[QUERY],
                  (1, 10, 20, 30, 50))


def compare(
        encoders: dict[str, PictureEncoder], catalogue: Catalogue,
        protocol: Callable[[Catalogue, ImageStore], Search],
        stores: str | os.PathLike | None = None) -> tuple[Figures, list[Table]]:
    """Measures encoders side by side, on the same queries.

    Intervals are over queries, those of one group drawn together.

    Args:
        encoders: By name; the others are compared with the first.
        catalogue: What to search.
        protocol: :func:`in_shop`, or :func:`one_picture_out` with or without its split.
        stores: Folder of image stores; the catalogue's own if None.

    Returns:
        Figures, and a table for each way to be right.
    """
    found = {}
    for name, encoder in encoders.items():
        store = prepare(catalogue, encoder.shorter_side, stores)
        search = protocol(catalogue, store)
        images = sum(map(len, (*search.queries, *search.gallery)))
        with tqdm.tqdm(total=images, desc=name, unit=' images', disable=None) as bar:
            found[name] = recalls(encoder, store, search, bar.update)
    first, *others = found
    figures = {'queries': len(search.queries), 'gallery': len(search.gallery), 'right': {}}
    for right, names in search.right.items():
        figures['right'][right] = {
            'possible': int(np.isin(*names).sum()),
            'recall': {name: {
                metric: statistics.accuracy(values[None], search.groups)
                for metric, values in own[right].items()} for name, own in found.items()},
            'difference': {name: {
                metric: statistics.difference(
                    values[None], found[first][right][metric][None], search.groups)
                for metric, values in found[name][right].items()} for name in others}}
    return figures, [_table(right, figures) for right in figures['right']]


def _table(right, figures):
    own = figures['right'][right]
    first, *others = own['recall']
    header = 'network', *own['recall'][first], 'recall@1, interval'
    rows = [(name, *(interval.value for interval in of_name.values()),
             of_name['recall@1'].range()) for name, of_name in own['recall'].items()]
    if others:
        differences = None, *(own['difference'][name]['recall@1'] for name in others)
        header = *header, f'higher than {first} by'
        rows = [(*row, difference) for row, difference in zip(rows, differences)]
    impossible = figures['queries'] - own['possible']
    return Table(
        f'{right[0].upper()}{right[1:]}, found by one picture: {figures["queries"]:,} queries, '
        f'{figures["gallery"]:,} in the gallery'
        + (f', which has nothing for {impossible:,} of them' if impossible else ''), header, rows)


def _pictured(catalogue, store) -> Iterator[tuple[Product, list[int]]]:
    """Yields the products that have images in the store, and the images' numbers there."""
    places = {row: place for place, row in enumerate(store.product_index.tolist())}
    for row, product in enumerate(catalogue.products):
        if row in places:
            yield product, list(store.product_images[places[row]])


def _distinct(numbers, store):
    """One number of each picture: files of the same content are one."""
    found = {}
    for number in numbers:
        found.setdefault(store.digests[number].tobytes(), number)
    return list(found.values())


def recalls(encoder: PictureEncoder, store: ImageStore, search: Search,
            done: Callable[[int], object] | None = None) -> dict[str, dict[str, np.ndarray]]:
    """Whether each query finds what it looks for.

    Args:
        encoder: Makes the vectors; pictures that belong together are encoded together.
        store: The images, scaled as the encoder needs them.
        search: What is looked for among what.
        done: Called after each batch with its number of images.

    Returns:
        From what counts as found and ``recall@<k>`` to (q,) float64: 1 or 0. A query for which the
        gallery has nothing right is 0.
    """
    queries, gallery = (_encoded(encoder, store, sets, done)
                        for sets in (search.queries, search.gallery))
    found = {}
    for name, names in search.right.items():
        count = len(queries)
        numbers = np.unique([*names[0], *names[1]], return_inverse=True)[1]
        parts = []
        for start in range(0, count, _QUERIES):
            part = slice(start, start + _QUERIES)
            parts.append(ranked_relevance(
                queries[part] @ gallery.T, numbers[:count][part, None] == numbers[count:]
            )[:, :max(search.places)])
        ranked = np.concatenate(parts)
        found[name] = {f'recall@{k}': ranked[:, :k].any(axis=1).astype(np.float64)
                       for k in search.places}
    return found


def _encoded(encoder, store, sets, done):
    with encoder.windows(sets, store.image, done=done) as windows:
        return np.concatenate(list(windows))
