"""Names of modules: each is clear by itself or with its folder."""

import collections
import pathlib

import pytest

import fashion_models

PACKAGE = pathlib.Path(fashion_models.__file__).parent
#: In these folders a module bears the name of what it is about: a command that of the work it
#: calls for, an experiment that of its subject, and the parts of an experiment that of the whole.
NAMED_AFTER_OTHERS = (
    'cli', 'cli/catalogue', 'cli/embeddings', 'experiments', 'experiments/measuring',
    'experiments/tabulating', 'experiments/drawing')
#: Other names that several folders share, and that mean something else in each.
TOLD_APART_BY_THEIR_FOLDERS = {
    '__init__.py', '__main__.py',
    'linear.py',  # functions: x W + b; representation: PCA and whitening
    'pictures.py',  # importers: the files of pictures; representation: of what was found;
    # experiments/kit: in recorded figures
    'products.py',  # data: as arrays; representation/tags: their words
    'results.py',  # training: of a run; experiments/kit: of an experiment
    'tables.py',  # importers: delimited text; representation/duplicates: as CSV;
    # experiments/report: in the documentation
}


def shared_names(paths):
    """From each name that several modules have to its folders, without NAMED_AFTER_OTHERS."""
    folders = collections.defaultdict(list)
    for path in paths:
        if path.parent.as_posix() not in NAMED_AFTER_OTHERS:
            folders[path.name].append(path.parent.as_posix())
    return {name: found for name, found in folders.items() if len(found) > 1}


def test_modules_that_share_a_name_are_told_apart_by_their_folders():
    found = shared_names(path.relative_to(PACKAGE) for path in PACKAGE.rglob('*.py'))
    unknown = {name: found[name] for name in found if name not in TOLD_APART_BY_THEIR_FOLDERS}
    assert not unknown, f'rename all but one of each, or say here what tells them apart: {unknown}'


def test_there_is_one_model_at_most():
    for name in ('model.py', 'models.py'):
        assert len(list(PACKAGE.rglob(name))) <= 1, name


@pytest.mark.parametrize(('paths', 'shared'), [
    (['links/model.py', 'training/model.py'], {'model.py': ['links', 'training']}),
    (['links/model.py', 'training/train.py'], {}),
    (['training/train.py', 'cli/train.py'], {})])
def test_shared_names_are_found(paths, shared):
    assert shared_names(map(pathlib.PurePosixPath, paths)) == shared
