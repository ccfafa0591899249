"""Draws a whole catalogue to disk, product by product, on several processes."""

import dataclasses
import json
import multiprocessing
import os
import pathlib

from tqdm import tqdm

from fashion_models.catalogue.io import HEADER_FILE, CatalogueWriter
from fashion_models.catalogue.model import Header, Listing, Product
from fashion_models.catalogue.synthetic import palette, taxonomy, texts
from fashion_models.catalogue.synthetic.difficulty import Difficulty
from fashion_models.catalogue.synthetic.photograph import encoded, picture, shot
from fashion_models.catalogue.synthetic.retailers import RETAILERS
from fashion_models.catalogue.synthetic.scenes import NO_BACK
from fashion_models.catalogue.synthetic.specification import specifications
from fashion_models.errors import UserError
from fashion_models.files import atomic_write

VERSION = '1'
TRUTH_FILE = 'truth.jsonl'
SETTINGS_FILE = 'synthesis.json'

#: One to five pictures a product, three on average.
PICTURES = {1: 14, 2: 21, 3: 30, 4: 20, 5: 15}
SHOPS = {1: 55, 2: 30, 3: 15}
EACH_FOLDER = 1000  # products


@dataclasses.dataclass(frozen=True)
class Plan:
    """One picture to take."""

    path: str
    retailer: int
    view: str
    number: int


def synthesise(
    folder,
    products=2000,
    seed=0,
    size=128,
    difficulty=None,
    workers=None,
    overwrite=False,
    progress=None,
):
    """Draws a catalogue.

    Pictures are written first, each at once and whole; an interrupted synthesis that is started
    again with the same settings keeps those it finds.

    Args:
        folder: Where to write.
        products (int): How many.
        seed (int): Another seed, another shop.
        size (int): Pixels a side, 32 to 1024.
        difficulty (Difficulty): The causes of error; the default's.
        workers (int): Processes; as many as there are processors if None.
        overwrite (bool): Whether a catalogue may be there already.
        progress (bool): Shows a bar; None: if standard error is a terminal.

    Raises:
        UserError: The folder holds a catalogue, or an unfinished one of other settings.
    """
    folder = pathlib.Path(folder)
    difficulty = difficulty or Difficulty()
    if products < 1:
        raise UserError(f'--products {products}: expected 1 or more')
    if not 32 <= size <= 1024:
        raise UserError(f'--size {size}: expected 32 to 1024 pixels')
    settings = {
        'version': VERSION,
        'products': products,
        'seed': seed,
        'size': size,
        'difficulty': dataclasses.asdict(difficulty),
    }
    _claim(folder, settings, overwrite)
    header = Header(
        'embedded',
        VERSION,
        f'drawn by fashion-models (a simulation, no photographs): seed {seed}, {size} pixels, '
        f'{_told(difficulty)}',
        'as the code that draws it',
        taxonomy.tree(),
        ('female', 'male'),
        tuple(sorted(palette.COLOURS)),
    )
    jobs = ((spec, folder, size, difficulty) for spec in specifications(products, seed, difficulty))
    with (
        CatalogueWriter(folder, header, overwrite) as writer,
        atomic_write(folder / TRUTH_FILE) as truth_file,
        _pool(workers) as run,
    ):
        bar = tqdm(
            run(jobs),
            total=products,
            unit=' products',
            desc='drawing',
            disable=None if progress is None else not progress,
        )
        for product, truth in bar:
            writer.add(product)
            truth_file.write(json.dumps(truth, ensure_ascii=False).encode() + b'\n')


def _told(difficulty):
    if difficulty == Difficulty():
        return 'default difficulty'
    changed = [
        f'{name} {value:g}'
        for name, value in dataclasses.asdict(difficulty).items()
        if value != getattr(Difficulty(), name)
    ]
    return ', '.join(changed)


def _claim(folder, settings, overwrite):
    """Notes the settings, or makes sure that pictures already there were drawn with them."""
    if (folder / HEADER_FILE).exists() and not overwrite:
        raise UserError(
            f'{folder} already holds a catalogue; choose another folder or give --overwrite'
        )
    notes = folder / SETTINGS_FILE
    if notes.exists():
        found = json.loads(notes.read_text(encoding='utf-8'))
        if found == settings:
            return
        if not overwrite:
            differing = next(key for key in settings if found.get(key) != settings[key])
            raise UserError(
                f'{folder} holds an unfinished catalogue with {differing} '
                f'{found.get(differing)!r}, not {settings[differing]!r}; '
                'choose another folder or give --overwrite'
            )
    if folder.is_dir() and any((folder / 'images').glob('*')):
        if not overwrite:
            raise UserError(
                f'{folder}/images holds images of another origin; '
                'choose another folder or give --overwrite'
            )
        for path in sorted((folder / 'images').rglob('*.jpg')):
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(notes, 'w', encoding='utf-8') as file:
        json.dump(settings, file, indent=1)


