"""embed and export as a person uses them."""

import sys

import numpy as np
import pytest

from fashion_models import cli
from fashion_models.representation.embeddings import open_embeddings


def run(*words):
    return cli.main([str(word) for word in words])


def fails(capsys, *words):
    """Runs a command that must fail with status 2 and one line; returns the line."""
    assert run(*words) == 2
    message, = [line for line in capsys.readouterr().err.splitlines()
                if line.startswith('fashion-models: error: ')]
    return message


@pytest.mark.parametrize(('options', 'per', 'size', 'dtype'), [
    ([], 'product', 16, np.float32), (['--listings', '--float16'], 'listing', 16, np.float16),
    (['--images', '--pca', '4'], 'image', 4, np.float32)])
def test_embed(tiny_run, tmp_path, capsys, options, per, size, dtype):
    file = tmp_path / 'e'
    assert run('embed', *tiny_run, '-o', file, *options) == 0
    embeddings = open_embeddings(file)
    assert embeddings.header['per'] == per
    assert embeddings.vectors.dtype == dtype
    assert embeddings.vectors.shape[1] == size
    np.testing.assert_allclose(
        np.linalg.norm(embeddings.vectors.astype(float), axis=1), 1, atol=1e-3)
    assert f'{len(embeddings)} {per}s, {size} numbers each' in capsys.readouterr().out


def test_embed_one_split(tiny_run, tmp_path):
    assert run('embed', *tiny_run, '-o', tmp_path / 'e', '--split', 'validation') == 0
    assert open_embeddings(tmp_path / 'e').header['split'] == 'validation'


def test_embed_into_a_folder_is_told(tiny_run, tmp_path, capsys):
    assert f'{tmp_path}: is a folder' in fails(capsys, 'embed', *tiny_run, '-o', tmp_path)


def test_embed_from_what_is_no_run_is_told(tiny_run, tmp_path, capsys):
    assert 'not a run folder' in fails(
        capsys, 'embed', tiny_run[1], tiny_run[1], '-o', tmp_path / 'e')


def test_export(tiny_run, tmp_path, capsys):
    pytest.importorskip('onnx', reason='the extra onnx is not installed')
    pytest.importorskip('onnxruntime', reason='the extra onnx is not installed')
    assert run('export', tiny_run[0], '--onnx', tmp_path / 'onnx') == 0
    assert 'differs from the network by at most' in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / 'onnx').iterdir()) == [
        'constants.json', 'example.py', 'image.onnx', 'mean.npy', 'preprocessing.py',
        'product.onnx']


def test_export_without_onnx_is_told(tiny_run, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnx', None)
    assert "pip install 'fashion_models[onnx]'" in fails(
        capsys, 'export', tiny_run[0], '--onnx', tmp_path)
