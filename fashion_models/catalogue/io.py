"""Reading and writing a catalogue: catalogue.json, products.jsonl and images/."""

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib

from fashion_models.catalogue import records
from fashion_models.catalogue.taxonomy import Taxonomy
from fashion_models.errors import UserError
from fashion_models.files import atomic_write

FORMAT = 1
HEADER_FILE = 'catalogue.json'
PRODUCTS_FILE = 'products.jsonl'
IMAGES_FOLDER = 'images'


def open_catalogue(folder):
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
        raise UserError(f'{folder}: there is no such folder; expected a catalogue')
    for name in (HEADER_FILE, PRODUCTS_FILE):
        if not (folder / name).is_file():
            raise UserError(f'{folder} is not a catalogue: it has no {name}')
    return Catalogue(folder, read_header(folder / HEADER_FILE))


class Catalogue:
    """A catalogue on disk.

    Attributes:
        folder (pathlib.Path): Where it lies.
        header (Header): What it says of itself.
        products (Products): Its products; iterating over them reads the file line by line, anew
            each time.
    """

    def __init__(self, folder, header):
        self.folder = folder
        self.header = header
        self.products = Products(folder / PRODUCTS_FILE)

    def image_file(self, image):
        """Returns the file (pathlib.Path) of an image path of one of the products."""
        return self.folder / image

    def hash(self):
        """Identifies the catalogue's content.

        SHA-256 of the header's and the products' bytes and of each image's path and size in bytes,
        in the products' order. Pixels are not read, which keeps it quick (40,000 images take about
        a second); what changes an image and keeps its size is not seen.

        Returns:
            str: 64 hexadecimal digits.
        """
        digest = hashlib.sha256()
        for name in (HEADER_FILE, PRODUCTS_FILE):
            content = (self.folder / name).read_bytes()
            digest.update(f'{name} {len(content)}\n'.encode())
            digest.update(content)
        for product in self.products:
            for image in product.images:
                try:
                    size = os.path.getsize(self.folder / image)
                except OSError:
                    size = -1
                digest.update(f'{size} {image}\n'.encode('utf-8', 'surrogatepass'))
        return digest.hexdigest()


class Products:
    """The products of a products.jsonl file, in its order; nothing is kept in memory."""

    def __init__(self, path):
        self.path = path

    def __iter__(self):
        for number, text in lines(self.path):
            try:
                yield records.product_from_record(json.loads(text))
            except ValueError as error:
                raise UserError(f'{self.path}:{number}: {error}') from error

    def __len__(self):
        return sum(1 for _ in lines(self.path))


def lines(path):
    """Yields the number (from 1) and the bytes of every line of a file that is not blank."""
    with open(path, 'rb') as file:
        for number, text in enumerate(file, 1):
            if text.strip():
                yield number, text


def read_header(path):
    """Reads a catalogue.json file.

    Raises:
        UserError: Naming the file, what was found and what was expected.
    """
    try:
        record = json.loads(pathlib.Path(path).read_bytes())
    except ValueError as error:
        raise UserError(f'{path}: not JSON: {error}') from error
    if not isinstance(record, dict) or record.get('format') != FORMAT:
        found = record.get('format') if isinstance(record, dict) else type(record).__name__
        raise UserError(f'{path}: expected "format": {FORMAT}, found {found!r}')
    fields = {}
    for field in dataclasses.fields(records.Header):
        value = record.pop(field.name, None)
        if field.name in ('genders', 'colours'):
            value = [] if value is None else value
            good = isinstance(value, list) and all(isinstance(name, str) for name in value)
            expected, value = 'a list of names', tuple(value) if good else value
        elif field.name == 'taxonomy':
            good = Taxonomy.is_tree(value)
            expected = '{type: {category: [subcategory, ...]}}'
        else:
            good, expected = isinstance(value, str), 'a text'
        if not good:
            raise UserError(f'{path}: "{field.name}" must be {expected}, not {value!r:.60}')
        fields[field.name] = value
    if unknown := record.keys() - {'format'}:
        raise UserError(f'{path}: unknown key "{min(unknown)}"')
    return records.Header(**fields)


class CatalogueWriter:
    """Writes a catalogue product by product; it exists only once all are written.

    ``products.jsonl`` and ``catalogue.json`` appear when the ``with`` block ends well; images are
    put under :attr:`folder` by the caller, before. A header without a taxonomy, genders or colours
    gets those of the products.

    Args:
        folder: Where to write; made if it does not exist.
        header (Header): What the catalogue says of itself.
        overwrite (bool): Whether a catalogue may be there already. It stops being one as the block
            begins.

    Raises:
        UserError: There is a catalogue already, or (by :meth:`add`) a product that cannot be one.
    """

    def __init__(self, folder, header, overwrite=False):
        self.folder = pathlib.Path(folder)
        self.header = header
        self._overwrite = overwrite
        self._taxonomy = Taxonomy()
        self._names = {'genders': {}, 'colours': {}}
        self._ids = set()

    def __enter__(self):
        if (self.folder / HEADER_FILE).exists() and not self._overwrite:
            raise UserError(f'{self.folder} already holds a catalogue; '
                            'choose another folder or overwrite it')
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in (HEADER_FILE, PRODUCTS_FILE):
            (self.folder / name).unlink(missing_ok=True)
        self._stack = contextlib.ExitStack()
        self._file = self._stack.enter_context(atomic_write(self.folder / PRODUCTS_FILE))
        return self

    def add(self, product):
        """Writes one product.

        Raises:
            UserError: Its id was written before, or it has another of the problems that
                :func:`~fashion_models.catalogue.records.record_problems` lists.
        """
        record = records.product_record(product)
        for problem in records.record_problems(record):
            raise UserError(f'product {product.id!r}: {problem}')
        if product.id in self._ids:
            raise UserError(f'product {product.id!r} was written before; ids are unique')
        self._ids.add(product.id)
        self._taxonomy.add(product)
        if gender := product.label('gender'):
            self._names['genders'][gender] = True
        self._names['colours'].update(dict.fromkeys(product.colours))
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b'\n')

    def __exit__(self, kind, error, trace):
        self._stack.__exit__(kind, error, trace)
        if kind is None:
            self._write_header()

    def _write_header(self):
        record = {'format': FORMAT} | dataclasses.asdict(self.header)
        record['taxonomy'] = record['taxonomy'] or self._taxonomy.tree()
        for key, names in self._names.items():
            record[key] = list(record[key]) or sorted(names)
        with atomic_write(self.folder / HEADER_FILE, 'w', encoding='utf-8') as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
            file.write('\n')
