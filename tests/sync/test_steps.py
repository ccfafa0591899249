"""The daily run ends as all its commands from nothing would, however often it is interrupted."""

import csv
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import fashion_models
from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.files import locked
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.sync import daily as settings
from fashion_models.sync import steps
from fashion_models.sync.steps import sync

parquet = pytest.importorskip('pyarrow.parquet')
pytest.importorskip('sklearn')


def export(folder, products):
    """A shop's export: id to the seeds of its pictures."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with open(folder / 'products.csv', 'w', newline='') as file:
        table = csv.writer(file)
        table.writerow(['product_id', 'gender', 'images'])
        for name, seeds in products.items():
            paths = [f'{name}-{number}.png' for number in range(len(seeds))]
            for path, seed in zip(paths, seeds):
                pixels = np.random.default_rng(seed).integers(0, 256, (5, 4, 3), np.uint8)
                Image.fromarray(pixels).resize((60, 80)).save(folder / path)
            table.writerow([name, 'Women', '|'.join(paths)])


MONDAY = {f'p{number}': [number] for number in range(12)}
#: One gone, one with another picture, one new, and one that shows what p3 shows.
TUESDAY = {name: MONDAY[name] for name in MONDAY if name != 'p1'} | {
    'p2': [70], 'new': [80], 'twin': [3]}


@pytest.fixture
def shop(tiny_run, tmp_path):
    """The settings of a shop's daily run, Monday's export at hand."""
    export(tmp_path / 'export', MONDAY)
    (tmp_path / 'shop.toml').write_text(
        f'catalogue = "shop"\nrun = "{tiny_run[0]}"\nembeddings = "shop.embeddings"\n'
        '[import]\nformat = "csv"\nsource = "export"\n'
        '[duplicates]\nthreshold = 0.9\n[publish]\nparquet = "shop.parquet"\n')
    return settings.load(tmp_path / 'shop.toml')


def ran(shop):
    texts = {}
    assert sync(shop, progress=False, told=lambda step, text, _: texts.update({step: text}))
    return texts


def require_as_from_nothing(shop, tmp_path):
    """What the daily run left is what the commands give in another folder."""
    catalogue = open_catalogue(shop.catalogue)
    embed(load(shop.run), catalogue, tmp_path / 'fresh', progress=False)
    assert (tmp_path / 'fresh').read_bytes() == shop.embeddings.read_bytes()
    table = parquet.read_table(shop.publish['parquet'])
    assert table['id'].to_pylist() == [product.id for product in catalogue.products]
    assert {path.name for path in (shop.catalogue / 'images').iterdir()} == {
        pathlib.Path(image).name for product in catalogue.products for image in product.images}


def test_two_days(shop, tmp_path):
    texts = ran(shop)
    texts.pop('duplicates')     # noise may look like noise
    assert texts == {
        'import': '12 new, 0 changed, 0 gone, 0 unchanged', 'check': 'labels and records are sound',
        'embed': '12 computed, 0 kept, 0 discarded; 12 in all',
        'publish': str(tmp_path / 'shop.parquet')}
    export(tmp_path / 'export', TUESDAY)
    texts = ran(shop)
    assert texts['import'] == '2 new, 1 changed, 1 gone, 10 unchanged'
    assert texts['embed'] == '2 computed, 11 kept, 2 discarded; 13 in all'
    assert 'with one of 3 new vectors: ' in texts['duplicates']
    with open(texts['duplicates'].partition(': ')[2], newline='') as file:
        pairs = [{row['a'], row['b']} for row in csv.DictReader(file)]
    assert {'p3', 'twin'} in pairs
    assert all(pair & {'p2', 'new', 'twin'} for pair in pairs)
    require_as_from_nothing(shop, tmp_path)
    assert ran(shop)['import'] == '0 new, 0 changed, 0 gone, 13 unchanged'
    log = [json.loads(line) for line in (shop.folder / 'log.jsonl').read_text().splitlines()]
    assert [entry['steps']['duplicates']['new'] for entry in log] == [12, 3, 0]


def test_libraries_are_looked_for_by_the_number_of_vectors(shop, tmp_path, monkeypatch):
    export(tmp_path / 'export', MONDAY | {'p1': [1, 21], 'p2': [2, 22, 32]})
    asked = []
    monkeypatch.setattr(steps, 'require_search', lambda settings, vectors: asked.append(vectors))
    for per in 'product', 'listing', 'image':
        assert sync(dataclasses.replace(
            shop, embed={'per': per}, duplicates=None, publish=None), progress=False)
        assert len(open_embeddings(shop.embeddings)) == asked.pop()


def test_a_step_that_fails_ends_the_run(shop, tmp_path):
    ran(shop)
    export(tmp_path / 'export', {'p0': MONDAY['p0']})
    with pytest.raises(UserError, match=r'^import: .*lacks 11 of the 12 products'):
        sync(shop, progress=False)
    entry = json.loads((shop.folder / 'log.jsonl').read_text().splitlines()[-1])
    assert list(entry['failed']) == ['import']
    assert entry['steps'] == {}
    assert len(open_catalogue(shop.catalogue).products) == 12


def damage(folder):
    """Spoils an export in five ways, three of which cost a product."""
    table = folder / 'products.csv'
    lines = table.read_text().splitlines()
    pixels = (folder / 'p0-0.png').read_bytes()
    (folder / 'p0-0.png').write_bytes(pixels[:len(pixels) // 2])     # all that p0 has
    (folder / 'p1-1.png').write_bytes(b'')
    (folder / 'p2-1.png').unlink()
    lines[4] = 'p3,Women'
    lines[5] = 'p4,Women,nowhere.png'
    table.write_text('\n'.join(lines) + '\n')


def test_a_log_that_cannot_be_written_hides_no_failure(shop, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, 'No space left on device')
    monkeypatch.setattr(steps, 'append_line', full)
    shutil.rmtree(tmp_path / 'export')
    with pytest.raises(UserError, match='^import: '):
        sync(shop, progress=False)


def test_what_is_left_out_is_told_as_long_as_it_is(shop, tmp_path, capsys):
    file, folder = tmp_path / 'shop.toml', tmp_path / 'export'
    file.write_text(file.read_text().replace('[duplicates]\nthreshold = 0.9\n', ''))
    shown = MONDAY | {'p1': [1, 21], 'p2': [2, 22]}
    export(folder, shown)
    damage(folder)
    for _ in range(2):
        assert cli.main(['sync', str(file), '--quiet']) == 1
        told = capsys.readouterr().out
        assert 'import ' in told
        assert '1 product not kept: ' in told
        assert 'products.csv:5 (2 fields, not 3)' in told
        assert '1 product not kept: no image (products.csv:6 (p4))' in told
        assert '2 images not kept: no such file (p2-1.png of products.csv:4 (p2), ' in told
        assert '1 image not kept: empty file (p1-1.png of products.csv:3 (p1))' in told
        assert '; 9 in all\n            left out: 1 unreadable image and 1 ' in told
        assert 'product p0: images/p0-0.png: ' in told
        assert 'check' not in told
        assert 'publish' not in told
        steps = json.loads((shop.folder / 'log.jsonl').read_text().splitlines()[-1])['steps']
        assert [len(steps[name]['problems']) for name in steps] == [4, 0, 2, 0]
        assert 'p0-0.png' in steps['embed']['problems'][1]
    assert cli.main(['catalogue', 'check', str(shop.catalogue)]) == 1
    capsys.readouterr()
    # Mended, and it is still as it was where nobody imports.
    export(folder, shown)
    assert cli.main(['sync', str(file), '--quiet']) == 0
    assert capsys.readouterr().out == ''
    image, = (shop.catalogue / 'images').glob('p5-*')
    image.write_bytes(b'none')
    file.write_text(file.read_text().partition('[import]')[0])
    for _ in range(2):
        assert cli.main(['sync', str(file), '--quiet']) == 1
        assert 'product p5: images/p5-0.png: no readable ' in capsys.readouterr().out


def test_what_nobody_misses_is_no_problem(tiny_run, tmp_path):
    Image.new('RGB', (60, 80)).save(tmp_path / 'a.png')
    for name in 'ab':
        (tmp_path / 'photographs' / name).mkdir(parents=True)
        shutil.copy(tmp_path / 'a.png', tmp_path / 'photographs' / name)
    (tmp_path / 'photographs' / 'a' / 'notes.txt').write_text('taken on Monday')
    (tmp_path / 'shop.toml').write_text(
        f'catalogue = "shop"\nrun = "{tiny_run[0]}"\nembeddings = "shop.embeddings"\n'
        '[import]\nformat = "folder"\nsource = "photographs"\n')
    ran(settings.load(tmp_path / 'shop.toml'))
    assert open_catalogue(tmp_path / 'shop').header.name == 'shop'


def test_one_at_a_time(shop):
    shop.folder.mkdir()
    with (locked(shop.folder / 'lock', lambda: None),
          pytest.raises(UserError, match='another process is at this daily run')):
        sync(shop, progress=False)


def test_the_command(shop, tmp_path, capsys):
    file = tmp_path / 'shop.toml'
    file.write_text(file.read_text().replace('[duplicates]\nthreshold = 0.9\n', ''))
    assert cli.main(['sync', str(file), '--quiet']) == 0
    assert capsys.readouterr().out == ''
    assert cli.main(['sync', str(file)]) == 0
    assert 'import      0 new, 0 changed, 0 gone, 12 unchanged\n' in capsys.readouterr().out
    header = shop.catalogue / 'catalogue.json'
    header.write_text(header.read_text().replace('"Women"', '"Men"'))
    file.write_text(file.read_text().partition('[import]')[0])
    assert cli.main(['sync', str(file), '--quiet']) == 1
    assert 'check       12 problems\n' in capsys.readouterr().out
    file.write_text('x')
    assert cli.main(['sync', str(file)]) == 2


# ---- killed

SCRIPT = '''
import os, signal, sys
from fashion_models.sync import daily as settings
from fashion_models.sync import steps
from fashion_models.sync import steps
calls = []
real = os.replace
def replace(*arguments):
    calls.append(1)
    if len(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
os.replace = replace
steps.sync(settings.load(sys.argv[1]), progress=False)
'''


def killed(tmp_path, step):
    """Whether a daily run was killed as it was about to replace its n-th file."""
    (tmp_path / 'script.py').write_text(SCRIPT)
    env = {**os.environ, 'PYTHONPATH': str(pathlib.Path(fashion_models.__file__).parents[1])}
    process = subprocess.run(
        [sys.executable, tmp_path / 'script.py', tmp_path / 'shop.toml', str(step)], env=env)
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_any_point(shop, tmp_path):
    ran(shop)
    for step in range(1, 21):
        export(tmp_path / 'export', TUESDAY if step % 2 else MONDAY)
        was_killed = killed(tmp_path, step)
        # Nothing is half there, and the next run makes up for it.
        open_embeddings(shop.embeddings)
        open_catalogue(shop.catalogue)
        parquet.read_table(shop.publish['parquet'])
        ran(shop)
        require_as_from_nothing(shop, tmp_path)
        examined = json.loads((shop.folder / 'examined.json').read_text())
        assert examined.keys() == set(open_embeddings(shop.embeddings).ids)
        if not was_killed:
            break
    assert step > 6


def test_killed(shop, tmp_path):
    ran(shop)
    export(tmp_path / 'export', TUESDAY)
    assert killed(tmp_path, 5)
    ran(shop)
    require_as_from_nothing(shop, tmp_path)


def test_an_index_that_did_not_fit_into_its_memory_is_told(shop, monkeypatch):
    from fashion_models.representation import postgres
    from fashion_models.representation.postgres.publishing import Published
    monkeypatch.setattr(postgres, 'publish', lambda *_: Published('t', 12, 0, 0, 0, '1MB', False))
    monkeypatch.setattr(steps, 'open_embeddings', lambda file: None)
    done = steps._publish(dataclasses.replace(shop, publish={'database': 'db'}), False)
    assert done.text.splitlines() == [
        't: 12 new, 0 changed, 0 gone, 0 unchanged',
        'the index did not fit into 1MB while it was made, which took many times as long; name '
        'more index memory for the next table']
    assert done.asks
    assert not done.problems


def test_a_record_of_what_was_examined_grows_with_the_shop(shop, monkeypatch):
    monkeypatch.setattr(steps, 'LARGEST', 100)
    ran(shop)
    assert (shop.folder / 'examined.json').stat().st_size > 100
    assert ran(shop)['duplicates'] == 'none among 0 new vectors'
    with open(shop.folder / 'examined.json', 'ab') as file:
        file.truncate(1 << 30)      # takes no space
    with pytest.raises(UserError, match='examined.json: is damaged; delete it'):
        sync(shop, progress=False)


@pytest.mark.parametrize('content', ['[]', '{"p1": "x"}', 'null', '{'])
def test_a_record_of_what_was_examined_that_is_damaged(shop, content):
    ran(shop)
    (shop.folder / 'examined.json').write_text(content)
    with pytest.raises(UserError, match='examined.json: is damaged; delete it'):
        sync(shop, progress=False)
