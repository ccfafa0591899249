"""Finds every problem of a catalogue at once."""

import collections
import itertools
import json
import os
import pathlib
from collections.abc import Iterator

from tqdm import tqdm

from fashion_models.catalogue import io, records
from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.catalogue.split import SPLITS, split_of
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS
from fashion_models.catalogue.taxonomy import Places
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
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
            raise UserError(f'{folder}: there is no such folder; expected a catalogue')
        self._header = None
        self._places = None
        self._products = 0
        self._images = 0
        self._groups = collections.defaultdict(int)

    def problems(self, workers: int | None = None) -> Iterator[str]:
        """Yields every problem (str), the file and the line first.

        The header comes first, then the products' lines, then their images, which are decoded in
        parallel. Memory holds ids and groups only.

        Args:
            workers (int): Threads that decode images; by default as many as there are usable cores.
        """
        yield from self._header_problems()
        products = self.folder / io.PRODUCTS_FILE
        if not products.is_file():
            yield f'{products}: there is no such file'
            return
        yield from self._product_problems(products)
        yield from self._image_problems(products, workers or usable_cores())

    def summary(self) -> str:
        """Returns the sizes of the catalogue and of its splits (str), once problems are found."""
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
        for number, text in io.lines(path):
            self._products += 1
            try:
                record = json.loads(text)
            except (ValueError, RecursionError) as error:
                yield f'{path}:{number}: not JSON: {error}'
                continue
            tasks = self._header.tasks if self._header else DEFAULT_TASKS
            for problem in itertools.chain(records.record_problems(record, tasks),
                                           self._label_problems(record)):
                yield f'{path}:{number}: {problem}'
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
            number, images = job
            return number, [(image, self._reason(image)) for image in images]

        # Not in a with block: to abandon this generator must not wait for the threads.
        looked_at = Ahead(reasons, _images(path), workers, depth=4 * workers)
        with tqdm(total=self._products, unit=' products', disable=None) as bar:
            for number, images in looked_at:
                self._images += len(images)
                for image, reason in images:
                    if reason:
                        yield f'{path}:{number}: image {image}: {reason}'
                bar.update()

    def _reason(self, image):
        """Why an image cannot be read, or None."""
        try:
            load_image(self.folder / image)
        except ImageError as error:
            return str(error)


def _images(path):
    """Yields (line number, well-formed image paths) of every line that has any."""
    for number, text in io.lines(path):
        try:
            listings = json.loads(text)['listings']
            images = [image for listing in listings for image in listing['images']]
        except (ValueError, RecursionError, KeyError, TypeError):
            images = []  # reported already
        yield number, [image for image in images
                       if isinstance(image, str) and not records.path_problem(image)]


def _text(record, key):
    """``record[key]`` if it is a text, else ''."""
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ''
