"""An optional library where it is installed, and a line that says how to get it where it is not."""

import os
import subprocess
import sys

import pytest

from fashion_models.errors import UserError
from fashion_models.optional import require


def test_gives_the_module():
    sklearn = pytest.importorskip('sklearn.linear_model')
    assert require('sklearn.linear_model', extra='analysis', purpose='a test') is sklearn


def test_says_what_needs_it_and_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'sklearn', None)
    with pytest.raises(UserError) as raised:
        require('sklearn.linear_model', extra='analysis', purpose='a test')
    assert str(raised.value) == (
        'a test needs scikit-learn, which is not installed: '
        'pip install "fashion-models[analysis]"')


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
