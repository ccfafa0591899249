"""Spoils valid files of every kind that the project reads, and watches the commands that read them.

    python experiments/campaigns/mutated_inputs.py [--quick] [--tries 20000] [--minutes 25]

Each try copies a sample, spoils a file of it or what lies in its place, and runs a command on it in
a forked process. That must end within 20 seconds, with exit status 0 (``catalogue check`` and
``fetch`` also: 1), or with 2 and one line of error; without a traceback, a warning of a library or
a control character in what it prints, and below 1 GB of memory. A try is decided by the seed, the
reader and its number: ``--reader abo --try 411`` repeats one and shows what it printed.

First it makes sure that the commands work on what is not spoiled. Time: ``--quick``, 400 tries,
half a minute; 20,000 tries twenty minutes of a core. Linux only.
"""

import collections
import contextlib
import encodings
import gc
import importlib
import json
import math
import pathlib
import pkgutil
import random
import re
import shutil
import sys
import tempfile
import time

import campaign  # first: sets the number of threads
import forked
from containers import STRUCTURES, replace_file
from mutations import some_bytes
from samples import Reader

import fashion_models

SECONDS = 20
MEGABYTES = 1000
TRIES, QUICK = 20_000, 400
#: Exit statuses that are no failure, by command, beside 0 and 2.
_ALSO = {('catalogue', 'check'): 1, ('catalogue', 'fetch'): 1}
_ERROR = 'fashion-models: error: '
#: Characters of a line that a terminal is not flooded by.
_LONGEST = 10_000
_CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]')
#: Of Python and of libraries; that faiss finds few vectors is due to the samples.
_WARNING = re.compile(r'\b[A-Z]\w{0,60}Warning: |WARNING (?!clustering)')


def add_arguments(parser):
    """Declares the arguments that only this campaign has."""
    parser.add_argument('--tries', type=int, metavar='N',
                        help=f'of all readers together (default: {TRIES:,})')
    parser.add_argument('--minutes', type=float, metavar='N', help='no more tries after that')
    parser.add_argument('--jobs', type=int, default=1, metavar='N', help='processes (default: 1)')
    parser.add_argument('--reader', nargs='+', metavar='NAME', dest='part',
                        help='some of the readers, as the table names them')
    parser.add_argument('--try', type=int, metavar='N', dest='number',
                        help='only try N of each reader, and show what it printed')


def mutated_inputs(arguments, folder, outcome):
    """The campaign: see the module's docstring."""
    folder.chmod(0o755)     # some tries read as another user
    readers = make_samples(folder)
    tries = math.ceil((arguments.tries or (QUICK if arguments.quick else TRIES)) / len(readers))
    if arguments.part:
        readers = [reader for reader in readers if reader.name in arguments.part]
    if arguments.number is not None:
        for reader in readers:
            print(json.dumps(attempt(folder, reader, arguments.seed, arguments.number), indent=1))
        return
    require_sound(folder, readers, every=not arguments.quick)
    end = time.monotonic() + 60 * (arguments.minutes or float('inf'))

    def share(own):
        """What comes of some readers: a row and the faults of each."""
        found = []
        for left, reader in zip(range(len(own), 0, -1), own):
            # Each gets its part of the time that is left.
            until = time.monotonic() + (end - time.monotonic()) / left
            found.append(_tried(folder, reader, arguments.seed, tries, until))
        return found

    for row, faults in forked.share_out(share, readers, arguments.jobs):
        for fault in faults:
            outcome.fault(fault)
        outcome.row(*row)


def _tried(base, reader, seed, tries, until):
    """Tries a reader so often, if there is time; returns its row and its faults."""
    counts, faults = collections.Counter(), []
    for number in range(tries):
        if time.monotonic() > until:
            break
        tried = attempt(base, reader, seed, number)
        counts.update([tried['status'], 'tries'])
        if tried['problem']:
            faults.append(
                '{problem} ({reader}, try {number}: {spoiled}; {command})'.format(**tried))
            print('FAULT', faults[-1], file=sys.stderr, flush=True)
    return (reader.name, *(counts[key] for key in ('tries', 0, 1, 2)), len(faults)), faults


def make_samples(base: pathlib.Path) -> list[Reader]:
    """Makes the samples, in processes of their own, so that this one starts no threads."""

    def prepare():
        import shop_samples

        shop_samples.prepare(base)
        # A training with threads has run: only what is on disk is taken from here.

    def describe():
        import samples
        import shop_samples

        return [*samples.importers(base), samples.pictures(base), *shop_samples.readers(base)]

    forked.call(prepare, seconds=1800)
    found = forked.call(describe, seconds=1800)
    _import_all()
    gc.collect()
    gc.freeze()  # the children copy less
    return found


