"""What a product is: its labels, its listings and the images they name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.tasks import DEFAULT_TASKS, Task, joined, ordered
from fashion_models.surrogates import is_whole, whole

#: What is wrong with a text that holds one.
UNENCODABLE = ('a text holds half of a surrogate pair, which cannot be saved or printed; import '
               'the product again')
_PRODUCT_KEYS = frozenset(('id', 'group', 'labels', 'listings', 'extra'))
_TEXTS = 'retailer', 'title', 'description'
_LISTING_KEYS = frozenset((*_TEXTS, 'images'))


@dataclasses.dataclass(frozen=True)
class Listing:
    """One retailer's text and images of a product; texts that are not known are empty.

    Attributes:
        retailer (str): Who sells it.
        title (str): The name that the retailer gives it.
        description (str): The retailer's longer text.
        images (tuple of str): Image paths, relative to the catalogue's folder, separated by ``/``.
    """

    retailer: str = ''
    title: str = ''
    description: str = ''
    images: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, 'images', tuple(self.images))


@dataclasses.dataclass(frozen=True)
class Product:
    """A fashion item that one or more retailers sell.

    Attributes:
        id (str): Unique in its catalogue.
        group (str): Products of one group (the colourways of a design) never straddle a split.
        labels (dict): Task to label, or to a tuple of labels if the task takes several; the first
            is *the* label. A task without a label is absent (``None`` and ``()`` may be given).
        listings (tuple of Listing): What the retailers say.
        extra (dict): Any other text, by name.
    """

    id: str
    group: str
    labels: dict
    listings: tuple
    extra: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        labels = {}
        for task, label in self.labels.items():
            if label and not isinstance(label, str):
                labels[task] = tuple(label)
            elif label:
                several = task in DEFAULT_TASKS and DEFAULT_TASKS[task].several
                labels[task] = (label,) if several else label
        object.__setattr__(self, 'labels', labels)
        object.__setattr__(self, 'listings', tuple(self.listings))

    def label(self, task: str) -> str | None:
        """The product's label in ``task``, the first of several; None if it has none."""
        return next(iter(self.accepted(task)), None)

    def accepted(self, task: str) -> tuple[str, ...]:
        """All labels in ``task`` that are true of the product, *the* label first."""
        label = self.labels.get(task, ())
        return (label,) if isinstance(label, str) else label

    def label_text(self, task: str) -> str:
        """All labels in ``task`` as one text, joined by ``|``; ``''`` if there are none."""
        return joined(self.accepted(task))

    @property
    def colours(self) -> tuple[str, ...]:
        """All colours, the main one first."""
        return self.accepted('colour')

    @property
    def images(self) -> tuple[str, ...]:
        """The image paths of all listings, in order."""
        return tuple(image for listing in self.listings for image in listing.images)

    @property
    def title(self) -> str:
        """The first title that a listing gives, or ``''``."""
        return next((listing.title for listing in self.listings if listing.title), '')


@dataclasses.dataclass(frozen=True)
class Header:
    """What a catalogue says of itself.

    Attributes:
        name (str): Short name of the catalogue.
        version (str): The publisher's version.
        source (str): Where the images come from.
        licence (str): What may be done with them.
        taxonomy (dict): ``{type: {category: [subcategory, ...]}}``. The empty string stands for a
            level that is not known: ``{'Shoes': {'': ['Sandals']}}`` says that sandals are shoes
            of no known category.
        genders (tuple of str): The genders in use; any are allowed where it is empty.
        colours (tuple of str): The colours in use; any are allowed where it is empty.
        tasks (dict): Name to :class:`~fashion_models.catalogue.tasks.Task`, the default ones first.
        labels (dict): Each further task's name to the labels in use (tuple of str); any are allowed
            where it has none.
    """

    name: str
    version: str = ''
    source: str = ''
    licence: str = ''
    taxonomy: dict = dataclasses.field(default_factory=dict)
    genders: tuple = ()
    colours: tuple = ()
    tasks: dict = dataclasses.field(default_factory=lambda: dict(DEFAULT_TASKS))
    labels: dict = dataclasses.field(default_factory=dict)

    def labels_in_use(self, task: str) -> tuple[str, ...]:
        """The labels of a task outside the taxonomy; any are allowed where it is empty."""
        return {'gender': self.genders, 'colour': self.colours}.get(
            task, self.labels.get(task, ()))


