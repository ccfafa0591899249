"""The tree type → category → subcategory, and what to do when labels contradict it.

A class is known by its name, so in a tree each category has one type and each subcategory one
category. Real labels do not always agree on that: somebody files a T-shirt under belts, or a shop
lists ``Men`` as the category of shirts, ties and socks alike. :func:`reconcile` decides.
"""

import collections
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fashion_models.catalogue.records import Product
from fashion_models.catalogue.tasks import LEVELS

#: ``{type: {category: [subcategory, ...]}}``.
Tree = dict[str, dict[str, list[str]]]
#: A type, a category and a subcategory, None where there is no label.
Path = tuple[str | None, str | None, str | None]

#: The share of a class's products that have to name the same parent for it to be the parent.
AGREEMENT = 0.75


class Taxonomy:
    """Collects the taxonomy of products one by one.

    Args:
        paths: Of products that are known before.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._paths = set(paths)

    def add(self, product: Product) -> None:
        """Adds the labels of one product."""
        self._paths.add(path_of(product))

    def tree(self) -> Tree:
        """Returns ``{type: {category: [subcategory, ...]}}`` of all products, sorted.

        The empty string stands for a level that no product has. A label with two parents is
        listed under both.
        """
        types = collections.defaultdict(set)  # of a category
        places = collections.defaultdict(set)  # (type, category) of a subcategory
        for type_, category, subcategory in self._paths:
            if category:
                types[category].add(type_)
            if subcategory:
                places[subcategory].add((type_, category))
        tree = {type_: {} for type_, *_ in self._paths if type_}
        for category, found in types.items():
            for type_ in _known(found):
                tree.setdefault(type_ or '', {}).setdefault(category, set())
        for subcategory, found in places.items():
            for category in _known(category for _, category in found):
                above = {type_ for type_, place in found if type_ and place == category}
                for type_ in above or _known(types[category]):
                    below = tree.setdefault(type_ or '', {})
                    below.setdefault(category or '', set()).add(subcategory)
        return {type_: {category: sorted(below[category]) for category in sorted(below)}
                for type_, below in sorted(tree.items())}

    @staticmethod
    def is_tree(value: object) -> bool:
        """Says whether a JSON value has the form ``{type: {category: [subcategory, ...]}}``."""
        return (isinstance(value, dict)
                and all(isinstance(below, dict) for below in value.values())
                and all(isinstance(names, list) and all(isinstance(name, str) for name in names)
                        for below in value.values() for names in below.values()))


def path_of(product: Product) -> Path:
    """Returns a product's (type, category, subcategory), None where there is no label."""
    return tuple(product.label(task) for task in LEVELS)


def _known(parents):
    """The parents that are known, or {None} if none is."""
    return {parent for parent in parents if parent} or {None}


class Places:
    """Where a tree puts each label; finds contradictions in the tree and of products with it.

    Args:
        tree (dict): ``{type: {category: [subcategory, ...]}}``.
        before: An older tree; what only that one holds has its place there.
    """

    def __init__(self, tree: Tree, before: Tree | None = None) -> None:
        self.types = set(tree) - {''}
        self.categories = collections.defaultdict(list)  # category → its types
        self.subcategories = collections.defaultdict(list)  # subcategory → its (type, category)
        for type_, below in tree.items():
            for category, names in below.items():
                if category:
                    self.categories[category].append(type_)
                for name in names:
                    self.subcategories[name].append((type_, category))
        if before is not None:
            older = Places(before)
            self.types |= older.types
            self.categories = older.categories | self.categories
            self.subcategories = older.subcategories | self.subcategories

    def contradictions(self) -> Iterator[str]:
        """Yields (str) every label that stands at two places of the tree, or has no name."""
        for category, types in self.categories.items():
            if len(types) > 1:
                yield f'category {category!r} is under {_and(types)}'
        for name, places in self.subcategories.items():
            if not name:
                yield 'a subcategory has an empty name'
            elif len(places) > 1:
                yield f"subcategory {name!r} is under {_and('/'.join(p) for p in places)}"

    def problems(self, path: Sequence[str | None]) -> Iterator[str]:
        """Yields (str) what contradicts the tree in a (type, category, subcategory)."""
        type_, category, subcategory = path
        for task, label, known in zip(LEVELS, path,
                                      (self.types, self.categories, self.subcategories)):
            if label and label not in known:
                yield f'{task} {label!r} is not in the taxonomy'
        types = self.categories.get(category, ())
        if type_ and types and type_ not in types and '' not in types:
            yield f'category {category!r} is under type {_and(types)}, not under {type_!r}'
        places = self.subcategories.get(subcategory, ())
        categories = {place[1] for place in places}
        types = {place[0] for place in places}
        if category and places and category not in categories and '' not in categories:
            yield (f'subcategory {subcategory!r} is under category {_and(categories)}, '
                   f'not under {category!r}')
        elif type_ and not category and places and type_ not in types and '' not in types:
            yield f'subcategory {subcategory!r} is under type {_and(types)}, not under {type_!r}'


