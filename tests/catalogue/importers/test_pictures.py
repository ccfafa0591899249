import os
import time
import unicodedata

import pytest

from fashion_models.catalogue.import_report import Report
from fashion_models.catalogue.importers import scratch
from fashion_models.catalogue.importers.pictures import (
    Pictures,
    apart,
    is_address,
    normalised,
    open_pictures,
    split,
    whole_address,
)
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.paths import path_problem
from fashion_models.errors import UserError


@pytest.fixture
def find(tmp_path):
    """Makes files and looks for names among them: (paths, report)."""
    def run(files, names, manifest=None):
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b'x')
        if manifest:
            (tmp_path / 'addresses.csv').write_text(manifest)
        report = Report()
        with open_pictures(tmp_path) as pictures:
            return pictures.find(names, 'product', report), report.record()
    return run


@pytest.mark.parametrize(('file', 'name'), [
    ('a.jpg', 'https://x.example/y/a.jpg'), ('deep/er/a.jpg', 'https://x.example/y/a.jpg?v=12#f'),
    ('a b.jpg', 'http://x.example/a%20b.jpg'), ('a%20b.jpg', 'http://x.example/a%20b.jpg'),
    ('größe.jpg', 'HTTPS://x.example/gr%C3%B6%C3%9Fe.jpg'),
    ('4711', 'https://x.example/media/4711'), ('4711.png', 'https://x.example/media/4711?w=300')])
def test_addresses_by_their_last_part(find, file, name):
    paths, report = find([file], [name])
    assert paths == [file]
    assert not report['images_dropped'] | report['notes']


@pytest.mark.parametrize('name', [
    '//cdn.x.example/i/a.jpg', '//cdn.x.example:8080/i/a.jpg?v=1'])
def test_addresses_may_lack_https(find, name):
    paths, report = find(['a.jpg'], [name])
    assert paths == ['a.jpg']
    assert not report['images_dropped'] | report['notes']
    # It is the same address as that with it.
    manifest = f'address,file\n{whole_address(name)},b.jpg\n'
    assert find(['a.jpg', 'b.jpg'], [name], manifest)[0] == ['b.jpg']
    assert find([], [name], manifest.replace('https:', ''))[0] == ['b.jpg']


@pytest.mark.parametrize('name', [
    '//server/share/a.jpg', '//a.jpg', '///x.example/a.jpg', './/x.example/a.jpg',
    'x.example/a.jpg', '//./a.jpg', '//../a.jpg'])
def test_what_begins_like_an_address_and_is_none(name):
    assert not is_address(name)
    assert apart(name) == [name]


@pytest.mark.parametrize('name', ['https://x.example/a.JPG', 'https://x.example/A.jpg', 'A.JPG'])
def test_letter_case_is_noted(find, name):
    paths, report = find(['a.jpg'], [name])
    assert paths == ['a.jpg']
    (note,) = report['notes'].values()
    assert note['examples'] == [f'a.jpg for {name}']


@pytest.mark.parametrize(('disk', 'table'), [('NFD', 'NFC'), ('NFC', 'NFD')])
def test_unicode_forms_are_noted(find, disk, table):
    name = unicodedata.normalize(disk, 'Größe.jpg')
    paths, report = find([name], [unicodedata.normalize(table, 'Größe.jpg')])
    assert paths == [name]
    assert sum(entry['count'] for entry in report['notes'].values()) == 1


def test_of_files_of_one_name_that_with_most_of_the_path(find):
    files = ['x.example/red/1.jpg', 'x.example/blue/1.jpg']
    assert find(files, ['https://x.example/blue/1.jpg', 'https://x.example/red/1.jpg'])[0] == [
        files[1], files[0]]
    paths, report = find(files, ['https://x.example/green/1.jpg'])
    assert paths == []
    assert list(report['images_dropped']) == [
        'several files of that name; a manifest can say which one']


def test_a_file_is_one_addresss(find):
    paths, report = find(['1.jpg'], [
        'https://x.example/red/1.jpg', 'https://x.example/red/1.jpg?w=9',
        'https://x.example/blue/1.jpg'])
    assert paths == ['1.jpg']
    assert list(report['images_dropped']) == [
        'a file that another address is called after, too; a manifest can say which one']


def test_a_manifest_decides(find):
    manifest = 'address,file\nhttps://x.example/red/1.jpg,r.jpg\nhttps://x.example/1,sub\\b.jpg\n'
    paths, report = find(['r.jpg', 'sub/b.jpg', '1.jpg'], [
        'https://x.example/red/1.jpg', 'https://x.example/1'], manifest)
    assert paths == ['r.jpg', 'sub/b.jpg']
    assert not report['images_dropped'] | report['notes']
    with pytest.raises(UserError, match=r'addresses\.csv:1: expected a table of downloads;'):
        find([], [], 'url,path\n')


