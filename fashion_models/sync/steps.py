"""The steps of the daily run, and the run itself.

Each step may be repeated: it does what is left to do. So an interrupted run is resumed by the next
one. Beside the file of settings, in ``<name>.sync``::

    lock                     held while it runs
    log.jsonl                a line for each run: what each step did and left out, in how many
                             seconds
    examined.json            which vectors duplicates were looked for among
    duplicates-<time>.csv    the pairs that a run found, for answers
"""

import contextlib
import dataclasses
import datetime
import json
import time
from collections.abc import Callable

from fashion_models.catalogue.check import Check
from fashion_models.catalogue.importers import IMPORTERS
from fashion_models.catalogue.importers.declared import Declared
from fashion_models.catalogue.importing import run_import
from fashion_models.catalogue.io import HEADER_FILE, open_catalogue
from fashion_models.catalogue.unfinished import MARKER_FILE
from fashion_models.catalogue.updating import MOST_GONE, Changes, update
from fashion_models.data.dropped import counts
from fashion_models.data.dropped import line as of_image
from fashion_models.errors import UserError
from fashion_models.files import append_line, atomic_write, locked
from fashion_models.parsing import LARGEST, json_file, require_form
from fashion_models.plural import counted
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.surrogates import json_text
from fashion_models.sync.daily import Settings
from fashion_models.sync.start import require_ready, require_search

_SHOWN = 5


@dataclasses.dataclass
class Done:
    """What a step did.

    Attributes:
        text (str): In words.
        counts (dict): In numbers, for the log.
        problems (list of str): What is wrong, or was left out, a line for each.
        asks (bool): Whether somebody is to look at it, though nothing is wrong.
    """

    text: str
    counts: dict
    problems: list = dataclasses.field(default_factory=list)
    asks: bool = False


def sync(settings: Settings, progress: bool = True,
         told: Callable[[str, str, bool], object] = lambda step, text, notable: None) -> bool:
    """Does what is new since the last time.

    Args:
        settings: What to do.
        progress: Whether to show progress bars.
        told: Called after each step with its name, what it did, in a line or more, and whether
            that needs attention.

    Returns:
        Whether all is well: no step found a problem, or left anything out.

    Raises:
        UserError: A step could not be done, and those after it were not begun; or another process
            is at it.
    """
    settings.folder.mkdir(exist_ok=True)
    with locked(settings.folder / 'lock', lambda: _refuse(settings)):
        entry = {'when': _now(), 'steps': {}}
        try:
            good = True
            for step in (_start, _import, _check, _embed, _index, _duplicates, _publish):
                name, started = step.__name__.strip('_'), time.monotonic()
                try:
                    done = step(settings, progress)
                except UserError as error:
                    entry['failed'] = {name: str(error)}
                    raise UserError(f'{name}: {error}') from error
                except BaseException as error:
                    entry['failed'] = {name: type(error).__name__}
                    raise
                if done is None:
                    continue    # not asked for, or nothing to tell
                problems = _first(done.problems)
                good &= not problems
                entry['steps'][name] = {**done.counts, 'problems': problems,
                                        'seconds': round(time.monotonic() - started, 1)}
                told(name, '\n'.join([done.text, *problems]), bool(problems) or done.asks)
        except BaseException:
            with contextlib.suppress(OSError):      # which would hide why the step failed
                _log(settings, entry)
            raise
        _log(settings, entry)
        return good


def _log(settings, entry):
    append_line(settings.folder / 'log.jsonl', json_text(entry), True)


def _refuse(settings):
    raise UserError(f'{settings.file}: another process is at this daily run')


def _now():
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds')
    return now.replace('+00:00', 'Z')


def _start(settings, progress):
    require_ready(settings)


def _import(settings, progress):
    how = settings.import_
    if how is None:
        return None
    folder = settings.catalogue
    options = {'link': how.get('link', False), 'lyst16': how.get('colours') == 'lyst16'}
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(
            IMPORTERS[how['format']].open_source(how['source'], how['options']))
        if how.get('tasks') or how.get('several'):
            source = Declared(source, how.get('tasks', {}), how.get('several', []))
        if (folder / HEADER_FILE).exists() and not (folder / MARKER_FILE).exists():
            changes, report = update(
                source, folder, most_gone=how.get('most_gone', MOST_GONE), **options)
        else:
            origin = {name: str(value) for name, value in how.items()}
            report = run_import(source, folder, origin=origin, **options)
            changes = Changes(new=report.kept)
    return Done(changes.text(), vars(changes), report.missed())


def _check(settings, progress):
    # Images are decoded when they are embedded, which tells of those that cannot be.
    problems = list(Check(settings.catalogue).problems(images=False))
    text = counted(len(problems), 'problem') if problems else 'labels and records are sound'
    return Done(text, {}, problems)


