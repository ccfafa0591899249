"""Adapts Chainer 7.8.1 to Python 3.11-3.13 and to NumPy 1.26-2.x.

Importing this module is enough, and importing anything of ``fashion_models`` does. It imports
neither Chainer nor NumPy itself: it leaves a note with Python's import system, by which the few
lines of Chainer below are replaced when, and only when, the module that holds them is loaded. The
files on disk stay as they were installed, and nothing is put into NumPy or under another library's
name, so that whatever else runs in the process sees those as they are.

``docs/compatibility.rst`` holds the evidence: Chainer's own unit tests run under this module.
"""

import importlib.machinery
import sys
import types
import warnings

#: Module of Chainer → the pieces of its source to replace: (text, replacement). A replacement has
#: as many lines as the text, so that line numbers in tracebacks stay right.
REPLACEMENTS = {
    # Runs at ``import chainer``. It needs numpy.distutils (gone on Python 3.12, deprecated before)
    # and pkg_resources (gone from setuptools 82), to look for a NumPy linked to vecLib on Macs, and
    # for CuPy packages by names that predate cupy-cuda11x and versions that predate today's Python.
    'chainer._environment_check': [
        ('import numpy.distutils.system_info\nimport pkg_resources\n', '\n\n'),
        ('    _check_osx_numpy_backend()\n    _check_optional_dependencies()\n', '\n\n'),
    ],
    # chainer.testing asks pkg_resources which packages are installed, and nothing else. A virtual
    # environment of Python 3.12 need not have setuptools; where it has one, the import warns.
    'chainer.testing.helper': [
        ('import pkg_resources\n', 'from fashion_models.compat import pkg_resources\n'),
    ],
    'chainer.testing.doctest_helper': [
        ('import pkg_resources\n', 'from fashion_models.compat import pkg_resources\n'),
    ],
    # NumPy 2 has no numpy.sctypes; ``import chainer`` fails without it.
    'chainer.functions.array.as_strided': [
        ("np.sctypes['int']", '(np.int8, np.int16, np.int32, np.int64)'),
        ("np.sctypes['float']", '(np.float16, np.float32, np.float64)'),
    ],
    # NumPy 1.24 removed numpy.float, which was Python's own; F.resize_images fails without it.
    'chainer.functions.array.resize_images': [
        ('dtype=numpy.float)', 'dtype=float)'),
    ],
}


class _ResolutionError(Exception):
    """A requirement is not met by what is installed."""


class _WorkingSet:
    """The installed packages."""

    def require(self, *requirements):
        """Raises an error unless the installed packages meet all ``requirements``."""
        from importlib import metadata

        from packaging.requirements import Requirement
        for requirement in map(Requirement, requirements):
            try:
                version = metadata.version(requirement.name)
            except metadata.PackageNotFoundError as error:
                raise _ResolutionError(f'{requirement} is not installed') from error
            if not requirement.specifier.contains(version, prereleases=True):
                raise _ResolutionError(f'{requirement} is asked for, {version} is installed')


#: The part of the late ``pkg_resources`` that ``chainer.testing`` uses.
pkg_resources = types.SimpleNamespace(WorkingSet=_WorkingSet, ResolutionError=_ResolutionError)


def _adapted_code(loader, name):
    """Compiles the source of the module ``name`` with its replacements made."""
    source = loader.get_source(name)
    for text, replacement in REPLACEMENTS[name]:
        if text not in source:
            raise ImportError(f'{name} is not that of Chainer 7.8.1: it lacks {text!r}', name=name)
        source = source.replace(text, replacement)
    return loader.source_to_code(source, loader.get_filename(name))


class _Finder:
    """Finds the modules of Chainer that have replacements, for :data:`sys.meta_path`."""

    @staticmethod
    def find_spec(name, path, target=None):
        if name not in REPLACEMENTS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            # Instead of the loader's own method, which reads the byte code cached on disk.
            spec.loader.get_code = lambda name: _adapted_code(spec.loader, name)
        return spec


def _adapt():
    sys.meta_path.insert(0, _Finder)
    for name in REPLACEMENTS:
        if name in sys.modules:     # somebody imported Chainer first, and it did load
            module = sys.modules[name]
            exec(_adapted_code(module.__spec__.loader, name), vars(module))


def _silence():
    """Hides what Chainer's code is warned about and its user can do nothing about.

    That is its use of outdated features of Python and NumPy, and its notices that a feature of its
    own is experimental. What it warns about in a run stays, as do all warnings from other code.
    """
    for category in DeprecationWarning, PendingDeprecationWarning, FutureWarning:
        warnings.filterwarnings('ignore', category=category, module=r'chainer(mn|x)?(\.|$)')


_adapt()
_silence()
