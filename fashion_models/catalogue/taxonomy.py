"""The tree type → category → subcategory, and what to do when labels contradict it.

A class is known by its name, so in a tree each category has one type and each subcategory one
category. Real labels do not always agree on that: somebody files a T-shirt under belts, or a shop
lists ``Men`` as the category of shirts, ties and socks alike. :func:`reconcile` decides.
"""

import collections

from fashion_models.catalogue.model import LEVELS

#: The share of a class's products that have to name the same parent for it to be the parent.
AGREEMENT = 0.75


class Taxonomy:
    """Collects the taxonomy of products one by one."""

    def __init__(self):
        self._paths = set()

    def add(self, product):
        """Takes in the labels of one product."""
        self._paths.add(path_of(product))

    def tree(self):
        """Returns ``{type: {category: [subcategory, ...]}}`` of all products, sorted.

        The empty string stands for a level that no product tells. A label with two parents is
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
            categories = {category for _, category in found if category}
            if categories:
                found = {(type_, category) for category in categories
                         for type_ in _known({t for t, c in found if c == category})
                         or types[category]}
                found = {(type_ or next(iter(_known(types[category]))), category)
                         for type_, category in found}
            else:
                found = {(type_, None) for type_ in _known({t for t, _ in found})}
            for type_, category in found:
                below = tree.setdefault(type_ or '', {})
                below.setdefault(category or '', set()).add(subcategory)
        return {type_: {category: sorted(below[category]) for category in sorted(below)}
                for type_, below in sorted(tree.items())}

    @staticmethod
    def is_tree(value):
        """Says whether a JSON value has the form ``{type: {category: [subcategory, ...]}}``."""
        return (isinstance(value, dict)
                and all(isinstance(below, dict) for below in value.values())
                and all(isinstance(names, list) and all(isinstance(name, str) for name in names)
                        for below in value.values() for names in below.values()))


def path_of(product):
    """Returns a product's (type, category, subcategory), None where there is no label."""
    return tuple(product.label(task) for task in LEVELS)


def _known(parents):
    """The parents that are known, or {None} if none is."""
    return {parent for parent in parents if parent} or {None}


class Places:
    """Where a tree puts each label; finds contradictions in the tree and of products with it.

    Args:
        tree (dict): ``{type: {category: [subcategory, ...]}}``.
    """

    def __init__(self, tree):
        self.types = set(tree) - {''}
        self.categories = collections.defaultdict(list)  # category → its types
        self.subcategories = collections.defaultdict(list)  # subcategory → its (type, category)
        for type_, below in tree.items():
            for category, names in below.items():
                if category:
                    self.categories[category].append(type_)
                for name in names:
                    self.subcategories[name].append((type_, category))

    def contradictions(self):
        """Yields (str) every label that stands at two places of the tree, or has no name."""
        for category, types in self.categories.items():
            if len(types) > 1:
                yield f'category {category!r} is under {_and(types)}'
        for name, places in self.subcategories.items():
            if not name:
                yield 'a subcategory has an empty name'
            elif len(places) > 1:
                yield f"subcategory {name!r} is under {_and('/'.join(p) for p in places)}"

    def problems(self, path):
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


def reconcile(counts):
    """Makes a tree of labels that contradict each other.

    From the top down, for each category and then for each subcategory that products put under
    different parents:

    - if at least three quarters (:data:`AGREEMENT`) of its products name the same parent, the
      others are taken for slips and get that parent;
    - if fewer do, the label is no class of this taxonomy (a shop's ``Men`` under shirts, ties and
      socks) and is taken from all its products.

    Args:
        counts (dict): Number of products of each (type, category, subcategory), None where a label
            is missing.

    Returns:
        dict: Each of those paths to the path that replaces it (often itself). A label that was
        missing stays missing.
    """
    paths = {path: path for path in counts}

    def children(level):
        """Current paths by their label at ``level``, in a fixed order."""
        found = collections.defaultdict(list)
        for original in sorted(paths, key=lambda path: tuple(label or '' for label in path)):
            if label := paths[original][level]:
                found[label].append(original)
        return found

    def parents(originals, level):
        """Votes of products for the label at ``level``, the commonest first."""
        votes = collections.Counter()
        for original in originals:
            if label := paths[original][level]:
                votes[label] += counts[original]
        return sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))

    def agreed(votes, parent):
        return dict(votes).get(parent, 0) >= AGREEMENT * sum(dict(votes).values())

    type_of = {}
    for category, originals in children(1).items():
        votes = parents(originals, 0)
        if votes and not agreed(votes, votes[0][0]):
            for original in originals:
                type_, _, subcategory = paths[original]
                paths[original] = type_, None, subcategory
        elif votes:
            type_of[category] = votes[0][0]
            for original in originals:
                if paths[original][0]:
                    paths[original] = type_of[category], *paths[original][1:]

    for originals in children(2).values():
        votes = parents(originals, 1)
        category = votes[0][0] if votes else None
        # Products that name no category still name a type, which has to be the category's.
        for original in originals:
            if paths[original][1] and agreed(votes, category):
                type_ = paths[original][0]
                if paths[original][1] != category and type_:
                    type_ = type_of.get(category)
                paths[original] = type_, category, paths[original][2]
        types = parents(originals, 0)
        type_ = type_of.get(category) or (types[0][0] if types else None)
        if (votes and not agreed(votes, category)) or (types and not agreed(types, type_)):
            for original in originals:
                paths[original] = *paths[original][:2], None
        else:
            for original in originals:
                if paths[original][0]:
                    paths[original] = type_, *paths[original][1:]
    return paths
