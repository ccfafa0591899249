"""Joins listings that a person found to be one product, groups colourways, and takes it back.

Of products that are one, the first in the catalogue stays, with the listings of all. Where their
labels differ, its own stay; what it lacks, it gets. Products that are one, or colourways of one
design, come into one group with all of theirs, so that no design is in two splits.

What was done is the last line of ``merges.jsonl`` in the new catalogue, with the products as they
were: :func:`take_back` needs no other file. ``merged.csv`` lists it for people.
"""

import collections
import dataclasses
import datetime
import os
import pathlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from fashion_models.catalogue.cells import write_table
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importing import run_import
from fashion_models.catalogue.io import MERGED_FILE, MERGES_FILE, Catalogue
from fashion_models.catalogue.merge_record import copy_truth, handed_on, merges, write_merges
from fashion_models.catalogue.pair_answers import PairAnswer
from fashion_models.catalogue.records import Product, product_from_record, product_record
from fashion_models.catalogue.relabel import SETTLED
from fashion_models.catalogue.rewriting import Rewriting
from fashion_models.catalogue.same_products import Sameness, sameness
from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.tasks import DEFAULT_TASKS, LEVELS, Task, joined
from fashion_models.catalogue.taxonomy import Places
from fashion_models.errors import UserError
from fashion_models.parsing import whole_number
from fashion_models.plural import counted

_COLUMNS = 'product', 'joined_into', 'group', 'task', 'label', 'kept'


@dataclasses.dataclass(frozen=True)
class Change:
    """What became of a product.

    Attributes:
        product (str): Its id.
        joined_into (str): The id of the product that has its listings now, or ``''``.
        group (str): The group that it is in now, if that is another one, or ``''``.
        task, label, kept (str): A task in which its label differed from that of the product it was
            joined into, and both labels, or ``''``.
        other_split (bool): Whether it is in another split now.
    """

    product: str
    joined_into: str = ''
    group: str = ''
    task: str = ''
    label: str = ''
    kept: str = ''
    other_split: bool = False


def merge_duplicates(catalogue: Catalogue, answers: Sequence[PairAnswer],
                     folder: str | os.PathLike, overwrite: bool = False,
                     link: bool = False) -> tuple[Report, list[Change]]:
    """Writes a copy of a catalogue in which products are joined and grouped as a person answered.

    Args:
        catalogue: The catalogue.
        answers: On pairs of its products or listings, as in
            :mod:`~fashion_models.catalogue.pair_answers`. Products that an earlier call joined go
            by their old ids, too.
        folder: The new catalogue's folder.
        overwrite (bool): Whether a catalogue in ``folder`` is replaced.
        link (bool): Whether images are linked or copied.

    Returns:
        tuple: The report of the writing, and what changed; none if all was so already.

    Raises:
        UserError: If answers are on products that are not there, contradict each other or the
            catalogue, or change nothing; nothing is written then.
    """
    group_of, listings = {}, {}
    for product in catalogue.products:
        group_of[product.id] = product.group
        listings[product.id] = len(product.listings)
    same = sameness(answers, group_of, _Finder(catalogue, listings))
    if not same.into and not same.groups:
        raise UserError(f'{catalogue.folder}: no answer joins or groups products that are not '
                        'joined or grouped already')
    source = _Merged(catalogue, same)
    origin = {'duplicates merged': catalogue.hash(), 'link': link, 'into': same.into,
              'groups': same.groups}

    def finish():
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds')
        write_merges(folder, [
            *handed_on(source, merges(catalogue)), {'when': now, **source.record()}])
        copy_truth(catalogue, folder)
        write_table(pathlib.Path(folder) / MERGED_FILE, _COLUMNS, (
            [getattr(change, name) for name in _COLUMNS] for change in source.changes))

    report = run_import(
        source, folder, origin=origin, overwrite=overwrite, link=link, finish=finish)
    return report, source.changes


