"""Image towers in ONNX: one that is built here, and our own export."""

import os

import numpy as np
import pytest
from PIL import Image

from fashion_models.catalogue.io import open_catalogue
from fashion_models.cli import main
from fashion_models.errors import UserError
from fashion_models.representation.colour import colours
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.encoder import load
from fashion_models.representation.export.graphs import export
from fashion_models.representation.image_tower import ImageTower, Preprocessing
from fashion_models.representation.linear import normalize
from fashion_models.representation.search.searcher import Searcher, encoder_of

pytest.importorskip('onnx', reason='the extra onnx is not installed')
pytest.importorskip('onnxruntime', reason='the extra onnx is not installed')

WEIGHTS = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
SETTINGS = 'size = 24\nmean = [0.5, 0.4, 0.3]\nstd = [0.2, 0.3, 0.4]\n'


def build(file, settings=SETTINGS, batch='b', axes=(2, 3), kind='FLOAT', outputs=('vectors',),
          inputs=1):
    """A tower whose vector is a linear map of the mean of each channel."""
    from onnx import TensorProto, helper, numpy_helper

    kind = getattr(TensorProto, kind)
    shape = [batch, *(3 if axis not in axes else 24 for axis in (1, 2, 3))]
    nodes = [helper.make_node('Cast', ['pixels 0'], ['floats'], to=TensorProto.FLOAT),
             helper.make_node('ReduceMean', ['floats'], ['means'], axes=list(axes), keepdims=0),
             helper.make_node('MatMul', ['means', 'weights'], ['vectors'])]
    nodes += [helper.make_node('Identity', ['floats'], ['maps'])]
    shapes = {'vectors': [batch, 5], 'maps': shape, 'means': [batch, 3]}
    graph = helper.make_graph(
        nodes, 'tower',
        [helper.make_tensor_value_info(f'pixels {number}', kind, shape)
         for number in range(inputs)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [numpy_helper.from_array(WEIGHTS, 'weights')])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid('', 11)])
    file.write_bytes(model.SerializeToString())
    if settings is not None:
        file.with_suffix('.toml').write_text(settings)
    return file


@pytest.fixture
def pictures(tmp_path):
    """Three files of one colour each, and the colours."""
    colours = [(200, 30, 60), (10, 250, 90), (0, 0, 255)]
    files = [tmp_path / f'{number}.png' for number in range(3)]
    for file, colour in zip(files, colours):
        Image.new('RGB', (40, 60), colour).save(file)
    return files, np.array(colours, np.float64)


def expected(colours, order=(0, 1, 2)):
    prepared = (colours[:, list(order)] / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.3, 0.4]
    return normalize(prepared @ WEIGHTS.astype(np.float64))


@pytest.mark.parametrize(('more', 'options', 'order'), [
    ('', {}, (0, 1, 2)), ('', {'batch': 1}, (0, 1, 2)), ('', {'batch': 2}, (0, 1, 2)),
    ('fit = "squash"\n', {}, (0, 1, 2)), ('channels = "BGR"\n', {}, (2, 1, 0)),
    ('layout = "NHWC"\n', {'axes': (1, 2)}, (0, 1, 2)), ('', {'kind': 'FLOAT16'}, (0, 1, 2)),
    ('output = "vectors"\n', {'outputs': ('means', 'vectors')}, (0, 1, 2)),
    ('', {'outputs': ('maps', 'vectors')}, (0, 1, 2)), ('shorter_side = 30\n', {}, (0, 1, 2))])
def test_the_mean_of_the_vectors_of_a_products_pictures(tmp_path, pictures, more, options, order):
    tower = ImageTower(build(tmp_path / 'tower.onnx', SETTINGS + more, **options))
    files, shades = pictures
    one_by_one = expected(shades, order)
    precise = 2e-2 if 'kind' in options else 1e-5
    assert tower.size == 5
    np.testing.assert_allclose(tower.embed(files[0]), one_by_one[0], atol=precise)
    together = normalize(one_by_one.mean(axis=0))
    np.testing.assert_allclose(tower.embed(files), together, atol=precise)
    np.testing.assert_allclose(tower.encode(tower.read(files))[0], together, atol=precise)
    np.testing.assert_allclose(
        tower.embed_products([files[:1], files, files[1:]])[1], together, atol=precise)
    assert tower.predict(files) == {}


