"""Encoders and catalogues on their way."""

import pickle

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.representation.encoder import load
from fashion_models.representation.shards.shipping import Parcel, run_at


@pytest.mark.parametrize('which', ['best', 'last'])
def test_an_encoder_arrives_as_it_was(tiny_run, which):
    picture = sorted((tiny_run[1] / 'images').iterdir())[0]
    encoder = load(tiny_run[0], which)
    arrived = pickle.loads(pickle.dumps(Parcel.of(encoder))).encoder()
    assert not arrived.run.folder.exists()
    np.testing.assert_array_equal(arrived.embed(picture), encoder.embed(picture))


def test_only_the_best_snapshot_is_fetched():
    pytest.importorskip('fsspec', reason='needs the extra s3: pip install "fashion-models[s3]"')
    with pytest.raises(UserError, match="snapshot: found 'last', expected best"):
        run_at('memory://run', 'last').__enter__()
