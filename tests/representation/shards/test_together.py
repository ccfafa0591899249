"""A catalogue embedded shard by shard."""

import filelock
import pytest

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.files import locked
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import load
from fashion_models.representation.shards import embed_together, together


def test_what_is_interrupted_is_gone_on_with(tiny_run, tmp_path):
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])
    embed(encoder, catalogue, tmp_path / 'whole', progress=False)
    compute = together._here(encoder, catalogue)
    calls = []

    def stops(jobs, header):
        for shard, content in compute(jobs, header):
            calls.append(shard.number)
            yield shard, content
            if len(calls) == 4:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_together(encoder, catalogue, tmp_path / 'e', compute=stops, products=9,
                       progress=False)
    assert not (tmp_path / 'e').exists()
    (tmp_path / '.e.shards' / '3').write_bytes(b'damaged')
    embed_together(encoder, catalogue, tmp_path / 'e', compute=stops, products=9, progress=False)
    assert sorted(calls) == [1, 2, 3, 3, 4, 5, 6, 7, 8, 9]
    assert (tmp_path / 'e').read_bytes() == (tmp_path / 'whole').read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['e', 'whole']


def test_shards_of_other_options_are_made_again(tiny_run, tmp_path):
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])

    def stops(jobs, header):
        yield next(together._here(encoder, catalogue)(jobs, header))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_together(encoder, catalogue, tmp_path / 'e', compute=stops, products=40,
                       progress=False)
    found = embed_together(encoder, catalogue, tmp_path / 'e', dtype='float16', products=40,
                           progress=False)
    assert found.header['dtype'] == 'float16'


def test_two_at_once_are_told(tiny_run, tmp_path):
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])
    (tmp_path / '.e.shards').mkdir()
    with locked(tmp_path / '.e.shards' / 'lock', None), pytest.raises(
            UserError, match='another process is writing it'):
        embed_together(encoder, catalogue, tmp_path / 'e', progress=False)


def test_what_another_begins_as_one_ends_stays(tiny_run, tmp_path, monkeypatch):
    encoder, catalogue = load(tiny_run[0]), open_catalogue(tiny_run[1])
    folder, release = tmp_path / '.e.shards', filelock.FileLock.release

    def then_another_begins(lock, *arguments, **keywords):
        release(lock, *arguments, **keywords)
        if str(folder) in lock.lock_file:
            folder.mkdir(exist_ok=True)
            (folder / '1').write_bytes(b'of another')

    monkeypatch.setattr(filelock.FileLock, 'release', then_another_begins)
    embed_together(encoder, catalogue, tmp_path / 'e', progress=False)
    assert [path.name for path in folder.iterdir()] == ['1']
