"""``fashion-models export``."""

import sys

import pytest


def test_export(tiny_run, tmp_path, works):
    pytest.importorskip('onnx', reason='the extra onnx is not installed')
    pytest.importorskip('onnxruntime', reason='the extra onnx is not installed')
    output = works('export', tiny_run[0], '-o', tmp_path / 'onnx')
    assert 'differs from the network by at most' in output
    assert sorted(path.name for path in (tmp_path / 'onnx').iterdir()) == [
        'constants.json', 'example.py', 'image.onnx', 'image.toml', 'mean.npy', 'preprocessing.py',
        'product.onnx']


def test_export_without_onnx_is_told(tiny_run, tmp_path, fails, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnx', None)
    assert 'pip install "onnx' in fails(
        'export', tiny_run[0], '-o', tmp_path)