def test_the_largest_of_each_number(tmp_path, pictures):
    tower = ImageTower(build(tmp_path / 'tower.onnx', SETTINGS + 'pooling = "max"\n'))
    files, shades = pictures
    raw = ((shades / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.3, 0.4]) @ WEIGHTS
    np.testing.assert_allclose(tower.embed(files), normalize(raw.max(axis=0)), atol=1e-5)


def test_it_was_not_trained_on_colours(tmp_path, pictures):
    with pytest.raises(UserError, match='colours: need a network that was trained on them'):
        colours(ImageTower(build(tmp_path / 'tower.onnx')), pictures[0])


def test_squashed_the_whole_picture_is_seen_and_cropped_its_centre(tmp_path):
    halves = np.zeros((24, 96, 3), np.uint8)
    halves[:, 60:] = 255
    (tmp_path / 't.toml').write_text(SETTINGS)
    settings = Preprocessing.load(tmp_path / 't.toml')
    assert settings(halves).shape == (3, 24, 24)
    assert settings(halves)[0, :, 0] == pytest.approx(-2.5)     # black: the centre begins at 36
    (tmp_path / 't.toml').write_text(SETTINGS + 'fit = "squash"\n')
    whole = Preprocessing.load(tmp_path / 't.toml')(halves)[0] * 0.2 + 0.5
    assert whole[:, :12] == pytest.approx(0, abs=0.05)
    assert whole[:, 18:] == pytest.approx(1, abs=0.05)


def test_our_own_export(tiny_run, tmp_path):
    run, catalogue = tiny_run
    encoder = load(run)
    export(encoder, tmp_path / 'export')
    tower = ImageTower(tmp_path / 'export' / 'image.onnx')
    found = embed(tower, open_catalogue(catalogue), tmp_path / 'e', 'image', progress=False)
    network = encoder.model.encoder
    for row in range(0, len(found), 17):
        file = catalogue / found.items[row].images[0]
        x = encoder.read([file])
        with encoder._inference():
            features = network.pre_pool(network.trunk(x)).array[0]
        np.testing.assert_allclose(found.vectors[row], normalize(features), atol=1e-4)


@pytest.fixture(scope='module')
def shop(toy_catalogue, tmp_path_factory):
    """A tower, a catalogue and its embeddings by listing and by product."""
    folder = tmp_path_factory.mktemp('tower')
    tower = build(folder / 'tower.onnx')
    for name, options in (('products', []), ('listings', ['--listings'])):
        assert main(['embed', str(tower), str(toy_catalogue), '-o', str(folder / name),
                     *options]) == 0
    return tower, toy_catalogue, folder


def test_what_is_embedded_goes_on_to_search_duplicates_and_order(shop, capsys):
    tower, catalogue, folder = shop
    embeddings = open_embeddings(folder / 'products')
    assert embeddings.header['tower'] == str(tower)
    product = next(iter(open_catalogue(catalogue).products))
    files = [catalogue / image for image in product.images]
    np.testing.assert_allclose(embeddings.vectors[0], ImageTower(tower).embed(files), atol=1e-6)
    vector = embeddings.project(encoder_of(embeddings).embed(files))
    assert Searcher(embeddings).nearest(vector, 1)[0].similarity == pytest.approx(1, abs=1e-5)
    for words in (['search', folder / 'products', '--image', *files],
                  ['duplicates', folder / 'listings', '--images-only'],
                  ['order', folder / 'products', '--liked', product.id]):
        assert main([str(word) for word in words]) == 0, capsys.readouterr().err


def test_tags(shop, make_toy_catalogue, tmp_path, capsys):
    pytest.importorskip('sklearn')
    catalogue = make_toy_catalogue(tmp_path / 'shop', products=360)
    assert main(['tags', str(shop[0]), str(catalogue), '--product', '3']) == 0
    assert capsys.readouterr().out.startswith('3  shop  ')


