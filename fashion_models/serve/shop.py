"""What the workbench serves: vectors, and the catalogue and the network behind them."""

import pathlib
import threading
import typing

from fashion_models.caching import cached_property
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.products import placed_lines
from fashion_models.catalogue.records import Product, product_from_record
from fashion_models.catalogue.tasks import Task
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST, json_value
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.labels import Labels
from fashion_models.representation.search.searcher import Searcher, encoder_of
from fashion_models.representation.tags.tagger import Tagger
from fashion_models.serve.folding import folded

if typing.TYPE_CHECKING:    # it imports Chainer, which only pictures need
    from fashion_models.representation.picture_encoder import PictureEncoder

#: Filters take this beside the tasks, unless the catalogue has a task of the name.
RETAILER = 'retailer'


class Shop:
    """What is served, opened once and shared by all requests.

    Args:
        file: The embeddings of products or listings.
        catalogue: The catalogue's folder; by default, the one that was embedded, if it is there.
        run: The run folder, or the ONNX file of an image tower; by default, what embedded it, if
            that is there.
        words: What ``fashion-models tags`` learned, to judge texts by.
        precision: What the network computes with; ``float32`` by default.

    Attributes:
        embeddings (Embeddings): The vectors.
        labels (Labels): Of the items, with the retailer as one task more.
        texts (list of str): For each item what words are looked for in, ``folded``.
        titles (list of str): For each item its title, or its id.
        searcher (Searcher): Finds neighbours.
        catalogue (Catalogue): Or None, if it is not there: then there are no pictures.
        network (threading.Lock): Held by whoever uses the encoder.

    Raises:
        UserError: If something named is not there, or does not fit the embeddings.
    """

    def __init__(self, file: pathlib.Path, catalogue: pathlib.Path | None = None,
                 run: pathlib.Path | None = None, words: pathlib.Path | None = None,
                 precision: str | None = None) -> None:
        self.embeddings = open_embeddings(file)
        if self.embeddings.header['per'] == 'image':
            raise UserError(f'{file}: holds a vector for each image; expected one for each product '
                            'or listing')
        self.labels, self.texts, self.titles = _read(self.embeddings)
        self.searcher = Searcher(self.embeddings, labels=self.labels)
        self.catalogue = _catalogue(self.embeddings, catalogue)
        self.tagger = None
        if words:
            self.tagger = Tagger.load(words)
            self.tagger.check(self.embeddings)
        self.network = threading.Lock()
        self._run = run
        self._precision = precision
        self._lock = threading.Lock()
        if run or precision:
            self.encoder    # noqa: B018  (what was named is told at once if it does not fit)

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def noun(self) -> str:
        """What a vector stands for: ``'product'`` or ``'listing'``."""
        return self.embeddings.header['per']

    @cached_property
    def rows(self) -> dict[str, int]:
        """From each item's id to its row."""
        return {id: row for row, id in enumerate(self.embeddings.ids)}

    def item(self, row: int) -> Item:
        """The item of a row."""
        return self.embeddings.items[row]

    def image_file(self, item: Item, number: int) -> pathlib.Path | None:
        """The file of one of an item's pictures, or None if there is none.

        Args:
            item: The item.
            number: Which of its pictures, from 0.
        """
        if self.catalogue is None or not 0 <= number < len(item.images):
            return None
        image = item.images[number]
        return None if path_problem(image) else self.catalogue.image_file(image)

    def product(self, id: str) -> Product | None:
        """A product of the catalogue, with all its listings; None if it is not there."""
        if self.catalogue is None:
            return None
        try:
            if id not in self._offsets:
                return None
            with open(self.catalogue.products.path, 'rb') as file:
                file.seek(self._offsets[id])
                product = product_from_record(
                    json_value(file.readline(LONGEST)), self.catalogue.tasks)
        except (OSError, ValueError):
            return None     # the catalogue has been replaced since, or is being replaced
        return product if product.id == id else None

    @cached_property
    def _offsets(self):
        products = self.catalogue.products
        return {products.record(number, text)['id']: start
                for number, start, text in placed_lines(products.path)}

    @property
    def encoder(self) -> 'PictureEncoder':
        """The network that made the vectors; loaded when it is first asked for.

        Raises:
            UserError: If its run is not there, or is another one.
        """
        with self._lock:
            return self._encoder

    @cached_property
    def _encoder(self):
        return encoder_of(self.embeddings, self._run, self._precision)

    @property
    def has_network(self) -> bool:
        """Whether a run or a tower is there, so that pictures can be searched for."""
        header = self.embeddings.header
        place = self._run or header.get('run') or header.get('tower')
        return bool(place) and pathlib.Path(place).exists()

    def warm(self) -> None:
        """Reads ahead what the first requests would otherwise wait for."""
        self.embeddings.vectors     # noqa: B018  (checks them)
        self.rows                   # noqa: B018
        if self.catalogue is not None:
            self._offsets           # noqa: B018
        if self.has_network:
            self.encoder            # noqa: B018


def _read(embeddings):
    """Labels, texts and titles of all items, which are read once."""
    tasks = dict(embeddings.tasks)
    tasks.setdefault(RETAILER, Task(RETAILER, several=True))
    items, texts, titles = [], [], []
    for item in embeddings.items:
        if RETAILER not in embeddings.tasks and item.retailer:
            item.labels[RETAILER] = item.retailer
        items.append(item)
        texts.append(folded('\n'.join((item.title, item.id, item.retailer))))
        titles.append(item.title or item.id)
    return Labels.of(items, tasks), texts, titles


def _catalogue(embeddings, given):
    if given is not None:
        return open_catalogue(given)
    folder = embeddings.header.get('catalogue')
    return open_catalogue(folder) if folder and pathlib.Path(folder).is_dir() else None
