"""Amazon Berkeley Objects: product listings of Amazon's own brands, in many languages.

What is relied on: the data set's README, and what public code that reads it has met.

* A line of ``listings_<0-f>.json.gz`` is one marketplace's listing; ``item_id`` and
  ``domain_name`` together are its key. Any key may be absent.
* Texts are lists of ``{"language_tag": "en_US", "value": ...}``, ``color`` with
  ``standardized_values`` too. ``product_type`` is a text by the README and ``[{"value": ...}]`` in
  the files; a ``node``'s place is its ``path`` by the README and its ``node_name`` in the files.
* Listings of one item in several marketplaces are one product. Each size of a shoe is an item of
  its own, with the same pictures, and a size chart or a brand's banner is among the pictures of
  many unlike items. So items form a group where one's *main* image is an image of the other.
"""

import argparse
import contextlib
import functools
import gzip
import itertools
import os
import pathlib
import zlib
from collections.abc import Iterator

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.abo_listing import (
    best_text,
    colours_of,
    gender_of,
    images_of,
    in_one_language,
    node_of,
    texts_of,
    type_of,
    word,
)
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tables import Table
from fashion_models.catalogue.importers.tree import FolderTree, is_inside
from fashion_models.catalogue.importers.wording import names_only_a_gender, plain_text
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.parsing import json_value, lines

SUMMARY = 'Amazon Berkeley Objects, its fashion: shoes, jewellery, bags, several images each'

DESCRIPTION = """\
SOURCE  a folder with the unpacked archives abo-listings.tar and abo-images-small.tar:
        listings/metadata/listings_*.json.gz, images/metadata/images.csv.gz and images/small/
        (images/original/ where there is no small/; unzipped .json and .csv will do)
labels  product_type → category, and by a list of this project's → type; the end of the
        category path (node) of a marketplace in English → subcategory; gender from that path,
        else from the English name; colour, as standardised where it is, in English where
        there is; brand, material, pattern and so on are kept as extra texts
images  main_image_id, then other_image_id: about four a product; 256 pixels in images/small
groups  the listings of one item_id are one product; items (the sizes of a shoe) are one group
        where the main image of one is an image of the other
left    all that is not fashion: of the 147,702 listings, 64,853 are covers of mobile phones;
out     there are few clothes
from    amazon-berkeley-objects.s3.amazonaws.com, free to download; CC BY 4.0 by its README
        and licence file (an earlier README: CC BY-NC 4.0); credit to Amazon.com"""

#: What counts as fashion, by type: what one wears, and the bags that one wears it with, named as
#: Amazon names product types. Not among them: luggage and cases (LUGGAGE, SUITCASE,
#: CARRYING_CASE_OR_BAG), which hold things rather than go with clothes; covers of telephones;
#: BABY_PRODUCT, SPORTING_GOODS and SAFETY_SUPPLY, where a few shoes and gloves stand among all
#: else. ACCESSORY is kept: scarves, gloves and sets of both are filed there. The names that public
#: code has met in the data set are shoes, jewellery, bags, hats, watches and some clothes; the rest
#: are Amazon's names for the same kinds of goods, should they occur.
FASHION_TYPES = {
    'Shoes': ('BOOT', 'SANDAL', 'SHOES', 'SLIPPER', 'TECHNICAL_SPORT_SHOE'),
    'Clothing': (
        'APPAREL', 'BLAZER', 'BRA', 'COAT', 'DRESS', 'ETHNIC_WEAR', 'JUMPSUIT', 'KURTA', 'LEGGINGS',
        'NIGHTGOWN_NIGHTSHIRT', 'ONE_PIECE_OUTFIT', 'OUTERWEAR', 'PAJAMAS', 'PANTS', 'ROBE',
        'SALWAR_SUIT_SET', 'SARI', 'SHIRT', 'SHORTS', 'SKIRT', 'SLEEPWEAR', 'SOCKSHOSIERY', 'SUIT',
        'SWEATER', 'SWEATSHIRT', 'SWIMWEAR', 'TIGHTS', 'TRACK_SUIT', 'TUNIC', 'T_SHIRT',
        'UNDERPANTS', 'UNDERWEAR', 'VEST'),
    'Jewellery': (
        'ANKLET', 'BRACELET', 'CHARM', 'EARRING', 'FASHIONEARRING', 'FASHIONNECKLACEBRACELETANKLET',
        'FASHIONOTHER', 'FASHIONRING', 'FINEEARRING', 'FINENECKLACEBRACELETANKLET', 'FINEOTHER',
        'FINERING', 'JEWELRY', 'JEWELRY_SET', 'NECKLACE', 'RING'),
    'Bags': ('BACKPACK', 'HANDBAG', 'TOTE_BAG', 'WALLET'),
    'Accessories': (
        'ACCESSORY', 'APPAREL_BELT', 'APPAREL_GLOVES', 'APPAREL_HEAD_NECK_COVERING', 'BELT', 'HAT',
        'NECKTIE', 'SCARF', 'SUNGLASSES', 'WATCH', 'WRIST_WATCH'),
}

