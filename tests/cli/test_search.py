"""``fashion-models search``."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import open_catalogue
from fashion_models.cli import main
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.representation.search.searcher import Searcher


def test_table(toys, works):
    lines = works('search', toys[0], '--product', '3', '-k', 4).splitlines()
    assert lines[0].split() == ['rank', 'similarity', 'id', 'labels', 'title']
    assert len(lines) == 5
    for hit, line in zip(Searcher(open_embeddings(toys[0])).like('3', 4), lines[1:]):
        for cell in (f'{hit.rank}  ', f'  {hit.similarity:.3f}  ', f'  {hit.item.id} ',
                     f'· {hit.item.labels["type"]} ·', hit.item.title):
            assert cell in line


def test_what_can_be_searched_is_said(tmp_path, fails):
    for place, found in ((tmp_path, 'this folder holds no database'),
                         (tmp_path / 'nowhere', 'there is no such file or folder')):
        line = fails('search', place, '--product', '3')
        assert line.startswith(f'{place}: {found}; expected a file of embeddings')
        assert 'or a database: its address, as in postgresql://' in line


def test_no_address_is_told_with_its_password(fails):
    for words in (['search', 'mysql://me:my@se/cret@db/shop', '--product', '3'],
                  ['order', 'postgresql://me:my@se/cret@db/shop', '--liked', '3']):
        line = fails(*words)
        assert '://me:…@db/shop, expected a path on this machine' in line
        assert 'cret' not in line


def test_the_table_by_default_is_told(capsys):
    for command, default in (('search', 'the only one'),
                             ('publish', 'one named after the catalogue and the network')):
        with pytest.raises(SystemExit):
            main([command, '--help'])
        assert f'of the database (default: {default})' in ' '.join(capsys.readouterr().out.split())


def test_json(toys, works):
    output = works(
        'search', toys[0], '--product', '3', '--json', '--where', 'colour=red,type=disc')
    record = json.loads(output)
    assert record['query'] == {'product': '3'}
    assert record['where'] == {'colour': 'red', 'type': 'disc'}
    hits = Searcher(open_embeddings(toys[0])).like('3', 10, record['where'])
    assert [hit['id'] for hit in record['hits']] == [hit.item.id for hit in hits]
    assert all(hit['labels']['colour'] == 'red' for hit in record['hits'])


def test_group_mates_are_left_out_on_request(toys, works):
    def groups(*more):
        output = works(
            'search', toys[0], '--product', '3', '-k', 79, '--json', *more)
        return [hit['group'] for hit in json.loads(output)['hits']]

    assert 'group 1' in groups()
    assert 'group 1' not in groups('--other-groups')


def test_pictures_of_a_product_find_it(toys, works):
    file, _, catalogue = toys
    embeddings = open_embeddings(file)
    for item in embeddings.items[:5]:
        output = works('search', file, '--json', '-k', 1,
                             '--image', *[catalogue / image for image in item.images])
        hit, = json.loads(output)['hits']
        assert hit['similarity'] == pytest.approx(1, abs=1e-5)


def test_pictures_are_reduced_as_the_vectors_were(toys, tmp_path, works):
    _, run, catalogue = toys
    embeddings = embed(
        load(run), open_catalogue(catalogue), tmp_path / 'small', pca=5, progress=False)
    item = embeddings.items[0]
    output = works('search', tmp_path / 'small', '--json', '-k', 1,
                         '--image', *[catalogue / image for image in item.images])
    assert json.loads(output)['hits'][0]['similarity'] == pytest.approx(1, abs=1e-5)


def test_picture_of_the_neighbours(toys, tmp_path, works):
    file, _, catalogue = toys
    works('search', file, '--product', '3', '-k', 5, '-o', tmp_path / 'hits.png')
    works('search', file, '--image', catalogue / 'images/3-0.png', '-k', 5,
                '-o', tmp_path / 'seen.png')
    for name in 'hits.png', 'seen.png':
        with Image.open(tmp_path / name) as picture:
            assert (np.asarray(picture.convert('RGB')) != 255).any()


def test_a_catalogue_that_was_moved(toys, tmp_path, works, fails):
    file, run, catalogue = toys
    there = tmp_path / 'there'
    shutil.copytree(catalogue, there)
    moved = tmp_path / 'moved.embeddings'
    embed(load(run), open_catalogue(there), moved, progress=False)
    there.rename(tmp_path / 'new')
    words = ['search', moved, '--product', '3', '-o', tmp_path / 'hits.png']
    assert fails(*words) == (
        f'{moved}: its catalogue is not in {there}; say where it is now (--catalogue)')
    works(*words, '--catalogue', tmp_path / 'new')
    (tmp_path / 'other').mkdir()
    assert fails(*words, '--catalogue', tmp_path / 'other').startswith(
        f'{tmp_path / "other"}: has no images/')
    assert fails(*words, '--catalogue', tmp_path / 'none') == (
        f'{tmp_path / "none"}: there is no such folder')


@pytest.mark.parametrize(('words', 'message'), [
    (['--product', '3x'], '{file}: no product has the id \'3x\'; there are 80, among them 3'),
    (['--product', '3', '-k', '0'], 'search: argument -k: found 0, expected'),
    (['--product', '3', '--where', 'color=red'], "where color=red: there is no task 'color'"),
    (['--product', '3', '--where', 'colour=teal'],
     'where colour=teal: no item has this colour; there are blue, green, red'),
    (['--product', '3', '-o', 'hits.txt'], "hits.txt: expected a picture's ending"),
    (['--image', 'none.png'], 'none.png: not a usable image: there is no such file'),
    (['--image', 'none.png', '--other-groups'], '--other-groups: pictures have no group'),
    (['--image', 'none.png', '--run', 'nowhere'], 'nowhere: no such folder'),
    (['--product', '3', '--run', 'nowhere'], '--run: made the vectors that --image is compared'),
    (['--product', '3', '--catalogue', 'nowhere'], '--catalogue: has the pictures that -o draws'),
])
def test_what_cannot_be_searched_for(toys, fails, words, message):
    assert fails('search', toys[0], *words).startswith(message.format(file=toys[0]))


def test_what_is_no_file_of_embeddings(fails):
    assert 'fashion-models embed' in fails('search', __file__, '--product', '3')
    assert 'no such file' in fails('search', 'none', '--product', '3')


def test_a_picture_is_there_though_nobody_reads_the_table(toys, unread, tmp_path):
    unread('search', toys[0], '--product', '3', '-o', tmp_path / 'found.png')
    with Image.open(tmp_path / 'found.png') as image:
        assert image.format == 'PNG'
