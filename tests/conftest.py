"""Fixtures that every test may use."""

import gc
import io
import os

# The networks of the tests are so small that threads only cost; set before NumPy is imported.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import pathlib
import random
import secrets
import signal
import tempfile

import hypothesis
import numpy as np
import pytest
from PIL import Image, ImageDraw

import fashion_models  # noqa: F401  (adapts Chainer, which test modules import first)
from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.label_answers import Correction
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.relabel import relabel
from fashion_models.errors import UserError
from fashion_models.functions.precision import require_precision
from fashion_models.representation.embed import embed
from fashion_models.representation.encoder import load
from fashion_models.training import train
from fashion_models.training.recipe import Data, Model, Recipe, Training

# How long an example takes depends on the machine; each test has a limit of its own.
hypothesis.settings.register_profile(
    'any machine', deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile('any machine')


@pytest.fixture(autouse=True)
def seeded():
    """Makes NumPy draw the same weights whichever tests the worker has run before."""
    np.random.seed(0)  # noqa: NPY002


@pytest.fixture(autouse=True)
def signals_are_left_alone():
    """Makes sure that no test leaves a handler behind, which later forked processes inherit."""
    def handlers():
        return {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = handlers()
    yield
    assert handlers() == before


@pytest.fixture(scope='session')
def shared_data():
    """Folder of real images for development; tests that need it are skipped where it is absent."""
    default = pathlib.Path(__file__).resolve().parents[2] / 'shared' / 'data'
    folder = pathlib.Path(os.environ.get('FASHION_MODELS_SHARED_DATA', default))
    if not folder.is_dir():
        pytest.skip(f'needs the real development images, and there is no {folder} '
                    '(set FASHION_MODELS_SHARED_DATA to their folder)')
    return folder


@pytest.fixture(scope='session')
def folder_for_all():
    """A folder that other users may enter, as root's PostgreSQL, which runs as one, has to.

    Not in pytest's: each run of tests that begins on the machine closes that to others.
    """
    with tempfile.TemporaryDirectory(
            prefix='fashion-models-', ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


TOY_COLOURS = {'blue': (40, 60, 200), 'green': (40, 170, 60), 'red': (210, 40, 40)}


def draw_toy(path, colour, shape, seed):
    """A coloured disc or bar on white, 60 x 80 pixels, at a random place."""
    rng = random.Random(seed)
    image = Image.new('RGB', (60, 80), 'white')
    left, top = rng.randrange(5, 20), rng.randrange(5, 30)
    box = (left, top, left + 35, top + (35 if shape == 'disc' else 12))
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == 'disc' else draw.rectangle)(box, TOY_COLOURS[colour])
    image.save(path)


@pytest.fixture(scope='session')
def make_toy_catalogue():
    """Makes a catalogue of discs and bars in three colours, 1 to 6 images each, labels missing."""
    def make(folder, products=80):
        (folder / 'images').mkdir(parents=True)
        rng = random.Random(0)
        with CatalogueWriter(folder, Header('toy', source='drawn by the tests')) as writer:
            for number in range(products):
                colour = rng.choice(sorted(TOY_COLOURS))
                shape = rng.choice(['bar', 'disc'])
                images = []
                for view in range(rng.choice([1, 1, 2, 2, 3, 4, 5, 6])):
                    images.append(f'images/{number}-{view}.png')
                    draw_toy(folder / images[-1], colour, shape, f'{number}-{view}')
                labels = {
                    'gender': rng.choice(['female', 'male']), 'colour': (colour,), 'type': shape,
                    'category': f'{shape}s', 'subcategory': f'{colour} {shape}s'}
                if number % 7 == 0:
                    del labels['gender']
                writer.add(Product(
                    str(number), f'group {number // 2}', labels,
                    [Listing('shop', f'{colour} {shape}', '', images)], {}))
        return folder
    return make


@pytest.fixture(scope='session')
def toy_catalogue(make_toy_catalogue, tmp_path_factory):
    """A catalogue of 80 drawn products that tests only read."""
    return make_toy_catalogue(tmp_path_factory.mktemp('toy') / 'catalogue')


@pytest.fixture(scope='session')
def two_coloured_catalogue(toy_catalogue, tmp_path_factory):
    """The same catalogue, where every second product is said to have another colour besides."""
    catalogue = open_catalogue(toy_catalogue)
    colours = sorted(TOY_COLOURS)
    corrections = []
    for number, product in enumerate(catalogue.products):
        if number % 2:
            own = product.label('colour')
            other = colours[(colours.index(own) + 1) % len(colours)]
            corrections.append(Correction(product.id, 'colour', own, f'{own}|{other}'))
    folder = tmp_path_factory.mktemp('two-coloured') / 'catalogue'
    relabel(catalogue, corrections, folder)
    return folder


@pytest.fixture(scope='session')
def tiny():
    """A recipe whose training takes seconds."""
    return Recipe(
        Data(shorter_side=52, size=48),
        Model(width=0.06, image_features=24, pre_pool=16, post_pool=16, representation=16),
        Training(batch_size=8, devices='@numpy', epochs=2, drops=(1,), learning_rate=0.01))


@pytest.fixture(scope='session')
def tiny_run(tiny, toy_catalogue, tmp_path_factory):
    """(run folder, catalogue folder): a tiny network trained on 80 drawn products; read only."""
    folder = tmp_path_factory.mktemp('representation') / 'run'
    run, _ = train.train(tiny, toy_catalogue, folder)
    return run.folder, toy_catalogue


@pytest.fixture(scope='session')
def toys(tiny_run, tmp_path_factory):
    """File of embeddings, run folder and catalogue folder of 80 drawn products."""
    run, catalogue = tiny_run
    file = tmp_path_factory.mktemp('toys') / 'toys.embeddings'
    embed(load(run), open_catalogue(catalogue), file, progress=False)
    return file, run, catalogue


@pytest.fixture(scope='session')
def words(tiny, toy_catalogue, tmp_path_factory):
    """The arguments of an experiment on the toy catalogue, for an epoch of training.

    One network at a time: to start a process takes longer than to train so small a network.
    """
    folder = tmp_path_factory.mktemp('experiments')
    recipe = tiny.replace(training__epochs=1, training__drops=(), training__batch_size=16)
    (folder / 'tiny.toml').write_text(recipe.to_toml())
    return ['--catalogue', str(toy_catalogue), '--recipe', str(folder / 'tiny.toml'),
            '--runs', str(folder / 'runs'), '--jobs', '1', '-o', str(folder / 'results')]


@pytest.fixture
def command(capsys):
    """A function that runs ``fashion-models catalogue …``; returns exit status and output.

    An error is raised again as a :class:`UserError`, with the text that the user reads.
    """
    from fashion_models import cli
    from fashion_models.errors import UserError

    def run(*arguments):
        status = cli.main(['catalogue', *map(str, arguments)])
        captured = capsys.readouterr()
        if status == 130:
            raise KeyboardInterrupt
        if status == 2:
            raise UserError(captured.err.partition('fashion-models: error: ')[2].rstrip('\n'))
        return status, captured.out
    return run


@pytest.fixture(scope='session')
def jpeg():
    """A function that returns the bytes of a small JPEG of one colour, 60×80 pixels."""
    def encode(colour='red'):
        file = io.BytesIO()
        Image.new('RGB', (60, 80), colour).save(file, 'jpeg')
        return file.getvalue()
    return encode


@pytest.fixture(scope='session')
def s3_server():
    """The address of an S3 server on this machine."""
    server = pytest.importorskip('moto.server', reason='needs moto and flask').ThreadedMotoServer(
        '127.0.0.1', 0, verbose=False)
    server.start()
    yield 'http://{}:{}'.format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """The address of an empty bucket there, ``s3://…``."""
    import s3fs
    for name, value in {
            'AWS_ENDPOINT_URL': s3_server, 'AWS_ACCESS_KEY_ID': 'test',
            'AWS_SECRET_ACCESS_KEY': 'test', 'AWS_DEFAULT_REGION': 'us-east-1'}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f's3://bucket-{secrets.token_hex(4)}'
    s3fs.S3FileSystem().mkdir(bucket)
    return bucket


@pytest.fixture
def needs_bfloat16():
    """Skips where the CPU engine cannot compute in bfloat16."""
    try:
        require_precision('bfloat16')
    except UserError as error:
        pytest.skip(str(error))


def pytest_collection_finish():
    """Spares the collector of garbage what the thousands of tests themselves are made of."""
    gc.freeze()
