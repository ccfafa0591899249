"""``fashion-models duplicates``: what it prints, writes and refuses."""

import csv
import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import CatalogueWriter
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.cli import main
from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.embeddings import Item
from fashion_models.representation.embeddings_writer import EmbeddingsWriter

pytest.importorskip('sklearn')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A catalogue ``shop`` of 80 products with two listings each, and its ``listings``."""
    folder = tmp_path_factory.mktemp('shop')
    (folder / 'shop').mkdir()
    Image.new('RGB', (30, 40), 'navy').save(folder / 'shop' / 'one.png')
    rng = np.random.default_rng(0)
    header = {'per': 'listing', 'size': 16, 'run': '/nowhere', 'catalogue': str(folder / 'shop'),
              'catalogue_name': 'shop'}
    with (CatalogueWriter(folder / 'shop', Header('shop')) as catalogue,
          EmbeddingsWriter(folder / 'listings', header) as writer):
        for number in range(80):
            listings = [
                Listing(retailer, f'coat {number} for the rain and for the wind, as it was',
                        '', ['one.png']) for retailer in ('one', 'two')]
            catalogue.add(Product(str(number), str(number), {'colour': 'Navy'}, listings))
            vectors = rng.normal(size=16) + 0.3 * rng.normal(size=(2, 16))
            # The last twenty products are entered twice, with a listing each.
            writer.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [
                Item(f'{number}/{place}', f'{number}{"ab"[place - 1] if number >= 60 else ""}',
                     str(number), {'colour': 'Navy'}, listing.retailer, listing.title, '',
                     listing.images) for place, listing in enumerate(listings, 1)])
    return folder


@pytest.fixture(scope='module')
def calibration(folder):
    assert main(['duplicates', str(folder / 'listings'), '--calibrate', '-o',
                 str(folder / 'mine.json')]) == 0
    return str(folder / 'mine.json')


@pytest.fixture
def run(folder, calibration, capsys):
    """Runs the command with the calibration, and further arguments; gives what it prints."""
    def run(*arguments, status=0):
        capsys.readouterr()
        assert main(['duplicates', str(folder / 'listings'), *map(str, arguments),
                     '--calibration', calibration]) == status
        return capsys.readouterr()
    return run


def test_table_shows_the_likeliest_pairs_and_what_to_think_of_them(run):
    lines = run().out.splitlines()
    assert lines[0].split() == ['probability', 'similarity', 'words', 'id', 'retailer', 'title']
    assert len(lines[lines.index('') - 1].split()[0]) < 6    # the second listing of a pair
    assert lines.index('') == 41
    text = '\n'.join(lines[42:])
    assert 'pairs among 160 listings' in text
    assert 'of which the catalogue has as one product' in text
    assert '-o FILE.csv writes all' in text
    assert 'images and text: probability 0.50 or more; with the pairs of the calibration: ' in text
    assert 'calibration: shop, 160 listings' in text
    assert max(map(len, lines)) < 120


def test_json_holds_every_pair(run):
    record = json.loads(run('--json').out)
    assert record['listings'] == 160
    assert record['thresholds'] == {'images and text': 0.5}
    right = [pair for pair in record['pairs']
             if pair['a'].split('/')[0] == pair['b'].split('/')[0]]
    assert len(right) > 60
    assert {pair['known'] for pair in right} == {0, 1}


def test_csv_holds_the_same(run, tmp_path):
    printed = json.loads(run('--json', '-o', tmp_path / 'pairs.csv').out)['pairs']
    with open(tmp_path / 'pairs.csv', encoding='utf-8-sig', newline='') as file:
        rows = list(csv.DictReader(file))
    assert {row['answer'] for row in rows} == {''}
    assert [(row['a'], row['b'], float(row['probability'])) for row in rows] == [
        (pair['a'], pair['b'], pair['probability']) for pair in printed]


def test_a_file_that_cannot_be_written_costs_the_file_only(run, folder, tmp_path, capsys):
    (tmp_path / 'pairs.csv').mkdir()
    told = run('-o', tmp_path / 'pairs.csv', status=2)
    assert 'pairs among 160 listings' in told.out
    assert 'pairs.csv: cannot be written' in told.err
    assert main(['duplicates', str(folder / 'listings'), '--calibrate', '-o',
                 str(tmp_path / 'pairs.csv')]) == 2
    assert 'images: precision 0.5' in capsys.readouterr().out


def test_answers_are_not_overwritten(run, tmp_path):
    file = tmp_path / 'pairs.csv'
    run('-o', file)
    run('-o', file)
    lines = file.read_text('utf-8').split('\n')
    cells = lines[1].split(',')
    cells[lines[0].split(',').index('answer')] = 'same'
    file.write_text('\n'.join([lines[0], ','.join(cells), *lines[2:]]), 'utf-8')
    before = file.read_bytes()
    assert "pairs.csv: holds a person's answers" in run('-o', file, status=2).err
    assert file.read_bytes() == before


def test_further_witnesses(run, folder):
    pytest.importorskip('imagehash')
    every = json.loads(run('--json').out)['pairs']
    assert {pair['photograph'] for pair in every} == {None}
    mutual = json.loads(run('--json', '--mutual', '--exact', '--photographs').out)['pairs']
    assert {pair['photograph'] for pair in mutual} == {0}    # the one picture is plain
    assert {(pair['a'], pair['b']) for pair in mutual} <= {
        (pair['a'], pair['b']) for pair in every}


def test_only_news(run):
    pairs = json.loads(run('--json', '--new').out)['pairs']
    assert pairs
    assert not any(pair['known'] for pair in pairs)
    assert any(pair['a'] == '70/1' and pair['b'] == '70/2' for pair in pairs)
    groups = json.loads(run('--json', '--new', '--groups').out)['groups']
    products = {}
    for row in groups:
        products.setdefault(row['group'], set()).add(row['product'])
    assert products
    assert all(len(names) > 1 for names in products.values())


def test_groups(run, tmp_path):
    rows = json.loads(run('--json', '--groups', '-o', tmp_path / 'groups.csv').out)['groups']
    of_listing = {row['id']: row['group'] for row in rows}
    assert sum(of_listing.get(f'{number}/1', -1) == of_listing.get(f'{number}/2', -2)
               for number in range(80)) > 60
    assert (tmp_path / 'groups.csv').read_text('utf-8-sig').splitlines()[0] == (
        'group,id,product,retailer,title')
    assert 'groups of' in run('--groups').out


@pytest.mark.parametrize('more', [[], ['--groups']])
def test_picture(run, tmp_path, more):
    run('--picture', tmp_path / 'found.png', *more)
    with Image.open(tmp_path / 'found.png') as picture:
        assert 300 < picture.width < 1476
        assert picture.height > 1000
        colours = picture.convert('RGB').getcolors(1 << 20)
    assert (0, 0, 128) in [colour for _, colour in colours]    # navy: the listings' images


def test_files_are_there_though_nobody_reads_the_table(folder, calibration, unread, tmp_path):
    unread('duplicates', folder / 'listings', '--calibration', calibration,
           '-o', tmp_path / 'pairs.csv', '--picture', tmp_path / 'found.png')
    assert sorted(path.name for path in tmp_path.iterdir()) == ['found.png', 'pairs.csv']


def test_nothing_found_is_said_and_written(run, tmp_path):
    printed = run('--threshold', 1, '-o', tmp_path / 'none.csv', '--picture', tmp_path / 'no.png')
    assert printed.out.startswith('0 pairs among 160 listings')
    assert 'no.png: not drawn' in printed.err
    assert (tmp_path / 'none.csv').read_text('utf-8-sig') == (
        'probability,similarity,words,photograph,known,a,b,answer,retailer_a,retailer_b,title_a,title_b\n')


def test_images_only_goes_without_texts(run):
    record = json.loads(run('--json', '--images-only').out)
    assert record['thresholds'] == {'images': 0.5}
    assert {pair['words'] for pair in record['pairs']} == {None}


def test_the_default_calibration_says_where_it_is_from(folder, capsys):
    assert main(['duplicates', str(folder / 'listings')]) == 0
    assert 'calibration: embedded, ' in capsys.readouterr().out


def test_a_calibration_s_name_is_no_command_to_the_terminal(folder, calibration, tmp_path, capsys):
    own = Calibration.load(calibration)
    dataclasses.replace(own, origin={**own.origin, 'catalogue_name': 'a\x1b[31mshop'}).save(
        tmp_path / 'mine.json')
    assert main(['duplicates', str(folder / 'listings'), '--calibration',
                 str(tmp_path / 'mine.json')]) == 0
    assert r'calibration: a\x1b[31mshop, ' in capsys.readouterr().out


def test_errors_are_one_line(run, folder, tmp_path):
    def error(*arguments):
        lines = run(*arguments, status=2).err.splitlines()
        assert len(lines) == 1
        return lines[0]

    assert "found.doc: expected a picture's ending" in error('--picture', tmp_path / 'found.doc')
    assert 'there is no such folder' in error(
        '--picture', tmp_path / 'found.png', '--catalogue', tmp_path / 'gone')
    assert 'has no meaning with --calibrate' in error('--calibrate', '-o', tmp_path / 'x.json')
    assert '--catalogue: has the pictures for --picture' in error('--catalogue', tmp_path)
    assert main(['duplicates', str(folder / 'listings'), '--calibrate', '-o', 'x.json',
                 '--catalogue', str(tmp_path)]) == 2
    assert '--encoding: is that of a file of answers' in error('--encoding', 'cp1252')
    assert main(['duplicates', str(folder / 'listings'), '--calibrate']) == 2
    assert main(['duplicates', str(tmp_path / 'none')]) == 2


def test_answers_in_what_was_written_calibrate(run, folder, tmp_path, works):
    pairs = tmp_path / 'pairs.csv'
    run('-o', pairs, '--threshold', 0)
    lines = pairs.read_text('utf-8-sig').splitlines()
    a, b, answer = map(lines[0].split(',').index, ('a', 'b', 'answer'))
    rows = [line.split(',') for line in lines[1:]]
    for row in rows:
        row[answer] = 'same' if row[a].split('/')[0] == row[b].split('/')[0] else 'Different'
    # As a German Excel saves it.
    text = '\r\n'.join(';'.join(row) for row in [lines[0].split(','), *rows])
    pairs.write_bytes(text.encode('cp1252'))
    out = works('duplicates', folder / 'listings', '--calibrate', pairs, '--encoding', 'cp1252',
                '-o', tmp_path / 'mine.json')
    assert 'mine.json: learnt from pairs.csv file, 80 same, ' in out


@pytest.mark.parametrize('value', ['1.1', '-0.1', 'much', 'nan'])
def test_a_share_is_from_0_to_1(folder, value, fails):
    line = fails('duplicates', folder / 'listings', '--threshold', value)
    assert f'found {value}, expected a number from 0 to 1' in line


def test_a_file_in_a_folder_that_does_not_exist(tmp_path, fails):
    # Said at once: the embeddings do not exist, either.
    file = tmp_path / 'none' / 'pairs.csv'
    assert f'found {file}, and there is no folder {file.parent}' in fails(
        'duplicates', tmp_path / 'e', '-o', file)


def test_figures_of_mutual_pairs(run, calibration):
    with open(calibration, encoding='utf-8') as file:
        model = json.load(file)['models']['images and text']
    point = next(point for point in model['mutual'] if point['threshold'] == 0.5)
    assert (f'with the pairs of the calibration, mutual ones alone: precision '
            f'{point["precision"]:.2f}, recall {point["recall"]:.2f}') in run('--mutual').out


def test_a_calibration_without_figures_of_mutual_pairs_says_so(folder, tmp_path, capsys):
    own = Calibration.load()
    dataclasses.replace(own, models={
        name: dataclasses.replace(model, mutual=()) for name, model in own.models.items()}).save(
            tmp_path / 'older.json')
    words = ['duplicates', str(folder / 'listings'), '--mutual',
             '--calibration', str(tmp_path / 'older.json')]
    assert main(words) == 0
    assert 'the calibration has no figures of mutual pairs' in capsys.readouterr().out
    assert main([*words, '--precision', '0.5']) == 2
    assert 'no figures of mutual pairs alone; learn one' in capsys.readouterr().err
