"""Applies a person's answers on labels (:mod:`~fashion_models.catalogue.label_answers`).

Labels stay in agreement with the taxonomy. The wider labels of a corrected one follow it: whoever
makes *rucksacks* of a product's *loafers* need not say that it is a bag. A narrower one that
contradicts a corrected label was wrong, too, and is taken away.
"""

import collections
import dataclasses
import difflib
import os
import pathlib
from collections.abc import Collection, Mapping, Sequence

from fashion_models.catalogue.cells import write_table
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importing import run_import
from fashion_models.catalogue.io import CHANGES_FILE, Catalogue
from fashion_models.catalogue.label_answers import Correction
from fashion_models.catalogue.merge_record import copy_merges
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.rewriting import Rewriting
from fashion_models.catalogue.tasks import (
    DEFAULT_TASKS,
    LEVELS,
    Task,
    ordered,
    parts,
)
from fashion_models.catalogue.taxonomy import Places
from fashion_models.errors import UserError
from fashion_models.plural import counted

#: The extra text that names the tasks whose labels answers have settled.
SETTLED = 'relabelled'
_SHOWN = 3


def relabel(catalogue: Catalogue, corrections: Sequence[Correction], folder: str | os.PathLike,
            overwrite: bool = False,
            link: bool = False) -> tuple[Report, list[tuple[str, str, str, str]]]:
    """Writes a copy of a catalogue with corrected labels.

    Nothing is lost: the label that the source gave is kept as the extra text ``source_<task>``, as
    by an import; ``relabelled.csv`` lists every label before and after. Products keep their ids and
    groups, and so their splits.

    Args:
        catalogue: The catalogue to correct.
        corrections: What to change.
        folder: The new catalogue's folder.
        overwrite (bool): Whether a catalogue in ``folder`` is replaced.
        link (bool): Whether images are linked or copied.

    Returns:
        tuple: The :class:`~fashion_models.catalogue.import_report.Report` of the writing, and
        a list of (product's id, task, before, after) of every label that changed.

    Raises:
        UserError: If a correction does not fit the catalogue; nothing is written then.
    """
    source = _Relabelled(catalogue, _by_product(catalogue, corrections))
    origin = {
        'relabelled': catalogue.hash(), 'link': link,
        'corrections': [dataclasses.astuple(one)[:4] for one in corrections]}

    def finish():
        copy_merges(source, folder)
        write_table(pathlib.Path(folder) / CHANGES_FILE, ('product', 'task', 'before', 'after'),
                    source.changes)

    report = run_import(
        source, folder, origin=origin, overwrite=overwrite, link=link, finish=finish)
    return report, source.changes


def corrected(product: Product, answers: Mapping[str, str], places: Places,
              tasks: Mapping[str, Task] = DEFAULT_TASKS) -> Product:
    """A product with a person's answers, its other labels made to agree with them.

    Args:
        product: The product to correct.
        answers: Task to the right label, ``''`` where nobody can tell.
        places: Those of the catalogue's taxonomy.
        tasks: Those of the catalogue.

    Returns:
        ~fashion_models.catalogue.records.Product

    Raises:
        ValueError: If the answers contradict each other.
    """
    labels = {task: product.label_text(task) for task in tasks}
    after = labels | answers
    if any(level in answers for level in LEVELS):
        after |= _settled(labels, answers, places)
    extra = dict(product.extra)
    for task in tasks:
        if labels[task] and labels[task] != after[task]:
            extra.setdefault(f'source_{task}', labels[task])
    settled = {*extra.get(SETTLED, '').split('|'), *answers}
    extra[SETTLED] = '|'.join(task for task in tasks if task in settled)
    return dataclasses.replace(product, extra=extra, labels={
        name: parts(after[name]) if task.several else after[name] for name, task in tasks.items()})


def as_settled(product: Product, before: Product, places: Places, tasks: Mapping[str, Task],
               report: Report) -> Product:
    """A product with the labels that answers settled of it before.

    Args:
        product: The product as its source gives it now.
        before: The same one, with what was settled.
        places: Those of the source's taxonomy, and of the one before.
        tasks: Those of the catalogue.
        report: Told of a place in the taxonomy that does not fit any more; then the source's holds.
    """
    answers = {task: before.label_text(task)
               for task in before.extra[SETTLED].split('|') if task in tasks}
    try:
        return corrected(product, answers, places, tasks)
    except ValueError as problem:
        report.note(f'labels settled by a person no longer fit: {problem}', product.id)
    others = {task: label for task, label in answers.items() if task not in LEVELS}
    product = dataclasses.replace(product, extra={
        name: text for name, text in product.extra.items() if name != SETTLED})
    return corrected(product, others, places, tasks) if others else product


