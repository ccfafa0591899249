"""macOS and Windows, as far as hiding what they lack can tell."""

import subprocess
import sys

import pytest

#: Takes from a Linux process what Python lacks on Windows; macOS lacks some of it, too.
HIDE = """
import mmap, os, signal, sys
import numpy    # it and the standard library are other people's, and know the systems
import concurrent.futures.process, multiprocessing.popen_spawn_posix, subprocess, tempfile
for name in 'fcntl', 'grp', 'pwd', 'resource', 'syslog', 'termios', 'tty':
    sys.modules[name] = None
for name in (
        'fchmod', 'fork', 'geteuid', 'getpgid', 'getuid', 'killpg', 'mkfifo', 'posix_fallocate',
        'pread', 'pwrite', 'register_at_fork', 'sched_getaffinity', 'statvfs', 'sysconf'):
    delattr(os, name)
for name in 'MADV_HUGEPAGE', 'MAP_ANONYMOUS', 'MAP_PRIVATE':
    delattr(mmap, name)
known = {'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGINT', 'SIGSEGV', 'SIGTERM', 'SIG_DFL', 'SIG_IGN'}
for name in dir(signal):
    if name.startswith('SIG') and name not in known:
        delattr(signal, name)
for name in 'alarm', 'pthread_sigmask', 'setitimer', 'sigwait':
    delattr(signal, name)
"""

IMPORT = """
import importlib, pkgutil
import fashion_models
for module in pkgutil.walk_packages(fashion_models.__path__, 'fashion_models.'):
    if not module.name.endswith('__main__'):
        importlib.import_module(module.name)
"""

USE = """
import pathlib
if __name__ == '__main__':
    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.functions import backend
    from fashion_models.representation.embed import embed
    from fashion_models.representation.encoder import load
    from fashion_models.representation.embeddings import open_embeddings
    from fashion_models.representation.search.searcher import Searcher
    from fashion_models.training import train
    from fashion_models.training.recipe import Recipe

    recipe, catalogue, folder = map(pathlib.Path, sys.argv[1:])
    assert backend.engine() == 'NumPy'
    run, finished = train.train(Recipe.load(recipe), catalogue, folder / 'run')
    assert finished
    embed(load(run.folder), open_catalogue(catalogue), folder / 'shop.embeddings')
    embeddings = open_embeddings(folder / 'shop.embeddings')
    hits = Searcher(embeddings).like(embeddings.items[0].id, k=3)
    assert len(hits) == 3
    print('searched')
"""


@pytest.fixture
def run_elsewhere(tmp_path, monkeypatch):
    """Runs a script where the engine and what Windows lacks are missing; returns its output."""
    monkeypatch.setenv('FASHION_MODELS_ONEDNN', '0')

    def run(script, *arguments):
        (tmp_path / 'script.py').write_text(HIDE + script)
        done = subprocess.run(
            [sys.executable, tmp_path / 'script.py', *map(str, arguments)],
            capture_output=True, text=True, timeout=110)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def test_every_module_is_imported(run_elsewhere):
    run_elsewhere(IMPORT)


def test_trains_embeds_and_searches(run_elsewhere, tiny, make_toy_catalogue, tmp_path):
    recipe = tmp_path / 'tiny.toml'
    recipe.write_text(tiny.replace(training__epochs=1, training__drops=()).to_toml())
    catalogue = make_toy_catalogue(tmp_path / 'catalogue')
    assert run_elsewhere(USE, recipe, catalogue, tmp_path).endswith('searched\n')
