"""Libraries for approximate search, measured at a million vectors.

    python experiments/benchmarks/search.py EMBEDDINGS --work FOLDER [--count N …] [--only NAME …]

EMBEDDINGS is a file of "fashion-models embed" for a catalogue of ten thousands of products. The
vectors are made of it (see search_vectors.py) and kept in FOLDER, with the indexes, up to 20 GB for
a million. Every candidate is a step of its own, in its own process; what FOLDER holds of an earlier
run is not measured again. Writes search.json and search.rst. Two hours on two cores; a build is
stopped after 15 minutes of processor time for each core.

Each library proposes 100 rows for a query, of which those nearest are then found by comparing them
exactly with the vectors as they lie in the file, as "fashion-models search" does. Times are
processor seconds, so that other work on the machine matters less; queries run one by one, in one
thread.
"""

import argparse
import collections
import contextlib
import importlib.metadata
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import search_vectors
from measure import table
from search_libraries import CANDIDATES

from fashion_models.devices import usable_cores
from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.search.index import index_folder
from fashion_models.representation.search.neighbours import exact_search, rank
from fashion_models.representation.search.searcher import EXACT_LIMIT, Searcher

HERE = pathlib.Path(__file__).resolve().parent
K = 10
#: Rows that a candidate proposes.
SHORTLIST = 100
#: The least share of the true neighbours to be found.
BAR = 0.95
#: Processor seconds that a build may take: 15 minutes of every core.
LONGEST_BUILD = 15 * 60 * usable_cores()
PACKAGE = 'fashion-models search'


class Usage:
    """Processor seconds of a block, and the most memory of its own (mapped files do not count)."""

    def __enter__(self):
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self._started, self._processor = time.perf_counter(), time.process_time()
        return self

    def _watch(self):
        while not self._done.wait(0.05):
            self.peak = max(self.peak, self._memory())

    @staticmethod
    def _memory():
        with open('/proc/self/status') as file:
            line, = (line for line in file if line.startswith('RssAnon'))
        return 1024 * int(line.split()[1])

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self._started
        self.processor = time.process_time() - self._processor
        self._done.set()
        self._thread.join()
        self.peak = max(self.peak, self._memory())


def build(name, folder):
    """Builds and saves an index."""
    file = index_file(name, folder)
    with Usage() as usage:
        if name == PACKAGE:
            shutil.rmtree(index_folder(folder / 'vectors.embeddings'), ignore_errors=True)
            Searcher(open_embeddings(folder / 'vectors.embeddings'))
            size = sum(part.stat().st_size
                       for part in index_folder(folder / 'vectors.embeddings').iterdir())
        else:
            candidate = CANDIDATES[name]()
            candidate.build(open_embeddings(folder / 'vectors.embeddings').vectors)
            candidate.save(file)
            size = file.stat().st_size
    return {'seconds': usage.seconds, 'processor': usage.processor, 'memory': usage.peak,
            'bytes': size}


def queries(name, folder):
    """Measures the searches in an index that was built."""
    embeddings = open_embeddings(folder / 'vectors.embeddings')
    wanted, truth = np.load(folder / 'queries.npy'), np.load(folder / 'truth.npz')
    with Usage() as usage:
        if name == PACKAGE:
            searches = _searches_of_package(embeddings, wanted, truth['similarities'])
        else:
            searches = _searches(name, folder, embeddings.vectors, wanted, truth['similarities'])
    return {'searches': searches, 'memory': usage.peak}


def _searches(name, folder, vectors, wanted, similarities):
    candidate = CANDIDATES[name]()
    candidate.vectors = vectors
    candidate.load(index_file(name, folder))
    if name == 'exact':     # which takes seconds each
        wanted = wanted[:20]

    def search(query, effort):
        found = candidate.search(query, SHORTLIST, effort)
        return rank(vectors, query, found[found >= 0], K)[1]

    return [{'effort': effort, **_measured(
        lambda query, effort=effort: search(query, effort), wanted, similarities[:, :K])}
        for effort in candidate.efforts]


