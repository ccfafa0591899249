"""Reading and writing a catalogue: catalogue.json, products.jsonl and images/."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Callable, Iterable

from fashion_models.catalogue import records
from fashion_models.catalogue.products import Products
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS, Task, further, with_further
from fashion_models.catalogue.taxonomy import Taxonomy
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.parsing import json_file, shown
from fashion_models.surrogates import is_whole

FORMAT = 1
HEADER_FILE = 'catalogue.json'
PRODUCTS_FILE = 'products.jsonl'
IMAGES_FOLDER = 'images'
#: Beside a catalogue that was made of another: every label that is not what it was; which products
#: were joined and grouped, for people; and the record of that, by which it can be taken back.
CHANGES_FILE, MERGED_FILE, MERGES_FILE = 'relabelled.csv', 'merged.csv', 'merges.jsonl'
#: Beside a drawn catalogue: what is true of its products (:mod:`fashion_models.drawn.truth`), and
#: the settings that it was drawn with.
TRUTH_FILE, SETTINGS_FILE = 'truth.jsonl', 'synthesis.json'
#: A line for each change of a catalogue in place.
UPDATES_FILE = 'updates.jsonl'
#: Holds the line to come of a change that is not finished.
PENDING_FILE = '.update-unfinished.json'
#: Locked by whoever writes a catalogue into the folder.
LOCK_FILE = '.lock'
#: What a message advises where a folder is taken.
ANOTHER_FOLDER = 'choose another folder or overwrite it (overwrite)'
_PIECE = 1 << 20


def open_catalogue(folder: str | os.PathLike) -> Catalogue:
    """Opens the catalogue in ``folder`` for reading.

    Args:
        folder: The folder that holds catalogue.json and products.jsonl.

    Returns:
        Catalogue: Its header is read, its products are not yet.

    Raises:
        UserError: It is not a catalogue, or not one of this format.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise UserError(f'{folder}: is a file, expected the folder of a catalogue'
                        if folder.is_file() else
                        f'{folder}: there is no such folder; expected a catalogue')
    for name in (HEADER_FILE, PRODUCTS_FILE):
        if not (folder / name).is_file():
            raise UserError(f'{folder} is not a catalogue: it has no {name}')
    return Catalogue(folder, read_header(folder / HEADER_FILE))


