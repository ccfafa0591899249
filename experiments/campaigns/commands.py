"""The commands that write, and a small world for them to work in.

The world is a folder, made once; each trial gets a fresh copy of what its command needs, always
under the same name, since files hold absolute paths. Commands run in forked processes of a campaign
that has imported everything and computed nothing, so that a trial takes a fraction of a second.
"""

import contextlib
import dataclasses
import importlib
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import zipfile

import campaign  # noqa: F401  (one thread)
import numpy as np
import tracing
from PIL import Image, ImageDraw

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.split import split_of
from fashion_models.experiments import graph
from fashion_models.representation.search import searcher

# What commands import within, and what takes long.
for _name in (
        'cleanlab.rank', 'faiss', 'matplotlib.pyplot', 'onnx_chainer', 'onnxruntime',
        'pyarrow.parquet',
        'sklearn.feature_extraction.text', 'sklearn.linear_model', 'fashion_models.training.train',
        'fashion_models.training.results', 'fashion_models.sync.steps',
        *(f'fashion_models.representation.{module}' for module in (
            'embed', 'encoder', 'audit.sections', 'duplicates.pairs', 'export.graphs',
            'ordering.merchandiser', 'tags.learning', 'tags.products'))):
    importlib.import_module(_name)

#: Products of each split: as many as "tags" asks for.
PRODUCTS = {'train': 48, 'validation': 20, 'test': 6}
COLOURS = {'blue': (40, 60, 200), 'red': (210, 40, 40)}
DAILY = '''
catalogue = "shop"
run = "run"
embeddings = "shop.embeddings"
[import]
format = "csv"
source = "export"
most_gone = 1
[duplicates]
threshold = 0.999999
[publish]
parquet = "shop.parquet"
'''
RECIPE = '''
[data]
shorter_side = 52
size = 48
[model]
width = 0.06
image_features = 24
pre_pool = 16
post_pool = 16
representation = 16
[training]
batch_size = 16
devices = "@numpy"
epochs = 2
drops = [1]
learning_rate = 0.01
'''


@dataclasses.dataclass(frozen=True)
class Command:
    """A command that writes.

    Attributes:
        name: For the tables.
        words: As the user types them after ``fashion-models``, in the trial's folder.
        needs: What it needs of the world; ``'new=other'`` is the world's ``other``, called ``new``.
        company: What another one on the same folder does meanwhile: ``'refused'``, ``'waits'``, or
            ``'both'`` write the same whole file.
        slow: Whether it takes seconds.
        adds: Whether it adds a line each time that it is given.
        done: What it says, refusing, if there is nothing left to do.
        tells: Names of files that tell what a call found to do, which differ once it was resumed.
    """

    name: str
    words: str
    needs: tuple = ()
    company: str = 'both'
    slow: bool = False
    adds: bool = False
    done: str = 'already'
    tells: tuple = ()

    def run(self):
        """Runs it in this process; returns the exit status."""
        words = self.words.split()
        sys.argv = ['fashion-models', *words]
        if words[0] == 'experiment':
            return graph.main(words[2:])
        return cli.main(words)


_SHOP = ('shop',)
_RUN = ('shop', 'run')
_EMBEDDED = ('shop', 'run', 'shop.embeddings')
_TRAIN = 'train --recipe tiny.toml --catalogue shop -o run'

