"""DeepFashion, In-shop Clothes Retrieval: several views of each garment and colour.

Two layouts are read, the benchmark's own folders and the flat names of DeepFashion-MultiModal. What
is relied on, from the benchmark's readme, from a copy of its descriptions and from public code:

- An image is ``<MEN|WOMEN>/<Category>/id_########/<vv>_<pose>_<view>.jpg`` below ``img`` (256
  pixels) or ``img_highres``, which lie at the top or in ``Img``. ``vv`` numbers the colours that
  an item comes in. The flat name is ``MEN-Denim-id_00000080-01_7_additional.jpg``.
- ``Eval/list_eval_partition.txt`` lists the images after a count and a line of names; columns are
  parted and padded by spaces. DeepFashion's other benchmarks have a file of this name with other
  columns.
- ``Anno/list_bbox_inshop.txt`` has the same form and says what part of the body is clothed.
- ``Anno/attributes/list_color_cloth.txt`` (or ``Anno/list_color_cloth.txt``) has it, too, and says
  the colour of each image, in words with single spaces between them.
- ``Anno/list_description_inshop.json`` is a list with one entry an item, some of them twice over;
  a few items have none. Its colour is one for the whole item, which may come in forty, so it is a
  product's colour only where the item comes in one.
- DeepFashion-MultiModal's ``captions.json`` has a sentence for each flat name.

None of these but the images is needed. An item may stand in several categories.
"""

import argparse
import collections
import contextlib
import os
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.reading import json_list, json_object, lines
from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError
from fashion_models.parsing import shown, whole_number
from fashion_models.plural import counted

SUMMARY = 'DeepFashion In-shop: 7,982 garments in 52,712 images, several views of each colour'

DESCRIPTION = """\
SOURCE  the folder of the In-shop Clothes Retrieval benchmark (Anno, Eval, and img or
        img_highres unpacked, at the top or in Img), or a folder with the images of
        DeepFashion-MultiModal under their flat names; or one zip archive of either
labels  gender (MEN and WOMEN are Men and Women) and category (17, as Tees_Tanks) from the
        folders; from the lists in Anno, where they are: type (upper, lower or full body) and
        colour (free text, as Black-blush; from list_color_cloth.txt, else from the
        descriptions for items of one colour); no subcategory
texts   the description; partition and query_views: the benchmark's division of the images
images  one to seven views a product: front, side, back, full, flat, additional
groups  a product is an item in one colour; all colours of an item are one group
from    mmlab.ie.cuhk.edu.hk/projects/DeepFashion/InShopRetrieval.html (an agreement is to be
        signed) and github.com/yumingj/DeepFashion-MultiModal; for non-commercial research
        and education only"""

PARTITION = 'list_eval_partition.txt'
BOXES = 'list_bbox_inshop.txt'
COLOURS = 'list_color_cloth.txt'
DESCRIPTIONS = 'list_description_inshop.json'
CAPTIONS = 'captions.json'
COLUMNS = {PARTITION: ('image_name', 'item_id', 'evaluation_status'),
           BOXES: ('image_name', 'clothes_type'), COLOURS: ('image_name',)}

CLOTHES_TYPES = {'1': 'Upper body', '2': 'Lower body', '3': 'Full body'}
STATUSES = TRAIN, QUERY, GALLERY = 'train', 'query', 'gallery'
PARTS = {'train': (TRAIN,), 'test': (QUERY, GALLERY)}

