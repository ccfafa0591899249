"""What the pages and the API share: the shop, and all that answers questions about it."""

import pathlib

import numpy as np

from fashion_models.catalogue.journal import Journal
from fashion_models.errors import UserError
from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.embeddings import Item
from fashion_models.representation.ordering.order import Ordered
from fashion_models.serve.browse import Browser, Found, View, where_of
from fashion_models.serve.decisions import Decisions
from fashion_models.serve.duplicate_search import DuplicateSearch
from fashion_models.serve.label_review import LabelReview
from fashion_models.serve.lists import Lists
from fashion_models.serve.orders import Orders
from fashion_models.serve.pair_review import PairReview
from fashion_models.serve.queries import Queries
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.shop import Shop
from fashion_models.serve.thumbnails import Thumbnails


class Workbench:
    """Answers.

    Args:
        shop: What is served.
        lists: The file of merchandisers' lists; by default, beside the embeddings.
        journal: The file of reviewers' decisions; by default, beside the embeddings.
        review: The suspected labels that ``fashion-models audit`` wrote.
        calibration: Where the probabilities of duplicates come from.

    Raises:
        UserError: If one of these files cannot be read, or there is no folder to keep it in.

    Attributes:
        shop (Shop): The shop.
        browser (Browser): Finds and filters.
        queries (Queries): Searches by picture.
        orders (Orders): Orders.
        lists (Lists): Lists that merchandisers put in order.
        duplicates (DuplicateSearch): Finds duplicates.
        labels (LabelReview): Labels to review.
        pairs (PairReview): Pairs to review.
        decisions (Decisions): What reviewers decided.
        thumbnails (Thumbnails): Pictures.
    """

    def __init__(self, shop: Shop, *, lists: pathlib.Path | None = None,
                 journal: pathlib.Path | None = None, review: pathlib.Path | None = None,
                 calibration: Calibration | None = None) -> None:
        self.shop = shop
        self.decisions = Decisions(Journal(journal or beside(shop, 'journal.jsonl')))
        self.lists = Lists(lists or beside(shop, 'lists.csv'))
        # What cannot be kept, or read, is told before anything is served.
        for path in self.decisions.journal.path, self.lists.path:
            if not path.parent.is_dir():
                raise UserError(f'{path}: cannot be kept there: {path.parent} is no folder')
        self.decisions.journal.state()
        self.lists.all()
        self.labels = LabelReview(shop, review)
        self.browser = Browser(shop)
        self.queries = Queries(shop)
        self.orders = Orders(shop)
        self.duplicates = DuplicateSearch(shop, calibration)
        self.pairs = PairReview(self.duplicates)
        self.thumbnails = Thumbnails()

    def row(self, id: str) -> int:
        """The row of an item.

        Raises:
            Refusal: If there is none with this id.
        """
        try:
            return self.shop.rows[id]
        except KeyError:
            raise Refusal(404, f'there is no {self.shop.noun} {id!r}') from None

    def find(self, view: View) -> Found:
        """The items of a view; see :meth:`Browser.find`.

        Raises:
            Refusal: If what it is near is not there.
        """
        if view.near:
            self.row(view.near)
        vector = self.queries.get(view.picture).vector if view.picture else None
        return self.browser.find(view, vector)

    def known_task(self, task: str) -> str:
        """A task.

        Raises:
            Refusal: If there is none of this name.
        """
        if task not in self.labels.tasks:
            raise Refusal(400, f'task: found {task!r}, expected one of '
                               + ', '.join(self.labels.tasks))
        return task

    def files(self, item: Item) -> list[pathlib.Path]:
        """The image files of an item, those that are there.

        Raises:
            Refusal: If there is none.
        """
        files = [self.shop.image_file(item, number) for number in range(len(item.images))]
        files = [file for file in files if file and file.is_file()]
        if not files:
            raise Refusal(404, f'the pictures of {item.id!r} are not there')
        return files

    def order(self, asked) -> list[Ordered]:
        """The products in the order that an :class:`~.schema.OrderBody` asks for."""
        liked = [self.row(id) for id in asked.liked]
        disliked = [self.row(id) for id in asked.disliked]
        if bool(liked) == bool(asked.lists):
            raise Refusal(400, 'expected liked products, one or more, or else names of lists')
        allowed = self.browser.allowed(View(where=where_of(asked.where)))
        allowed[liked + disliked] = False
        rows = np.flatnonzero(allowed)
        if liked:
            return self.orders.for_shopper(liked, disliked, rows, asked.diversity, asked.k)
        known = self.lists.all()
        if missing := [name for name in asked.lists if name not in known]:
            raise Refusal(404, f'there is no list {missing[0]!r}')
        return self.orders.like_lists(
            [known[name] for name in asked.lists], rows, asked.diversity, asked.k)


def beside(shop: Shop, ending: str) -> pathlib.Path:
    """A file of the workbench's own, beside the embeddings."""
    file = shop.embeddings.file
    return file.with_name(f'{file.name}.{ending}')
