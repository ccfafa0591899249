"""Draws a whole catalogue to disk, product by product, on several processes."""

import collections
import contextlib
import dataclasses
import json
import multiprocessing
import os
import pathlib
import signal

from tqdm import tqdm

from fashion_models.catalogue.io import HEADER_FILE, CatalogueWriter
from fashion_models.catalogue.records import Header
from fashion_models.drawn import assortment, palette, photograph
from fashion_models.drawn.difficulty import Difficulty
from fashion_models.drawn.selling import listed, pictures
from fashion_models.drawn.specification import specifications
from fashion_models.drawn.truth import truth_writer
from fashion_models.errors import UserError
from fashion_models.files import atomic_write

#: Goes up with every change of a drawing, so that two drawings never mix in one catalogue.
VERSION = '1'
SETTINGS_FILE = 'synthesis.json'


def synthesise(
        folder, products=2000, seed=0, size=128, difficulty=None, workers=None, overwrite=False):
    """Draws a catalogue.

    Each picture is written at once and whole, the products last; a synthesis that was interrupted
    goes on when it is started again, for it keeps the pictures that it finds. Beside the catalogue
    lies ``truth.jsonl``: one JSON object a product, with the labels before a moderator's errors
    and what else is to be seen.

    Args:
        folder: Where to write.
        products (int): How many.
        seed (int): Another seed, another shop.
        size (int): Pixels a side, 32 to 1024.
        difficulty (Difficulty): The causes of error; the default's if None.
        workers (int): Processes; as many as there are processors if None.
        overwrite (bool): Whether a catalogue may be there already.

    Raises:
        UserError: A number is out of range, or the folder holds a catalogue, or an unfinished one
            of other settings.
    """
    folder, difficulty = pathlib.Path(folder), difficulty or Difficulty()
    if products < 1:
        raise UserError(f'products: found {products}, expected 1 or more')
    if not 32 <= size <= 1024:
        raise UserError(f'size: found {size}, expected 32 to 1024 pixels')
    if workers is not None and workers < 1:
        raise UserError(f'workers: found {workers}, expected 1 or more')
    settings = {
        'version': VERSION, 'products': products, 'seed': seed, 'size': size,
        'difficulty': dataclasses.asdict(difficulty)}
    _claim(folder, settings, overwrite)
    header = Header(
        'embedded', VERSION, _source(settings), 'as the program that drew it',
        assortment.taxonomy(), ('female', 'male'), tuple(sorted(palette.COLOURS)))
    jobs = ((spec, folder, size, difficulty) for spec in specifications(products, seed, difficulty))
    with (CatalogueWriter(folder, header, overwrite) as writer,
          truth_writer(folder) as write_truth,
          _processes(workers or os.cpu_count() or 1) as draw_all):
        for product, truth in tqdm(
                draw_all(jobs), total=products, desc='drawing', unit=' products', disable=None):
            writer.add(product)
            write_truth(truth)


def _source(settings):
    changed = [f'{name} {share:g}' for name, share in settings['difficulty'].items()
               if share != getattr(Difficulty(), name)]
    return (f'drawn by fashion-models, a simulation: seed {settings["seed"]}, '
            f'{settings["size"]} pixels, {", ".join(changed) or "default difficulty"}')


def _claim(folder, settings, overwrite):
    """Notes the settings, and makes sure that pictures already there were drawn with them."""
    other = 'choose another folder or overwrite it'
    if (folder / HEADER_FILE).exists() and not overwrite:
        raise UserError(f'{folder} already holds a catalogue; {other}')
    notes, images = folder / SETTINGS_FILE, folder / 'images'
    if notes.exists():
        found = json.loads(notes.read_text(encoding='utf-8'))
        if found == settings:
            return
        if not overwrite:
            key = next(key for key in settings if found.get(key) != settings[key])
            raise UserError(f'{folder} holds an unfinished catalogue with {key} '
                            f'{found.get(key)!r}, not {settings[key]!r}; {other}')
    if images.is_dir() and any(images.iterdir()):
        if not overwrite:
            raise UserError(f'{images} holds images of another origin; {other}')
        for path in images.rglob('*.jpg'):
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(notes, 'w', encoding='utf-8') as file:
        json.dump(settings, file, indent=1)


@contextlib.contextmanager
def _processes(workers):
    """Gives a function from jobs to the results of :func:`_draw`, in the jobs' order."""
    if workers == 1:
        yield lambda jobs: map(_draw, jobs)
        return
    # Started afresh: a fork would copy the locks of whatever threads are running.
    context = multiprocessing.get_context('spawn')
    with context.Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield lambda jobs: _in_order(pool, jobs, ahead=16 * workers)


def _in_order(pool, jobs, ahead):
    """``pool.imap``, but reading only so far ahead: memory does not grow with the catalogue."""
    waiting = collections.deque()
    for job in jobs:
        waiting.append(pool.apply_async(_draw, (job,)))
        if len(waiting) >= ahead:
            yield waiting.popleft().get()
    while waiting:
        yield waiting.popleft().get()


def _draw(job):
    """Draws the pictures of a product that are not there yet: (Product, its truth)."""
    spec, folder, size, difficulty = job
    taken, told = pictures(spec), []
    for picture in taken:
        dice = spec.dice('picture', picture.number)
        scene, wall, true = photograph.shot(spec, picture.view, picture.retailer, dice, difficulty)
        told.append(true)
        path = folder / picture.path
        if path.exists():
            continue
        image = photograph.photograph(scene, picture.retailer, size, dice, wall)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix('.partial')
        partial.write_bytes(photograph.encoded(image, picture.retailer))
        os.replace(partial, path)
    return listed(spec, difficulty, taken, told)