_NAME = re.compile(
    r'(?P<folder>.*/)?(?P<gender>MEN|WOMEN)(?P<sign>[/-])(?P<category>[^/]+)(?P=sign)'
    r'(?P<item>id_[0-9]+)(?P=sign)(?P<variant>[0-9]+)_(?P<view>[0-9]+_[a-z]+)\.jpg')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    parser.add_argument('--highres', action='store_true',
                        help='take the images of img_highres where img is there, too')
    parser.add_argument('--part', choices=tuple(PARTS),
                        help='only the images of this part of the benchmark: train, or test, its '
                             'queries and gallery')


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens the data set (a folder or a zip archive) as a :class:`Source`."""
    with open_tree(source) as tree:
        lists = {name: next(iter(tree.find(name, depth=3)), None)
                 for name in (*COLUMNS, DESCRIPTIONS, CAPTIONS)}
        if arguments.part and not lists[PARTITION]:
            raise UserError(f'{tree.place}: found no {PARTITION}, which says what belongs to the '
                            f'part {arguments.part}')
        statuses = PARTS[arguments.part] if arguments.part else (*STATUSES, '')
        with (scratch.table(_descriptions(tree, lists[DESCRIPTIONS])) as description_of,
              scratch.table(_captions(tree, lists[CAPTIONS])) as caption_of):
            folder, sign = _images(tree, arguments.highres)
            yield _InShop(tree, folder, sign, lists, description_of, caption_of, statuses)


def _images(tree, highres):
    """The folder of the images (str), and the sign that parts their names, ``/`` or ``-``."""
    places = {match.group('folder', 'sign') for match in map(_NAME.fullmatch, tree.paths())
              if match}
    if not places:
        raise UserError(
            f'{tree.place}: found no image whose name is like '
            'WOMEN/Dresses/id_00000002/02_1_front.jpg or WOMEN-Dresses-id_00000002-02_1_front.jpg; '
            'is img.zip of the benchmark unpacked?')
    return min(((folder or '', sign) for folder, sign in places), key=lambda place: (
        ('highres' in place[0]) != highres, place[0].count('/'), place))


class _InShop(Source):
    header = Header(
        'deepfashion-inshop', source='DeepFashion, In-shop Clothes Retrieval, '
        'mmlab.ie.cuhk.edu.hk/projects/DeepFashion/InShopRetrieval.html',
        licence='non-commercial research and educational purposes only')

    def __init__(self, tree, folder, sign, lists, description_of, caption_of, statuses):
        super().__init__(tree)
        self.strip = folder
        self._sign = sign
        self._lists = lists
        self._description_of = description_of
        self._caption_of = caption_of
        self._statuses = statuses

    def products(self, report):
        for item, rows in scratch.grouped(self._rows(report)):
            variants = {}  # {product: {kind of row: its values}}
            for variant, kind, *values in rows:
                variants.setdefault(variant, collections.defaultdict(list))[kind].append(values)
            for variant, found in sorted(variants.items()):
                report.read()
                listed = found['image']
                found['image'] = [row for row in listed if row[2] in self._statuses]
                if found['image']:
                    yield self._product(item, variant, found, len(variants) == 1, report)
                elif listed:
                    report.drop('of the other part', variant, missed=False)
                else:
                    report.drop('in a list, but without images', variant)

    def _rows(self, report):
        """Yields (item, [product, kind, values ...]) from all lists, in no particular order."""
        for where, match, status in self._listed_images(report):
            path = self.strip + self._sign.join([
                *match.group('gender', 'category', 'item'),
                f'{match["variant"]}_{match["view"]}.jpg'])
            yield match['item'], [_variant(match), 'image', match['view'], path, status, where]
        for name, kind in ((BOXES, 'type'), (COLOURS, 'colour')):
            if self._lists[name]:
                for _, fields in self._table(name):
                    match = _NAME.fullmatch(fields[0])
                    if match and len(fields) > 1:
                        yield match['item'], [_variant(match), kind, clean(fields[1])]

    def _listed_images(self, report):
        """Yields (where, match, status) of the images in the list, or else of those on disk."""
        if not self._lists[PARTITION]:
            for path in self.tree.paths():
                match = _NAME.fullmatch(path)
                if match and (match['folder'] or '', match['sign']) == (self.strip, self._sign):
                    yield path, match, ''
            return
        for number, fields in self._table(PARTITION):
            where = f'{self._lists[PARTITION]}:{number}'
            match = _NAME.fullmatch(fields[0])
            if match and fields[1:] == [match['item'], fields[-1]] and fields[-1] in STATUSES:
                yield where, match, fields[-1]
            else:
                report.drop_image('not a row of image, its item, and train, query or gallery',
                                  where)

    def _table(self, name):
        """Yields (line number, list of columns) of a list: a count, names, and then rows."""
        path = self._lists[name]
        expected = COLUMNS[name]
        rows = lines(self.tree, path)
        number, first = next(rows, (1, ''))
        count = None
        if first.strip().isdecimal():
            count = whole_number(first.strip())
            if count is None:
                raise UserError(f'{path}:{number}: expected the number of rows, found '
                                f'{first.strip()[:60]}')
            number, first = next(rows, (number + 1, ''))
        if tuple(first.split()[:len(expected)]) != expected:
            raise UserError(f'{path}:{number}: expected the columns {" ".join(expected)}, found '
                            f'{first.strip()[:100] or "nothing"}; is this another benchmark?')
        found = 0
        for number, line in rows:
            found += 1
            # Only the last column, of a colour, has words.
            yield number, line.split(None, 1) if name == COLOURS else line.split()
        if count not in (None, found):
            raise UserError(f'{path}: its first line says {counted(count, "row")}, and {found:,} '
                            'follow; is the file whole?')

    def _product(self, item, variant, found, alone, report):
        views = {}
        for view, path, status, where in sorted(found['image']):
            if view in views:
                report.drop_image('an image listed before', f'{path} of {where}',
                                  missed=False)
            else:
                views[view] = path, status, where
        match = _NAME.fullmatch(next(iter(views.values()))[0])
        colour, description = self._description_of(item) or ('', '')
        labels = {
            'gender': match['gender'].capitalize(), 'category': match['category'],
            'type': CLOTHES_TYPES.get(_commonest(found['type'])),
            'colour': _commonest(found['colour']) or (colour if alone else '')}
        captions = (self._caption_of(f'{variant}_{view}') for view in views)
        listing = Listing(
            description=description or next(filter(None, captions), ''),
            images=[path for path, _, _ in views.values()])
        where = next(iter(views.values()))[2]
        return f'{where} ({variant})', Product(variant, item, labels, [listing], _extra(views))


def evaluation_statuses(product: Product) -> dict[str, str]:
    """The benchmark's division of a product's images.

    Args:
        product: Of a catalogue that was imported from the benchmark.

    Returns:
        From image path to one of :data:`STATUSES`; empty if nothing is said of the product.

    Raises:
        UserError: If it has images both to train on and in the gallery, which the benchmark never
            does: which are which is not known.
    """
    views = set(product.extra.get('query_views', '').split('|'))
    others = set(product.extra.get('partition', '').split('|')) - {QUERY, ''}
    if len(others) > 1:
        raise UserError(f'{product.id}: its partition is {product.extra["partition"]}, expected '
                        'train, or query and gallery')
    statuses = {}
    for path in product.images:
        match = _NAME.fullmatch(path)
        if match and match['view'] in views:
            statuses[path] = QUERY
        elif others:
            statuses[path], = others
    return statuses


def _variant(match):
    """The id of the product (str) that an image's name tells, as in its flat form."""
    return '-'.join(match.group('gender', 'category', 'item', 'variant'))