COMMANDS = (
    Command('import csv', 'catalogue import csv export-2 new', ('export-2',), 'refused'),
    Command('import csv --overwrite', 'catalogue import csv export-2 new --overwrite',
            ('export-2', 'new=drawn'), 'refused'),
    Command('import folder --link', 'catalogue import folder photographs new --link',
            ('photographs',), 'refused'),
    Command('fetch', 'catalogue fetch woocommerce wc.csv pictures --delay 0 --allow-private',
            ('wc.csv',), 'refused'),
    Command('synthesise', 'catalogue synthesise new --products 5 --size 32 --workers 1', (),
            'refused'),
    Command('synthesise --overwrite',
            'catalogue synthesise new --products 5 --size 32 --workers 1 --overwrite',
            ('new=drawn',), 'refused'),
    Command('synthesise, 2 processes',
            'catalogue synthesise new --products 5 --size 32 --workers 2', (), 'refused',
            slow=True),
    Command('relabel', 'catalogue relabel other review.csv new', ('other', 'review.csv'),
            'refused'),
    Command('relabel --link --overwrite',
            'catalogue relabel other review.csv new --link --overwrite',
            ('other', 'review.csv', 'new=drawn'), 'refused'),
    Command('merge', 'catalogue merge other drawn new --mapping mapping.toml',
            ('other', 'drawn', 'mapping.toml'), 'refused'),
    Command('import csv --update', 'catalogue import csv export new --update',
            ('export', 'new=other'), 'refused', adds=True),
    Command('add', 'catalogue add csv export-2 new', ('export-2', 'new=drawn'), 'refused',
            adds=True),
    Command('remove', 'catalogue remove new 0 1', ('new=other',), 'refused',
            done='has no product'),
    Command('merge-duplicates', 'catalogue merge-duplicates other new --answers same.csv',
            ('other', 'same.csv'), 'refused'),
    Command('prepare', 'catalogue prepare other --shorter-side 48', ('other',), 'waits'),
    Command('prepare, 2 processes', 'catalogue prepare other --shorter-side 48 --workers 2',
            ('other',), 'waits', slow=True),
    Command('show', 'catalogue show shop -o sheet.png', _SHOP),
    Command('train', _TRAIN, ('shop', 'tiny.toml'), 'refused'),
    Command('train --overwrite', _TRAIN + ' --overwrite', ('shop', 'tiny.toml', 'run'), 'refused'),
    Command('train --resume', 'train -o run --resume', ('shop', 'run=begun'), 'refused'),
    Command('train --resume --epochs', 'train -o run --resume --epochs 3', ('shop', 'run'),
            'refused'),
    Command('train --init', _TRAIN + '-2 --init run', ('shop', 'tiny.toml', 'run'), 'refused'),
    Command('lr', 'lr run 0.005', ('run=begun',), adds=True),
    Command('evaluate', 'evaluate run --split all', _RUN),
    Command('embed', 'embed run shop -o new.embeddings', _RUN, 'refused'),
    Command('embed over a file', 'embed run shop -o new.embeddings --images',
            (*_RUN, 'new.embeddings=shop.embeddings'), 'refused'),
    Command('embed --pca', 'embed run shop -o new.embeddings --pca 4 --float16', _RUN, 'refused'),
    Command('embed --shard', 'embed run shop -o new.embeddings --shard 1/2', _RUN, 'refused'),
    Command('embeddings merge', 'embeddings merge part-1 part-2 -o new.embeddings',
            ('shop', 'part-1', 'part-2'), 'refused'),
    Command('index', 'index shop.embeddings', ('shop.embeddings',), 'waits'),
    Command('search', 'search shop.embeddings --product 3 -o found.png', _EMBEDDED),
    Command('duplicates', 'duplicates listings.embeddings -o pairs.csv --picture pairs.png '
            '--threshold 0.01', ('shop', 'listings.embeddings')),
    Command('duplicates --calibrate', 'duplicates listings.embeddings --calibrate pairs-known.csv '
            '-o mine.json', ('shop', 'run', 'listings.embeddings', 'pairs-known.csv')),
    Command('order', 'order shop.embeddings --like-merchandiser ranked.csv --save taste.npz '
            '-o page.html', (*_EMBEDDED, 'ranked.csv')),
    Command('tags', 'tags run shop --embeddings shop.embeddings --save words.npz', _EMBEDDED),
    Command('publish', 'publish shop.embeddings --parquet shop.parquet', ('shop.embeddings',)),
    Command('audit', 'audit shop -o review --recipe tiny.toml --folds 2', ('shop', 'tiny.toml'),
            slow=True),
    Command('sync', 'sync daily.toml', ('daily.toml', 'export', 'shop=other', 'run'), 'refused',
            slow=True, adds=True, tells=('log.jsonl', 'updates.jsonl', 'import-report.json')),
    Command('retrieval', 'retrieval shop run --split test -o recorded', _RUN),
    Command('export', 'export run -o onnx', _RUN),
    Command('experiment', 'experiment graph --catalogue shop --recipe tiny.toml --runs runs '
            '-o results', ('shop', 'tiny.toml')),
)