def _settled(labels, answers, places):
    """The labels of the taxonomy that go with the answers, ``''`` where there is none."""
    path = [answers.get(level) or None for level in LEVELS]
    for problem in places.problems(path):
        raise ValueError(problem)
    narrowest = max((level for level, label in enumerate(path) if label), default=-1)
    # The wider labels from the bottom up, since they follow; then the narrower ones, which may not.
    for level in *range(narrowest, -1, -1), *range(narrowest + 1, len(LEVELS)):
        if LEVELS[level] in answers:
            continue
        for label in labels[LEVELS[level]] or None, _above(level, path, places), None:
            path[level] = label
            if not any(places.problems(path)):
                break
    return {task: label or '' for task, label in zip(LEVELS, path)}


def _above(level, path, places):
    """The label at a level that the narrower labels of a path leave no choice of, or None."""
    found = {place[level] for place in places.subcategories.get(path[2], ())} if level < 2 else ()
    if level == 0 and not found:
        found = set(places.categories.get(path[1], ()))
    return next(iter(found)) or None if len(found) == 1 else None


def _by_product(catalogue, corrections):
    """From products' ids to their corrections, all of which are found to fit the catalogue."""
    found = collections.defaultdict(dict)
    problems = []
    for one in corrections:
        other = found[one.product].setdefault(one.task, one)
        if other.after != one.after:
            problems.append(f'{one.where}: another row says {other.after!r} of the {one.task} of '
                            f'product {one.product!r}, not {one.after!r}')
    places, known = _known(catalogue)
    missing = dict(found)
    for product in catalogue.products:
        if own := missing.pop(product.id, None):
            problems += _problems(product, own, places, known, catalogue.tasks)
    problems += [f'{one.where}: the catalogue has no product {id!r}'
                 for id, own in missing.items() for one in own.values()]
    if problems:
        more = len(problems) - _SHOWN
        raise UserError('; '.join(problems[:_SHOWN])
                        + (f'; and {more} more that cannot be used' if more > 0 else ''))
    return found


def _known(catalogue):
    header = catalogue.header
    places = Places(header.taxonomy)
    return places, {task: set(header.labels_in_use(task)) for task in header.tasks} | {
        'type': places.types, 'category': set(places.categories),
        'subcategory': set(places.subcategories)}


def _problems(product, own, places, known, tasks):
    for task, one in own.items():
        now = product.label_text(task)
        if now != one.before:
            yield (f'{one.where}: the review looked at {task} {one.before!r} of product '
                   f'{product.id!r}, but the catalogue says {now!r}')
        for label in parts(one.after) if tasks[task].several else [one.after]:
            if label and known[task] and label not in known[task]:
                close = difflib.get_close_matches(label, known[task], 3) or sorted(known[task])[:5]
                yield (f'{one.where}: the catalogue has no {task} {label!r}, but '
                       f'{", ".join(close)} (a new one is first entered in catalogue.json)')
                return
    try:
        corrected(product, {task: one.after for task, one in own.items()}, places, tasks)
    except ValueError as problem:
        wheres = ', '.join(one.where for one in own.values())
        yield f'{wheres}: the answers on product {product.id!r} contradict each other: {problem}'


class _Relabelled(Rewriting):
    """A catalogue as a source, with its corrections."""

    def __init__(self, catalogue, corrections):
        super().__init__(catalogue)
        self._corrections = corrections
        self.changes = []

    def products(self, report):
        places = Places(self.header.taxonomy)
        self.changes.clear()    # the products are read twice
        for product in self.own_products():
            report.read()
            if own := self._corrections.get(product.id):
                after = corrected(product, {task: one.after for task, one in own.items()}, places,
                                  self.header.tasks)
                self.changes += [
                    (product.id, task, product.label_text(task), after.label_text(task))
                    for task in self.header.tasks
                    if product.label_text(task) != after.label_text(task)]
                product = after
            yield f'product {product.id}', product


def summary(changes: Collection[tuple[str, str, str, str]]) -> str:
    """What :func:`relabel` changed, in a line."""
    of_task = collections.Counter(task for _, task, _, _ in changes)
    taken = sum(not after for *_, after in changes)
    products = len({id for id, *_ in changes})
    return (f'{counted(len(changes), "label")} of {counted(products, "product")} changed: '
            + ', '.join(f'{task} {of_task[task]}' for task in ordered(of_task))
            + (f'; {taken} of them taken away' if taken else ''))