def _searches_of_package(embeddings, wanted, similarities):
    """The command's own searches: some and many neighbours, among all and among some products."""
    import faiss
    faiss.omp_set_num_threads(1)
    searcher = Searcher(embeddings)

    def measured(what, queries, expected, where=None):
        def search(query):
            hits = searcher.nearest(query, expected.shape[1], where)
            return np.array([hit.similarity for hit in hits])

        return {'what': what, **_measured(search, queries, expected)}

    found = [measured(f'{k} among all', wanted, similarities[:, :k]) for k in (10, 100)]
    for task in 'type', 'gender', 'subcategory':
        labels = searcher.labels
        rows = np.bincount(labels.numbers[task] + 1)[1:]
        large, small = rows > EXACT_LIMIT, rows <= EXACT_LIMIT
        # Two labels with more products than are read at every search, and one with fewer.
        for number in [*np.flatnonzero(large)[:2], *np.flatnonzero(small)[:1]]:
            where = {task: labels.names[task][number]}
            some = wanted[::5]
            allowed = labels.allowed(where)
            expected = exact_search(embeddings.vectors, some, K, allowed)[1]
            share = np.count_nonzero(allowed) / len(allowed)
            found.append(measured(
                f'10 where {task}={where[task]} ({share:.1%})', some, expected, where))
    return found


def _measured(search, queries, expected):
    """Recall, and processor and wall time of a search.

    By similarity: which of two equally similar rows is found does not matter.
    """
    hits, times, started = [], [], time.process_time()
    for query, similarities in zip(queries, expected):
        before = time.perf_counter()
        found = search(query)
        times.append(time.perf_counter() - before)
        hits.append(min(1, (found >= similarities[-1] - 1e-9).sum() / len(similarities)))
    return {
        'queries': len(queries), 'recall': float(np.mean(hits)),
        'processor': (time.process_time() - started) / len(queries),
        'median': float(np.median(times))}


def index_file(name, folder):
    """Where a candidate's index is kept."""
    return folder / f'{name.replace(" ", "-").replace(",", "")}.index'


def measure(name, folder):
    """Build and queries of a candidate, each in its own process, unless that was done before."""
    file = index_file(name, folder).with_suffix('.json')
    record = json.loads(file.read_text()) if file.exists() else {}
    for step in 'build', 'queries':
        if step in record or 'stopped' in record:
            continue
        print(f'{folder.name}: {name}: {step}', file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, __file__, '--step', step, name, folder], stdout=subprocess.PIPE)
        if step == 'build' and done.returncode < 0:
            record['stopped'] = LONGEST_BUILD
        else:
            done.check_returncode()
            record[step] = json.loads(done.stdout)
        file.write_text(json.dumps(record))
    return record


def run_step(step, name, folder):
    """A step in this process; prints its record."""
    # An index is done when its processor time is up; the kernel sees to that.
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_BUILD, LONGEST_BUILD))
    with contextlib.redirect_stdout(sys.stderr):
        record = {'build': build, 'queries': queries}[step](name, pathlib.Path(folder))
    print(json.dumps(record))


def collect(embeddings, work):
    """Everything that the folder holds, as one record."""
    record = provenance()
    for name in 'faiss-cpu', 'usearch', 'hnswlib':
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            record['versions'][name] = importlib.metadata.version(name)
    header = embeddings.header
    record['command'] = ' '.join(
        word.rstrip('/').rsplit('/', 1)[-1] for word in record['command'].split())
    record['embeddings'] = {
        **{key: header.get(key) for key in ('catalogue_name', 'catalogue_hash', 'recipe', 'size')},
        'products': len(embeddings)}
    record['counts'] = collections.defaultdict(dict)
    for folder in sorted(work.iterdir(), key=lambda folder: folder.name.zfill(10)):
        if (folder / 'likeness.json').exists():
            record['counts'][folder.name] = {
                'likeness': json.loads((folder / 'likeness.json').read_text()),
                'candidates': {
                    name: json.loads(file.read_text()) for name in (*CANDIDATES, PACKAGE)
                    if (file := index_file(name, folder).with_suffix('.json')).exists()}}
    return record