def add_only(parser):
    """``--only``."""
    parser.add_argument('--only', nargs='+', metavar='COMMAND', dest='part',
                        help='some of the commands, as the table names them')


def chosen(arguments, rng, quick):
    """The commands to try, slow ones last; with ``--quick`` so many, slow ones only by name."""
    found = [command for command in COMMANDS
             if not arguments.part or command.name in arguments.part]
    if arguments.quick:
        found = [command for command in found if arguments.part or not command.slow]
        return rng.sample(found, min(quick, len(found)))
    return sorted(found, key=lambda command: command.slow)


class World:
    """The world, and the folder that trials run in; a context manager.

    Attributes:
        folder (pathlib.Path): Of the trials.
    """

    def __init__(self, scratch, work=None):
        self._template = scratch / 'world'
        self.folder = pathlib.Path(work or scratch / 'work')
        self._scratch = scratch
        self._server = None
        self._tells = ()

    def __enter__(self):
        self._template.mkdir()
        (self.folder / _TEMPORARY).mkdir(parents=True, exist_ok=True)
        searcher.EXACT_LIMIT = 10       # so that 24 vectors deserve an index
        _draw_sources(self.folder)
        self._server, address = _serve(
            shutil.copytree(self.folder / 'export', self._template / 'served'))
        _write_feed(self.folder / 'wc.csv', address)
        (self.folder / 'tiny.toml').write_text(RECIPE)
        (self.folder / 'daily.toml').write_text(DAILY)
        for words in (
                'catalogue import csv export shop', 'catalogue import csv export-2 other',
                'catalogue prepare shop --shorter-side 52',
                'catalogue synthesise drawn --products 2 --size 32 --workers 1 --seed 7'):
            self._make(words)
        self.run(Command('', _TRAIN), at=_in_the_second_epoch())
        os.rename(self.folder / 'run', self.folder / 'begun')
        for words in (_TRAIN, 'embed run shop -o shop.embeddings',
                      'embed run shop -o listings.embeddings --listings',
                      'embed run shop -o part-1 --shard 1/2',
                      'embed run shop -o part-2 --shard 2/2'):
            self._make(words)
        _write_answers(self.folder)
        for path in list(self.folder.iterdir()):
            shutil.move(path, self._template / path.name)
        return self

    def _make(self, words):
        status, text = self.run(Command('', words))
        if status:
            raise RuntimeError(f'{words}: {text}')

    def __exit__(self, *exception):
        if self._server:
            self._server.kill()
            self._server.wait()

    def fresh(self, command):
        """Clears the trials' folder and puts there what the command needs."""
        self._tells = command.tells
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (self.folder / _TEMPORARY).mkdir()
        for need in command.needs:
            name, _, source = need.partition('=')
            source = self._template / (source or name)
            if source.is_dir():
                shutil.copytree(source, self.folder / name, symlinks=True)
            else:
                shutil.copy2(source, self.folder / name)

    def run(self, command, at=None):
        """Runs a command to its end, traced if ``at`` is given; returns status and output."""
        with open(self.output(0), 'w+b') as output:
            if at:
                status = tracing.run(self._in_folder(command), self.folder, at, output)
            else:
                status = wait(self.start(command, output))
            output.seek(0)
            return status, output.read().decode(errors='replace')

    def output(self, number):
        """A file for the output of one of several commands, outside of their folder."""
        return self._scratch / f'output-{number}'

    def start(self, command, output):
        """Starts a command; returns its process id."""
        return tracing.untraced(self._in_folder(command), output)

    def _in_folder(self, command):
        def function():
            os.chdir(self.folder)
            os.environ['TMPDIR'] = str(self.folder / _TEMPORARY)
            return command.run()
        return function

    def content(self):
        """What the folder holds, by path; see :func:`comparable`."""
        return {_STORE.sub(r'\1', str(path.relative_to(self.folder))): comparable(path)
                for path in sorted(self.folder.rglob('*'))
                if (path.is_file() or path.is_symlink())
                and path.name not in (*_CACHES, *self._tells)
                and path.parts[len(self.folder.parts)] != _TEMPORARY}


