"""Draws a whole catalogue to disk, product by product, with several processes."""

import contextlib
import dataclasses
import json
import os
import pathlib

from tqdm import tqdm

from fashion_models.catalogue.importing import require_own
from fashion_models.catalogue.io import ANOTHER_FOLDER, SETTINGS_FILE, CatalogueWriter
from fashion_models.catalogue.records import Header
from fashion_models.catalogue.unfinished import begun, claimed, partial_picture
from fashion_models.devices import usable_cores
from fashion_models.drawn import assortment, palette, photograph
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.selling import listed, pictures
from fashion_models.drawn.specification import specifications
from fashion_models.drawn.truth import truth_writer
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.workers import InProcesses, WorkerDied, refuse_while_spawned

#: Raised with every change to the drawings, so that a catalogue never mixes two versions.
VERSION = '1'


def synthesise(
        folder: str | os.PathLike, products: int = 10_000, seed: int = 0, size: int = 128,
        difficulty: Difficulty | None = None, workers: int | None = None,
        overwrite: bool = False) -> None:
    """Draws a catalogue, and its truth beside it (see :mod:`fashion_models.drawn.truth`).

    Each picture is written in one piece as soon as it is drawn; the list of products comes last.
    Call it again to resume: pictures that are already there are kept.

    Args:
        folder: The catalogue's folder.
        products: Number of products.
        seed: Each seed draws another shop.
        size: Width and height of the pictures in pixels, 32 to 1024.
        difficulty: The causes of error; the defaults if None.
        workers: Number of processes; one per usable core if None.
        overwrite: Whether to replace an existing catalogue.

    Raises:
        UserError: A number is out of range; the folder holds a catalogue, or an unfinished one with
            other settings; another process is drawing there; or a worker process died.
    """
    folder, difficulty = pathlib.Path(folder), difficulty or Difficulty()
    if products < 1:
        raise UserError(f'products: found {products}, expected 1 or more')
    if not 32 <= size <= 1024:
        raise UserError(f'size: found {size}, expected 32 to 1024 pixels')
    if workers is not None and workers < 1:
        raise UserError(f'workers: found {workers}, expected 1 or more')
    refuse_while_spawned()
    settings = {
        'version': VERSION, 'products': products, 'seed': seed, 'size': size,
        'difficulty': dataclasses.asdict(difficulty)}
    header = Header(
        'embedded', VERSION, _source(settings), 'as the program that drew it',
        assortment.taxonomy(), ('female', 'male'), tuple(sorted(palette.COLOURS)))
    jobs = ((spec, folder, size, difficulty) for spec in specifications(products, seed, difficulty))
    with told_if_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if not overwrite:
        _require_same(folder, settings)
    with claimed(folder, settings, overwrite):
        with atomic_write(folder / SETTINGS_FILE, 'w', encoding='utf-8') as file:
            json.dump(settings, file, indent=1)
        with (CatalogueWriter(folder, header) as writer,
              truth_writer(folder) as write_truth,
              _death_told(),
              InProcesses(_draw, jobs, workers or usable_cores(), ahead=16) as drawn):
            for product, truth in tqdm(
                    drawn, total=products, desc='drawing', unit=' products', disable=None):
                writer.add(product)
                write_truth(truth)


@contextlib.contextmanager
def _death_told():
    """Explains the likely cause when a process that draws dies."""
    try:
        yield
    except WorkerDied as death:
        spec, folder, *_ = death.job
        raise UserError(
            f'{folder}: a process that draws ended unexpectedly, near product {spec.id}; the '
            'memory may be full (try fewer workers). Call it again to resume') from None


def _source(settings):
    changed = [f'{name} {share:g}' for name, share in settings['difficulty'].items()
               if share != getattr(Difficulty(), name)]
    return (f'drawn by fashion-models, a simulation: seed {settings["seed"]}, '
            f'{settings["size"]} pixels, {", ".join(changed) or "default difficulty"}')


def _require_same(folder, settings):
    """Refuses to begin anew what was begun with other settings, and may have taken hours."""
    found = begun(folder)
    if found is None or found == settings:
        return
    other = next((key for key in settings if isinstance(found, dict) and key in found
                  and found[key] != settings[key]), None)
    what = f'with {other} {found[other]!r}, not {settings[other]!r}' if other else 'of another kind'
    raise UserError(f'{folder} holds an unfinished catalogue {what}; {ANOTHER_FOLDER}')


def _draw(job):
    """Draws the missing pictures of a product; returns the Product and its truth."""
    spec, folder, size, difficulty = job
    taken, told = pictures(spec), []
    for picture in taken:
        dice = spec.dice('picture', picture.number)
        scene, wall, true = photograph.shot(spec, picture.view, picture.retailer, dice, difficulty)
        told.append(true)
        path = folder / picture.path
        if path.exists():
            continue
        require_own(folder, path)
        image = photograph.photograph(scene, picture.retailer, size, dice, wall)
        with told_if_unwritable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = partial_picture(path)
            partial.unlink(missing_ok=True)     # of a killed process; a link is not written through
            with open(partial, 'xb') as file:
                file.write(photograph.encoded(image, picture.retailer))
            os.replace(partial, path)
    return listed(spec, difficulty, taken, told)
