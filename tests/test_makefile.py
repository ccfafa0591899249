"""What the Makefile runs, with a stand-in for Python that notes how it is called."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Succeeds at everything, puts a copy of itself into the virtual environment that it is to make, and
# fails at installing the package while there is a file "broken" in the folder.
PYTHON = '''#!/bin/sh
echo "$0 $*" >> calls
case "$*" in
    '-m venv'*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    '-m pip'*' -e '*) test ! -e broken ;;
esac
'''

pytestmark = pytest.mark.skipif(shutil.which('make') is None, reason='needs make')


class Project:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        for name in 'Makefile', 'pyproject.toml':
            shutil.copy(ROOT / name, folder)
        self.python = folder / 'a python'
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def make(self, *arguments, python=None):
        """Runs make; returns its exit status, its errors and the calls of Python in it."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES')}
        calls = self.folder / 'calls'
        calls.unlink(missing_ok=True)
        result = subprocess.run(
            ['make', f'PYTHON={python or self.python}', *arguments], cwd=self.folder,
            env=environment, text=True, capture_output=True)
        lines = calls.read_text().splitlines() if calls.exists() else []
        return result.returncode, result.stderr, lines


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / 'a folder')


def test_the_set_up_is_done_once(project):
    status, _, calls = project.make('install')
    assert status == 0
    assert [call for call in calls if '-m venv' in call]
    assert calls[-2].endswith('--no-build-isolation --use-pep517 -e .[engine]')
    assert calls[-1].endswith('--no-build-isolation --use-pep517 -e .[all,mpi,test,lint]')
    assert project.make('install') == (0, '', [])
    assert project.make('lint')[2] == ['.venv/bin/python -m ruff check .']


def test_it_is_done_again_when_pyproject_changes(project):
    project.make('install')
    stamp = project.folder / '.venv' / 'installed'
    newer = stamp.stat().st_mtime + 1
    os.utime(project.folder / 'pyproject.toml', (newer, newer))
    _, _, calls = project.make('install')
    assert calls[-2].endswith('-e .[engine]')
    assert not [call for call in calls if '-m venv' in call]


def test_one_that_failed_is_taken_up_again(project):
    (project.folder / 'broken').touch()
    assert project.make('test')[0] == 2
    (project.folder / 'broken').unlink()
    status, _, calls = project.make('test')
    assert status == 0
    assert calls[-2].endswith('-e .[all,mpi,test,lint]')
    assert calls[-1].startswith('.venv/bin/python -m pytest')


def test_training_needs_but_a_part_of_it(project):
    _, _, calls = project.make('train', 'CATALOGUE=shop')
    assert [call.rpartition(' -e ')[2] for call in calls if ' -e ' in call] == ['.[engine]']


def test_extras_are_installed_beside(project):
    project.make('install')
    _, _, calls = project.make('install', 'EXTRAS=cuda12,docs')
    assert calls[-2].endswith('-e .[engine,cuda12,docs]')
    assert project.make('install', 'EXTRAS=cuda12,docs')[2] == []


def test_a_python_that_does_not_fit(project):
    status, errors, _ = project.make('install', python='/bin/false')
    assert status == 2
    assert 'make: no suitable Python among: /bin/false. It takes 3.11, 3.12 or 3.13' in errors
    assert not (project.folder / '.venv').exists()


def test_training_without_a_catalogue_draws_one_first_and_once(project):
    status, _, calls = project.make('train')
    assert status == 0
    assert calls[-2] == (
        '.venv/bin/python -m fashion_models catalogue synthesise catalogues/embedded')
    assert calls[-1].strip().endswith(
        '--recipe compact --catalogue catalogues/embedded -o runs/embedded')
    (project.folder / 'catalogues' / 'embedded').mkdir(parents=True)
    (project.folder / 'catalogues' / 'embedded' / 'catalogue.json').touch()
    _, _, calls = project.make('train')
    assert [call for call in calls if 'synthesise' in call] == []


@pytest.mark.parametrize(('given', 'arguments'), [
    (['CATALOGUE=/data/shop'],
     '--recipe small --catalogue /data/shop -o runs/shop'),
    (['CATALOGUE=my shop/', 'DEVICES=@numpy*4', 'ARGS=--seed 3'],
     '--recipe small --catalogue my shop/ -o runs/my_shop '
     '--devices @numpy*4 --seed 3'),
    (['CATALOGUE=shop', 'RECIPE=r.toml', 'RUN=here'],
     '--recipe r.toml --catalogue shop -o here')])
def test_training(project, given, arguments):
    status, _, calls = project.make('train', *given)
    assert status == 0
    assert calls[-1].strip() == f'.venv/bin/python -m fashion_models train {arguments}'
    assert [call for call in calls if 'synthesise' in call] == []


def test_every_campaign_is_run(project):
    status, _, calls = project.make('campaign', 'ARGS=--quick')
    assert status == 0
    scripts = [call.split()[1] for call in calls if ' experiments/campaigns/' in call]
    assert scripts
    assert all((ROOT / script).is_file() for script in scripts)
    assert [call for call in calls if call.endswith('.py --quick')] == calls[-len(scripts):]


def test_the_demo_makes_what_it_shows(project):
    status, _, calls = project.make('demo', 'PORT=8001')
    assert status == 0
    commands = [call.partition('-m fashion_models ')[2].split()[0] for call in calls
                if '-m fashion_models ' in call]
    assert commands == ['catalogue', 'train', 'embed', 'tags', 'serve']
    assert calls[-1].strip().endswith('--port 8001 --open')


def test_help_lists_the_targets(project):
    result = subprocess.run(['make', '-s'], cwd=project.folder, text=True, capture_output=True)
    for target in 'install', 'train', 'demo', 'test', 'lint', 'clean':
        assert f'make {target} ' in result.stdout