def wait(process):
    """Waits for a process; returns its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _in_the_second_epoch():
    """Kills a training when it is about to log its second epoch."""
    logs = 0

    def at(number, event):
        nonlocal logs
        logs += event[0] == 'rename' and 'log.json' in event[1]
        return 'kill' if logs == 2 else None
    return at


#: In the folder of the trials, for temporary files; what is left there by a kill does no harm.
_TEMPORARY = 'tmp'
#: What a lock file holds, to :func:`comparable`.
LOCK = 'lock'
#: May be there or not: what they hold is found out again.
_CACHES = {'stamps.npz'}
#: What differs between two runs of a command on the same input: clocks, what derives from them; the
#: stamp of a file, with the checksum of what holds it; and of the changes of a catalogue, how many
#: the last call had still to make.
_TIMED = {'images/s', 'waiting', 'waited', 'seconds', 'elapsed_time', 'date', 'training_seconds',
          'when', 'stamp', 'checksum', 'changed', 'unchanged'}
#: The name of a store of prepared images ends with a hash of the times of their files, its source.
_STORE = re.compile(r'(\.prepared/\d+)-[0-9a-f]{16}')


def comparable(path):
    """The bytes of a file; of those that hold times, what else they hold.

    A symbolic link is the text of its target. Lock files are all alike.
    """
    if path.is_symlink():
        return os.readlink(path)
    if path.name == 'lock' or path.name.endswith('.lock'):
        return LOCK
    if path.name == 'store.json':
        return json.loads(path.read_bytes()) | {'source': None, 'checksum': None}
    if path.suffix == '.json':
        with contextlib.suppress(ValueError):
            return _untimed(json.loads(path.read_bytes()))
    if path.suffix == '.jsonl':
        with contextlib.suppress(ValueError):
            return [_untimed(json.loads(line)) for line in path.read_bytes().split(b'\n') if line]
    if path.suffix == '.npz' and path.name.startswith('iteration-'):
        with contextlib.suppress(ValueError, OSError, zipfile.BadZipFile), np.load(path) as arrays:
            return {name: _untimed(json.loads(str(array))) if name.endswith('/_log')
                    else array.tobytes()
                    for name, array in arrays.items() if name != '_snapshot_elapsed_time'}
    if path.suffix == '.dot':       # nodes are named, and ordered, by addresses in memory
        return sorted(re.findall(r'label="[^"]*"', path.read_text()))
    if path.suffix == '.svg':       # the same graph, drawn by Graphviz where it is installed
        return sorted(re.findall(r'([^<>]*)</text>', path.read_text()))
    return path.read_bytes()


def _untimed(value):
    if isinstance(value, dict):
        return {key: _untimed(item) for key, item in value.items() if key not in _TIMED}
    return [_untimed(item) for item in value] if isinstance(value, list) else value


def differences(found, expected):
    """In a few words, how two contents differ; ``''`` if they do not."""
    parts = [f'{what} {", ".join(sorted(names)[:4])}' for what, names in (
        ('lacks', expected.keys() - found.keys()), ('has', found.keys() - expected.keys()),
        ('differs in', {name for name in found.keys() & expected.keys()
                        if found[name] != expected[name]})) if names]
    return '; '.join(parts)


def least_difference(found, contents):
    """What :func:`differences` says of the nearest of several contents that may be expected."""
    return min((differences(found, one) for one in contents), key=len)


def _draw_sources(folder):
    """Two shops' exports as CSV with pictures, and a folder of pictures."""
    for name, products, seed in ('export', PRODUCTS, 0), ('export-2', {'train': 10}, 1):
        rng = random.Random(seed)
        ids = (str(number) for number in itertools.count())
        of_splits = [[next(id for id in ids if split_of(id) == split) for _ in range(count)]
                     for split, count in products.items()]
        (folder / name / 'pictures').mkdir(parents=True)
        rows = ['product_id,retailer,title,gender,colour,type,category,subcategory,images']
        for number in itertools.chain.from_iterable(of_splits):
            colour, shape = sorted(COLOURS)[len(rows) % 2], rng.choice(['bar', 'disc'])
            files = []
            for view in range(rng.choice([1, 1, 2, 3])):
                files.append(f'pictures/{number}-{view}.png')
                _draw(folder / name / files[-1], colour, shape, rng)
            rows.append(f'{number},shop {int(number) % 2},{colour} {shape},'
                        f'{rng.choice(["female", "male"])},{colour},{shape},{shape}s,'
                        f'{colour} {shape}s,{"|".join(files)}')
        (folder / name / 'products.csv').write_text('\n'.join(rows) + '\n')
    for picture in sorted((folder / 'export' / 'pictures').glob('*-0.png'))[:4]:
        (folder / 'photographs' / picture.stem).mkdir(parents=True)
        for view in 'front', 'back':
            shutil.copy(picture, folder / 'photographs' / picture.stem / f'{view}.png')


