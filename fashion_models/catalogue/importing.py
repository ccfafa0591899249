"""What every import does: read twice, reconcile the taxonomy, write products and images."""

import collections
import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Callable, Iterator

from tqdm import tqdm

from fashion_models.catalogue import colours as colour_table
from fashion_models.catalogue import io
from fashion_models.catalogue.decode import MAX_FILE_BYTES, TOO_LARGE
from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.paths import path_problem
from fashion_models.catalogue.records import Product, encodable
from fashion_models.catalogue.tasks import LEVELS
from fashion_models.catalogue.taxonomy import path_of, reconcile
from fashion_models.catalogue.unfinished import REPORT_FILE, claimed, partial_picture
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, require_outside
from fashion_models.surrogates import json_text


def run_import(
        source: Source, folder: str | os.PathLike, *, origin: dict, overwrite: bool = False,
        link: bool = False, lyst16: bool = False,
        finish: Callable[[], object] | None = None) -> Report:
    """Writes the products of a source as a catalogue.

    The source is read twice: once to learn the taxonomy, once to write. Memory holds ids and
    labels, never products. After an interruption the folder is no catalogue; call it again to
    resume with the images that are there.

    Args:
        source (Source): An importer's open data set.
        folder: The catalogue's folder.
        origin (dict): What is imported and how (JSON values), to recognise an interrupted import.
        overwrite (bool): Whether a catalogue in ``folder`` is replaced.
        link (bool): Whether images are linked (hard where possible, else symbolic) or copied.
        lyst16 (bool): Whether colours are folded into the 16 of
            :data:`~fashion_models.catalogue.colours.LYST16`.
        finish (callable): Called last, to write what else belongs into the folder.

    Returns:
        Report: What was kept and what was not; also saved as import-report.json.

    Raises:
        UserError: The folder is taken, or holds files of the source, or another process is writing
            it; the source is not as expected; nothing could be kept; or the disk is full.
    """
    folder = pathlib.Path(folder)
    require_usable(source, folder, link)
    paths = collections.Counter(map(path_of, readable(source)))
    try:
        with claimed(folder, origin, overwrite):
            report = _write(source, folder, reconcile(paths), paths.total(), link, lyst16)
            with atomic_write(folder / REPORT_FILE, 'w', encoding='utf-8') as file:
                file.write(json_text(report.record(), indent=1))
            if finish:
                finish()
    except OSError as error:
        raise UserError(f'{error.filename or folder}: {error.strerror or error}') from error
    return report


def require_usable(source: Source, folder: pathlib.Path, link: bool) -> None:
    """Refuses a source whose pictures lie in the catalogue's folder, or cannot be linked to.

    Raises:
        UserError: It is one.
    """
    require_outside(folder, *source.tree.places)
    if link and not source.tree.has_files:
        raise UserError(f'{source.tree.place}: holds no image files to link to; they can '
                        'only be copied (link)')


def readable(source: Source) -> Iterator[Product]:
    """Yields the products of a source that can be kept, without their missing images.

    Raises:
        UserError: There is none; it says why.
    """
    report, product = Report(source.header.tasks), None
    for _, product in tqdm(_usable(source, report), desc='reading', unit=' products',
                           disable=None):
        yield product
    if product is None:
        raise none_kept(source, report)


def none_kept(source: Source, report: Report) -> UserError:
    """The error that nothing of a source can be kept; it says why."""
    return UserError(f'{source.place}: no product can be kept: {report.reasons()}')


def _write(source, folder, mapping, total, link, lyst16):
    report = Report(source.header.tasks)
    with io.CatalogueWriter(folder, source.header) as writer:
        for product in products(source, folder, mapping, total, report, link, lyst16,
                                lambda *place: not link and _is_there(source.tree, *place)):
            writer.add(product)
            report.keep(product)
        if not report.kept:     # no picture that is there can be read
            raise none_kept(source, report)
    return report


def products(source: Source, folder: pathlib.Path, mapping: dict, total: int, report: Report,
             link: bool, lyst16: bool, is_there: Callable[[str, pathlib.Path], bool],
             ) -> Iterator[Product]:
    """Yields the products of a source as they enter the catalogue, their images already in it.

    Args:
        source: An importer's open data set.
        folder: The catalogue's folder.
        mapping: From :func:`~fashion_models.catalogue.taxonomy.reconcile`.
        total: How many products there will be.
        report: Told of whatever is not kept, or changed.
        link, lyst16: As of :func:`run_import`.
        is_there: Whether the catalogue has an image (its path in the source) in a file already.
    """
    groups = {}
    for where, product in tqdm(_usable(source, report), desc='importing', total=total,
                               unit=' products', disable=None, smoothing=0.1):
        product = reconciled(product, mapping, report)
        if lyst16:
            product = _folded(product, report)
        product, digest = _with_images(product, where, source, folder, link, report, is_there)
        if not product.images:
            report.drop('no image that can be read', where)
            continue
        if source.same_image_same_group:
            group = groups.setdefault(digest, product.group)
            product = dataclasses.replace(product, group=group)
        yield product