class _pool:
    """Runs :func:`_draw_product` over jobs in order, on this process or on several."""

    def __init__(self, workers):
        self.workers = workers or os.cpu_count() or 1

    def __enter__(self):
        if self.workers == 1:
            return lambda jobs: map(_draw_product, jobs)
        self.pool = multiprocessing.get_context('spawn').Pool(self.workers)
        return lambda jobs: _bounded(self.pool, jobs, 16 * self.workers)

    def __exit__(self, kind, error, trace):
        if self.workers > 1:
            self.pool.terminate()
            self.pool.join()


def _bounded(pool, jobs, ahead):
    """``pool.imap`` that never reads far ahead, so that memory does not grow with the catalogue."""
    waiting = []
    for job in jobs:
        waiting.append(pool.apply_async(_draw_product, (job,)))
        if len(waiting) >= ahead:
            yield waiting.pop(0).get()
    while waiting:
        yield waiting.pop(0).get()


def _draw_product(job):
    """Draws the pictures of one product that are not there yet: (Product, truth)."""
    spec, folder, size, difficulty = job
    listings, pictures = [], []
    dice = spec.dice('shops')
    for retailer, plans in shot_list(spec, dice).items():
        style = RETAILERS[retailer]
        text = texts.write(
            spec, style, spec.dice('text', retailer), taxonomy.KINDS[spec.kind], difficulty
        )
        for plan in plans:
            told = _take(spec, plan, style, size, difficulty, folder / plan.path)
            pictures.append({'image': plan.path, 'retailer': style.name, 'view': plan.view, **told})
        listings.append(
            (
                Listing(
                    style.name, text.title, text.description, tuple(plan.path for plan in plans)
                ),
                text,
            )
        )
    product = Product(
        spec.id, f'g{spec.group:06d}', spec.labels, tuple(listing for listing, _ in listings)
    )
    truth = {
        'id': spec.id,
        'group': product.group,
        'labels': {
            task: list(label) if task == 'colour' else label
            for task, label in spec.true_labels.items()
        },
        'wrong_labels': [
            task for task, label in spec.labels.items() if label != spec.true_labels[task]
        ],
        'shade': spec.shade.name,
        'rival_colour': spec.shade.rival,
        'twin': spec.twin,
        'fabric': spec.cloth.main.fabric,
        'texts': [
            {'retailer': listing.retailer, 'colour_word': text.colour_word, 'wrong': text.wrong}
            for listing, text in listings
        ],
        'pictures': pictures,
    }
    return product, truth


def shot_list(spec, dice):
    """Who shows which views: dict of retailer's number to a list of Plan."""
    count = dice.weighted(PICTURES)
    shops = min(count, dice.weighted(SHOPS))
    who = sorted(dice.shuffled(range(len(RETAILERS)))[:shops])
    shares = [count // shops + (i < count % shops) for i in range(shops)]
    folder = f'images/{spec.number // EACH_FOLDER:03d}'
    plans, number = {}, 0
    for retailer, share in zip(who, shares):
        weights = dict(RETAILERS[retailer].views)
        if spec.type in NO_BACK:
            weights.pop('back')
        plans[retailer] = []
        for place in range(share):
            usable = {
                view: weight
                for view, weight in weights.items()
                if place or view not in ('detail', 'back')
            }
            view = dice.weighted(usable)
            weights.pop(view)
            plans[retailer].append(Plan(f'{folder}/{spec.id}-{number}.jpg', retailer, view, number))
            number += 1
    return plans


def _take(spec, plan, retailer, size, difficulty, path):
    """Takes a picture and writes it, unless it is there; returns what is true of it."""
    dice = spec.dice('picture', plan.number)
    if path.exists():
        return shot(spec, plan.view, retailer, dice, difficulty)[-1]
    image, told = picture(spec, plan.view, retailer, size, dice, difficulty)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f'.{os.getpid()}.partial')
    partial.write_bytes(encoded(image, retailer))
    os.replace(partial, path)
    return told