def _draw(path, colour, shape, rng):
    image = Image.new('RGB', (60, 80), 'white')
    left, top = rng.randrange(5, 20), rng.randrange(5, 30)
    box = (left, top, left + 35, top + (35 if shape == 'disc' else 12))
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == 'disc' else draw.rectangle)(box, COLOURS[colour])
    image.save(path)


def _serve(folder):
    """Starts a server of a folder on this machine; returns its process and its address."""
    server = subprocess.Popen(
        [sys.executable, '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '-d', folder],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = server.stdout.readline()     # Serving HTTP on 127.0.0.1 port 45367 (http://…) ...
    return server, f'http://127.0.0.1:{line.split(" port ")[1].split()[0]}'


def _write_feed(path, address):
    rows = ['ID,Type,SKU,Name,Published,Parent,Images']
    for picture in sorted((path.parent / 'export' / 'pictures').glob('*-0.png'))[:6]:
        rows.append(f'{picture.stem},simple,S{picture.stem},Product {picture.stem},1,,'
                    f'{address}/pictures/{picture.name}')
    path.write_text('\n'.join(rows) + '\n')


def _write_answers(folder):
    """A review of labels, a mapping of two catalogues, ranked lists and labelled pairs."""
    catalogues = [open_catalogue(folder / name) for name in ('other', 'drawn', 'shop')]
    (folder / 'mapping.toml').write_text('\n'.join(
        f'[{json.dumps(catalogue.header.name)}]\n' + ''.join(
            f'{task} = "same"\n' for task in catalogue.tasks) for catalogue in catalogues[:2]))
    products = list(catalogues[2].products)
    first = next(iter(catalogues[0].products))
    other = next(colour for colour in COLOURS if colour != first.label('colour'))
    (folder / 'review.csv').write_text(
        'product,task,label,suggested,answer\n'
        f'{first.id},colour,{first.label("colour")},{other},y\n')
    (folder / 'same.csv').write_text('a,b,answer\n0,1,same\n')
    (folder / 'ranked.csv').write_text('list,product,rank\n' + ''.join(
        f'{page},{product.id},{rank}\n'
        for page in range(3) for rank, product in enumerate(products[page::3], 1)))
    (folder / 'pairs-known.csv').write_text('a,b,answer\n' + ''.join(
        f'{one.id}/1,{other.id}/1,'
        f'{"same" if one.label("subcategory") == other.label("subcategory") else "different"}\n'
        for one, other in itertools.combinations(
            [product for product in products if split_of(product.group) != 'train'], 2)))
