"""Finds every problem of a catalogue at once, and what is likely to become one."""

import collections
import itertools
import os
import pathlib
from collections.abc import Iterator

from tqdm import tqdm

from fashion_models.catalogue import io, products, records
from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.paths import inside
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.catalogue.suspicions import Suspicions
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS
from fashion_models.catalogue.taxonomy import Places
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.parsing import json_value
from fashion_models.plural import counted
from fashion_models.workers import Ahead


class Check:
    """A look at every line and every image of a catalogue.

    Args:
        folder: The catalogue's folder.

    Raises:
        UserError: There is no such folder.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.folder = pathlib.Path(folder)
        if not self.folder.is_dir():
            raise UserError(f'{folder}: is a file, expected the folder of a catalogue'
                            if self.folder.is_file() else
                            f'{folder}: there is no such folder; expected a catalogue')
        self._header = None
        self._places = None
        self._products = 0
        self._images = 0
        self._groups = collections.defaultdict(int)
        self._suspicions = Suspicions()

    def problems(self, workers: int | None = None, images: bool = True) -> Iterator[str]:
        """Yields every problem, the file and the line first.

        The header comes first, then the products' lines, then their images, which are decoded in
        parallel. Memory holds ids, groups, labels and digests of the images.

        Args:
            workers: Threads that decode images; by default as many as there are usable cores.
            images: Whether to look at the images.
        """
        yield from self._header_problems()
        products = self.folder / io.PRODUCTS_FILE
        if not products.is_file():
            yield f'{products}: there is no such file'
            return
        yield from self._product_problems(products)
        if images:
            yield from self._image_problems(products, workers or usable_cores())

    def warnings(self) -> Iterator[str]:
        """Yields what is valid but likely to go wrong later, once :meth:`problems` is exhausted."""
        for suspicion in self._suspicions.found():
            yield f'{self.folder / io.PRODUCTS_FILE}: {suspicion}'

    def summary(self) -> str:
        """The sizes of the catalogue and of its splits, once :meth:`problems` is exhausted."""
        splits = collections.Counter()
        for group, count in self._groups.items():
            splits[split_of(group)] += count
        sizes = ', '.join(f'{name} {splits[name]:,}' for name in SPLITS)
        return (f'{self.folder}: {counted(self._products, "product")} in '
                f'{counted(len(self._groups), "group")} '
                f'({sizes}), {counted(self._images, "image")}')

    def _header_problems(self):
        path = self.folder / io.HEADER_FILE
        if not path.is_file():
            yield f'{path}: there is no such file (was an import or a copy interrupted?)'
            return
        try:
            self._header = io.read_header(path)
        except UserError as error:
            yield str(error)
            return
        self._places = Places(self._header.taxonomy)
        for problem in self._places.contradictions():
            yield f'{path}: {problem}'

    def _product_problems(self, path):
        lines = {}
        for number, text in products.lines(path):
            self._products += 1
            try:
                record = json_value(text)
            except ValueError as error:
                yield f'{path}:{number}: not JSON: {error}'
                continue
            tasks = self._header.tasks if self._header else DEFAULT_TASKS
            for problem in itertools.chain(records.record_problems(record, tasks),
                                           self._label_problems(record)):
                yield f'{path}:{number}: {problem}'
            self._suspicions.product(number, record, tasks)
            identity, group = _text(record, 'id'), _text(record, 'group')
            if identity and lines.setdefault(identity, number) != number:
                yield f'{path}:{number}: id {identity!r} is also on line {lines[identity]}'
            if group:
                self._groups[group] += 1
        if not self._products:
            yield f'{path}: holds no product'

    def _label_problems(self, record):
        """What contradicts the header; labels of the wrong type are none of its business."""
        labels = record.get('labels') if isinstance(record, dict) else None
        if not self._header or not isinstance(labels, dict):
            return
        yield from self._places.problems([_text(labels, task) for task in LEVELS])
        for task in self._header.tasks:
            known, found = self._header.labels_in_use(task), labels.get(task)
            for name in found if isinstance(found, list) else [found]:
                if known and isinstance(name, str) and name not in known:
                    yield f'{task} {name!r} is not among the {task}s of {io.HEADER_FILE}'

    def _image_problems(self, path, workers):
        def reasons(job):
            number, images, kind, group = job
            return number, [(image, *self._look(image)) for image in images], kind, group

        # Not in a with block: to abandon this generator must not wait for the threads.
        looked_at = Ahead(reasons, _images(path), workers, depth=4 * workers)
        with tqdm(total=self._products, unit=' products', disable=None) as bar:
            for number, images, kind, group in looked_at:
                self._images += len(images)
                for image, reason, digest, sides in images:
                    if reason:
                        yield f'{path}:{number}: image {image}: {reason}'
                    else:
                        self._suspicions.picture(number, image, digest, sides, kind, group)
                bar.update()

    def _look(self, image):
        """Why an image cannot be read, or None; then the file's digest, and height and width."""
        file = self.folder / image
        try:
            sides = load_image(file).shape[:2]
            digest = bytes.fromhex(sha256(file))
        except ImageError as error:
            return str(error), None, None
        except OSError as error:
            return error.strerror or str(error), None, None
        return None, digest, sides


def _images(path):
    """Yields (line number, well-formed image paths, kind of product, group) of every line."""
    for number, text in products.lines(path):
        record = None
        try:
            record = json_value(text)
            listings = record['listings']
            images = [image for listing in listings for image in listing.get('images', ())]
        except (ValueError, KeyError, TypeError, AttributeError):
            images = []  # reported already
        images = inside(image for image in images if isinstance(image, str))
        yield number, images, _kind(record) if images else '', _text(record, 'group')


def _kind(record):
    """What sort of product it is, by its labels or else by its first title."""
    labels = record.get('labels')
    place = '/'.join(_text(labels, level) for level in LEVELS[:2])
    titles = [_text(listing, 'title') for listing in record['listings']]
    return place if place.strip('/') else next(filter(None, titles), '').casefold()


def _text(record, key):
    """``record[key]`` if it is a text, else ''."""
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ''