def report(record):
    """The record as reStructuredText."""
    made = record['embeddings']
    parts = [
        'Benchmark of approximate search\n===============================\n',
        '\n'.join(f':{key}: {value}' for key, value in (
            ('command', record['command']), ('date', record['date']), ('commit', record['commit']),
            ('machine', ', '.join(map(str, record['machine'].values()))),
            ('versions', ', '.join(f'{k} {v}' for k, v in record['versions'].items())),
            ('embeddings', f"{made['products']} products of {made['catalogue_name']}, "
                           f"{made['size']} numbers each"))) + '\n',
        f'Each candidate proposes {SHORTLIST} rows, of which the {K} nearest are taken by exact '
        'comparison.\nOf its settings, the least that finds '
        f'{BAR:.0%} of the true {K} nearest is listed, or else its best.\nTimes are processor '
        'seconds; queries run one by one in one thread. Memory is that of the\nprocess, mapped '
        'files not counted.\n']

    def section(title, head, rows):
        parts.append(f"{title}\n{'-' * len(title)}\n\n{table(head, rows)}\n")

    for count, found in record['counts'].items():
        section(f'{int(count):,} vectors', (
            'candidate', 'setting', f'recall@{K}', 'ms a query', 'queries/s', 'build s',
            'build GiB', 'index MiB', 'search GiB'),
            [_row(name, one) for name, one in found['candidates'].items() if name != PACKAGE])
        if own := found['candidates'].get(PACKAGE):
            section(f'"{PACKAGE}" on them: {own["build"]["processor"]:.0f} s to build, '
                    f'{own["build"]["bytes"] / 2**20:.0f} MiB',
                    ('search', 'recall', 'ms a query'),
                    [(one['what'], f'{one["recall"]:.3f}', f'{1e3 * one["processor"]:.1f}')
                     for one in own['queries']['searches']])
        section('How much drawn vectors are like real ones: quartiles',
                ('', *next(iter(found['likeness'].values()))),
                [(f'{what}', *(', '.join(map(str, values)) for values in quartiles.values()))
                 for what, quartiles in found['likeness'].items()])
    return '\n'.join(parts)


def _row(name, one):
    if 'stopped' in one:
        return (name, '', '', '', '', f'stopped at {one["stopped"]}', '', '', '')
    searches = one['queries']['searches']
    best = next((search for search in searches if search['recall'] >= BAR),
                max(searches, key=lambda search: search['recall']))
    build = one['build']
    return (name, best['effort'], f'{best["recall"]:.3f}', f'{1e3 * best["processor"]:.2f}',
            f'{1 / best["processor"]:.0f}', f'{build["processor"]:.0f}',
            f'{build["memory"] / 2**30:.1f}', f'{build["bytes"] / 2**20:.0f}',
            f'{one["queries"]["memory"] / 2**30:.1f}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('embeddings', nargs='?')
    parser.add_argument('--work', type=pathlib.Path, help='folder for vectors and indexes')
    parser.add_argument('--count', type=int, nargs='*', default=[100_000, 1_000_000])
    parser.add_argument('--only', nargs='+', choices=[*CANDIDATES, PACKAGE])
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    parser.add_argument('--step', nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        return run_step(*arguments.step)
    embeddings = open_embeddings(arguments.embeddings)
    for count in arguments.count:
        folder = arguments.work / str(count)
        search_vectors.make(embeddings, count, folder)
        for name in arguments.only or [*CANDIDATES, PACKAGE]:
            if name != PACKAGE or count > EXACT_LIMIT:
                measure(name, folder)
    record = collect(embeddings, arguments.work)
    text = report(record)
    arguments.output.mkdir(parents=True, exist_ok=True)
    with atomic_write(arguments.output / 'search.json', 'w', encoding='utf-8') as file:
        json.dump(record, file, ensure_ascii=False, indent=1)
        file.write('\n')
    with atomic_write(arguments.output / 'search.rst', 'w', encoding='utf-8') as file:
        file.write(text)
    print(text)


if __name__ == '__main__':
    main()