def product_record(product: Product) -> dict:
    """The JSON object that stands for a product; unknown texts are left out."""
    listings = []
    for listing in product.listings:
        record = {name: text for name in _TEXTS if (text := getattr(listing, name))}
        listings.append(record | {'images': list(listing.images)})
    labels = {task: label if isinstance(label, str) else list(label)
              for task in ordered(product.labels) if (label := product.labels[task])}
    record = {'id': product.id, 'group': product.group, 'labels': labels, 'listings': listings}
    return record | ({'extra': dict(product.extra)} if product.extra else {})


def product_from_record(record: object, tasks: Mapping[str, Task] = DEFAULT_TASKS) -> Product:
    """The product that a JSON object stands for.

    Args:
        record: The JSON object.
        tasks: Those of its catalogue.

    Raises:
        ValueError: The first of :func:`record_problems`, if there is one.
    """
    require_product(record, tasks)
    return product(record)


def encodable(found: Product) -> Product:
    """The product, with a replacement character for each half of a surrogate pair in its texts.

    Image paths, which are looked for as they are, stay.
    """
    record = product_record(found)
    images = [listing.pop('images') for listing in record['listings']]
    if is_whole(record):
        return found
    record = whole(record)
    for listing, own in zip(record['listings'], images):
        listing['images'] = own
    return product(record)


def require_product(record: object, tasks: Mapping[str, Task] = DEFAULT_TASKS) -> None:
    """Raises ValueError, the first of :func:`record_problems`, if there is one."""
    for problem in record_problems(record, tasks):
        raise ValueError(problem)


def product(record: dict) -> Product:
    """The product that a JSON object without :func:`record_problems` stands for."""
    listings = [Listing(**listing) for listing in record['listings']]
    return Product(record['id'], record['group'], record.get('labels', {}), listings,
                   record.get('extra', {}))


def record_problems(record: object,
                    tasks: Mapping[str, Task] = DEFAULT_TASKS) -> Iterator[str]:
    """Yields every problem of a product's JSON object, whatever its type and content.

    Args:
        record: The JSON object.
        tasks: Those of its catalogue.
    """
    if not isinstance(record, dict):
        yield f'a product is a JSON object, not {_kind(record)}'
        return
    yield from _unknown_keys(record, _PRODUCT_KEYS, 'product')
    for key in ('id', 'group'):
        if key not in record:
            yield f"'{key}' is missing"
        elif not _is_name(record[key]):
            yield f"'{key}' must be a text that is not empty, not {_show(record[key])}"
    yield from _label_problems(record.get('labels', {}), tasks)
    yield from _listing_problems(record.get('listings'))
    extra = record.get('extra', {})
    if not isinstance(extra, dict) or not all(isinstance(text, str) for text in extra.values()):
        yield f"'extra' must map names to texts, not {_show(extra)}"
    if not is_whole(record):
        yield UNENCODABLE


def _label_problems(labels, tasks):
    if not isinstance(labels, dict):
        yield f"'labels' must map tasks to labels, not {_show(labels)}"
        return
    yield from _unknown_keys(labels, tasks.keys(), 'task')
    for name, task in tasks.items():
        if name not in labels:
            continue
        label = labels[name]
        if not task.several and not _is_name(label):
            yield f'{name} must be a text that is not empty, not {_show(label)}'
        if task.several and not (isinstance(label, (list, tuple)) and label
                                 and all(map(_is_name, label))):
            yield f'{name} must be a list of one or more texts, not {_show(label)}'


def _listing_problems(listings):
    if not isinstance(listings, (list, tuple)):
        yield f"'listings' must be a list, not {_show(listings)}"
        return
    count = 0
    for listing in listings:
        if not isinstance(listing, dict):
            yield f'a listing is a JSON object, not {_kind(listing)}'
            continue
        yield from _unknown_keys(listing, _LISTING_KEYS, 'listing')
        for key in _TEXTS:
            if not isinstance(listing.get(key, ''), str):
                yield f'{key} must be a text, not {_show(listing[key])}'
        images = listing.get('images', [])
        if not isinstance(images, (list, tuple)):
            yield f"'images' must be a list of paths, not {_show(images)}"
            continue
        for image in images:
            count += 1
            problem = path_problem(image) if isinstance(image, str) else 'is not a text'
            if problem:
                yield f'image path {_show(image)} {problem}'
    if not count:
        yield 'has no image'


def _unknown_keys(record, known, noun):
    if record.keys() <= known:
        return
    for key in record:
        if key not in known:
            yield f"unknown {noun if noun == 'task' else noun + ' key'} {_show(key)}"


def _is_name(value):
    return isinstance(value, str) and bool(value.strip())


def _kind(value):
    return 'null' if value is None else f'a {type(value).__name__}'


def _show(value):
    try:
        text = repr(value)
    except RecursionError:
        return 'a value too large to show'
    return text if len(text) <= 60 else text[:57] + '...'
