"""``fashion-models embed`` with run, catalogue and file in S3."""

import os
import pathlib

import pytest

pytest.importorskip('s3fs', reason='needs the extra s3')


@pytest.fixture
def bucket(s3, tiny_run, tmp_path, monkeypatch):
    """The address of a bucket with the run and the catalogue."""
    import fsspec
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    system = fsspec.filesystem('s3')
    for name, folder in zip(('run', 'shop'), tiny_run):
        for file in pathlib.Path(folder).rglob('*'):
            if file.is_file() and '.prepared' not in file.parts:
                system.pipe_file(f'{s3}/{name}/{file.relative_to(folder).as_posix()}',
                                 file.read_bytes())
    return s3


def test_everything_in_a_bucket(bucket, tiny_run, tmp_path, works, fails):
    import fsspec

    from fashion_models.representation.embeddings import open_embeddings
    system = fsspec.filesystem('s3')

    def fetched(name):
        system.get_file(f'{bucket}/{name}', str(tmp_path / name))
        return tmp_path / name

    output = works('embed', f'{bucket}/run', f'{bucket}/shop', '-o', f'{bucket}/a')
    assert f'{bucket}/a: 80 products, 25 numbers each' in output
    found = open_embeddings(fetched('a'))
    assert found.header['run'] == f'{bucket}/run'
    assert found.header['catalogue'] == f'{bucket}/shop'
    picture = next(pathlib.Path(tiny_run[1]).glob('images/*'))
    assert (f'was made with the run {bucket}/run, which is not on this machine: copy it here, and '
            'say where it is (--run)') in fails('search', found.file, '--image', picture)
    works('embed', *tiny_run, '-o', f'{bucket}/b')
    local = open_embeddings(fetched('b'))
    assert (found.vectors == local.vectors).all()
    assert found.header['store'] == local.header['store']
    assert found.items[:] == local.items[:]
    for number in 1, 2:
        works('embed', f'{bucket}/run', f'{bucket}/shop', '-o', f'{bucket}/part-{number}',
              '--shard', f'{number}/2')
    works('embeddings', 'merge', f'{bucket}/part-1', f'{bucket}/part-2', '-o', f'{bucket}/c')
    assert fetched('c').read_bytes() == found.file.read_bytes()
    assert 'cannot be used with a CATALOGUE at an address' in fails(
        'embed', f'{bucket}/run', f'{bucket}/shop', '-o', 'x', '--update')
    assert '--update: found s3://' in fails('embed', *tiny_run, '-o', f'{bucket}/b', '--update')
    assert 'is not a catalogue' in fails('embed', *tiny_run[:1], f'{bucket}/no', '-o', 'x')
    assert 'not a run folder, or one without a snapshot: it has no recipe.toml' in fails(
        'embed', f'{bucket}/no', f'{bucket}/shop', '-o', 'x')
    assert 'there is no such file' in fails(
        'embeddings', 'merge', f'{bucket}/part-9', '-o', f'{bucket}/c')
    assert not os.path.exists('x')


def test_a_password_is_neither_shown_nor_stored(tiny_run, tmp_path, monkeypatch, works, fails):
    import fsspec

    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    system = fsspec.filesystem('memory')
    place = 'memory://me:secret@host'
    for name, folder in zip(('run', 'shop'), tiny_run):
        system.put(str(folder), f'{place}/{name}', recursive=True)
    run, shop = f'{place}/run', f'{place}/shop'
    told = [works('embed', run, shop, '-o', f'{place}/a'),
            works('embed', run, shop, '-o', f'{place}/part', '--shard', '1/1'),
            works('embed', *tiny_run, '-o', f'{place}/b'),
            works('embeddings', 'merge', f'{place}/part', '-o', f'{place}/c', '--catalogue', shop),
            fails('embeddings', 'merge', f'{place}/part', '-o', f'{place}/d'),
            fails('embeddings', 'merge', f'{place}/part', '-o', f'{place}/d', '--catalogue',
                  f'{place}/none'),
            fails('embed', run, shop, '-o', f'{place}/d', '--snapshot', 'last'),
            fails('embed', *tiny_run, '-o', f'{place}/d', '--update'),
            fails('embed', shop, shop, '-o', f'{place}/d')]
    assert [text for text in told if 'memory://me:…@host' not in text or 'secret' in text] == []
    assert ('its catalogue is at memory://me:…@host/shop, whose password it does not hold; say '
            'where it is (--catalogue)') in told[4]
    assert system.cat_file(f'{place}/a') == system.cat_file(f'{place}/c')
    assert not [name for name in 'abc' if b'secret' in system.cat_file(f'{place}/{name}')]
    system.rm(place, recursive=True)


def test_other_commands_take_paths_only(fails):
    for words in (['catalogue', 'check', 's3://b/shop'], ['search', 's3', '-o', 's3://b/x.png'],
                  ['duplicates', 's3://b/e'], ['evaluate', 's3://b/run'],
                  ['catalogue', 'add', 'csv', 's3://b/x.csv', 'shop'],
                  ['train', '--catalogue', 's3://b/shop', '-o', 'run'],
                  ['publish', 's3', '--parquet', 's3://b/x.parquet'],
                  ['catalogue', 'import', 'magento', 'x.csv', 'shop', '--images', 's3://b'],
                  ['catalogue', 'fetch', 'csv', 'x.csv', 's3://b'],
                  ['tags', 'run', 'shop', '--words', 's3://b/w.npz'], ['sync', 's3://b/x.toml'],
                  ['audit', 'shop', '-o', 'review', '--embeddings', 's3://b/x.embeddings'],
                  ['search', 's3', '--product', '1', '--run', 's3://b/run']):
        assert 'expected a path on this machine; only "embed"' in fails(*words)
    assert ('found s3://b/e, expected a path on this machine, or a database as in postgresql://'
            in fails('search', 's3://b/e', '--product', '1'))


@pytest.mark.timeout(600)
def test_workers_of_ray_read_the_bucket(bucket, tiny_run, tmp_path, works):
    pytest.importorskip('ray', reason='needs the extra ray')
    import fsspec

    works('embed', f'{bucket}/run', f'{bucket}/shop', '-o', f'{bucket}/alone')
    works('embed', f'{bucket}/run', f'{bucket}/shop', '-o', f'{bucket}/together', '--ray')
    system = fsspec.filesystem('s3')
    assert system.cat_file(f'{bucket}/together') == system.cat_file(f'{bucket}/alone')
    assert not [name for name in system.ls(bucket) if 'shards' in name]
