"""An optional library where it is installed, and a line that says how to get it where it is not."""

import importlib.metadata
import os
import subprocess
import sys

import pytest

from fashion_models.errors import UserError
from fashion_models.optional import installing, require


def test_gives_the_module():
    sklearn = pytest.importorskip('sklearn.linear_model')
    assert require('sklearn.linear_model', extra='analysis', purpose='a test') is sklearn


@pytest.fixture
def requirements(monkeypatch):
    """Those of the package as it is installed, a list to change."""
    found = []
    monkeypatch.setattr(importlib.metadata, 'requires', lambda name: found)
    return found


def test_says_what_needs_it_and_what_installs_it(monkeypatch, requirements):
    """Without naming this package, which is in no registry that pip asks."""
    requirements += [
        'numpy', 'fashion-models[a,analysis]; extra == "all"', 'h5py; extra == "analysis-2"',
        'openTSNE>=1; extra == "analysis"', "scikit-learn>=1.4 ; os == 'x' and extra == 'analysis'"]
    monkeypatch.setitem(sys.modules, 'sklearn', None)
    with pytest.raises(UserError) as raised:
        require('sklearn.linear_model', extra='analysis', purpose='a test')
    assert str(raised.value) == (
        'a test needs scikit-learn, which is not installed: '
        'pip install "openTSNE>=1" "scikit-learn>=1.4"')


def test_where_the_package_is_not_installed_the_library_is_named(requirements, monkeypatch):
    assert installing('mpi', 'mpi4py') == 'pip install "mpi4py"'

    def not_installed(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, 'requires', not_installed)
    assert installing('mpi', 'mpi4py') == 'pip install "mpi4py"'


def test_a_library_that_is_there_but_lacks_the_module():
    """As onnx does from 1.19 on, whose onnx.mapping Chainer needs."""
    with pytest.raises(UserError, match=r"json, which cannot be imported \(No module .*json\.gone"):
        require('json.gone', extra='onnx', purpose='a test')


def test_onnxruntime_reports_nothing():
    pytest.importorskip('onnxruntime')
    code = ('import fashion_models.representation.image_tower, os; import onnxruntime; '
            'print(os.environ["ORT_DISABLE_TELEMETRY"])')
    output = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True,
                            text=True, env=os.environ | {'HOME': '/dev/null'})
    assert (output.stdout, output.stderr) == ('1\n', '')


def test_what_a_library_warns_of_is_not_for_our_users(tmp_path, monkeypatch, recwarn):
    (tmp_path / 'grumbling.py').write_text('import warnings\nwarnings.warn("XDG is not set")\n')
    monkeypatch.syspath_prepend(tmp_path)
    assert require('grumbling', extra='all', purpose='a test').__name__ == 'grumbling'
    assert not recwarn.list
