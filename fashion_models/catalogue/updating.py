"""Changes a catalogue in place: a new export of its shop, products to add, products to remove.

At every moment the folder holds a whole catalogue. Pictures come first, then the list of products
is replaced at once, then pictures that no product names any more are removed. After an interruption
the same call does the rest. Each change is a line of ``updates.jsonl``::

    {"when": "2026-11-26T04:00:12Z", "what": "import", "source": "/exports/monday.csv",
     "new": 12, "changed": 3, "gone": 5, "unchanged": 39980}

While the change is under way, the line waits in ``.update-unfinished.json``: a call that does the
rest finds no change in the list of products any more.
"""

import collections
import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
from collections.abc import Collection

from fashion_models.catalogue import importing, io
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.records import Product, product_record
from fashion_models.catalogue.relabel import SETTLED, as_settled
from fashion_models.catalogue.taxonomy import Places, Taxonomy, path_of, reconcile
from fashion_models.catalogue.unfinished import (
    MARKER_FILE,
    REPORT_FILE,
    refuse_busy,
    remove_pictures,
)
from fashion_models.errors import UserError
from fashion_models.files import append_line, atomic_write, checksum, locked, whole_lines
from fashion_models.parsing import ids_like, json_file, require_form
from fashion_models.plural import counted
from fashion_models.surrogates import json_text

#: The share of a catalogue's products that a new export may lack; more look like half an export.
MOST_GONE = 0.5