def _extra(views):
    """The benchmark's division as extra texts: its sets, and which views are queries."""
    statuses = {status for _, status, _ in views.values()}
    extra = {'partition': '|'.join(status for status in STATUSES if status in statuses),
             'query_views': '|'.join(view for view, (_, status, _) in views.items()
                                     if status == 'query')}
    return {name: text for name, text in extra.items() if text}


def _commonest(values):
    """The text most rows give, of equals the first; ``''`` without rows."""
    counts = collections.Counter(text for text, in values)
    return max(counts, key=counts.get, default='')


def _descriptions(tree, path):
    """Yields (item, [colour, description]) of the list of descriptions."""
    for entry in json_list(tree, path) if path else ():
        if not isinstance(entry, dict):
            raise UserError(f'{path}: expected entries like {{"item": "id_00000001", "color": …, '
                            f'"description": […]}}, found {shown(entry)}')
        parts = entry.get('description') or ()
        parts = parts if isinstance(parts, list | tuple) else [parts]
        yield str(entry.get('item')), [
            clean(str(entry.get('color') or '')),
            '\n'.join(clean(str(part)) for part in parts if part)]


def _captions(tree, path):
    """Yields (flat name without ending, sentence) of the captions."""
    for name, text in json_object(tree, path) if path else ():
        yield name.removesuffix('.jpg'), clean(str(text))