@pytest.mark.parametrize('name', ['./shots/a.jpg', 'shots\\a.jpg', 'shots//a.jpg', 'SHOTS/A.jpg',
                                  'shots/a%2Ejpg', ' shots/a.jpg '])
def test_paths_are_read_kindly(find, name):
    assert find(['shots/a.jpg', 'a.jpg', 'other/a.jpg'], [name])[0] == ['shots/a.jpg']


@pytest.mark.parametrize(('name', 'problem'), [
    ('../a.jpg', 'path leaves the folder'), ('%2e%2e/a.jpg', 'no such file'),
    ('/etc/passwd', 'path is not relative to the folder'), ('other/a.jpg', 'no such file'),
    ('https://x.example/none.jpg', 'no such file among the downloads'),
    ('https://[x/a.jpg', 'no address')])
def test_what_is_not_found(find, name, problem):
    paths, report = find(['a.jpg'], [name])
    assert paths == []
    assert report['images_dropped'] == {problem: {
        'count': 1, 'examples': [f'{name} of product']}}


@pytest.mark.parametrize(('text', 'names'), [
    ('a.jpg|b.jpg', ['a.jpg', 'b.jpg']), ('a.jpg, b.jpg', ['a.jpg', 'b.jpg']),
    ('a.jpg;b.jpg;', ['a.jpg', 'b.jpg']), ('a.jpg\nb.jpg', ['a.jpg', 'b.jpg']),
    ('shirt, red.jpg', ['shirt, red.jpg']), ('a;b.jpg', ['a;b.jpg']), ('', []), (' | ', []),
    ('http://x/a.jpg?s=1,2', ['http://x/a.jpg?s=1,2']),
    ('http://x/a,http://x/b', ['http://x/a', 'http://x/b']),
    ('a, b.jpg|c.jpg', ['a, b.jpg', 'c.jpg']),
    ('Shirt, front.jpg, b.jpg', ['Shirt, front.jpg', 'b.jpg']),
    ('a;b.jpg;c.jpg', ['a;b.jpg', 'c.jpg']),
    ('//x.example/a,//y.example/b', ['//x.example/a', '//y.example/b']),
    ('//x.example/w_4,h_6/a.jpg, b.jpg', ['//x.example/w_4,h_6/a.jpg', 'b.jpg']),
    ('a.jpg, b', ['a.jpg, b'])])
def test_what_stands_between_pictures_is_told(text, names):
    assert split(text) == names


def test_what_stands_between_pictures_may_be_named():
    assert split('a b,c', ',') == ['a b', 'c']
    assert split('a.jpg, b.jpg', '|') == ['a.jpg, b.jpg']


def test_normalised():
    assert normalised('.\\a//b/./c.jpg ') == 'a/b/c.jpg'
    assert normalised('//a.jpg') == '/a.jpg'
    assert normalised('./img/../img/p.jpg') == 'img/p.jpg'
    assert normalised('a\\b\\..\\..\\c.jpg') == 'c.jpg'


@pytest.mark.parametrize('path', ['../a.jpg', 'a/../../b.jpg', '../a/../b.jpg', '/../a.jpg',
                                  '/a.jpg', 'a/..', '..', '%2e%2e/%2e%2e/a.jpg/../../..'])
def test_what_leaves_the_folder_does_so_in_its_shortest_form(path):
    assert path_problem(normalised(path))


def test_a_way_out_and_back_in_is_no_way_round_a_link(find, tmp_path):
    (tmp_path / 'shop').mkdir()
    (tmp_path / 'elsewhere').mkdir()
    (tmp_path / 'elsewhere/a.jpg').write_bytes(b'x')
    (tmp_path / 'shop/out').symlink_to(tmp_path / 'elsewhere')
    (tmp_path / 'shop/b.jpg').write_bytes(b'x')
    report = Report()
    with open_pictures(tmp_path / 'shop') as pictures:
        # By its name alone, not behind the link; what is told of a link is told by its reader.
        assert pictures.find(['out/../b.jpg', 'x/../out/../a.jpg'], '', report) == ['b.jpg']
        assert pictures.find(['b/../out/a.jpg'], '', report) == ['out/a.jpg']
        assert pictures.tree.leaves('out/a.jpg')
    assert list(report.record()['images_dropped']) == ['no such file']


@pytest.mark.parametrize('text', [
    'https://x.example/w_400,h_600/a.jpg', 'https://x.example/a.jpg?w=4,h=6',
    'https://x.example/a,b.jpg', 'https://x.example/f;v=1/a.jpg'])
def test_an_address_may_hold_commas_and_semicolons(text):
    assert split(text) == [text]
    for sign in (',', ', ', ';', '; ', '|', '\r\n'):
        assert split(f'{text}{sign}{text}') == [text, text]


