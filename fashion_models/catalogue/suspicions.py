"""What is valid in a catalogue and yet likely to go wrong later."""

import collections
import re
import typing
from collections.abc import Iterator, Mapping

from fashion_models.catalogue.importers.no_labels import is_placeholder
from fashion_models.catalogue.importers.source import clean
from fashion_models.catalogue.split import split_of
from fashion_models.catalogue.tasks import Task
from fashion_models.parsing import normal
from fashion_models.plural import counted

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
        # Digest → where a picture stands first; → everywhere, if that is in several products.
        self._pictures, self._shared = {}, {}

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
                if is_placeholder(label) or _is_zero(label):
                    self._nothing[task, label].add(line)
                self._spellings[task, _folded(label)][label].add(line)

    def picture(self, line: int, path: str, digest: bytes, sides: tuple[int, int],
                kind: str, group: str) -> None:
        """Takes in a picture.

        Args:
            line: The product's line.
            path: The picture's path.
            digest: Of the file's content.
            sides: Height and width in pixels.
            kind: What sort of product it is of; unlike products have different ones. ``''`` where
                nothing tells it.
            group: The product's.
        """
        if min(sides) < LEAST_SIDE:
            self._tiny.add(line)
        sight = _Sight(line, path, kind, group)
        first = self._pictures.setdefault(digest, sight)
        if first.line != line:
            self._shared.setdefault(digest, [first]).append(sight)

    def found(self) -> Iterator[str]:
        """Yields each with its lines, and what to do about it."""
        if self._unlabelled:
            yield (f'{self._unlabelled}: no labels; training leaves such products out: import '
                   'their labels, or use the catalogue for search only')
        for (task, label), places in self._nothing.items():
            if _is_zero(label) and self._has_numbers_alone(task):
                continue
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
        yield from self._in_several_products()

    def _has_numbers_alone(self, task):
        """Says whether the labels of a task are numbers, of which 0 is one: codes, or sizes."""
        labels = [label for of, label in self._spellings if of == task]
        return len(labels) > 1 and all(map(str.isdecimal, labels))

    def _in_several_products(self):
        """Yields what is said of pictures that several products have."""
        parted, lines, apart = [], set(), 0
        for sights in self._shared.values():
            products = {sight.line for sight in sights}
            groups = {sight.group for sight in sights}
            if len(products) >= SHARED_BY and len({sight.kind for sight in sights} - {''}) > 1:
                yield (f'{_Places(products)}: the same picture of {len(products):,} products, some '
                       'of them unlike, is probably a placeholder, and makes them look like '
                       f'duplicates: remove {sights[0].path} and its copies')
            elif len(groups) > 1:
                parted.append(sights[0].path)
                lines |= products
                apart += len(set(map(split_of, groups))) > 1
        if parted:
            yield (f'{_Places(lines)}: products of different groups share '
                   f'{counted(len(parted), "picture")}, such as {parted[0]} (in more than one '
                   f'split: {apart:,}), and a network that is tested on what it was trained on '
                   'looks better than it is: give such products (sizes of a design?) one group in '
                   'the source, or join them (merge-duplicates); remove pictures of no product, '
                   'such as size charts')

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


class _Sight(typing.NamedTuple):
    """Where a picture was seen."""

    line: int
    path: str
    kind: str
    group: str


class _Places:
    """A number of lines, the first few of which are named."""

    def __init__(self, lines=()):
        self.count = 0
        self._first = []
        for line in sorted(lines):
            self.add(line)

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


def _is_zero(label):
    """Says whether a label is what a database writes where it has no number of one."""
    return bool(re.fullmatch(r'\s*0+(\.0+)?\s*', label))
