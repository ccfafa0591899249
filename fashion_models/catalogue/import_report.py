"""The import report: what was read, kept and dropped, and why."""

import collections
from collections.abc import Iterable

from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import TASKS
from fashion_models.plural import counted

EXAMPLES = 5
_SHOWN = 12


class Report:
    """Counts while products are imported.

    Args:
        tasks (iterable of str): Whose labels to count.

    Attributes:
        kept (int): Products written to the catalogue.
        products_read (int): Products that the source holds.
    """

    def __init__(self, tasks: Iterable[str] = TASKS) -> None:
        self.products_read = 0
        self.kept = 0
        self._dropped = {}
        self._images_dropped = {}
        self._unmissed = set()
        self._notes = {}
        self._labels = {task: collections.Counter() for task in tasks}
        self._images = collections.Counter()
        self._groups = set()
        self._changes = collections.Counter()
        self._unknown_colours = collections.Counter()

    def read(self) -> None:
        """Counts a product of the source."""
        self.products_read += 1

    def drop(self, reason: str, where: str, missed: bool = True) -> None:
        """Counts a product that is not kept.

        Args:
            reason: Why.
            where: Its place, which may become one of the examples.
            missed: Whether a shop would miss it; nobody expects a gift card to be kept.
        """
        _count(self._dropped, reason, where)
        if not missed:
            self._unmissed.add(reason)

    def drop_image(self, reason: str, where: str, missed: bool = True) -> None:
        """Counts an image that is not kept; as :meth:`drop`."""
        _count(self._images_dropped, reason, where)
        if not missed:
            self._unmissed.add(reason)

    def note(self, what: str, where: str) -> None:
        """Counts something done or left undone that may surprise."""
        _count(self._notes, what, where)

    def change(self, task: str, old: str, new: str | None) -> None:
        """Counts a label that was replaced, or taken away (``new`` None), by the taxonomy."""
        self._changes[task, old, new] += 1

    def unknown_colour(self, colour: str) -> None:
        """Counts a colour that the table of base colours does not hold."""
        self._unknown_colours[colour] += 1

    def keep(self, product: Product) -> None:
        """Counts a product that was written."""
        self.kept += 1
        self._groups.add(product.group)
        self._images[len(product.images)] += 1
        for task, counts in self._labels.items():
            if label := product.label(task):
                counts[label] += 1

    def record(self) -> dict:
        """Returns all of it as a JSON object (dict)."""
        return {
            'read': self.products_read,
            'kept': self.kept,
            'groups': len(self._groups),
            'dropped': self._dropped,
            'images_dropped': self._images_dropped,
            'notes': self._notes,
            'images_per_product': {str(n): self._images[n] for n in sorted(self._images)},
            'labels': {task: dict(_ranked(labels)) for task, labels in self._labels.items()},
            'contradicting_labels': [
                {'task': task, 'label': old, 'replaced_by': new, 'products': count}
                for (task, old, new), count in _ranked(self._changes)],
            'unknown_colours': dict(_ranked(self._unknown_colours)),
        }

    def reasons(self) -> str:
        """Returns the first few reasons (str) why products and images were dropped, in a line."""
        parts = [f'{what}{entry["count"]:,} × {reason} ({_examples(entry, 1)})'
                 for what, counts in (('', self._dropped), ('images: ', self._images_dropped))
                 for reason, entry in counts.items()]
        more = len(parts) - EXAMPLES    # a reason may name the file
        return '; '.join(parts[:EXAMPLES]) + (f'; and {more:,} more' if more > 0 else '') or (
            'there is none')

    def missed(self) -> list[str]:
        """Returns the products and images that a shop misses, a line (str) for each reason."""
        return [f'{counted(entry["count"], what)} not kept: {reason} ({_examples(entry, 2)})'
                for what, counts in (('product', self._dropped), ('image', self._images_dropped))
                for reason, entry in counts.items() if reason not in self._unmissed]

    def text(self) -> str:
        """Returns it as text to be read."""
        images = sum(n * count for n, count in self._images.items())
        lines = [
            f'{counted(self.products_read, "product")} read, {self.kept:,} kept in '
            f'{counted(len(self._groups), "group")} with {counted(images, "image")}',
            self.incidents(),
            'images per product: '
            + ', '.join(f'{n}: {self._images[n]:,}' for n in sorted(self._images))]
        for task, labels in self._labels.items():
            total = labels.total()
            lines.append(f'{task}: {counted(len(labels), "label")}, '
                         f'{counted(total, "product")} with one, {self.kept - total:,} without')
            lines += _listed([f'{label} {count:,}' for label, count in _ranked(labels)], ', ')
        return '\n'.join(lines)

    def incidents(self) -> str:
        """Returns what was dropped, changed or left undone, as text to be read."""
        lines = []
        for title, counts in (('products dropped', self._dropped),
                              ('images dropped', self._images_dropped)):
            total = sum(entry['count'] for entry in counts.values())
            lines += [f'{title}: {total:,}', *_counted(counts)]
        if self._notes:
            lines += ['to be noted:', *_counted(self._notes)]
        if self._changes:
            lines.append('labels changed because they contradict the rest (kept as source_TASK):')
            lines += _listed([f'{count:,}  {task} {old!r} → {repr(new) if new else "none"}'
                              for (task, old, new), count in _ranked(self._changes)], '\n')
        if self._unknown_colours:
            lines.append('colours that the table of base colours does not hold:')
            lines += _listed([f'{count:,}  {colour!r}'
                              for colour, count in _ranked(self._unknown_colours)], '\n')
        return '\n'.join(lines)


def _count(counts, reason, where):
    entry = counts.setdefault(reason, {'count': 0, 'examples': []})
    entry['count'] += 1
    if len(entry['examples']) < EXAMPLES:
        # Names of files may hold halves of surrogate pairs.
        entry['examples'].append(where.encode('utf-8', 'backslashreplace').decode())


def _counted(counts):
    """Indented lines of what was counted, the commonest first, with examples."""
    lines = []
    for reason, entry in sorted(counts.items(), key=lambda item: -item[1]['count']):
        lines += [f'  {entry["count"]:,}  {reason}', f'      {_examples(entry)}']
    return lines


def _examples(entry, most=EXAMPLES):
    """The first few examples of what was counted."""
    more = ', …' if entry['count'] > min(most, len(entry['examples'])) else ''
    return ', '.join(entry['examples'][:most]) + more


def _ranked(counter):
    return sorted(counter.items(),
                  key=lambda item: (-item[1], tuple(map(str, item[0]))))


def _listed(items, separator):
    """Indented lines of the first few items, and how many more there are."""
    if len(items) > _SHOWN:
        items = [*items[:_SHOWN], f'and {len(items) - _SHOWN} more in import-report.json']
    if not items:
        return []
    return [f'  {line}' for line in separator.join(items).split('\n')]
