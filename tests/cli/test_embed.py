"""``fashion-models embed``."""

import numpy as np
import pytest

from fashion_models.representation.embeddings import open_embeddings


@pytest.mark.parametrize(('options', 'per', 'size', 'dtype'), [
    ([], 'product', 25, np.float32), (['--without-labels'], 'product', 16, np.float32),
    (['--listings', '--float16'], 'listing', 25, np.float16),
    (['--images', '--pca', '4'], 'image', 4, np.float32)])
def test_embed(tiny_run, tmp_path, works, options, per, size, dtype):
    file = tmp_path / 'e'
    output = works('embed', *tiny_run, '-o', file, *options)
    embeddings = open_embeddings(file)
    assert embeddings.header['per'] == per
    assert embeddings.vectors.dtype == dtype
    assert embeddings.vectors.shape[1] == size
    np.testing.assert_allclose(
        np.linalg.norm(embeddings.vectors.astype(float), axis=1), 1, atol=1e-3)
    assert f'{len(embeddings)} {per}s, {size} numbers each' in output


def test_embed_one_split(tiny_run, tmp_path, works):
    works('embed', *tiny_run, '-o', tmp_path / 'e', '--split', 'validation')
    assert open_embeddings(tmp_path / 'e').header['split'] == 'validation'


def test_embed_in_bfloat16(tiny_run, tmp_path, works, needs_bfloat16):
    works('embed', *tiny_run, '-o', tmp_path / 'exact')
    works('embed', *tiny_run, '-o', tmp_path / 'e', '--precision', 'bfloat16')
    exact, found = open_embeddings(tmp_path / 'exact'), open_embeddings(tmp_path / 'e')
    assert 'precision' not in exact.header
    assert found.header['precision'] == 'bfloat16'
    assert (found.vectors != exact.vectors).any()
    assert (found.vectors * exact.vectors).sum(axis=1).min() > 0.99


def test_embed_into_a_folder_is_told(tiny_run, tmp_path, fails):
    assert f'{tmp_path}: is a folder' in fails('embed', *tiny_run, '-o', tmp_path)


def test_embed_from_what_is_no_run_is_told(tiny_run, tmp_path, fails):
    assert 'not a run folder' in fails(
        'embed', tiny_run[1], tiny_run[1], '-o', tmp_path / 'e')


def test_no_such_folder_is_told_before_the_work(tiny_run, tmp_path, fails, monkeypatch):
    monkeypatch.setattr('fashion_models.representation.embed.prepare', None)
    assert 'there is no folder' in fails('embed', *tiny_run, '-o', tmp_path / 'nowhere' / 'e')
