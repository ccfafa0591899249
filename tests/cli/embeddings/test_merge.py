"""``fashion-models embed --shard`` and ``fashion-models embeddings merge``."""

import pytest


def test_shards_and_their_merger(tiny_run, tmp_path, works, fails):
    works('embed', *tiny_run, '-o', tmp_path / 'whole')
    parts = [tmp_path / f'part-{number}' for number in (1, 2)]
    output = works('embed', *tiny_run, '-o', parts[0], '--shard', '1/2')
    assert output == f'{parts[0]}: shard 1/2, 40 products, 25 numbers each\n'
    assert 'missing 2' in fails('embeddings', 'merge', parts[0], '-o', tmp_path / 'merged')
    works('embed', *tiny_run, '-o', parts[1], '--shard', '2/2')
    output = works('embeddings', 'merge', *parts, '-o', tmp_path / 'merged')
    assert '80 products of 2 shards, 25 numbers each' in output
    assert (tmp_path / 'merged').read_bytes() == (tmp_path / 'whole').read_bytes()
    assert 'merge all of them first' in fails('search', parts[0], '--product', '3')


@pytest.mark.parametrize(('words', 'message'), [
    (['--shard', '0/2'], 'found 0/2, expected I/N with I from 1 to N'),
    (['--shard', '3/2'], 'found 3/2'), (['--shard', 'x'], 'found x'),
    (['--shard', '1/2', '--update'], '--update: cannot be used with --shard'),
    (['--shard', '1/2', '--pca', '4'], '--pca: cannot be used with --shard'),
    (['--shard', '1/2', '--store', 'x'], '--store: cannot be used with --shard')])
def test_what_a_shard_cannot_be_is_told(tiny_run, tmp_path, fails, words, message):
    assert message in fails('embed', *tiny_run, '-o', tmp_path / 'e', *words)