def test_beside_a_run_options_are_the_runs(shop, tiny_run, capsys):
    words = ['retrieval', str(shop[1]), str(shop[0]), '--split', 'test', '--devices', '@numpy']
    assert main([*words, '--precision', 'float32', '--snapshot', 'last']) == 2, 'a tower alone'
    assert '--snapshot: is of a run' in capsys.readouterr().err
    words.insert(2, str(tiny_run[0]))
    assert main([*words, '--precision', 'float32', '--snapshot', 'last']) == 0
    assert '\ntower.onnx ' in capsys.readouterr().out


def test_embeddings_of_a_run_are_told_as_such(shop, tiny_run, tmp_path, capsys):
    tower, catalogue, _ = shop
    assert main(['embed', str(tiny_run[0]), str(catalogue), '-o', str(tmp_path / 'e'),
                 '--without-labels']) == 0
    capsys.readouterr()
    assert main(['tags', str(tower), str(catalogue), '--embeddings', str(tmp_path / 'e')]) == 2
    assert 'e: was not made with ' in capsys.readouterr().err


def test_an_interrupted_embedding_goes_on(shop, tmp_path, monkeypatch):
    tower, catalogue, folder = shop
    for module in ('image_tower', 'embed'):
        monkeypatch.setattr(f'fashion_models.representation.{module}.WINDOW', 16)
    real = ImageTower._run
    calls = []

    def interrupted(self, x, *at_once):
        calls.append(len(x))
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real(self, x, *at_once)

    with monkeypatch.context() as patch:
        patch.setattr(ImageTower, '_run', interrupted)
        with pytest.raises(KeyboardInterrupt):
            embed(ImageTower(tower), open_catalogue(catalogue), tmp_path / 'e', progress=False)
    found = embed(ImageTower(tower), open_catalogue(catalogue), tmp_path / 'e', progress=False)
    np.testing.assert_array_equal(found.vectors, open_embeddings(folder / 'products').vectors)


def test_another_tower_or_other_settings_are_refused(shop, tmp_path, toy_catalogue):
    embeddings = open_embeddings(shop[2] / 'products')
    moved = build(tmp_path / 'moved.onnx')
    assert encoder_of(embeddings, moved).size == 5
    build(moved, SETTINGS + 'fit = "squash"\n')
    with pytest.raises(UserError, match='moved.onnx: is not the tower that .* was made with'):
        encoder_of(embeddings, moved)


def test_weights_beside_the_graph_are_part_of_the_tower(tmp_path):
    import onnx

    file = build(tmp_path / 'tower[1].onnx')    # no pattern, but a name
    data = tmp_path / f'{file.name}.data'
    onnx.save_model(onnx.load(file), str(file), save_as_external_data=True, location=data.name,
                    size_threshold=0)
    tower = ImageTower(file)
    origin = tower.origin()
    assert data in tower.files
    data.write_bytes((2 * np.fromfile(data, '<f4')).tobytes())
    assert ImageTower(file).origin() != origin


@pytest.mark.parametrize(('settings', 'message'), [
    (None, 'tower.toml: cannot be read: .*size, mean, std'),
    ('size = ', 'tower.toml: not TOML'),
    ('size = 24\nmean = [0, 0, 0]\n', 'tower.toml: std is missing'),
    (SETTINGS + 'fill = 1\n', 'unknown key fill, expected size, mean'),
    (SETTINGS + 'layout = "HWC"\n', "layout: found 'HWC', expected NCHW or NHWC"),
    (SETTINGS + 'scale = 0\n', 'scale: found 0, expected a number above 0'),
    (SETTINGS.replace('24', '2.5'), 'size: found 2.5'),
    (SETTINGS.replace('24', '"24"'), "size: found '24'"),
    (SETTINGS.replace('0.5', 'nan'), 'mean: found .*expected three finite numbers or a .npy file'),
    (SETTINGS.replace('[0.5, 0.4, 0.3]', '"none.npy"'), 'mean: none.npy: cannot be read: No'),
    (SETTINGS.replace('0.2,', '0,'), 'std: expected numbers above 0'),
    (SETTINGS + 'shorter_side = 20\n', r'shorter_side: found 20, expected 24 \(size\) or more'),
    (SETTINGS + 'output = "x"\n', "has no output 'x', only vectors"),
    (SETTINGS.replace('24', '30'), 'does not take pictures as tower.toml prepares them')])