class Catalogue:
    """A catalogue on disk.

    Attributes:
        folder (pathlib.Path): Where it lies.
        header (Header): What it says of itself.
        products (Products): Its products; iterating over them reads the file line by line, again
            each time.
        address (str): Where its pictures are, if ``folder`` has only a copy of its texts; else ''.
    """

    def __init__(self, folder: pathlib.Path, header: records.Header, address: str = '') -> None:
        self.folder = folder
        self.header = header
        self.address = address
        self.products = Products(folder / PRODUCTS_FILE, header.tasks)

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks by name, the default ones first."""
        return self.header.tasks

    def image_file(self, image: str) -> pathlib.Path:
        """Returns the file (pathlib.Path) of an image path of one of the products."""
        return self.folder / image

    def hash(self, size_of: Callable[[str], int] | None = None) -> str:
        """The catalogue's :func:`content_hash`.

        Args:
            size_of: What gives the size of an image's file in bytes, -1 where there is none, by the
                image's path, if the caller knows.
        """
        size_of = size_of or (lambda image: _size(os.path.join(self.folder, image)))
        return content_hash(self.folder, (
            (image, size_of(image)) for product in self.products for image in product.images))


def content_hash(folder: pathlib.Path, images: Iterable[tuple[str, int]]) -> str:
    """Identifies a catalogue's content, by 64 hexadecimal digits.

    SHA-256 of the header's and the products' bytes and of each image's path and size in bytes, in
    the products' order. Pixels are not read, which keeps it quick (120,000 images take about a
    second); what changes an image and keeps its size is not seen.

    Args:
        folder: The catalogue's.
        images: The path of each image of its products, and the size of its file, -1 where there is
            none.
    """
    digest = hashlib.sha256()
    for name in (HEADER_FILE, PRODUCTS_FILE):
        with open(folder / name, 'rb') as file:
            digest.update(f'{name} {os.fstat(file.fileno()).st_size}\n'.encode())
            while piece := file.read(_PIECE):
                digest.update(piece)
    for image, size in images:
        digest.update(f'{size} {image}\n'.encode('utf-8', 'surrogatepass'))
    return digest.hexdigest()


def refuse_existing(folder: pathlib.Path, overwrite: bool = False) -> None:
    """Raises UserError if a folder holds a catalogue that is not to be overwritten."""
    if (folder / HEADER_FILE).exists() and not overwrite:
        raise UserError(f'{folder} already holds a catalogue; {ANOTHER_FOLDER}')


def _size(file):
    try:
        return os.path.getsize(file)
    except OSError:
        return -1


def read_header(path: str | os.PathLike) -> records.Header:
    """Reads a catalogue.json file.

    Raises:
        UserError: Naming the file, what was found and what was expected.
    """
    try:
        record = json_file(path)
    except ValueError as error:
        raise UserError(f'{path}: not JSON: {error}') from error
    if not isinstance(record, dict) or record.get('format') != FORMAT:
        found = record.get('format') if isinstance(record, dict) else type(record).__name__
        raise UserError(f'{path}: expected "format": {FORMAT}, found {shown(found)}')
    if not is_whole(record):
        raise UserError(f'{path}: {records.UNENCODABLE}')
    tasks, labels = _further_tasks(path, record.pop('tasks', {}))
    fields = {'tasks': tasks, 'labels': labels}
    for name in (field.name for field in dataclasses.fields(records.Header)):
        if name in fields:
            continue
        value = record.pop(name, None)
        if name in ('genders', 'colours'):
            value = [] if value is None else value
            good = _is_names(value)
            expected, value = 'a list of names', tuple(value) if good else value
        elif name == 'taxonomy':
            good = Taxonomy.is_tree(value)
            expected = '{type: {category: [subcategory, ...]}}'
        else:
            good, expected = isinstance(value, str), 'a text'
        if not good:
            raise UserError(f'{path}: "{name}" must be {expected}, not {shown(value)}')
        fields[name] = value
    if unknown := record.keys() - {'format'}:
        raise UserError(f'{path}: unknown key "{min(unknown)}"')
    return records.Header(**fields)


def _further_tasks(path, record):
    """The tasks of a header, and the labels in use of its further ones."""
    if not isinstance(record, dict):
        raise UserError(f'{path}: "tasks" must map names to what they are, not {shown(record)}')
    for name, entry in record.items():
        if not (isinstance(entry, dict) and entry.keys() == {'several', 'labels'}
                and isinstance(entry['several'], bool) and _is_names(entry['labels'])):
            raise UserError(f'{path}: task "{name}" must be as {{"several": false, "labels": '
                            f'["Plain", "Striped"]}}, not {shown(entry)}')
        if name in DEFAULT_TASKS:
            raise UserError(f'{path}: task "{name}" is not a further one')
    try:
        tasks = with_further(Task(name, several=own['several']) for name, own in record.items())
    except ValueError as error:
        raise UserError(f'{path}: {error}') from None
    return tasks, {name: tuple(own['labels']) for name, own in record.items()}


def _is_names(value):
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


class CatalogueWriter:
    """Writes a catalogue product by product; it exists only once all are written.

    ``products.jsonl`` and ``catalogue.json`` appear when the ``with`` block ends well; images are
    put under :attr:`folder` by the caller, before. Where the header has no taxonomy, or no labels
    of a task, it gets those of the products.

    Args:
        folder: Where to write; made if it does not exist.
        header (Header): What the catalogue says of itself.
        overwrite (bool): Whether a catalogue may be there already. It stops being one as the block
            begins.
        replaces (Header): That of the catalogue which is there, if it is to remain one throughout:
            as the block ends, the header takes the labels of both, the products are replaced, and
            the header takes the new taxonomy. At every moment it has all labels of the products.

    Raises:
        UserError: There is a catalogue already, or (by :meth:`add`) a product that cannot be one.
    """

    def __init__(self, folder: str | os.PathLike, header: records.Header,
                 overwrite: bool = False, replaces: records.Header | None = None) -> None:
        self.folder = pathlib.Path(folder)
        self.header = header
        self._overwrite = overwrite
        self._replaces = replaces
        self._taxonomy = Taxonomy()
        self._labels = {task: set() for task in header.tasks if task not in LEVELS}
        self._ids = set()

    def __enter__(self) -> CatalogueWriter:
        if not self._replaces:
            refuse_existing(self.folder, self._overwrite)
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in (HEADER_FILE, PRODUCTS_FILE):
                (self.folder / name).unlink(missing_ok=True)
        self._stack = contextlib.ExitStack()
        self._file = self._stack.enter_context(atomic_write(self.folder / PRODUCTS_FILE))
        return self

    def add(self, product: records.Product) -> None:
        """Writes one product.

        Raises:
            UserError: Its id was written before, or it has another of the problems that
                :func:`~fashion_models.catalogue.records.record_problems` lists.
        """
        record = records.product_record(product)
        for problem in records.record_problems(record, self.header.tasks):
            raise UserError(f'product {product.id!r}: {problem}')
        if product.id in self._ids:
            raise UserError(f'product {product.id!r} was written before; ids are unique')
        self._ids.add(product.id)
        self._taxonomy.add(product)
        for task, labels in self._labels.items():
            labels.update(product.accepted(task))
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b'\n')

    def __exit__(self, kind, error, trace) -> None:
        header = self._complete()
        if self._replaces:
            joint = union(self._replaces, header)
            header = dataclasses.replace(joint, taxonomy=header.taxonomy)
            if kind is None:
                self._write_header(joint)
        self._stack.__exit__(kind, error, trace)
        if kind is None:
            self._write_header(header)

    def _complete(self):
        """The header, with what the products hold where it says nothing."""
        header = self.header
        labels = {task: header.labels_in_use(task) or tuple(sorted(found))
                  for task, found in self._labels.items()}
        return dataclasses.replace(
            header, taxonomy=header.taxonomy or self._taxonomy.tree(), genders=labels['gender'],
            colours=labels['colour'], labels={name: labels[name] for name in further(header.tasks)})

    def _write_header(self, header):
        record = {'format': FORMAT, 'name': header.name, 'version': header.version,
                  'source': header.source, 'licence': header.licence,
                  'taxonomy': header.taxonomy,
                  'genders': list(header.genders), 'colours': list(header.colours)}
        if own := further(header.tasks):
            record['tasks'] = {
                name: {'several': task.several, 'labels': list(header.labels_in_use(name))}
                for name, task in own.items()}
        with atomic_write(self.folder / HEADER_FILE, 'w', encoding='utf-8') as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
            file.write('\n')


def union(a: records.Header, b: records.Header) -> records.Header:
    """The header ``b`` with the taxonomy and labels of ``a``, too, all sorted.

    Where one allows any label of a task, so does the union.
    """
    def joined(task):
        own = a.labels_in_use(task), b.labels_in_use(task)
        return tuple(sorted({*own[0], *own[1]})) if all(own) else ()

    tree = {}
    for header in (a, b):
        for type_, below in header.taxonomy.items():
            for category, names in below.items():
                tree.setdefault(type_, {}).setdefault(category, set()).update(names)
            tree.setdefault(type_, {})
    return dataclasses.replace(
        b, genders=joined('gender'), colours=joined('colour'),
        labels={name: joined(name) for name in further(b.tasks)},
        taxonomy={type_: {category: sorted(below[category]) for category in sorted(below)}
                  for type_, below in sorted(tree.items())})
