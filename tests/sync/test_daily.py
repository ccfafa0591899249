import re
import textwrap

import pytest

from fashion_models.errors import UserError
from fashion_models.sync import daily as settings

SHOWN = textwrap.dedent(settings.__doc__.partition('::\n\n')[2])
#: With all that is optional.
WHOLE = re.sub(r'^# (?=\[|[\w.]+ = )', '', SHOWN, flags=re.MULTILINE)


def write(folder, text):
    file = folder / 'shop.toml'
    file.write_text(text)
    return file


def test_the_documented_file(tmp_path):
    found = settings.load(write(tmp_path, re.sub(r'pca = .*\n', '', WHOLE)))
    assert found.catalogue == tmp_path / 'shop'
    assert found.import_['source'] == tmp_path / 'exports/products.csv'
    assert found.import_['options'].separator == ';'
    assert found.import_['options'].name == 'spring'
    assert found.embed['precision'] == 'bfloat16'
    assert found.duplicates == {
        'threshold': 0.8, 'calibration': tmp_path / 'mine.json', 'across': True}
    assert found.publish['parquet'] == tmp_path / 'shop.parquet'
    assert found.publish['database'] == 'postgresql://me@db.example.com/shop'
    assert found.folder == tmp_path / 'shop.sync'


def test_what_is_optional_is_commented_out(tmp_path):
    found = settings.load(write(tmp_path, SHOWN))
    assert found.import_.keys() == {'format', 'source', 'options'}
    assert (found.embed, found.duplicates, found.publish) == ({}, None, None)
    assert '#' not in re.sub('# .*', '', WHOLE)


def test_a_catalogue_is_named_after_its_folder(tmp_path):
    def name(catalogue, format='csv', more=''):
        return getattr(settings.load(write(
            tmp_path, f'catalogue = "{catalogue}"\nrun = "r"\nembeddings = "e"\n[import]\n'
            f'format = "{format}"\nsource = "exports/products.csv"\n{more}',
        )).import_['options'], 'name', None)

    assert name('shop') == 'shop'
    assert name('catalogues/spring/') == 'spring'
    assert name('.') == tmp_path.name
    assert name('shop', 'shopify') == name('shop', 'folder') == 'shop'
    assert name('shop', more='options.name = "mine"') == 'mine'
    assert name('shop', 'fashion-product-images') is None, 'a data set has a name of its own'


def test_options_of_a_format_are_those_of_its_command(tmp_path):
    def options(format, text):
        return settings.load(write(tmp_path, f'''{NEEDED}[import]
            format = "{format}"
            source = "s"
            options = {{{text}}}''')).import_['options']

    found = options('csv', 'images = "downloads", column = ["a=b", "c=d"]')
    assert found.images == tmp_path / 'downloads'
    assert (found.column, found.separator, found.manifest) == (['a=b', 'c=d'], None, None)
    assert options('folder', 'most = 9, folders = "classes"').most == 9
    assert options('fashion-product-images', 'all_categories = true').all_categories
    assert not options('fashion-product-images', 'all_categories = false').all_categories
    for format, text, message in (
            ('csv', 'separator = 5', 'options.separator: found 5, expected a text'),
            ('csv', 'column = [["a"]]', r"options.column: found \['a'\], expected a list of texts"),
            ('folder', 'most = "9"', "options.most: found '9', expected a whole number"),
            ('folder', 'most = true', 'options.most: found True, expected a whole number'),
            ('folder', 'folders = "all"', "options: argument --folders: invalid choice: 'all'"),
            ('fashion-product-images', 'all_categories = 1', 'found 1, expected true or false')):
        with pytest.raises(UserError, match=message):
            options(format, text)


def test_vectors_that_change_with_the_catalogue_are_for_no_step_that_compares_days(tmp_path):
    reduced = NEEDED + '[embed]\npca = 128\n'
    for more in '', '[publish]\nparquet = "p"':
        assert settings.load(write(tmp_path, reduced + more)).embed == {'pca': 128}
    for more, step in (('[duplicates]', r'\[duplicates\]'),
                       ('[publish]\ndatabase = "db"', r'\[publish\] database')):
        with pytest.raises(UserError, match=f'embed.pca: expected none with {step}: when the cat'):
            settings.load(write(tmp_path, reduced + more))


NEEDED = 'catalogue = "c"\nrun = "r"\nembeddings = "e"\n'


def test_what_is_needed(tmp_path):
    found = settings.load(write(tmp_path, NEEDED + '[publish]\ndatabase = "db"'))
    assert (found.import_, found.embed, found.duplicates) == (None, {}, None)
    assert found.publish == {'database': tmp_path / 'db'}
    found = settings.load(write(tmp_path, NEEDED + '[publish]\ndatabase = "host=db dbname=shop"'))
    assert found.publish == {'database': 'host=db dbname=shop'}


@pytest.mark.parametrize(('text', 'message'), [
    ('', 'catalogue is missing'),
    ('x = [', 'not TOML'),
    (NEEDED + 'embedding = "x"', 'embedding: there is no such setting; expected embeddings'),
    (NEEDED + 'embed = 3', r'embed: expected a section, \[embed\]'),
    (NEEDED + '[embed]\nper = "image"\n[duplicates]', "embed.per: found 'image', expected product"),
    (NEEDED + '[duplicates]\nthreshold = 0.5\nprecision = 0.9', 'a precision, not both'),
    (NEEDED + '[embed]\npca = true', 'embed.pca: found True, expected a whole number'),
    (NEEDED + '[embed]\nper = "colour"', "embed.per: found 'colour', expected product, listing"),
    (NEEDED + '[import]\nformat = "csv"', 'import.source is missing'),
    (NEEDED + '[import]\nformat = "csv"\nsource = "s"\nmost_gone = 2', 'from 0 to 1'),
    (NEEDED + '[duplicates]\nthreshold = 1' + 400 * '0', 'from 0 to 1'),
    (NEEDED + '[duplicates]\nprecision = nan', 'found nan, expected a number from 0 to 1'),
    (NEEDED + '[import]\nformat = "csv"\nsource = "s"\nseveral = [["a"]]', 'a list of texts'),
    (NEEDED + '[import]\nformat = "csv"\nsource = "s"\ntasks = {a = ["b"]}', 'names and texts'),
    (NEEDED + '[import]\nformat = "csv"\nsource = "s"\noptions = {separ = ";"}',
     'import.options.separ: csv has no such option; expected .*separator'),
    (NEEDED.replace('"r"', '0x' + 'f' * 6000), 'run: found a value too large to show, expected a'),
    (NEEDED.replace('"e"', r'"e\u0000"'), 'expected a text without a null character'),
    (NEEDED.replace('"e"', '"s3://b/e"'), 'embeddings: found s3://b/e, expected a path'),
    (NEEDED + '[import]\nformat = "csv"\nsource = "https://x/y"', 'import.source: found https://x/y'),
    (NEEDED + '[publish]\ndatabase = "mysql://me:secret@db/x"', r'mysql://…: not an address of'),
    (NEEDED + '[publish]', 'expected a database, a parquet file, or both')])
def test_what_is_wrong_is_told(tmp_path, text, message):
    file = write(tmp_path, text)
    with pytest.raises(UserError, match=f'{file}: .*{message}|{file}: {message}'):
        settings.load(file)


def test_no_file(tmp_path):
    with pytest.raises(UserError, match='cannot be read: No such file'):
        settings.load(tmp_path / 'shop.toml')