def _and(names):
    return ' and '.join(repr(name) for name in sorted(set(names)))


def reconcile(counts: Mapping[Path, int]) -> dict[Path, Path]:
    """Makes a tree of labels that contradict each other.

    From the top down, for each category and then for each subcategory that products put under
    different parents:

    - if at least three quarters (:data:`AGREEMENT`) of its products name the same parent, the
      others are taken for mistakes and get that parent;
    - if fewer do, the label is no class of this taxonomy (a shop's ``Men`` under shirts, ties and
      socks) and is taken from all its products.

    Args:
        counts (dict): Number of products of each (type, category, subcategory), None where a label
            is missing.

    Returns:
        dict: Each of those paths to the path that replaces it (often itself). A label that was
        missing stays missing.
    """
    rows = {path: list(path)
            for path in sorted(counts, key=lambda path: [label or '' for label in path])}
    type_of = _settle_categories(rows, counts)
    _settle_subcategories(rows, counts, type_of)
    return {path: tuple(row) for path, row in rows.items()}


def _settle_categories(rows, counts):
    """Gives every category one type in ``rows``, or takes it away; returns the types."""
    type_of = {}
    for category, members in _by_label(rows, 1).items():
        votes = _votes(members, counts, 0)
        type_ = _commonest(votes)
        if not _agree(votes, type_):
            for row in members.values():
                row[1] = None
        elif type_:
            type_of[category] = type_
            for row in members.values():
                row[0] = row[0] and type_
    return type_of


def _settle_subcategories(rows, counts, type_of):
    """Gives every subcategory one category and one type in ``rows``, or takes it away."""
    for members in _by_label(rows, 2).values():
        votes = _votes(members, counts, 1)
        category = _commonest(votes)
        settled = _agree(votes, category)
        if settled:
            for row in members.values():
                if row[1] and row[1] != category:
                    row[:2] = row[0] and type_of.get(category), category
            # Products without a category still have a type, which must be their category's.
            votes = _votes(members, counts, 0)
            type_ = type_of.get(category) or _commonest(votes)
            settled = _agree(votes, type_)
        for row in members.values():
            if settled:
                row[0] = row[0] and type_
            else:
                row[2] = None


def _by_label(rows, level):
    """The rows that have a label at ``level``, by that label."""
    found = collections.defaultdict(dict)
    for path, row in rows.items():
        if row[level]:
            found[row[level]][path] = row
    return found


def _votes(members, counts, level):
    """How many products name each label at ``level``."""
    votes = collections.Counter()
    for path, row in members.items():
        if row[level]:
            votes[row[level]] += counts[path]
    return votes


def _commonest(votes):
    """The label with most votes, of equals the first by name; None if there are no votes."""
    return min(votes, key=lambda label: (-votes[label], label), default=None)


def _agree(votes, label):
    """Whether enough votes are for ``label``; no votes contradict nothing."""
    return votes[label] >= AGREEMENT * votes.total()
