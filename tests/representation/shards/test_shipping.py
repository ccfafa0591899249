"""Encoders and catalogues on their way."""

import pickle

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.encoder import Encoder, load
from fashion_models.representation.shards.shipping import Parcel, run_at
from fashion_models.training.run import Run


@pytest.mark.parametrize('which', ['best', 'last'])
def test_an_encoder_arrives_as_it_was(tiny_run, which):
    picture = sorted((tiny_run[1] / 'images').iterdir())[0]
    encoder = load(tiny_run[0], which)
    arrived = pickle.loads(pickle.dumps(Parcel.of(encoder))).encoder()
    assert not arrived.run.folder.exists()
    np.testing.assert_array_equal(arrived.embed(picture), encoder.embed(picture))


def test_whether_vectors_have_labels_is_kept(tiny_run):
    encoder = Encoder(Run.open(tiny_run[0]), with_labels=False)
    arrived = Parcel.of(encoder).encoder()
    assert (arrived.labels, arrived.size) == ((), 16)
    assert Parcel.of(Encoder(encoder.run)).encoder().labels == ('subcategory', 'colour')


def test_only_the_best_snapshot_is_fetched():
    pytest.importorskip('fsspec', reason='needs the extra s3')
    with pytest.raises(UserError, match="snapshot: found 'last', expected best"):
        run_at('memory://run', 'last').__enter__()
