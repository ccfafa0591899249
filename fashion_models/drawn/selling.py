"""Who sells a product, with which pictures and texts; its record and its truth."""

import dataclasses
import itertools

from fashion_models.catalogue.records import Listing, Product
from fashion_models.drawn import assortment, copywriting
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.retailers import RETAILERS, Retailer
from fashion_models.drawn.scenes import NO_BACK
from fashion_models.drawn.specification import ProductSpec
from fashion_models.drawn.truth import PictureTruth, ProductTruth, TextTruth

#: Weights of one to five pictures per product, three on average, and of one to three retailers.
PICTURES = {1: 14, 2: 21, 3: 30, 4: 20, 5: 15}
RETAILERS_EACH = {1: 55, 2: 30, 3: 15}

#: What a retailer shows first.
OPENING_VIEWS = ('front', 'angled', 'model')

PRODUCTS_A_FOLDER = 1000


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture to take.

    Attributes:
        path (str): Relative to the catalogue's folder.
        retailer (Retailer): Whose it is.
        view (str): One of :data:`scenes.VIEWS`.
        number (int): Its index among the product's pictures.
    """

    path: str
    retailer: Retailer
    view: str
    number: int

def pictures(spec: ProductSpec) -> list[Picture]:
    """The pictures of a product, grouped by retailer.

    No retailer opens with a back view or a detail, or repeats a view before it has shown them all.
    """
    dice = spec.dice('retailers')
    count = dice.weighted(PICTURES)
    sellers = dice.shuffled(RETAILERS)[:min(count, dice.weighted(RETAILERS_EACH))]
    folder = f'images/{spec.number // PRODUCTS_A_FOLDER:03d}'
    found = []
    for place, retailer in enumerate(sellers):
        share = count // len(sellers) + (place < count % len(sellers))  # of the pictures
        views = dict(retailer.views)
        if spec.type in NO_BACK:
            del views['back']
        for turn in range(share):
            # The fifth picture of a ring is another close-up or model shot.
            views = views or {'detail': 1, 'model': 1}
            first = {view: often for view, often in views.items() if view in OPENING_VIEWS}
            view = dice.weighted(views if turn else first)
            del views[view]
            number = len(found)
            found.append(Picture(f'{folder}/{spec.id}-{number}.jpg', retailer, view, number))
    return found


def listed(
        spec: ProductSpec, difficulty: Difficulty, taken: list[Picture],
        told: list[dict]) -> tuple[Product, ProductTruth]:
    """A product as the catalogue records it, and its truth.

    Args:
        spec (ProductSpec): The product.
        difficulty (Difficulty): The causes of error.
        taken (list of Picture): Its pictures.
        told (list of dict): The truth of each picture, from :func:`photograph.shot`.

    Returns: (Product, :class:`~fashion_models.drawn.truth.ProductTruth`).
    """
    listings, words = [], []
    for name, group in itertools.groupby(taken, lambda picture: picture.retailer.name):
        group = list(group)
        dice = spec.dice('text', name)
        text = copywriting.write(
            spec, group[0].retailer, dice, assortment.KINDS[spec.kind], difficulty)
        paths = tuple(picture.path for picture in group)
        listings.append(Listing(name, text.title, text.description, paths))
        words.append(TextTruth(name, text.colour_word, text.wrong))
    product = Product(spec.id, f'g{spec.group:06d}', spec.labels, tuple(listings))
    seen = [PictureTruth(picture.path, picture.retailer.name, picture.view, **true)
            for picture, true in zip(taken, told)]
    return product, _truth(spec, product, words, seen)


def _truth(spec, product, words, seen):
    """The truth about a product."""
    wrong = [task for task, label in spec.labels.items() if label != spec.true_labels[task]]
    if 'colour' in wrong and spec.labels['colour'][0] in (spec.shade.colour, spec.shade.rival):
        wrong.remove('colour')  # both names of a shade in between are right
    return ProductTruth(
        spec.id, product.group, spec.true_labels, tuple(wrong), spec.shade.name, spec.shade.rival,
        spec.twin, spec.cloth.main.fabric, tuple(words), tuple(seen))
