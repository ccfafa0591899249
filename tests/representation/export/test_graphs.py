import ast
import importlib.util
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from chainer.serializers import DictionarySerializer
from PIL import Image, ImageCms

from fashion_models.catalogue.io import open_catalogue
from fashion_models.data.vocabulary import Vocabulary
from fashion_models.errors import UserError
from fashion_models.links import fold_for_inference
from fashion_models.representation.encoder import Encoder, load
from fashion_models.representation.export.graphs import (
    compare,
    export,
    image_graph,
    product_graph,
)
from fashion_models.training import snapshots
from fashion_models.training.model import build_model
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def onnxruntime():
    pytest.importorskip('onnx', reason='the extra onnx is not installed')
    return pytest.importorskip('onnxruntime', reason='the extra onnx is not installed')


@pytest.fixture(scope='module')
def encoder(tiny_run):
    return load(tiny_run[0])


@pytest.mark.parametrize('name', ['mean.npy', 'example.py', 'image.onnx'])
def test_no_file_of_another_origin_is_replaced(onnxruntime, encoder, tmp_path, name):
    (tmp_path / name).write_text('mine')
    with pytest.raises(UserError, match=f'holds {name}, which no export wrote'):
        export(encoder, tmp_path)
    assert (tmp_path / name).read_text() == 'mine'


@pytest.mark.parametrize('content', ['mine', '{"mine": 1}', '[]'])
def test_constants_of_another_origin_are_not_replaced(onnxruntime, encoder, tmp_path, content):
    for name in 'constants.json', 'example.py':
        (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match='holds constants.json, which no export wrote'):
        export(encoder, tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        'constants.json': content, 'example.py': content}