def _import_all():
    """Imports what commands would import later, which another user may not read."""
    for module in pkgutil.walk_packages(fashion_models.__path__, 'fashion_models.'):
        if not module.name.endswith('__main__') and '.scripts' not in module.name:
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    names = [f'encodings.{module.name}' for module in pkgutil.iter_modules(encodings.__path__)]
    names += ['defusedxml.ElementTree', 'faiss', 'h5py', 'sklearn.linear_model',
              'matplotlib.pyplot']
    for name in {*names} - {'encodings.mbcs', 'encodings.oem'}:     # those are of Windows
        importlib.import_module(name)
    from PIL import Image

    Image.init()


def require_sound(base: pathlib.Path, readers: list, every: bool) -> None:
    """Makes sure that commands (every one, or each reader's first) work on what is not spoiled."""
    for reader in readers:
        for command in reader.commands[: None if every else 1]:
            with _copy(base, reader) as place:
                target = min(place.glob(f'in/{min(reader.targets)}'))
                result = forked.run(
                    _words(command, base, place, target), place / 'printed', SECONDS
                )
            wrong = problem(command.split(), result)
            if wrong or (result.status and command == reader.commands[0]):
                raise SystemExit(
                    f'{reader.name}: {command}, nothing spoiled: {wrong or result.error}'
                )


def attempt(base: pathlib.Path, reader: Reader, seed: int, number: int) -> dict:
    """Spoils a copy of a sample and runs a command on it; returns what came of it."""
    dice = random.Random(f'{seed} {reader.name} {number}')
    with _copy(base, reader) as place:
        pattern = dice.choice(sorted(reader.targets))
        target = dice.choice(sorted(place.glob(f'in/{pattern}')))
        spoiled = (
            f'{target.relative_to(place / "in")}: {_spoil(dice, target, reader.targets[pattern])}'
        )
        words = _words(dice.choice(reader.commands), base, place, target)
        result = forked.run(
            words,
            place / 'printed',
            SECONDS,
            nobody=spoiled.endswith(('unreadable', 'unreadable folder', 'read-only')),
            indexed=reader.name == 'index',
        )
    return {
        'number': number,
        'reader': reader.name,
        'spoiled': spoiled,
        'status': result.status,
        'command': ' '.join(words).replace(f'{place}/', '').replace(f'{base}/', ''),
        'problem': problem(words, result),
        'megabytes': result.megabytes,
        'seconds': round(result.seconds, 1),
        'printed': result.out[-500:] + result.error[-4000:],
    }


@contextlib.contextmanager
def _copy(base, reader):
    """A folder with a copy of a sample as ``in`` and an empty ``out``; any user may write."""
    with tempfile.TemporaryDirectory(dir=base, prefix='try-') as folder:
        place = pathlib.Path(folder)
        shutil.copytree(reader.folder, place / 'in', symlinks=True)
        (place / 'out').mkdir()
        for path in (place, place / 'in', place / 'out'):
            path.chmod(0o777)
        yield place


def _words(command, base, place, target):
    """The words of a command, with paths in place of IN, OUT, BASE and FILE."""
    paths = {'IN': place / 'in', 'OUT': place / 'out', 'BASE': base, 'FILE': target}
    return [
        re.sub('^(IN|OUT|BASE|FILE)(?=/|$)', lambda found: str(paths[found[1]]), word)
        for word in command.split()
    ]


def _spoil(dice, target, kind):
    """Spoils a file; returns how."""
    chance = dice.random()
    if chance < 0.1:
        return replace_file(dice, str(target))
    structure = STRUCTURES[kind]
    content = target.read_bytes()
    if structure and chance < 0.7:
        target.write_bytes(structure(dice, content))
        return f'another {kind}'
    target.write_bytes(some_bytes(dice, content))
    return 'other bytes'


def problem(words: list[str], result: forked.Result) -> str | None:
    """What is wrong with how a command ended."""
    lines = result.error.splitlines()
    warnings = [line for line in lines if _WARNING.search(line)]
    if result.megabytes > MEGABYTES:
        return f'{result.megabytes:,} MB of memory'
    if result.killed:
        return f'ran for more than {SECONDS} s'
    if 'Traceback' in result.error or result.status not in (0, 2, _ALSO.get(tuple(words[:2]), 0)):
        return f'exit status {result.status}: {_last_words(lines)}'
    if result.status == 2 and sum(line.startswith(_ERROR) for line in lines) != 1:
        return f'exit status 2 without one line of error: {_last_words(lines)}'
    if result.status == 2 and max(map(len, lines)) > _LONGEST:
        return f'a line of {max(map(len, lines)):,} characters'
    if warnings:
        return f'a warning of a library: {warnings[0][:200]}'
    if _CONTROL.search(result.out + result.error):
        return 'control characters in what is printed'
    return None


def _last_words(lines):
    """The exception and the place in the package that raised it."""
    places = [line.strip() for line in lines if '/fashion_models/' in line and 'File' in line]
    return ' '.join([*lines[-1:], *places[-1:]])[:600]


if __name__ == '__main__':
    sys.exit(
        campaign.run(
            'mutated_inputs',
            __doc__,
            mutated_inputs,
            'Commands on spoiled files, by reader',
            ('reader', 'tries', 'exit status 0', '1', '2', 'faults'),
            add_arguments,
        )
    )
