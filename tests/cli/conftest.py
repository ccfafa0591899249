"""Fixtures of the commands' tests."""

import os
import shutil

import pytest

from fashion_models import cli
from fashion_models.training import train
from fashion_models.training.recipe import Recipe
from fashion_models.training.run import Run


@pytest.fixture(scope='session')
def recipe_file(tiny, tmp_path_factory):
    """A recipe whose training takes seconds, as a file."""
    path = tmp_path_factory.mktemp('recipe') / 'tiny.toml'
    path.write_text(tiny.replace(training__epochs=1).to_toml())
    return path


@pytest.fixture(scope='session')
def trained(recipe_file, toy_catalogue, tmp_path_factory):
    """The run of that recipe on the toy catalogue; read only."""
    run, _ = train.train(
        Recipe.load(recipe_file), toy_catalogue, tmp_path_factory.mktemp('runs') / 'run')
    return run


@pytest.fixture
def run_copy(trained, tmp_path):
    """A copy of that run, to be damaged."""
    return Run.open(shutil.copytree(trained.folder, tmp_path / 'copy'))


@pytest.fixture
def images(toy_catalogue):
    """The image files of the toy catalogue."""
    return sorted((toy_catalogue / 'images').glob('*.png'))


@pytest.fixture
def works(capsys):
    """A function that runs a command that must succeed, and returns what it prints."""
    def works(*words):
        assert cli.main([str(word) for word in words]) == 0
        return capsys.readouterr().out
    return works


@pytest.fixture
def unread(monkeypatch):
    """A function that runs a command whose output nobody reads any more, as behind ``| head``."""
    def unread(*words):
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, 'w', buffering=1) as output, monkeypatch.context() as patch:
            patch.setattr('sys.stdout', output)
            assert cli.main([str(word) for word in words]) == 141
    return unread


@pytest.fixture
def fails(capsys):
    """A function that runs a command that must fail with status 2, and returns its one line."""
    def fails(*words):
        assert cli.main([str(word) for word in words]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        message = [line for line in lines if line.startswith('fashion-models: error: ')]
        assert len(message) == 1, lines
        assert lines[-1] == message[0]
        return message[0].removeprefix('fashion-models: error: ')
    return fails
