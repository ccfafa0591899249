"""Where a result comes from: command, commit, versions, machine, engine."""

import datetime
import importlib.metadata
import pathlib
import platform
import subprocess
import sys

import fashion_models
from fashion_models.devices import usable_cores
from fashion_models.functions import backend

PACKAGES = ('chainer', 'numpy', 'cupy-cuda11x', 'cupy-cuda12x', 'cupy-cuda13x', 'onednn-cpu-gomp',
            'pillow')


def provenance() -> dict:
    """What must be known of program and machine to repeat a result, as JSON-ready values."""
    return {
        'command': command(),
        'date': datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds'),
        'commit': commit(),
        'versions': versions(),
        'machine': machine(),
        'engine': backend.engine(),
    }


def command() -> str:
    """The command line of this process."""
    program = pathlib.Path(sys.argv[0])
    name = program.name
    package = pathlib.Path(__file__).resolve().parent
    if program.resolve().is_relative_to(package):   # python -m fashion_models…
        parts = program.resolve().relative_to(package.parent).with_suffix('').parts
        name = 'python -m ' + '.'.join(part for part in parts if part != '__main__')
    return ' '.join([name, *sys.argv[1:]])


def versions() -> dict[str, str]:
    """Versions of Python, this package and those that its results depend on."""
    found = {'python': platform.python_version(), 'fashion_models': fashion_models.__version__}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict:
    """Processor, cores and system of this machine."""
    return {
        'processor': _processor(),
        'cores': usable_cores(),
        'system': platform.platform(terse=True),
    }


def commit() -> str | None:
    """The commit of the source tree, with '+' where it has been changed since; else None."""
    folder = pathlib.Path(__file__).resolve().parent
    try:
        head = _git(folder, 'rev-parse', '--short=12', 'HEAD')
        changed = _git(folder, 'status', '--porcelain', '--untracked-files=no', '--', folder)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ('+' if changed else '')


def _git(folder, *words):
    done = subprocess.run(
        ['git', *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _processor():
    try:
        for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
