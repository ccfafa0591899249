"""What is published is what the file holds, whole or not at all, and is found as in the file."""

import concurrent.futures
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import fashion_models
from fashion_models.errors import UserError
from fashion_models.representation.embeddings import Item, open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import Projection
from fashion_models.representation.postgres import (
    connected,
    open_table,
    publish,
    published,
    publishing,
)
from fashion_models.representation.search.searcher import Searcher

TASKS = {'gender': False, 'colour': True, 'type': False, 'category': False, 'subcategory': False,
         'title': False}


def write(file, numbers, size=8, snapshot='a', projection=None, **header):
    """A file of embeddings; a number decides all of a vector and its item."""
    header = {'per': 'product', 'size': size, 'snapshot_sha256': snapshot, 'tasks': TASKS,
              'catalogue_name': 'A shop', **header}
    with EmbeddingsWriter(file, header, projection) as writer:
        for number in numbers:
            vector = np.random.default_rng(number).normal(size=size)
            writer.add([vector / np.linalg.norm(vector)], [Item(
                f'p{number % 1000}', f'p{number % 1000}', f'g{number % 7}',
                {'colour': ['Red', 'Red|Blue', 'Blue'][number % 3],
                 'type': ['Shoes', 'Bags'][number % 2], **({'title': 'Dr'} if number % 5 else {})},
                'Shop', f'It is "{number}"\t\\N ü', '', [f'images/{number},{{1}}.jpg'])])
    return open_embeddings(file)


def found(one, number, *arguments):
    return [(hit.rank, hit.similarity, hit.item) for hit in one.like(f'p{number}', *arguments)]


@pytest.mark.parametrize('dtype', ['float32', 'float16'])
@pytest.mark.parametrize('through_index', [False, True])
def test_a_search_finds_what_it_finds_in_the_file(
        empty, tmp_path, monkeypatch, dtype, through_index):
    embeddings = write(tmp_path / 'e', range(60), dtype=dtype)
    assert publish(embeddings, empty, progress=False).text().endswith(
        ': 60 new, 0 changed, 0 gone, 0 unchanged')
    if through_index:
        monkeypatch.setattr(published, 'EXACT_LIMIT', 0)
    searcher = Searcher(embeddings)
    with open_table(empty) as opened:
        assert len(opened) == 60
        for arguments in ((3,), (100,), (5, {'type': 'Bags'}),
                          (5, {'colour': 'Blue', 'title': 'Dr'}), (5, {'colour': ['Red', 'Blue']}),
                          (4, {'type': 'Shoes'}, True)):
            assert found(opened, 4, *arguments) == found(searcher, 4, *arguments)
        for wrong in (lambda one: one.like('p4', 3, {'colour': 'blue'}),
                      lambda one: one.like('nobody')):
            messages = []
            for one in opened, searcher:
                with pytest.raises(UserError) as error:
                    wrong(one)
                messages.append(str(error.value).removeprefix(f'{tmp_path / "e"}'))
            assert messages[0].removeprefix(str(empty)) == messages[1]


def test_a_projection_is_published_too(empty, tmp_path):
    rng = np.random.default_rng(0)
    projection = Projection(rng.normal(size=12).astype('f'), rng.normal(size=(8, 12)).astype('f'))
    embeddings = write(tmp_path / 'e', range(5), projection=projection)
    publish(embeddings, empty, progress=False)
    query = rng.normal(size=12)
    with open_table(empty) as opened:
        np.testing.assert_array_equal(opened.project(query), embeddings.project(query))


def contents(database, name):
    with connected(database) as connection:
        return set(connection.execute(
            f'select id, title, images, colour, label_title, embedding::text '
            f'from fashion_models.{name}'.replace('images', 'images::text').replace(
                'colour', 'colour::text')).fetchall())


def test_random_edits_end_as_a_publication_from_nothing(empty, tmp_path):
    draw, numbers = random.Random(0), list(range(40))
    for day in range(4):
        embeddings = write(tmp_path / f'e{day}', numbers)
        done = publish(embeddings, empty, table='daily', progress=False)
        publish(embeddings, empty, table=f'fresh{day}', progress=False)
        assert contents(empty, 'daily') == contents(empty, f'fresh{day}')
        assert done.new + done.changed + done.unchanged == len(numbers)
        numbers = [number for number in numbers if draw.random() > 0.2]
        # Another thousand: the same id, otherwise.
        numbers = [number + 1000 * (draw.random() < 0.2) for number in numbers]
        numbers += range(100 + 10 * day, 100 + 10 * day + draw.randrange(6))
        draw.shuffle(numbers)
    assert (done.changed, done.gone) != (0, 0)


class Killed(BaseException):
    pass


STEPS = ['_make', '_row', 'make_index', '_describe']


@pytest.mark.parametrize('step', STEPS)
def test_half_a_publication_is_never_seen(empty, tmp_path, monkeypatch, step):
    name = publish(write(tmp_path / 'e', range(20)), empty, table='shop', progress=False).table
    before = contents(empty, 'shop')
    calls, real = [], getattr(publishing, step)

    def killed(*arguments):
        calls.append(1)
        if len(calls) > 5 or step != '_row':
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(publishing, step, killed)
    new = write(tmp_path / 'new', range(1000, 1030))
    with pytest.raises(Killed):
        publish(new, empty, table='other' if step == 'make_index' else 'shop', progress=False)
    assert contents(empty, 'shop') == before
    with open_table(empty) as opened:     # the only one
        assert len(opened) == 20
    monkeypatch.undo()
    assert publish(new, empty, table='shop', progress=False).table == name
    assert len(contents(empty, 'shop')) == 30


