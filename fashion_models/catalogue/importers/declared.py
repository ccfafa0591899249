"""Labels of declared tasks: what a source keeps as extra texts of its products."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.source import Source, clean, closest
from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import TASKS, Task, parts, with_further
from fashion_models.errors import UserError


class Declared(Source):
    """A source some of whose products' extra texts become labels.

    Args:
        source: The importer's.
        texts: From each task's name to the name of the extra text that holds its labels. One of the
            default tasks may be among them.
        several: Names of the further tasks of which a product may have several labels, joined by
            ``|`` in its text.

    Raises:
        UserError: If a name cannot be one of a task, or ``several`` names another task.
    """

    def __init__(self, source: Source, texts: Mapping[str, str],
                 several: Collection[str] = ()) -> None:
        super().__init__(source.tree, source.place)
        for name in several:
            if name in TASKS or name not in texts:
                raise UserError(f'several: found {name!r}, expected a further task that is '
                                'declared')
        try:
            declared = [Task(name, several=name in several) for name in texts]
        except ValueError as error:
            raise UserError(str(error)) from None
        self.header = dataclasses.replace(
            source.header, tasks=with_further([*source.header.tasks.values(), *declared]))
        self.strip = source.strip
        self.same_image_same_group = source.same_image_same_group
        self._source = source
        self._texts = texts

    def products(self, report: Report) -> Iterator[tuple[str, Product]]:
        """As the source's, the texts having become labels.

        Raises:
            UserError: Once all are read, if no product at all has one of the texts.
        """
        seen = set()
        product = None
        for where, product in self._source.products(report):
            seen.update(product.extra)
            yield where, self._labelled(product)
        for task, text in self._texts.items() if product else ():
            if text not in seen:
                raise UserError(f'task {task}: no product has a text called {text!r}; there are '
                                f'{closest(text, seen)}')

    def _labelled(self, product):
        labels = dict(product.labels)
        for name, text in self._texts.items():
            if not (found := product.extra.get(text)):
                continue
            if self.header.tasks[name].several:
                labels[name] = tuple(dict.fromkeys(map(clean, parts(found))))
            else:
                labels[name] = clean(found)
        extra = {name: text for name, text in product.extra.items()
                 if name not in self._texts.values()}
        return dataclasses.replace(product, labels=labels, extra=extra)