def _usable(source, report):
    """Yields (where, product) of the products that can be kept, without their missing images."""
    ids = set()
    for where, found in source.products(report):
        product = encodable(found)
        if product is not found:
            report.note('half of a surrogate pair in a text, replaced by �', where)
        if product.id in ids:
            report.drop('an id that came before', where)
            continue
        ids.add(product.id)
        kept = set()
        for image in product.images:
            if problem := _image_problem(source.tree, image):
                report.drop_image(problem, f'{image} of {where}')
            else:
                kept.add(image)
        if not kept:
            report.drop('no image', where)
            continue
        yield where, _map_images(product, lambda image: image if image in kept else None)  # noqa: B023


def _image_problem(tree, image):
    if problem := path_problem(image):
        return f'path {problem}'
    size = tree.size(image)
    if size is None:
        return 'a link that leaves the source' if tree.leaves(image) else 'no such file'
    if size == 0:
        return 'empty file'
    return TOO_LARGE if size > MAX_FILE_BYTES else None


def _map_images(product, function):
    """The product with each image path replaced by ``function(path)``, or gone where it is None."""
    listings = [
        dataclasses.replace(listing, images=[
            new for image in listing.images if (new := function(image)) is not None])
        for listing in product.listings]
    return dataclasses.replace(product, listings=listings)


def reconciled(product: Product, mapping: dict, report: Report) -> Product:
    """The product with labels that agree with the taxonomy, the source's own as extra texts.

    Raises:
        UserError: It has labels that no product had when the taxonomy was learned.
    """
    old_path = path_of(product)
    if old_path not in mapping:
        raise UserError(f'product {product.id!r}: was changed while it was read, since reading '
                        'began with other products; do it again')
    new_path = mapping[old_path]
    if new_path == old_path:
        return product
    extra = dict(product.extra)
    for task, old, new in zip(LEVELS, old_path, new_path):
        if old != new:
            extra.setdefault(f'source_{task}', old)     # of several, what the source said first
            report.change(task, old, new)
    labels = product.labels | dict(zip(LEVELS, new_path))
    return dataclasses.replace(product, labels=labels, extra=extra)


def _folded(product, report):
    folded = {}
    for colour in product.colours:
        bases = colour_table.fold(colour)
        if not bases:
            report.unknown_colour(colour)
        folded.update(dict.fromkeys(bases))
    if tuple(folded) == product.colours:
        return product
    extra = product.extra | {'source_colour': product.label_text('colour')}
    labels = product.labels | {'colour': tuple(folded)}
    return dataclasses.replace(product, labels=labels, extra=extra)


def _with_images(product, where, source, folder, link, report, is_there):
    """Puts a product's images into the catalogue.

    Returns:
        tuple: The product with the images' paths in the catalogue, and the first one's digest (None
        unless the source groups by it).
    """
    digest = None

    def place(image):
        nonlocal digest
        target = f'{io.IMAGES_FOLDER}/{image.removeprefix(source.strip)}'
        there = is_there(image, folder / target)
        copy = not link and not there
        content = None
        if copy or (source.same_image_same_group and digest is None):
            try:
                content = source.tree.read(image)
            except OSError as error:
                report.drop_image(f'cannot be read: {error.strerror or error}',
                                  f'{image} of {where}')
                return None
            digest = digest or hashlib.sha256(content).digest()
        if not there:
            require_own(folder, folder / target)
        if link and not there:
            _link(source.tree.file(image), folder / target)
        elif copy:
            _copy(content, folder / target)
        return target

    return _map_images(product, place), digest


def require_own(folder: pathlib.Path, target: pathlib.Path) -> None:
    """Refuses to write a picture through a symbolic link, into somebody's folder.

    Args:
        folder: The catalogue's.
        target: The picture's file.

    Raises:
        UserError: If there is one on the way from one to the other.
    """
    parent = target.parent
    if os.path.realpath(parent) != os.path.join(
            os.path.realpath(folder), parent.relative_to(folder)):
        raise UserError(f'{parent}: leads out of the catalogue by a symbolic link; put a folder of '
                        'its own in its place')


def _is_there(tree, image, target):
    """Whether an import that was interrupted has already written an image, and wholly."""
    return target.is_file() and not target.is_symlink() and tree.is_copy(image, target)


def _copy(content, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_picture(target)
    partial.unlink(missing_ok=True)     # a link is not written through
    with open(partial, 'xb') as file:
        file.write(content)
    os.replace(partial, target)


def _link(file, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink() or target.exists():
        target.unlink()
    try:
        os.link(file, target)
    except OSError:  # another file system, or one without hard links
        os.symlink(file, target)