def take_back(catalogue: Catalogue, folder: str | os.PathLike, overwrite: bool = False,
              link: bool = False) -> tuple[Report, int]:
    """Writes a copy of a catalogue without the last of its merges.

    Args:
        catalogue: What :func:`merge_duplicates` wrote, or a correction of it.
        folder: The new catalogue's folder.
        overwrite (bool): Whether a catalogue in ``folder`` is replaced.
        link (bool): Whether images are linked or copied.

    Returns:
        tuple: The report of the writing, and how many products had other labels or listings than
        the merge gave them: they are as they were before it.

    Raises:
        UserError: If there is no merge to take back, or its products are no longer there.
    """
    done = merges(catalogue)
    if not done:
        raise UserError(f'{catalogue.folder}: has no {MERGES_FILE}, so there is no merge of '
                        'duplicates to take back')
    source = _TakenBack(catalogue, done[-1])

    def finish():
        write_merges(folder, handed_on(source, done[:-1]))
        copy_truth(catalogue, folder)

    report = run_import(
        source, folder, origin={'merge taken back': catalogue.hash(), 'link': link},
        overwrite=overwrite, link=link, finish=finish)
    return report, source.changed


class _Finder:
    """From an id in an answer to that of the product."""

    def __init__(self, catalogue, listings):
        self._folder = catalogue.folder
        self._listings = listings
        self._into = {
            product['record']['id']: own['products'][0]['record']['id']
            for one in merges(catalogue) for own in one['joined'] for product in own['products']}

    def __call__(self, id):
        product, _, number = id.rpartition('/')
        found = self._known(id)
        if (place := whole_number(number)) and (of := self._known(product)) and (
                product != of or place <= self._listings[of]):
            if found:
                raise UserError(f'{self._folder}: {id!r} is a product, and a listing of product '
                                f'{product!r}; give the ids of products')
            found = of
        if not found:
            raise UserError(f'{self._folder}: the catalogue has no product or listing {id!r}')
        return found

    def _known(self, id):
        while id not in self._listings and id in self._into and self._into[id] != id:
            id = self._into[id]
        return id if id in self._listings else None


class _Merged(Rewriting):
    """A catalogue whose duplicates are joined."""

    def __init__(self, catalogue, same: Sameness):
        super().__init__(catalogue)
        self._same = same
        self._places = Places(self.header.taxonomy)
        wanted = {*same.into, *same.into.values()}
        self._members = collections.defaultdict(list)   # of each product that others join
        self._regrouped = {}
        for row, product in enumerate(catalogue.products):
            if product.id in wanted:
                first = same.into.get(product.id, product.id)
                self._members[first].append((row, product))
            elif product.group in same.groups:
                self._regrouped[product.id] = product.group, same.groups[product.group]
        self.changes = []

    def record(self):
        """What is to be written down of it."""
        return {
            'joined': [
                {'products': [{'row': row, 'record': self.placed(product_record(product))}
                              for row, product in own]} for own in self._members.values()],
            'groups': self._regrouped}

    def products(self, report):
        self.changes = []       # the products are read twice
        for product in self.own_products():
            report.read()
            group = self._same.groups.get(product.group, product.group)
            other_split = split_of(group) != split_of(product.group)
            new = group if group != product.group else ''
            into = self._same.into.get(product.id, '')
            if into or new:
                self.changes.append(Change(product.id, into, new, other_split=other_split))
            if into:
                report.drop('joined into another product', f'product {product.id}')
                continue
            if own := self._members.get(product.id):
                product, differences = one_product(
                    [product for _, product in own], self._places, self.header.tasks)
                self.changes += [Change(id, product.id, '', *rest) for id, *rest in differences]
            yield f'product {product.id}', dataclasses.replace(product, group=group)


