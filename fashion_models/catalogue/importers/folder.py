"""A plain folder of images: a sub-folder for each product, or an image.

Folders may be classes of products instead, as ``shoes/4711.jpg``, and nothing but the user can say
so. The question is asked of 30 folders at most, where they hold on average

- 20 images or more, whatever they are called, or
- 8 images or more, if most of their names hold no digit, or hold a word (three letters or more)
  that not all of them have: ``01 Dresses`` and ``Bags 2026`` may well be classes; ``SKU-4711`` and
  ``SKU-4712`` are ids.

Images beside the folders do not matter, as long as they are fewer than these.
"""

import argparse
import contextlib
import itertools
import os
import pathlib
import posixpath
import re
from collections.abc import Iterator

from fashion_models.catalogue.importers.source import Source, clean
from fashion_models.catalogue.importers.tree import open_tree
from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.errors import UserError

SUMMARY = 'a plain folder of images: a sub-folder a product with all its images; no labels'

#: More images in a folder than that are hardly those of one product.
MOST = 50
#: No more folders than that, of so many images each on average, may be classes: by their names, or
#: whatever they are called.
_FEW, _MANY, _VERY_MANY = 30, 8, 20
_WORD = re.compile(r'[^\W\d_]{3,}')

DESCRIPTION = f"""\
SOURCE  a folder, or a zip archive of its content: SOURCE/4711/front.jpg and SOURCE/4711/back.jpg
        are two images of the product 4711, SOURCE/4712.jpg is the only one of the product 4712;
        hidden files are passed over
labels  none: names of folders are ids. {_FEW} folders at most that hold {_MANY} images or more on
        average, and whose names differ in words, look like classes, as in
        SOURCE/shoes/4711.jpg, and so do those of {_VERY_MANY} or more on average, whatever
        their names: --folders classes makes each image a product of that type,
        --folders products takes them for products all the same. A folder
        of more than {MOST} images (else --most) stops the import, and so does a folder in a
        folder; a lone folder around all others is entered
images  in the order of their names
groups  each product is one of its own"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only this format has."""
    parser.add_argument('--folders', choices=('products', 'classes'),
                        help='what the folders are: products, with all their images, or classes '
                             '(types), of which each image is a product')
    parser.add_argument('--most', type=int, default=MOST, metavar='N',
                        help='images that a product may have; a folder of more is taken for one of '
                             f'several products, and stops the import (default: {MOST})')
    parser.add_argument('--name', help="the catalogue's name (default: SOURCE's)")
    parser.add_argument('--licence', default='', help="the images' licence, for the header")


@contextlib.contextmanager
def open_source(source: str | os.PathLike, arguments: argparse.Namespace) -> Iterator[Source]:
    """Opens a folder (or a zip archive) as a :class:`Source`."""
    if arguments.most < 1:
        raise UserError(f'most: found {arguments.most}, expected 1 or more')
    place = pathlib.Path(os.path.realpath(source))
    name = arguments.name or (place.name if place.is_dir() else place.stem)
    header = Header(name, source=place.name, licence=arguments.licence)
    with open_tree(source) as tree:
        yield _Folder(tree, header, arguments.most, arguments.folders)


class _Folder(Source):
    def __init__(self, tree, header, most, folders):
        super().__init__(tree)
        self.header = header
        self._most = most
        self._endings = _image_endings()
        self.strip = self._wrapper()
        if not folders:
            self._ask_about_classes()
        self._classes = folders == 'classes'

    def products(self, report):
        for name, paths in itertools.groupby(self._paths(), self._first):
            paths = list(paths)
            is_file = paths == [self.strip + name]
            images = list(self._images(paths, report))
            if self._classes and not is_file:
                for image in images:
                    report.read()
                    identity = clean(posixpath.splitext(image.removeprefix(self.strip))[0])
                    yield identity, Product(
                        identity, identity, {'type': clean(name)}, [Listing(images=[image])])
                continue
            if is_file and not images:
                continue  # no product's, as notes.txt
            report.read()
            identity = clean(posixpath.splitext(name)[0] if is_file else name)
            if not images or not identity:
                report.drop('a name of only spaces' if images else 'no image', ascii(name))
                continue
            if len(images) > self._most:
                raise UserError(
                    f'{self.tree.place}: {name} holds {len(images):,} images; expected those of '
                    f'one product, {self._most} at most. If they are of one product, allow so '
                    f'many (most); if {name} is a class of products, say that folders are classes '
                    '(folders), which makes each image a product, or list its images in a CSV '
                    'file and "import csv"')
            yield identity, Product(identity, identity, {}, [Listing(images=images)])

    def _first(self, path):
        """The first part of a path, within the lone folder around all others."""
        return path.removeprefix(self.strip).split('/')[0]

    def _wrapper(self):
        """The lone folder around the products' folders, with a final ``/``; ``''`` without one."""
        common, deeper = None, False
        for path in self._paths():
            if posixpath.splitext(path)[1].lower() not in self._endings:
                continue
            folders = path.split('/')[:-1]
            before = folders if common is None else common
            common = [one for one, other in itertools.takewhile(
                lambda pair: pair[0] == pair[1], zip(before, folders))]
            if not common:
                return ''
            deeper = deeper or len(before) > len(common) or len(folders) > len(common)
        # Images of one folder alone are those of a product.
        return ''.join(f'{name}/' for name in (common or [])[:None if deeper else -1])

    def _ask_about_classes(self):
        """Refuses folders that look like classes."""
        counts, single = {}, 0
        for path in self._paths():
            if posixpath.splitext(path)[1].lower() in self._endings:
                name = self._first(path)
                if self.strip + name == path:
                    single += 1
                else:
                    counts[name] = counts.get(name, 0) + 1
                if len(counts) > _FEW or single >= _FEW:
                    return
        images = sum(counts.values())
        if len(counts) > max(1, single) and (
                images >= _VERY_MANY * len(counts)
                or images >= _MANY * len(counts) and _are_words(list(counts))):
            shown = ', '.join(f'{name} ({count:,})' for name, count in list(counts.items())[:3])
            raise UserError(
                f'{self.tree.place}: are {shown} {"and so on " * (len(counts) > 3)}products with '
                'so many images each, or classes whose images are a product each? folders: '
                'found nothing, expected products or classes')

    def _paths(self):
        """Yields all files but hidden ones, those of a product one after the other."""
        for path in self.tree.paths():
            if not any(part.startswith(('.', '__MACOSX')) for part in path.split('/')):
                yield path

    def _images(self, paths, report):
        for path in paths:
            if problem := path_problem(path):
                report.drop_image(f'path {problem}', ascii(path))
            elif posixpath.splitext(path)[1].lower() not in self._endings:
                report.drop_image("no image, by its name's ending", path, missed=False)
            elif path.removeprefix(self.strip).count('/') > 1:
                raise UserError(
                    f'{self.tree.place}: {path} lies too deep; expected PRODUCT/IMAGE, or IMAGE '
                    'alone. Name the folder in which the products\' folders lie (of an archive, '
                    'unpack it), or list the images in a CSV file and "import csv"')
            else:
                yield path


def _are_words(names):
    """Says whether most names are words, and not ids, which differ in digits."""
    words = [set(_WORD.findall(name.casefold())) for name in names]
    common = set.intersection(*words)
    alike = sum(not any(map(str.isdigit, name)) or bool(own - common)
                for name, own in zip(names, words))
    return 2 * alike > len(names)


def _image_endings():
    """Endings (set of str, in lower case) of the formats that a catalogue's images may have."""
    from PIL import Image

    from fashion_models.catalogue.decode import FORMATS

    return {ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS}