def test_two_first_publications_at_once(empty, tmp_path, monkeypatch):
    real, second = publishing._describe, []
    with connected(empty) as connection:
        connection.execute('drop extension if exists vector')
        connection.commit()

    def describe(*arguments):
        if not second:      # the first: all is made, and nothing committed
            other = write(tmp_path / 'other', range(5), snapshot='b')
            second.append(pool.submit(publish, other, empty, 'other', progress=False))
            with connected(empty) as watching:
                until = time.monotonic() + 60
                while not waiting(watching):
                    assert time.monotonic() < until
                    time.sleep(0.05)
        real(*arguments)

    monkeypatch.setattr(publishing, '_describe', describe)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        publish(write(tmp_path / 'e', range(20)), empty, 'shop', progress=False)
        assert second[0].result(60).new == 5
    assert len(contents(empty, 'shop')) == 20


def waiting(connection):
    """How many statements wait for a lock."""
    connection.rollback()       # else it sees what it saw the first time
    return connection.execute('select count(*) from pg_locks where not granted').fetchone()[0]


SCRIPT = '''
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from test_publishing import *

steps = []
def counted(function):
    def step(*arguments):
        steps.append(1)
        if len(steps) == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return step
for name in *STEPS, '_fill':
    setattr(publishing, name, counted(getattr(publishing, name)))
publish(open_embeddings(sys.argv[3]), sys.argv[2], table='shop', progress=False)
'''


@pytest.mark.parametrize('number', [
    3, 20, 33, *(pytest.param(number, marks=pytest.mark.slow) for number in range(1, 33, 2))])
def test_kill_9(empty, tmp_path, number):
    publish(write(tmp_path / 'e', range(20)), empty, table='shop', progress=False)
    before = contents(empty, 'shop')
    new = write(tmp_path / 'new', range(1000, 1030))
    (tmp_path / 'script.py').write_text(SCRIPT)
    with connected(empty) as connection:
        host = connection.info.host
    address = f'postgresql://postgres@/postgres?host={host}'
    process = subprocess.run(
        [sys.executable, tmp_path / 'script.py', pathlib.Path(__file__).parent, address,
         tmp_path / 'new', str(number)],
        env={**os.environ, 'PYTHONPATH': str(pathlib.Path(fashion_models.__file__).parents[1])})
    assert process.returncode == -signal.SIGKILL
    assert contents(empty, 'shop') == before
    publish(new, empty, table='shop', progress=False)
    assert len(contents(empty, 'shop')) == 30


# ---- refused

def test_another_network_needs_another_table(empty, tmp_path):
    publish(write(tmp_path / 'e', range(5)), empty, table='shop', progress=False)
    other = write(tmp_path / 'other', range(5), snapshot='b')
    with pytest.raises(UserError, match='the table shop holds vectors of another network'):
        publish(other, empty, table='shop', progress=False)
    publish(write(tmp_path / 'e', range(5)), empty, progress=False)
    with (pytest.raises(UserError, match=r'has several tables, a_shop_\w+, shop; name one'),
          open_table(empty)):
        pass
    with (pytest.raises(UserError, match=r"has no table 'x' \(table\); there are a_shop"),
          open_table(empty, 'x')):
        pass


def test_nothing_there(empty, tmp_path):
    with (pytest.raises(UserError, match='nothing was published here'), open_table(empty)):
        pass
    embeddings = write(tmp_path / 'e', range(5))
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'folder' / 'mine').touch()
    for place, message in (
            ('postgresql://me:secret@localhost:1/shop', 'postgresql://me@localhost:1/shop: cannot'),
            ('host=localhost port=1 user=me password=secret dbname=shop',
             'postgresql://me@localhost:1/shop: cannot'),
            ('postgresql://a b', 'not an address of PostgreSQL'),
            *((address, 'not an address of PostgreSQL; .* percent-encoded, as in %40 for @')
              for address in (
                  'postgresql://me:secret%zz@h/d', 'postgresql://me:my secret@h/d',
                  'postgresql://me:my@secret@h/d', 'postgresql://me:my/secret@h/d',
                  'host=h password=my secret dbname=d')),
            ('mysql://me:secret@localhost/shop', r'mysql://…: not an address of PostgreSQL'),
            ('postgressql://me:secret@localhost/shop', 'not an address of PostgreSQL'),
            (tmp_path / 'my shop', 'needs a folder whose path has letters'),
            (tmp_path / 'e', 'is a file, expected an address'),
            (tmp_path / 'folder', 'holds something else than a database')):
        with pytest.raises(UserError, match=message) as error:
            publish(embeddings, place, progress=False)
        assert 'secret' not in str(error.value)
    assert not (tmp_path / 'my shop').exists()


def test_a_nul_in_a_label_or_a_name_is_left_out(empty, tmp_path):
    """Texts of PostgreSQL hold none."""
    header = {'per': 'product', 'size': 2, 'snapshot_sha256': 'a', 'tasks': TASKS,
              'catalogue_name': 'A \0shop'}
    with EmbeddingsWriter(tmp_path / 'e', header) as writer:
        writer.add([[1, 0]], [Item('a', 'a', 'g', {'colour': 'Re\0d|Blue', 'type': 'Ba\0gs'})])
    publish(open_embeddings(tmp_path / 'e'), empty, progress=False)
    with open_table(empty) as table:
        assert table.item('a').labels == {'colour': 'Red|Blue', 'type': 'Bags'}
        assert table.header['catalogue_name'] == 'A shop'