EXTRA = ('brand', 'fabric_type', 'finish_type', 'item_keywords', 'item_shape', 'material',
         'model_name', 'model_number', 'pattern', 'style')

_TYPE_OF = {name: type_ for type_, names in FASHION_TYPES.items() for name in names}
_KEPT = {'item_id', 'domain_name', 'product_type', 'item_name', 'bullet_point',
         'product_description', 'color', 'node', 'main_image_id', 'other_image_id', *EXTRA}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds no options: none is needed."""


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens the data set, a folder, as a :class:`Source`."""
    folder = pathlib.Path(source)
    listings = sorted(path for ending in ('json.gz', 'json')
                      for path in folder.glob(f'listings/metadata/listings_*.{ending}')
                      if path.is_file() and is_inside(folder, path))
    images = [path for name in ('images.csv.gz', 'images.csv')
              if (path := folder / 'images' / 'metadata' / name).is_file()
              and is_inside(folder, path)]
    places = [f'images/{size}/' for size in ('small', 'original')
              if (folder / 'images' / size).is_dir()]
    for found, name in ((listings, 'listings/metadata/listings_*.json.gz'),
                        (images, 'images/metadata/images.csv.gz'), (places, 'images/small/')):
        if not found:
            raise UserError(f'{folder}: expected the unpacked archives abo-listings.tar and '
                            f'abo-images-small.tar, and found no {name}')
    yield _Abo(FolderTree(folder), listings, images[0], places[0])


