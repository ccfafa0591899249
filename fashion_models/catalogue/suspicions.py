"""What is valid in a catalogue and yet likely to go wrong later."""

import collections
import re
from collections.abc import Iterator, Mapping

from fashion_models.catalogue.importers.source import clean, is_nothing
from fashion_models.catalogue.tasks import Task
from fashion_models.parsing import normal

#: What may stand between several labels in one text, other than the ``|`` that is expected.
_BETWEEN = re.compile('[/,;+&]')
#: Pixels of a side below which a picture shows nothing.
LEAST_SIDE = 8
#: A picture of so many products, some of them unlike, is a placeholder.
SHARED_BY = 3
_SHOWN = 3


class Suspicions:
    """Collects them product by product and picture by picture.

    Memory holds labels, and a digest and a few words for each picture.
    """

    def __init__(self) -> None:
        self._unlabelled = _Places()
        self._nothing = collections.defaultdict(_Places)
        self._spellings = collections.defaultdict(lambda: collections.defaultdict(_Places))
        self._several = set()
        self._tiny = _Places()
        self._pictures = {}     # digest → (path, lines, kinds of product)

    def product(self, line: int, record: object, tasks: Mapping[str, Task]) -> None:
        """Takes in the JSON value of a line of products.jsonl, whatever it is."""
        if not isinstance(record, dict):
            return
        labels = record.get('labels', {})
        labels = labels if isinstance(labels, dict) else {}
        if not labels:
            self._unlabelled.add(line)
        self._several.update(name for name, task in tasks.items() if task.several)
        for task in tasks:
            found = labels.get(task)
            for label in found if isinstance(found, list) else [found]:
                if not isinstance(label, str):
                    continue
                if is_nothing(label):
                    self._nothing[task, label].add(line)
                self._spellings[task, _folded(label)][label].add(line)

    def picture(self, line: int, path: str, digest: bytes, sides: tuple[int, int],
                kind: str) -> None:
        """Takes in a picture.

        Args:
            line: The product's line.
            path: The picture's path.
            digest: Of the file's content.
            sides: Height and width in pixels.
            kind: What sort of product it is of; unlike products have different ones. ``''`` where
                nothing tells it.
        """
        if min(sides) < LEAST_SIDE:
            self._tiny.add(line)
        _, lines, kinds = self._pictures.setdefault(digest, (path, set(), set()))
        lines.add(line)
        if kind:
            kinds.add(kind)

    def found(self) -> Iterator[str]:
        """Yields each with its lines, and what to do about it."""
        if self._unlabelled:
            yield (f'{self._unlabelled}: no labels; training leaves such products out: import '
                   'their labels, or use the catalogue for search only')
        for (task, label), places in self._nothing.items():
            yield (f'{places}: {task} {label!r} looks like a missing label, but is learned as one: '
                   'empty it in the source, or map it to [] in a merge')
        for (task, _), labels in self._spellings.items():
            if len(labels) > 1:
                spelled = ', '.join(
                    f'{label!r} ({places.count:,})' for label, places in sorted(
                        labels.items(), key=lambda item: -item[1].count))
                yield (f'{next(iter(labels.values()))}: {task} is spelled in several ways, which '
                       f'are learned as different labels: {spelled}; use one of them in the '
                       'source, or map them in a merge')
        yield from self._joined()
        if self._tiny:
            yield (f'{self._tiny}: a picture with a side of less than {LEAST_SIDE} pixels shows '
                   'nothing: remove it')
        for path, lines, kinds in self._pictures.values():
            if len(lines) >= SHARED_BY and len(kinds) > 1:
                places = _Places()
                for line in sorted(lines):
                    places.add(line)
                yield (f'{places}: the same picture of {len(lines):,} products, some of them '
                       f'unlike, is probably a placeholder, and makes them look like duplicates: '
                       f'remove {path} and its copies')

    def _joined(self):
        """Yields what is said of labels that are several in one, which are labels of their own."""
        for (task, _), labels in self._spellings.items():
            for label, places in labels.items() if task in self._several else ():
                parts = [part.strip() for part in _BETWEEN.split(label) if part.strip()]
                if len(parts) > 1 and all((task, _folded(part)) in self._spellings
                                          for part in parts):
                    yield (f'{places}: {task} {label!r} is learned as one label, but looks like '
                           f'several: join them by | in the source, as in {"|".join(parts)}, or '
                           'map it in a merge')


class _Places:
    """A number of lines, the first few of which are named."""

    def __init__(self):
        self.count = 0
        self._first = []

    def add(self, line):
        self.count += 1
        if len(self._first) < _SHOWN:
            self._first.append(line)

    def __bool__(self):
        return self.count > 0

    def __str__(self):
        lines = ', '.join(map(str, self._first))
        more = self.count - len(self._first)
        return f'line{"s" * (self.count > 1)} {lines}' + (f' and {more:,} more' if more else '')


def _folded(label):
    return ''.join(clean(normal('NFKC', label)).casefold().split())
