"""``fashion-models tags`` as a user meets it, on a tiny network's products."""

import json

import pytest

from fashion_models.cli import main


@pytest.fixture(scope='module')
def shop(make_toy_catalogue, tiny_run, tmp_path_factory):
    """(run, a catalogue with enough products to learn words from, its embeddings)."""
    pytest.importorskip('sklearn')
    run = tiny_run[0]
    folder = tmp_path_factory.mktemp('tags')
    catalogue = make_toy_catalogue(folder / 'shop', products=360)
    file = folder / 'shop.embeddings'
    assert main(['embed', str(run), str(catalogue), '-o', str(file)]) == 0
    return str(run), str(catalogue), str(file)


def run(capsys, *arguments):
    capsys.readouterr()
    status = main(['tags', *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_json_object_a_product(shop, capsys):
    status, out, _ = run(capsys, *shop[:2], '--embeddings', shop[2], '--json')
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [record['id'] for record in records] == [str(number) for number in range(360)]
    for record in records:
        (listing,) = record['listings']
        (word,) = listing['kept'] + listing['rejected']
        # "red disc" is the subcategory "red discs".
        assert (word['kind'], word['word'], word['said']) == (
            'category', f'{listing["title"]}s', listing['title'])


def test_what_was_kept_judges_the_same_and_the_text_tells_it(shop, capsys, tmp_path):
    words = tmp_path / 'words.npz'
    status, first, _ = run(capsys, *shop[:2], '--embeddings', shop[2], '--save', words,
                           '--product', 3, 4)
    assert status == 0
    assert [line for line in first.splitlines() if not line.startswith(' ')][0].startswith('3  ')
    assert [line.split()[0] for line in first.splitlines()[1:4]] == ['kept', 'rejected', 'missing']
    # Without a file of embeddings, the products are embedded anew.
    assert run(capsys, *shop[:2], '--words', words, '--product', 3, 4) == (0, first, '')


def test_vectors_without_labels(shop, capsys, tmp_path):
    """The words are learnt from vectors as the file has them, and do not fit others."""
    file, words = tmp_path / 'e', tmp_path / 'words.npz'
    assert main(['embed', *shop[:2], '-o', str(file), '--without-labels']) == 0
    status, out, _ = run(capsys, *shop[:2], '--embeddings', file, '--save', words, '--json')
    assert status == 0
    assert len(out.splitlines()) == 360
    status, _, error = run(capsys, *shop[:2], '--embeddings', shop[2], '--words', words)
    assert status == 2
    assert str(words) in error or 'words' in error


def test_thresholds_and_split(shop, capsys):
    status, out, _ = run(capsys, *shop[:2], '--embeddings', shop[2], '--split', 'test', '--json',
                         '--keep', '0.000001', '--propose', '0.999999')
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert 0 < len(records) < 100
    assert not any(listing['rejected'] for record in records for listing in record['listings'])


@pytest.mark.parametrize(('options', 'words'), [
    (['--keep', '1'], '--keep 1: expected a probability'),
    (['--words', 'none.npz'], 'none.npz: holds no learned words'),
    (['--product', '999'], "no product has the id '999'"),
    (['--embeddings', 'none'], 'none: no such file')])
def test_says_in_a_line_what_is_wrong(shop, capsys, options, words):
    options = options if '--embeddings' in options else [*options, '--embeddings', shop[2]]
    status, _, error = run(capsys, *shop[:2], *options)
    assert status == 2
    assert words in error
    assert error.count('\n') == 1


def test_vectors_must_be_of_products(shop, capsys, tmp_path):
    file = tmp_path / 'listings.embeddings'
    assert main(['embed', *shop[:2], '-o', str(file), '--listings']) == 0
    status, _, error = run(capsys, *shop[:2], '--embeddings', file)
    assert status == 2
    assert 'holds a vector for each listing, expected one for each product' in error


def test_vectors_must_be_of_the_catalogue(shop, make_toy_catalogue, capsys, tmp_path):
    """Another shop's products may have the same ids."""
    other = make_toy_catalogue(tmp_path / 'other', products=350)
    status, _, error = run(capsys, shop[0], other, '--embeddings', shop[2])
    assert status == 2
    assert f'is not of {other} as it is now, but of ' in error


def test_a_place_that_cannot_be_written_is_told_before_the_work(shop, capsys, tmp_path):
    status, out, error = run(capsys, *shop[:2], '--save', tmp_path / 'none' / 'words.npz')
    assert (status, out) == (2, '')
    assert 'words.npz: there is no such folder' in error