@dataclasses.dataclass
class Changes:
    """What a change of a catalogue came to, in products."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0

    def text(self) -> str:
        """It in a line."""
        return ', '.join(f'{value:,} {name}' for name, value in dataclasses.asdict(self).items())


_NUMBERS = tuple(field.name for field in dataclasses.fields(Changes))


def update(source: Source, folder: str | os.PathLike, *, link: bool = False, lyst16: bool = False,
           keep: bool = False, most_gone: float = MOST_GONE) -> tuple[Changes, Report]:
    """Brings a catalogue up to date with a source.

    The products become those that an import of the source would give, but for labels that a person
    settled (:mod:`~fashion_models.catalogue.relabel`), which stay; a source without a licence keeps
    that too. Pictures are compared byte for byte; files of those that did not change stay.

    Args:
        source: An importer's open data set.
        folder: The catalogue's folder.
        link, lyst16: As of :func:`~fashion_models.catalogue.importing.run_import`.
        keep: Whether products that the source lacks stay, before the others.
        most_gone: The share of the catalogue's products that may go, from 0 to 1, because the
            source lacks them or none of their pictures can be read. Of those that stay by ``keep``
            none may.

    Returns:
        What changed, and the report, also saved as import-report.json.

    Raises:
        UserError: There is no catalogue, or another process is writing it; the source declares
            other tasks, or holds no product of the catalogue; too many products would go; or as of
            an import.
    """
    folder = pathlib.Path(folder)
    importing.require_usable(source, folder, link)
    try:
        with _held(folder) as catalogue:
            return _update(source, catalogue, link, lyst16, keep, most_gone)
    except OSError as error:
        raise UserError(f'{error.filename or folder}: {error.strerror or error}') from error


def remove(folder: str | os.PathLike, ids: Collection[str]) -> Changes:
    """Removes products from a catalogue, with the pictures that only they have.

    Args:
        folder: The catalogue's folder.
        ids: Those of the products.

    Raises:
        UserError: The catalogue has no such product, or no other; nothing is removed then. Or
            another process is writing it.
    """
    folder, ids = pathlib.Path(folder), set(ids)
    try:
        with _held(folder) as catalogue:
            there = [product.id for product in catalogue.products]
            begun = _pending(folder).get('ids', [])     # by an interrupted call
            if missing := sorted(ids.difference(there, begun)):
                raise UserError(
                    f'{folder}: has no product {", ".join(map(repr, missing[:5]))}'
                    f'{" and others" if len(missing) > 5 else ""}; there are '
                    f'{len(there):,}, among them {ids_like(missing[0], there)}')
            left = len(there) - len(ids.intersection(there))
            if not left:
                raise UserError(f'{folder}: a catalogue without products is none; delete the '
                                'folder instead')
            images = _Named()
            header = catalogue.header
            with io.CatalogueWriter(folder, header, replaces=header) as writer:
                for product in catalogue.products:
                    if product.id not in ids:
                        writer.add(product)
                        images.add(product)
                changes = Changes(gone=len(ids), unchanged=left)
                line = _line(folder, changes, what='remove', ids=sorted(ids))
            _finish(folder, images, line)
            return changes
    except OSError as error:
        raise UserError(f'{error.filename or folder}: {error.strerror or error}') from error


@contextlib.contextmanager
def _held(folder):
    """The catalogue in a folder, which nobody else changes meanwhile."""
    if (folder / MARKER_FILE).exists():
        raise UserError(f'{folder}: an import into this folder was not finished; repeat it first')
    io.open_catalogue(folder)
    with locked(folder / io.LOCK_FILE, lambda: refuse_busy(folder)):
        yield io.open_catalogue(folder)


def _update(source, catalogue, link, lyst16, keep, most_gone):
    folder, header = catalogue.folder, catalogue.header
    if source.header.tasks != header.tasks:
        raise UserError(
            f'{source.place}: has the tasks {", ".join(source.header.tasks)}, but the '
            f'catalogue {folder} has {", ".join(header.tasks)}; import it as a new one')
    old = {product.id: _mark(product) for product in catalogue.products}
    ids, paths = set(), collections.Counter()
    for product in importing.readable(source):
        ids.add(product.id)
        paths[path_of(product)] += 1
    total, count = len(ids), len(old)
    if keep:
        paths.update(path_of(own) for own in catalogue.products if own.id not in ids)
    else:
        _require_same_shop(source, folder, old, ids, most_gone)
        header = dataclasses.replace(source.header, name=header.name,
                                     licence=source.header.licence or header.licence)
    mapping = reconcile(paths)
    settled = {own.id: own for own in catalogue.products if SETTLED in own.extra}
    places = Places(Taxonomy(mapping.values()).tree(), catalogue.header.taxonomy)
    images, there = _Named(), _There(source.tree, link)
    report, changes = Report(header.tasks), Changes()
    with io.CatalogueWriter(folder, dataclasses.replace(header, taxonomy={}),
                            replaces=catalogue.header) as writer:
        def write(product, differs):
            if product.id in settled:
                product = as_settled(product, settled[product.id], places, header.tasks, report)
            writer.add(product)
            images.add(product)
            report.keep(product)
            mark = old.pop(product.id, None)
            kind = ('new' if mark is None else
                    'changed' if differs or mark != _mark(product) else 'unchanged')
            setattr(changes, kind, getattr(changes, kind) + 1)

        if keep:
            for product in catalogue.products:
                if product.id not in ids:
                    write(importing.reconciled(product, mapping, report), False)
        for product in importing.products(
                source, folder, mapping, total, report, link, lyst16, there):
            write(product, there.differs())
        if not report.kept:
            raise importing.none_kept(source, report)
        changes.gone = len(old)
        if changes.gone > (0 if keep else most_gone * count):
            most = '' if keep else f', more than the share {most_gone} that may (most_gone)'
            raise UserError(f'{source.place}: {changes.gone:,} of the {counted(count, "product")} '
                            f'of {folder} would go{most}: {report.reasons()}')
        line = _line(folder, changes, what='add' if keep else 'import',
                     source=str(source.place))
    changes = Changes(**{name: line[name] for name in dataclasses.asdict(changes)})
    with atomic_write(folder / REPORT_FILE, 'w', encoding='utf-8') as file:
        record = {'update': dataclasses.asdict(changes), **report.record()}
        file.write(json_text(record, indent=1))
    _finish(folder, images, line)
    return changes, report


def _require_same_shop(source, folder, old, ids, most_gone):
    gone = len(old.keys() - ids)
    if gone == len(old):
        raise UserError(f'{source.place}: holds none of the '
                        f'{counted(len(old), "product")} of {folder}; is it another shop?')
    if gone > most_gone * len(old):
        raise UserError(
            f'{source.place}: lacks {gone:,} of the {counted(len(old), "product")} of '
            f'{folder}, more than the share {most_gone} that may go (most_gone); is it whole?')


def _mark(product):
    return checksum(json.dumps(product_record(product)).encode())


class _There:
    """Whether the catalogue has a picture already; remembers if one of a product was not there."""

    def __init__(self, tree, link):
        self._tree = tree
        self._link = link
        self._differs = False

    def __call__(self, image: str, target: pathlib.Path) -> bool:
        same = target.is_file() and self._same(image, target)
        self._differs |= not same
        return same

    def _same(self, image, target):
        if self._link:
            return os.path.samefile(self._tree.file(image), target)
        if target.is_symlink() or target.stat().st_size != self._tree.size(image):
            return False
        try:
            return self._tree.read(image) == target.read_bytes()
        except OSError:
            return False    # reported when it is copied

    def differs(self) -> bool:
        """Whether a picture was not there, or was another, since the last call."""
        differs, self._differs = self._differs, False
        return differs


class _Named:
    """The pictures that products name, in little memory."""

    def __init__(self):
        self._names = set()

    def add(self, product: Product) -> None:
        self._names.update(map(_name_mark, product.images))

    def __contains__(self, path: str) -> bool:
        return _name_mark(path) in self._names


def _name_mark(path):
    return checksum(path.encode('utf-8', 'surrogatepass'))


def _pending(folder):
    """The line of a change that was interrupted, or nothing."""
    try:
        found = json_file(folder / io.PENDING_FILE)
        require_form(found, {'ids?': [str], **dict.fromkeys(_NUMBERS, int)})
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _line(folder, changes, **what):
    """The line to come of a change; kept until :func:`_finish` has written it.

    If an interrupted call of the same kind got as far as to replace the list of products, this one
    finds nothing to change there: then the line is still that one's.
    """
    numbers = dataclasses.asdict(changes)
    pending = _pending(folder)
    if pending and pending.items() >= what.items() and (
            changes == Changes(unchanged=changes.unchanged)
            or {name: pending[name] for name in numbers} == numbers):
        return pending
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds')
    line = {'when': now.replace('+00:00', 'Z'), **what, **numbers}
    with atomic_write(folder / io.PENDING_FILE, 'w', encoding='utf-8') as file:
        file.write(json_text(line))
    return line


def _finish(folder, images, line):
    remove_pictures(folder, images)
    text = json_text(line)
    if whole_lines(folder / io.UPDATES_FILE)[-1:] != [text]:
        append_line(folder / io.UPDATES_FILE, text, durable=True)
    (folder / io.PENDING_FILE).unlink()
