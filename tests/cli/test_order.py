"""``fashion-models order`` as a user meets it, on a tiny network's embeddings."""

import json

import pytest

from fashion_models.cli import main
from fashion_models.representation.embeddings import open_embeddings


@pytest.fixture(scope='module')
def shop(tiny_run, tmp_path_factory):
    """A file of embeddings of the 80 drawn products."""
    run, catalogue = tiny_run
    file = tmp_path_factory.mktemp('order') / 'shop.embeddings'
    assert main(['embed', str(run), str(catalogue), '-o', str(file)]) == 0
    return file


def run(capsys, *arguments):
    status = main(['order', *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def ordered(capsys, *arguments):
    status, out, _ = run(capsys, *arguments, '--json')
    assert status == 0
    return [entry['id'] for entry in json.loads(out)['order']]


def test_orders_all_but_what_was_seen(shop, capsys):
    found = ordered(capsys, shop, '--liked', 3, 4, '--disliked', 5, '-k', 100)
    assert sorted(found, key=int) == [str(number) for number in range(80)
                                      if number not in (3, 4, 5)]


def test_the_table_and_where(shop, capsys):
    status, out, _ = run(capsys, shop, '--liked', 3, '--where', 'colour=red', '-k', 5)
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ['rank', 'relevance', 'id', 'labels', 'title']
    assert [line.split()[0] for line in lines[1:]] == ['1', '2', '3', '4', '5']
    assert all('red' in line for line in lines[1:])


def test_only_listed_products_and_a_page(shop, capsys, tmp_path):
    (tmp_path / 'ids.txt').write_text('7\n9\n\n11\n3\n')
    page = tmp_path / 'page.html'
    assert sorted(ordered(capsys, shop, '--liked', 3, '--products', tmp_path / 'ids.txt',
                          '-o', page)) == ['11', '7', '9']
    # The liked one and the three in order.
    assert page.read_text(encoding='utf-8').count('<img ') == 4


def test_learns_from_a_merchandiser_and_remembers(shop, capsys, tmp_path):
    pytest.importorskip('sklearn')
    vectors = open_embeddings(shop).vectors
    # Somebody who goes by one number of the representation.
    rule = vectors[:, int(vectors.std(axis=0).argmax())]
    rows = []
    for start in range(0, 60, 10):
        best = sorted(range(start, start + 10), key=lambda row: -rule[row])
        rows += [f'{start},{row},{rank}' for rank, row in enumerate(best, 1)]
    (tmp_path / 'lists.csv').write_text('list,product,rank\n' + '\n'.join(rows) + '\n')
    status, out, error = run(capsys, shop, '--like-merchandiser', tmp_path / 'lists.csv', '--json',
                             '--save', tmp_path / 'order.npz', '-k', 80)
    assert status == 0
    assert '270 pairs of 6 lists' in error
    assert len(json.loads(out)['order']) == 80
    again = ordered(capsys, shop, '--like-merchandiser', tmp_path / 'order.npz', '-k', 80)
    assert again == [entry['id'] for entry in json.loads(out)['order']]


@pytest.mark.parametrize(('options', 'words'), [
    (['--liked', '900'], "no product has the id '900'"),
    (['--like-merchandiser', 'x.csv', '--disliked', '1'], '--disliked: needs --liked'),
    (['--liked', '3', '4', '--disliked', '5', '4'], '--disliked: 4 is among those of --liked, too'),
    (['--liked', '1', '--save', 'x.npz'], '--save: keeps what --like-merchandiser learned'),
    (['--liked', '1', '-o', 'x.png'], '-o x.png: a page ends in .html'),
    (['--liked', '1', '--products', 'none.txt'], '--products none.txt: cannot be read'),
    (['--liked', '1', '--where', 'colour=mauve'], 'colour=mauve'),
    (['--liked', '1', '--diversity', '1'], 'diversity: found 1, expected 0 to less than 1'),
    (['--like-merchandiser', 'none.csv'], 'none.csv: cannot be read')])
def test_says_in_a_line_what_is_wrong(shop, capsys, options, words):
    status, _, error = run(capsys, shop, *options)
    assert status == 2
    assert words in error
    assert error.count('\n') == 1


def test_lists_and_ids_in_another_encoding(shop, capsys, tmp_path):
    pytest.importorskip('sklearn')
    lists = tmp_path / 'lists.csv'
    lists.write_bytes('list;product;rank\nGrün;3;1\nGrün;4;2\n'.encode('cp1252'))
    (tmp_path / 'ids.txt').write_bytes('7\n9\n'.encode('utf-16'))
    status, _, error = run(capsys, shop, '--like-merchandiser', lists, '--encoding', 'cp1252')
    assert (status, error.count('1 pair of 1 list;')) == (0, 1)
    assert run(capsys, shop, '--like-merchandiser', lists)[0] == 2
    assert len(ordered(capsys, shop, '--liked', 3, '--products', tmp_path / 'ids.txt',
                       '--encoding', 'utf-16')) == 2
    for name, message in (('klingon', 'unknown encoding: klingon'), ('ascii', 'cannot be read')):
        status, _, error = run(capsys, shop, '--liked', 3, '--products', tmp_path / 'ids.txt',
                               '--encoding', name)
        assert (status, message in error) == (2, True)


def test_options_without_use_are_refused(shop, capsys, tmp_path):
    for option, value in ('--encoding', 'cp1252'), ('--catalogue', tmp_path):
        status, _, error = run(capsys, shop, '--liked', 3, option, value)
        assert (status, f'{option}: ' in error, 'leave it out' in error) == (2, True, True)


def test_a_page_is_there_though_nobody_reads_the_table(shop, unread, tmp_path):
    unread('order', shop, '--liked', 3, '-k', 5, '-o', tmp_path / 'page.html')
    assert 'For somebody who liked these' in (tmp_path / 'page.html').read_text()
