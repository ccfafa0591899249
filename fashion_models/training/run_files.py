"""The files of a run folder: which a training writes, and may therefore remove."""

import os
import pathlib
import shutil
from collections.abc import Iterable, Mapping

from fashion_models import files
from fashion_models.catalogue.split import SPLITS
from fashion_models.errors import UserError
from fashion_models.parsing import json_file, require_form
from fashion_models.training import snapshots

RECIPE = 'recipe.toml'
LABELS = 'labels.json'
MEAN = 'mean.npy'
PROVENANCE = 'provenance.json'
#: What ``provenance.json`` calls the SHA-256 of files that stay as they were written.
DIGESTS = 'files'
#: Marks a run that came to its end.
FINISHED = 'finished'
#: Held by the process that trains the run.
LOCK = 'training.lock'
#: What a run is made of before its training begins; ``provenance.json`` follows as the last.
BEGINNING = LOCK, MEAN, LABELS, RECIPE, 'snapshots', f'snapshots/{snapshots.INITIAL}'
#: The folder in which Chainer writes ``log.json``, and which it leaves when it is killed.
_LOG_FOLDER = 'log.json' + 8 * '[a-z0-9_]'
_SNAPSHOT = f'snapshots/iteration-{8 * "[0-9]"}.npz'
#: In the name of an evaluation on another catalogue than that of the training.
ELSEWHERE = '-elsewhere'
#: All that a training and an evaluation write.
WRITTEN = (
    *BEGINNING, PROVENANCE, FINISHED, _SNAPSHOT, f'{_SNAPSHOT}.damaged',
    f'snapshots/{snapshots.BEST}', 'log.json', _LOG_FOLDER, f'{_LOG_FOLDER}/log.json', 'loss.png',
    'accuracy.png', 'learning-rate.jsonl', 'learning-rate-requests.jsonl', 'graph.dot', 'graph.svg',
    'bad-batch.json',
    *(f'evaluation-{split}{where}.json' for split in SPLITS for where in ('', ELSEWHERE)))
#: Without their folders.
_NAMES = [pathlib.PurePath(pattern).name for pattern in WRITTEN]


def others(folder: pathlib.Path, patterns: Iterable[str]) -> list[str]:
    """What a folder holds beside files of these patterns and what was being written of a run.

    Links are followed nowhere, and are others themselves.
    """
    known = {path for pattern in patterns for path in folder.glob(pattern)}
    known.update(*(files.leftovers(own, _NAMES) for own in (folder, folder / 'snapshots')))
    return sorted(str(path.relative_to(folder)) for path in folder.rglob('*')
                  if path.is_symlink() or path not in known)


def clear(folder: pathlib.Path) -> None:
    """Removes the files of a run; ``provenance.json`` first, so that no half of one is left."""
    (folder / PROVENANCE).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name != LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def remove_leftovers(folder: pathlib.Path) -> None:
    """Removes what a killed training was about to write."""
    files.remove_leftovers(folder, _NAMES)
    for own in folder.glob(f'{_LOG_FOLDER}/'):
        if not {*os.listdir(own)} - {'log.json'}:
            shutil.rmtree(own)


def digests(folder: pathlib.Path) -> dict[str, str]:
    """The SHA-256 of files of a run as they were written; none of a run that has not recorded any.

    Raises:
        UserError: If ``provenance.json`` is damaged.
    """
    path = folder / PROVENANCE
    try:
        found = json_file(path)
        require_form(found, {f'{DIGESTS}?': {str: str}})
    except ValueError:
        raise UserError(f'{path}: is damaged: found no provenance of a run in it') from None
    return found.get(DIGESTS, {})


def require_as_written(folder: pathlib.Path, name: str, written: Mapping[str, str]) -> None:
    """Raises UserError if a file of a run is not what it was, by the :func:`digests`."""
    if name in written and files.sha256(folder / name) != written[name]:
        raise UserError(
            f'{folder / name}: is not as the training wrote it, and the answers would be wrong; '
            'take it from a copy of the run, or train anew')