def test_many_files_of_one_name_are_found_as_fast(tmp_path):
    files = [f'{number}/front.jpg' for number in range(2000)]
    with scratch.endings((name, name) for name in files) as ending_in:
        pictures = Pictures(FolderTree(tmp_path), ending_in, {})
        report = Report()
        begin = time.process_time()
        found = [pictures.find([f'https://x.example/img/{name}'], '', report) for name in files]
    assert found == [[name] for name in files]
    assert time.process_time() - begin < 2      # by looking at each, some 10 s


def test_a_manifest_whose_rows_cannot_be_read_is_refused(find):
    with pytest.raises(UserError, match=r'addresses\.csv:3 \(1 field, not 2\): another number'):
        find(['a.jpg'], ['https://x.example/1'],
             'address,file\nhttps://x.example/1,a.jpg\nhttps://x.example/2\n')


def test_a_file_of_one_address_is_not_that_of_another_which_was_not_loaded(find):
    manifest = 'address,file\nhttps://x.example/1/front.jpg?v=1,front.jpg\n'
    names = ['https://x.example/2/front.jpg', 'https://x.example/1/front.jpg?v=1',
             'https://x.example/1/front.jpg?v=2']
    paths, report = find(['front.jpg'], names, manifest)
    assert paths == ['front.jpg']
    (dropped,) = report['images_dropped'].values()
    assert dropped['examples'] == ['https://x.example/2/front.jpg of product']


@pytest.mark.parametrize('manifest', [
    'address,file\nhttps://x.example/image.php?id=1,image.php\n', None])
def test_a_query_may_say_which_picture_is_meant(find, manifest):
    first, second = 'https://x.example/image.php?id=1', 'https://x.example/image.php?id=2'
    paths, report = find(['image.php'], [second, first] if manifest else [first, second], manifest)
    assert paths == ['image.php']
    (dropped,) = report['images_dropped'].values()
    assert dropped['examples'] == [f'{second} of product']


@pytest.mark.parametrize('between', ['|', ' | ', ' ', '\n', ';', ', ', ','])
def test_several_addresses_in_one_field_are_all_found(find, between):
    names = ['https://x.example/a.jpg', 'HTTPS://x.example/b.jpg', '//x.example/d.jpg',
             'https://x.example/c.jpg?from=http://y.example/z.jpg']
    assert find(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'], [between.join(names)])[0] == [
        'a.jpg', 'b.jpg', 'd.jpg', 'c.jpg']


def test_fields_of_many_signs_take_no_time(find):
    assert apart('http://x' + ',' * 100_000 + 'y') == ['http://x' + ',' * 100_000 + 'y']
    assert apart('http://x, ,|http://y') == ['http://x', 'http://y']
    assert split('http://x' + ',a' * 100_000) == ['http://x' + ',a' * 100_000]
    assert split('a,' * 100_000) == [('a,' * 100_000)]
    assert find(['y/a.jpg'], ['http://x/' + 'y/' * 100_000 + 'a.jpg'])[0] == ['y/a.jpg']


@pytest.mark.parametrize(('field', 'names'), [
    ('a1_b2~mv2.png;a1_c3;a1_d4~mv2.jpg', ['a1_b2~mv2.png', 'a1_c3', 'a1_d4~mv2.jpg']),
    ('a1_b2~mv2.png;a1_c3;', ['a1_b2~mv2.png', 'a1_c3']),
    ('Shirt; front.jpg', ['Shirt; front.jpg'])])
def test_names_without_an_ending_among_others(field, names):
    assert split(field) == names


def listing_fails(monkeypatch, folder, error):
    """Makes a folder one that cannot be listed."""
    real = os.listdir

    def listdir(path):
        if os.fspath(path) == os.fspath(folder):
            raise error
        return real(path)

    monkeypatch.setattr(os, 'listdir', listdir)


@pytest.mark.parametrize('error', [PermissionError(13, 'x'), FileNotFoundError(2, 'x')])
def test_other_folders_beside_the_pictures_need_not_be_readable(
        find, tmp_path, monkeypatch, error):
    (tmp_path / 'systemd-private-1').mkdir()
    with monkeypatch.context() as patch:
        listing_fails(patch, tmp_path / 'systemd-private-1', error)
        assert find(['z/a.jpg'], ['https://x.example/a.jpg'])[0] == ['z/a.jpg']
    listing_fails(monkeypatch, tmp_path, error)     # here all are to be looked for
    with pytest.raises(type(error)):
        find(['z/a.jpg'], ['https://x.example/a.jpg'])


def test_a_data_set_is_read_wholly_but_for_what_goes_meanwhile(tmp_path, monkeypatch):
    for name in 'ab':
        (tmp_path / name).mkdir()
        (tmp_path / name / '1.jpg').touch()
    with monkeypatch.context() as patch:
        listing_fails(patch, tmp_path / 'a', FileNotFoundError(2, 'x'))
        assert list(FolderTree(tmp_path).paths()) == ['b/1.jpg']
    listing_fails(monkeypatch, tmp_path / 'a', PermissionError(13, 'x'))
    with pytest.raises(PermissionError):
        list(FolderTree(tmp_path).paths())