@pytest.fixture(scope='module')
def exported(onnxruntime, encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp('onnx') / 'new' / 'export'
    export(encoder, folder)
    return folder


def test_an_export_may_be_repeated(encoder, exported):
    constants = (exported / 'constants.json').read_bytes()
    (exported / 'example.py').write_text('an older version')
    export(encoder, exported)
    assert (exported / 'constants.json').read_bytes() == constants
    assert 'an older' not in (exported / 'example.py').read_text()


@pytest.fixture(scope='module')
def session(onnxruntime, exported):
    def run(name, **inputs):
        graph = onnxruntime.InferenceSession(exported / f'{name}.onnx')
        names = [value.name for value in graph.get_outputs()]
        return dict(zip(names, graph.run(None, inputs)))
    return run


@pytest.fixture(scope='module')
def read(exported):
    specification = importlib.util.spec_from_file_location(
        'preprocessing', exported / 'preprocessing.py')
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.read


def check_product(encoder, session, read, files):
    """Whether graphs and preprocessing say of image files what the encoder says."""
    features = session('image', images=np.stack([read(file) for file in files]))['features']
    found = session('product', features=features[np.newaxis])
    np.testing.assert_allclose(found['vector'][0], encoder.embed(files), atol=1e-4)
    alone = Encoder(encoder.run, with_labels=False)
    np.testing.assert_allclose(found['representation'][0], alone.embed(files), atol=1e-4)
    for task, expected in encoder.predict(files).items():
        odds = np.exp(found[task][0])
        labels = encoder.run.vocabulary.labels[task]
        assert dict(zip(labels, odds / odds.sum())) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize('n', [1, 2, 3, 4, 5, 6])
def test_drawn_products_of_any_number_of_images(encoder, session, read, tiny_run, n):
    catalogue = open_catalogue(tiny_run[1])
    product = next(product for product in catalogue.products if len(product.images) == n)
    check_product(
        encoder, session, read, [catalogue.image_file(image) for image in product.images])


@pytest.mark.parametrize('pooling', ['mean', 'sum', 'max_mean', 'attention'])
def test_other_poolings(onnxruntime, encoder, pooling):
    recipe = encoder.run.recipe.replace(model__pooling=pooling)
    model = build_model(recipe, encoder.run.vocabulary.classes)
    if pooling == 'attention':
        score = model.encoder.column_attention_pooling.score.W.array
        score[...] = np.random.default_rng(0).normal(size=score.shape)
    other = Encoder(encoder.run, model=fold_for_inference(model))
    compare(other, {'image': image_graph(other), 'product': product_graph(other)})


def test_several_products_at_once(encoder, session, tiny_run):
    x = np.random.default_rng(0).normal(scale=60, size=(4, 3, 3, 48, 48)).astype(np.float32)
    features = session('image', images=x.reshape(12, 3, 48, 48))['features']
    found = session('product', features=features.reshape(4, 3, -1))
    np.testing.assert_allclose(
        found['vector'], encoder.encode(x.reshape(4, 9, 48, 48)), atol=1e-4)


def test_real_products(encoder, session, read, shared_data):
    files = sorted((shared_data / 'luma' / 'pub').rglob('mb01-blue*.jpg'))
    files += sorted((shared_data / 'luma' / 'pub').rglob('wh0*_main*.jpg'))
    assert len(files) > 4
    for n in range(1, 6):
        check_product(encoder, session, read, files[-n:])


def other_profile():
    """A colour profile (bytes): sRGB with red and blue exchanged, under another name."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    for old, new in ((b'rXYZ', b'????'), (b'bXYZ', b'rXYZ'), (b'????', b'bXYZ'),
                     ('sRGB'.encode('utf-16-be'), 'ours'.encode('utf-16-be'))):
        assert old in profile
        profile = profile.replace(old, new)
    return profile


def save_oddities(folder):
    """Image files of the kinds that take care."""
    rng = np.random.default_rng(0)
    # Smooth, so that a pixel more or less would show and JPEG's losses do not.
    small = rng.integers(0, 256, (7, 9, 4)).astype(np.uint8)
    picture = Image.fromarray(small, 'RGBA').resize((450, 350), Image.Resampling.BICUBIC)
    rgb = picture.convert('RGB')
    rgb.save(folder / 'large.jpg', quality=95)
    rgb.resize((63, 401)).save(folder / 'strip.png')
    rgb.resize((401, 63)).save(folder / 'lying strip.jpg')
    rgb.resize((51, 50)).save(folder / 'small.png')
    rgb.convert('L').save(folder / 'grey.jpg')
    rgb.convert('CMYK').save(folder / 'cmyk.jpg')
    rgb.quantize(20).save(folder / 'palette.png')
    picture.save(folder / 'transparent.png')
    rgb.convert('P').save(folder / 'transparent palette.png', transparency=3)
    other = other_profile()
    rgb.save(folder / 'profile.jpg', icc_profile=other)
    rgb.convert('L').save(folder / 'damaged profile.jpg', icc_profile=other[:200])
    picture.save(folder / 'transparent with profile.png', icc_profile=other)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        rgb.save(folder / f'turned {orientation}.jpg', exif=exif)
        picture.save(folder / f'turned {orientation}.png', exif=exif)
        rgb.save(folder / f'turned {orientation}.tif', exif=exif)


def test_preprocessing_is_that_of_the_project(encoder, read, tmp_path):
    save_oddities(tmp_path)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 36
    for file in files:
        np.testing.assert_array_equal(read(file), encoder.read(file)[0], err_msg=file.name)


@pytest.mark.parametrize('pixels', [np.zeros((60, 60), np.uint16), np.zeros((60, 60), np.int32)])
def test_the_example_refuses_grey_of_more_than_eight_bits(exported, tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / 'grey.tif')
    done = subprocess.run([sys.executable, exported / 'example.py', tmp_path / 'grey.tif'],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(rf"{tmp_path}/grey.tif: pixels of kind 'I(;16)?' are not supported\n",
                        done.stderr)


def test_the_example_prints_the_labels(encoder, exported, tiny_run):
    catalogue = open_catalogue(tiny_run[1])
    product = next(product for product in catalogue.products if len(product.images) == 3)
    files = [catalogue.image_file(image) for image in product.images]
    done = subprocess.run(
        [sys.executable, exported / 'example.py', *files], check=True, capture_output=True,
        text=True)
    representation, vector, *lines = done.stdout.splitlines()
    for line, name, one in (
            (representation, 'representation', Encoder(encoder.run, with_labels=False)),
            (vector, 'vector', encoder)):
        assert line.split()[0] == name
        np.testing.assert_allclose(
            [float(number) for number in line.split()[1:5]], one.embed(files)[:4], atol=1e-3)
    expected = {
        task: next(iter(labels.items())) for task, labels in encoder.predict(files).items()}
    found = {}
    for line in lines:
        task, *label, probability = line.split()
        found[task] = ' '.join(label), pytest.approx(float(probability), abs=1e-3)
    assert expected == found


def test_the_example_is_short_and_needs_three_libraries(exported):
    needed = set()
    for name in 'example.py', 'preprocessing.py':
        for node in ast.walk(ast.parse((exported / name).read_text('utf-8'))):
            if isinstance(node, ast.Import):
                needed |= {alias.name.split('.')[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                needed.add(node.module.split('.')[0])
    assert needed - set(sys.stdlib_module_names) == {
        'numpy', 'onnxruntime', 'PIL', 'preprocessing'}
    assert len((exported / 'example.py').read_text('utf-8').splitlines()) < 30


def test_constants(exported, encoder):
    constants = json.loads((exported / 'constants.json').read_text('utf-8'))
    assert constants['shorter_side'] == 52
    assert constants['size'] == 48
    assert constants['labels']['colour'] == ['blue', 'green', 'red']
    np.testing.assert_array_equal(np.load(exported / 'mean.npy'), encoder.run.mean)


def untrained(recipe, folder):
    vocabulary = Vocabulary(dict.fromkeys(recipe.model.tasks, ('a', 'b', 'c')))
    run = Run.create(folder, recipe, vocabulary, np.full((3, 48, 48), 100, np.float32), {})
    serializer = DictionarySerializer(path=snapshots.MODEL)
    serializer.save(build_model(recipe, vocabulary.classes))
    run.snapshots.mkdir()
    np.savez(run.snapshots / snapshots.BEST, **serializer.target)
    return load(run.folder)


@pytest.mark.parametrize('changes', [
    {'model__trunk': 'resnet50', 'model__width': 0.05}, {'model__pooling': 'mean'},
    {'model__pooling': 'sum'},
    # What is between input and outputs has other names than any task.
    {'model__pooling': 'attention', 'model__tasks': (
        'weights', 'scores', 'weighted', 'pooled', 'post_pool', 'post_pool_relu', 'last',
        'activations', 'least', 'share', 'parts')}])
def test_other_networks(onnxruntime, tiny, tmp_path, changes):
    assert export(untrained(tiny.replace(**changes), tmp_path / 'run'), tmp_path / 'export') < 1e-4


@pytest.mark.parametrize('name', ['features', 'representation', 'vector'])
def test_a_task_of_the_name_of_an_input_or_output_is_refused(onnxruntime, tiny, tmp_path, name):
    encoder = untrained(tiny.replace(model__tasks=('type', name)), tmp_path / 'run')
    with pytest.raises(UserError, match=f'/run: the task {name!r} has the name of an input or'):
        export(encoder, tmp_path / 'export')


def test_graphs_that_differ_are_not_exported(onnxruntime, encoder):
    graphs = {'image': image_graph(encoder), 'product': product_graph(encoder)}
    bias = next(t for t in graphs['product'].graph.initializer if t.name == 'heads/type/b')
    bias.raw_data = (np.frombuffer(bias.raw_data, np.float32) + 1).tobytes()
    with pytest.raises(UserError, match='nothing was exported'):
        compare(encoder, graphs)


def test_without_onnx_the_extra_is_named(encoder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(UserError, match='needs onnxruntime.*pip install "onnx'):
        export(encoder, tmp_path / 'export')
    assert not (tmp_path / 'export').exists()


def test_a_folder_that_cannot_be_made_is_told(onnxruntime, encoder, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='file: cannot be created'):
        export(encoder, pathlib.Path(tmp_path / 'file'))
