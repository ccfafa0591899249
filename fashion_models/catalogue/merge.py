"""Joins catalogues under one taxonomy and one vocabulary."""

import collections
import dataclasses
import os
from collections.abc import Collection, Iterable

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree, Tree
from fashion_models.catalogue.importing import run_import
from fashion_models.catalogue.io import IMAGES_FOLDER, Catalogue
from fashion_models.catalogue.mapping import Mapping
from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.records import Header
from fashion_models.catalogue.tasks import Task, with_further
from fashion_models.errors import UserError
from fashion_models.plural import counted

_BELOW = f'{IMAGES_FOLDER}/'


class UnmappedLabels(UserError):
    """The mapping says nothing about some labels.

    Attributes:
        counts (dict): (catalogue's name, task, label) to its number of products.
    """

    def __init__(self, counts: dict[tuple[str, str, str], int]) -> None:
        catalogues = len({name for name, *_ in counts})
        super().__init__(
            f'{counted(len(counts), "label")} of {counted(catalogues, "catalogue")} not mapped: '
            'say in the mapping what each becomes, [] for nothing')
        self.counts = counts


def merge(catalogues: Collection[Catalogue], mapping: Mapping, folder: str | os.PathLike,
          overwrite: bool = False, link: bool = False) -> Report:
    """Joins catalogues into a new one, as an import does (:func:`~.importing.run_import`).

    Ids and groups begin with the name of their catalogue and a slash, images lie below
    ``images/<name>/``, and the extra text ``catalogue`` holds the name. So two catalogues never
    share a group.

    Args:
        catalogues (list of Catalogue): Each with another name.
        mapping (Mapping): What their labels become.
        folder: The new catalogue's folder.
        overwrite (bool): Whether a catalogue in ``folder`` is replaced.
        link (bool): Whether images are linked or copied.

    Returns:
        Report: What was kept and what was not; also saved as import-report.json.

    Raises:
        UnmappedLabels: The mapping lacks some; nothing is written.
        UserError: As of an import, or two of the catalogues have the same name.
    """
    if counts := unmapped_labels(catalogues, mapping):
        raise UnmappedLabels(counts)
    mapping = Mapping(mapping.tables, tasks_of(catalogues))
    origin = {
        'merged': {catalogue.header.name: catalogue.hash() for catalogue in catalogues},
        'mapping': mapping.tables, 'link': link}
    source = _Merged(catalogues, mapping, os.path.basename(os.path.realpath(folder)))
    return run_import(source, folder, origin=origin, overwrite=overwrite, link=link)


def tasks_of(catalogues: Iterable[Catalogue]) -> dict[str, Task]:
    """The tasks (dict, by name) of some catalogues together."""
    return with_further(task for catalogue in catalogues for task in catalogue.tasks.values())


def unmapped_labels(catalogues: Collection[Catalogue],
                    mapping: Mapping) -> collections.Counter[tuple[str, str, str]]:
    """What a mapping lacks: {(catalogue's name, task, label): products with it}."""
    _by_name(catalogues)
    mapping = Mapping(mapping.tables, tasks_of(catalogues))
    counts = collections.Counter()
    for catalogue in catalogues:
        name = catalogue.header.name
        for product in catalogue.products:
            counts.update((name, *unmapped) for unmapped in mapping.unmapped(name, product))
    return counts


class _Merged(Source):
    def __init__(self, catalogues, mapping, name):
        self._catalogues = _by_name(catalogues)
        self._mapping = mapping
        # Image paths lose the folder that they have in common, as almost always they do.
        self._strip = {
            name: _BELOW if all(image.startswith(_BELOW) for product in catalogue.products
                                for image in product.images) else ''
            for name, catalogue in self._catalogues.items()}
        super().__init__(_Trees({
            name: FolderTree(catalogue.folder / self._strip[name], anywhere=True)
            for name, catalogue in self._catalogues.items()}))
        headers = [catalogue.header for catalogue in catalogues]
        self.header = Header(
            name, source='; '.join(
                ', '.join(filter(None, (header.name, header.version, header.source)))
                for header in headers),
            licence='; '.join(
                f'{header.name}: {header.licence}' for header in headers if header.licence),
            tasks=mapping.tasks)

    def products(self, report):
        for name, catalogue in self._catalogues.items():
            for product in catalogue.products:
                report.read()
                yield f'{name}: {product.id}', self._joined(name, product, report)

    def _joined(self, name, product, report):
        product = self._mapping.apply(name, product, report)
        listings = [
            dataclasses.replace(listing, images=[
                f'{name}/{image.removeprefix(self._strip[name])}' for image in listing.images])
            for listing in product.listings]
        return dataclasses.replace(
            product, id=f'{name}/{product.id}', group=f'{name}/{product.group}',
            listings=listings, extra=product.extra | {'catalogue': name})


class _Trees(Tree):
    """Several trees in one: the first part of a path names the tree."""

    has_files = True

    def __init__(self, trees):
        self._trees = trees
        self.place = ', '.join(map(str, self.places))

    @property
    def places(self):
        return [tree.place for tree in self._trees.values()]

    def size(self, path):
        tree, rest = self._find(path)
        return tree.size(rest)

    def leaves(self, path):
        tree, rest = self._find(path)
        return tree.leaves(rest)

    def read(self, path):
        tree, rest = self._find(path)
        return tree.read(rest)

    def file(self, path):
        tree, rest = self._find(path)
        return tree.file(rest)

    def _find(self, path):
        name, _, rest = path.partition('/')
        return self._trees[name], rest


def _by_name(catalogues):
    found = {}
    for catalogue in catalogues:
        name = catalogue.header.name
        if '/' in name or path_problem(name):
            raise UserError(f'{catalogue.folder}: the catalogue is called {name!r}, which cannot '
                            'name a folder; change "name" in its catalogue.json')
        if other := found.get(name):
            raise UserError(f'{catalogue.folder}: is called {name!r} as {other.folder} is; change '
                            '"name" in the catalogue.json of one of them')
        found[name] = catalogue
    return found