class _Abo(Source):
    header = Header(
        'abo', source='Amazon Berkeley Objects, amazon-berkeley-objects.s3.amazonaws.com',
        licence='CC BY 4.0; data and images: Amazon.com; data set: M. Guillaumin, T. Dideriksen, '
                'K. Deng, H. Arora, J. Collins, J. Malik')

    def __init__(self, tree, listings, images, strip):
        super().__init__(tree)
        self.strip = strip
        self._listings = listings
        self._images = images

    def products(self, report):
        groups = _Groups()
        items = scratch.grouped(self._fashion(groups, report))
        first = list(itertools.islice(items, 1))  # only now has every listing been seen
        groups.join()
        with scratch.table(self._image_paths()) as path_of:
            for identity, listings in itertools.chain(first, items):
                report.read()
                yield f'item {identity}', self._product(
                    identity, groups.of(identity), listings, path_of, report)

    def _fashion(self, groups, report):
        """Yields (item id, listing) of every listing of fashion; tells ``groups`` of images."""
        keys = set()
        for where, listing in self._lines():
            problem, missed = None, True
            if listing is None:
                problem = 'a line that is no JSON object'
            elif not (identity := word(listing.get('item_id'))):
                problem = 'no item_id'
            elif type_of(listing) not in _TYPE_OF:
                problem, missed = 'no product type of fashion', False
                where = f'{where}: {type_of(listing) or "none"}'
            elif (key := f'{identity} {word(listing.get("domain_name"))}') in keys:
                problem = 'an item and marketplace that came before'
                where = f'{where}: {key}'
            if problem:
                report.read()
                report.drop(problem, where, missed)
            else:
                keys.add(key)
                groups.add(identity, word(listing.get('main_image_id')), images_of(listing))
                yield identity, {name: listing[name] for name in _KEPT & listing.keys()}

    def _lines(self):
        """Yields (where, JSON object or None) of every line of every file of listings."""
        for path in self._listings:
            with _open(path) as file:
                for number, line in enumerate(lines(file), 1):
                    try:
                        value = json_value(line)
                    except ValueError:  # no JSON, or bytes that are not UTF-8
                        value = None
                    yield f'{path.name}:{number}', value if isinstance(value, dict) else None

    def _image_paths(self):
        """Yields (image id, path)."""
        table = Table(self._images, mixed=True, fill=True,
                      opener=functools.partial(_open, self._images))
        table.require('image_id', 'path', what='the table of images')
        for _, row in table.rows():
            if row['path']:
                yield row['image_id'], row['path']

    def _product(self, identity, group, records, path_of, report):
        kind = type_of(records[0])
        node = node_of(records)
        path = [name for name in node if not names_only_a_gender(name)]
        labels = {'type': _TYPE_OF[kind], 'category': kind, 'subcategory': path[-1] if path else '',
                  'gender': gender_of(node, records), 'colour': colours_of(records)}
        extra = {name: text for name in EXTRA if (text := best_text(records, name))}
        if node:
            extra['node'] = '/'.join(node)
        if (colour := best_text(records, 'color')) and (colour,) != labels['colour']:
            extra['colour_text'] = colour
        images, listings = {}, []
        for record in records:
            new = [image for image in images_of(record) if image not in images]
            images |= {image: path_of(image) for image in new}
            for image in new:
                if not images[image]:
                    report.drop_image('an id that images.csv does not have',
                                      f'{image} of item {identity}')
            texts = [*texts_of(record, 'bullet_point'), *texts_of(record, 'product_description')]
            listings.append(Listing(
                word(record.get('domain_name')), best_text([record], 'item_name'),
                '\n'.join(map(plain_text, in_one_language(texts))),
                [self.strip + images[image] for image in new if images[image]]))
        return Product(identity, group, labels, listings, extra)


@contextlib.contextmanager
def _open(path):
    try:
        with gzip.open(path) if path.suffix == '.gz' else open(path, 'rb') as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f'{path}: damaged or incomplete: {error}') from error
    except ValueError as error:
        raise UserError(f'{path}: {error}') from error


class _Groups:
    """Which items hang together by their images."""

    def __init__(self):
        self._item_of = {}  # main image → the first item that has it
        self._images = []  # (image, item) of the others
        self._parent = {}

    def add(self, identity, main, images):
        """Takes in the ids of a listing's main image (``''`` if there is none) and of all."""
        if main:
            self._unite(self._item_of.setdefault(main, identity), identity)
        self._images += [(image, identity) for image in images if image != main]

    def join(self):
        """Unites items with those whose main image is among their other ones."""
        for image, identity in self._images:
            if image in self._item_of:
                self._unite(self._item_of[image], identity)
        self._images = []

    def of(self, identity):
        """Returns the group of an item: the least of its items' ids."""
        while (parent := self._parent.get(identity, identity)) != identity:
            self._parent[identity] = self._parent.get(parent, parent)
            identity = parent
        return identity

    def _unite(self, one, other):
        least, greatest = sorted((self.of(one), self.of(other)))
        if least != greatest:
            self._parent[greatest] = least