def test_settings_that_cannot_be_used(tmp_path, settings, message):
    with pytest.raises(UserError, match=message):
        ImageTower(build(tmp_path / 'tower.onnx', settings))


@pytest.mark.parametrize('name', ['mean.npy', 'of/mean.npy', 'nul\\u0000.npy', 'pipe'])
def test_mean_images_that_cannot_be_read(tmp_path, name):
    os.mkfifo(tmp_path / 'pipe')
    file = build(tmp_path / 'tower.onnx', SETTINGS.replace('[0.5, 0.4, 0.3]', f'"{name}"'))
    with pytest.raises(UserError, match=r'tower\.toml: mean|pipe|damaged'):
        ImageTower(file)


def test_a_mean_image_elsewhere(tmp_path):
    (tmp_path / 'of').mkdir()
    np.save(tmp_path / 'of' / 'mean.npy', np.zeros((3, 24, 24)))
    file = build(tmp_path / 'tower.onnx', SETTINGS.replace('[0.5, 0.4, 0.3]', '"of/mean.npy"'))
    with pytest.raises(UserError, match="mean: found 'of/mean.npy', expected a .npy file "
                                        'beside this one'):
        ImageTower(file)


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('value', [1j, 1e300, True, '1'])
def test_mean_images_of_other_numbers(tmp_path, value):
    np.save(tmp_path / 'mean.npy', np.full((3, 24, 24), value))
    file = build(tmp_path / 'tower.onnx', SETTINGS.replace('[0.5, 0.4, 0.3]', '"mean.npy"'))
    with pytest.raises(UserError, match=r"found .mean.npy. with .* of shape \(3, 24, 24\), exp"):
        ImageTower(file)


@pytest.mark.filterwarnings('error')
def test_numbers_that_are_not_finite_are_refused(tmp_path):
    file = build(tmp_path / 'tower.onnx', SETTINGS.replace('0.2, 0.3, 0.4', '1e-40, 0.3, 0.4'))
    with pytest.raises(UserError, match='tower.onnx: found numbers that are not finite'):
        ImageTower(file)


@pytest.mark.parametrize(('options', 'message'), [
    ({'outputs': ('vectors', 'means')}, 'which output has the vectors. name one of vectors, means'),
    ({'outputs': ('maps',)}, 'which output has the vectors'),
    ({'inputs': 2}, r'expected one input, of images; found pixels 0 \(tensor\(float\)\), pixels 1'),
    ({'kind': 'INT64'}, r'expected one input, of images; found pixels 0 \(tensor\(int64\)\)'),
    ({'outputs': ('maps',), 'settings': SETTINGS + 'output = "maps"\n'},
     r"output 'maps' has the shape \(1, 3, 24, 24\), expected \(1, d\)")])
def test_graphs_that_are_no_towers(tmp_path, options, message):
    with pytest.raises(UserError, match=message):
        ImageTower(build(tmp_path / 'tower.onnx', **options))


def test_no_graph_at_all(tmp_path, capsys, toy_catalogue):
    (tmp_path / 'tower.toml').write_text(SETTINGS)
    with pytest.raises(UserError, match='there is no such file; expected an image tower'):
        ImageTower(tmp_path / 'tower.onnx')
    (tmp_path / 'tower.onnx').write_bytes(b'no graph')
    with pytest.raises(UserError, match='tower.onnx: cannot be loaded'):
        ImageTower(tmp_path / 'tower.onnx')
    for option, value in ('--precision', 'bfloat16'), ('--snapshot', 'last'), ('--devices', '0'):
        assert main(['embed', str(tmp_path / 'tower.onnx'), str(toy_catalogue), '-o',
                     str(tmp_path / 'e'), option, value]) == 2
        assert f'{option}: is of a run; an image tower goes without' in capsys.readouterr().err