class _TakenBack(Rewriting):
    """A catalogue without the last merge of its duplicates."""

    def __init__(self, catalogue, record):
        super().__init__(catalogue)
        self._groups = record['groups']
        self._first, self._rest, self._made = {}, {}, {}
        for own in record['joined']:
            products = [product_from_record(one['record'], catalogue.tasks)
                        for one in own['products']]
            self._first[products[0].id] = products[0]
            self._rest |= {one['row']: product
                           for one, product in zip(own['products'][1:], products[1:])}
            self._made[products[0].id] = one_product(
                products, Places(self.header.taxonomy), self.header.tasks)[0]
        ids = {product.id for product in catalogue.products}
        if missing := self._first.keys() - ids:
            raise UserError(f'{catalogue.folder}: product {min(missing)!r} is no longer there, '
                            'into which others were joined; the merge cannot be taken back')
        if there := {product.id for product in self._rest.values()} & ids:
            raise UserError(f'{catalogue.folder}: product {min(there)!r} is there again, which was '
                            'joined into another; the merge cannot be taken back')
        self.changed = 0

    def products(self, report):
        self.changed = 0        # the products are read twice
        rest = dict(self._rest)
        row = 0
        for product in self.own_products():
            report.read()
            while row in rest:
                yield from self._restored(rest.pop(row), report)
                row += 1
            if first := self._first.get(product.id):
                made = dataclasses.replace(self._made[product.id], group=product.group)
                self.changed += product != made
                product = first
            elif product.id in self._groups:
                before, after = self._groups[product.id]
                if product.group == after:
                    product = dataclasses.replace(product, group=before)
            yield f'product {product.id}', product
            row += 1
        for row in sorted(rest):
            yield from self._restored(rest[row], report)

    @staticmethod
    def _restored(product, report) -> Iterator[tuple[str, Product]]:
        report.read()
        yield f'product {product.id}', product


def one_product(products: Sequence[Product], places: Places,
                tasks: Mapping[str, Task] = DEFAULT_TASKS,
                ) -> tuple[Product, list[tuple[str, str, str, str]]]:
    """Makes one product of several.

    Args:
        products: The one that stays, and those that are joined to it.
        places: Those of the catalogue's taxonomy.
        tasks: Those of the catalogue.

    Returns:
        The first of them with the listings of all, and the labels and extra texts that it lacks;
        and (id, task, label, label of the first) wherever a label differs from that of the first.
    """
    first, *others = products
    labels, extra, differences = dict(first.labels), dict(first.extra), []
    for other in others:
        path = [labels.get(level) or other.label(level) for level in LEVELS]
        fits = not any(places.problems(path))
        for task in other.labels:
            if task not in labels and (task not in LEVELS or fits):
                labels[task] = other.labels[task]
            elif _text(labels, task) != other.label_text(task):
                differences.append((other.id, task, other.label_text(task), _text(labels, task)))
        # What is told of how its own labels came about is not true of those of the first.
        extra = {name: text for name, text in other.extra.items()
                 if name != SETTLED and not name.startswith('source_')} | extra
    return dataclasses.replace(
        first, labels=labels, extra=extra,
        listings=[listing for product in products for listing in product.listings]), differences


def summary(changes: Collection[Change]) -> str:
    """What :func:`merge_duplicates` did, in lines."""
    into = {change.product: change.joined_into for change in changes if change.joined_into}
    grouped = {change.product for change in changes if change.group and not change.joined_into}
    moved = sum(change.other_split for change in changes)
    differ = sum(bool(change.task) for change in changes)
    lines = [f'{counted(len(into), "product")} joined into '
             f'{counted(len(set(into.values())), "other")}; '
             f'{counted(len(grouped), "product")} moved to the group of another']
    if differ:
        lines.append(f'{counted(differ, "label")} differed and gave way: see {MERGED_FILE}')
    if moved:
        lines.append(f'{counted(moved, "product")} in another split than before, with its group')
    return '\n'.join(lines)


def _text(labels, task):
    label = labels.get(task, ())
    return label if isinstance(label, str) else joined(label)