def _embed(settings, progress):
    from fashion_models.representation.embed import embed
    from fashion_models.representation.encoder import Encoder
    from fashion_models.representation.image_tower import ImageTower, is_tower
    from fashion_models.training.run import Run

    how, updates = settings.embed, []
    if is_tower(settings.run):
        encoder = ImageTower(settings.run)
    else:
        run = Run.open(settings.run)
        encoder = Encoder(run, how.get('snapshot', 'best'),
                          how.get('devices') or run.recipe.training.devices,
                          precision=how.get('precision', 'float32'))
    catalogue = open_catalogue(settings.catalogue)
    per = how.get('per', 'product')
    require_search(settings, len(catalogue.products) if per == 'product' else sum(
        len(getattr(product, f'{per}s')) for product in catalogue.products))
    embeddings = embed(
        encoder, catalogue, settings.embeddings,
        per, None, 'float16' if how.get('float16') else 'float32',
        how.get('pca'), how.get('store'), progress, update=True, told=updates.append)
    counts = vars(updates[0])
    left_out = counts.pop('left_out')
    text = (f'{counts["computed"]:,} computed, {counts["kept"]:,} kept, '
            f'{counts["discarded"]:,} discarded; {len(embeddings):,} in all')
    return Done(text, {**counts, 'vectors': len(embeddings)}, _left_out(left_out))


def _left_out(dropped):
    """What has no vector, in lines, how many first."""
    images = dropped['images']
    return [f'left out: {counts(dropped)}', *map(of_image, images)] if images else []


def _index(settings, progress):
    from fashion_models.representation.search.index import build_index, open_index
    from fashion_models.representation.search.searcher import EXACT_LIMIT

    embeddings = open_embeddings(settings.embeddings)
    if len(embeddings) <= EXACT_LIMIT:
        return None
    if open_index(embeddings) is None:
        build_index(settings.embeddings)
    return Done(counted(len(embeddings), 'vector'), {'vectors': len(embeddings)})


def _duplicates(settings, progress):
    from fashion_models.representation.duplicates.calibration import Calibration
    from fashion_models.representation.duplicates.pairs import find
    from fashion_models.representation.duplicates.tables import pair_rows, write_pairs

    how = settings.duplicates
    if how is None:
        return None
    embeddings = open_embeddings(settings.embeddings)
    now = {id: int(mark) for id, mark in zip(embeddings.ids, embeddings.checksums[:, 0])}
    record = json.dumps(now)
    examined = settings.folder / 'examined.json'
    try:
        # Of millions of vectors it is larger than what others write; there may have been more.
        before = json_file(examined, max(LARGEST, 4 * len(record)))
        require_form(before, {str: int})
    except FileNotFoundError:
        before = {}
    except ValueError:
        raise UserError(f'{examined}: is damaged; delete it, and all is looked at again') from None
    new = {id for id, mark in now.items() if before.get(id) != mark}
    pairs, file = [], None
    if new:
        calibration = Calibration.load(how['calibration']) if 'calibration' in how else None
        found = find(embeddings, calibration, how.get('threshold'), how.get('precision'),
                     across=how.get('across', False))
        pairs = [pair for pair in found.pairs
                 if not pair.known and new & {pair.a.id, pair.b.id}]
    if pairs:
        file = settings.folder / f'duplicates-{_now().replace(":", "")}.csv'
        write_pairs(file, pair_rows(pairs))
    # Last: after an interruption they are looked for again.
    with atomic_write(examined, 'w', encoding='utf-8') as content:
        content.write(record)
    what = counted(len(new), 'new vector')
    text = (f'{counted(len(pairs), "pair")} with one of {what}: {file}' if pairs
            else f'none among {what}')
    return Done(text, {'new': len(new), 'pairs': len(pairs)}, asks=bool(pairs))


def _publish(settings, progress):
    how = settings.publish
    if how is None:
        return None
    embeddings, texts, counts, advice = open_embeddings(settings.embeddings), [], {}, ''
    if 'parquet' in how:
        from fashion_models.representation.parquet import write_parquet

        write_parquet(embeddings, how['parquet'], progress)
        texts.append(str(how['parquet']))
    if 'database' in how:
        from fashion_models.representation.postgres import INDEX_MEMORY, publish

        done = publish(embeddings, how['database'], how.get('table'), progress,
                       how.get('index_memory', INDEX_MEMORY))
        advice = done.advice()
        texts += filter(None, [done.text(), advice])
        counts = vars(done)
    return Done('\n'.join(texts), counts, asks=bool(advice))


def _first(lines):
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f'and {more} more'] if more > 0 else [])]
