"""Searches in a file and in PostgreSQL, side by side, as the package does them.

    python experiments/benchmarks/search_postgres.py EMBEDDINGS --work FOLDER [--count N …]

EMBEDDINGS is a file of "fashion-models embed" for a catalogue of ten thousands of products. The
vectors are made of it (see search_vectors.py) and kept in FOLDER/N, with the file's index and an
embedded PostgreSQL (extra ``postgres``) in which they are published. What FOLDER holds of a run
before is not measured again. Writes search_postgres.json and .rst. 15 minutes for 100,000 vectors.

Searches are those of "fashion-models search" in a program that has opened the file or table. Up to
100,000 vectors these compare all; here the index is measured, too, also with fewer and more
candidates (``hnsw.ef_search``) than the package asks for, and PostgreSQL then may not choose to
compare all, as it does with few rows. Each client is a process of its own, with one thread.
"""

import argparse
import concurrent.futures
import contextlib
import itertools
import json
import multiprocessing
import os
import pathlib
import shutil
import sys
import threading
import time

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import numpy as np
import psutil
import search_vectors
from measure import circumstances, lines_of, table, write
from search import K

from fashion_models.files import atomic_write
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.postgres import connected, open_table, publish, published
from fashion_models.representation.search import searcher
from fashion_models.representation.search.index import index_folder
from fashion_models.workers import end_with_parent

HERE = pathlib.Path(__file__).resolve().parent
FILE, POSTGRES = 'file', 'PostgreSQL'
#: Searches, by place and by how many candidates the index proposes; None compares all.
SEARCHES = [(FILE, None), (FILE, searcher.SHORTLIST), (POSTGRES, None), (POSTGRES, 40),
            (POSTGRES, published.SHORTLIST), (POSTGRES, 400)]
CLIENTS = 1, 2
WARM_UP = 20
#: Seconds after which a client asks no more.
LONGEST = 30
#: Settings of the server that matter here.
SETTINGS = ['shared_buffers', 'max_parallel_maintenance_workers', 'max_parallel_workers_per_gather']
#: Enough for a million vectors of 1024 numbers.
INDEX_MEMORY = '4GB'
_spawn = multiprocessing.get_context('spawn')
#: What the clients wait for, in each of their processes.
_start = None


def build(place, folder):
    """Makes the file's index, or publishes the file; what it takes this process."""
    embeddings = open_embeddings(folder / 'vectors.embeddings')
    processor, began = time.process_time(), time.perf_counter()
    if place == FILE:
        searcher.EXACT_LIMIT = 0
        searcher.Searcher(embeddings)
    else:
        publish(embeddings, folder / 'database', progress=False, index_memory=INDEX_MEMORY)
    return {'seconds': time.perf_counter() - began, 'processor': time.process_time() - processor}


@contextlib.contextmanager
def opened(place, candidates, folder):
    """The package's search in a place; see SEARCHES."""
    module = searcher if place == FILE else published
    if candidates:
        module.EXACT_LIMIT, module.SHORTLIST = 0, candidates
        os.environ['PGOPTIONS'] = '-c enable_seqscan=off'
    if place == FILE:
        yield searcher.Searcher(
            open_embeddings(folder / 'vectors.embeddings'), exact=not candidates)
    else:
        with open_table(folder / 'database', exact=not candidates) as found:
            yield found


def client(place, candidates, folder, number):
    """Searches for one query after the other, together with other clients."""
    queries = np.load(folder / 'queries.npy')
    # The tenth similarity: which of two equally similar rows is found does not matter.
    least = np.load(folder / 'truth.npz')['similarities'][:, K - 1]
    shift = number * len(queries) // max(CLIENTS)
    queries, least = np.roll(queries, shift, axis=0), np.roll(least, shift)
    times, recalls = [], []
    with opened(place, candidates, folder) as found:
        began = time.perf_counter()
        for query in queries[:WARM_UP]:
            found.nearest(query, K)
            if time.perf_counter() - began > LONGEST / 10:
                break
        _start.wait()
        processor, began = time.process_time(), time.perf_counter()
        for query, similarity in zip(queries, least):
            before = time.perf_counter()
            hits = found.nearest(query, K)
            times.append(time.perf_counter() - before)
            recalls.append(sum(hit.similarity >= similarity - 1e-9 for hit in hits) / K)
            if time.perf_counter() - began > LONGEST:
                break
        return {'began': began, 'ended': time.perf_counter(), 'times': times,
                'processor': time.process_time() - processor, 'recall': float(np.mean(recalls))}


def search(place, candidates, folder, clients):
    """Figures of some clients that search at the same time."""
    start = _spawn.Barrier(clients + 1, timeout=600)
    with concurrent.futures.ProcessPoolExecutor(clients, _spawn, _wait_for, (start,)) as pool:
        waiting = [pool.submit(client, place, candidates, folder, number)
                   for number in range(clients)]
        for one in waiting:     # a client that fails lets the others go
            one.add_done_callback(lambda done: done.exception() and start.abort())
        with contextlib.suppress(threading.BrokenBarrierError):
            start.wait()
        processor = _server_processor(folder)
        found = [one.result() for one in waiting]
        processor = _server_processor(folder) - processor if place == POSTGRES else 0
    times = np.concatenate([one['times'] for one in found])
    took = max(one['ended'] for one in found) - min(one['began'] for one in found)
    return {'queries': len(times), 'recall': found[0]['recall'],
            'p50': float(np.median(times)), 'p95': float(np.percentile(times, 95)),
            'client': sum(one['processor'] for one in found) / len(times),
            'server': processor / len(times), 'throughput': len(times) / took}


def _wait_for(start):
    global _start
    _start = start
    end_with_parent()


def _server_processor(folder):
    """Processor seconds of the server so far, with those of backends that have ended."""
    pid, *_ = (folder / 'database' / 'postmaster.pid').read_text().split()
    postmaster = psutil.Process(int(pid))
    while True:     # until none comes or goes meanwhile, which would be missed or counted twice
        backends = postmaster.children()
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds = sum(postmaster.cpu_times()[:4])
            seconds += sum(sum(backend.cpu_times()[:2]) for backend in backends)
            if postmaster.children() == backends:
                return seconds


def measure(folder):
    """The figures of all steps for the vectors in a folder, measured unless they were before."""
    file, database = folder / 'search_postgres.json', folder / 'database'
    record = json.loads(file.read_text()) if file.exists() else {}
    for place, made in (FILE, index_folder(folder / 'vectors.embeddings')), (POSTGRES, database):
        if f'build {place}' not in record:
            shutil.rmtree(made, ignore_errors=True)

    def step(name, function, *arguments):
        if name not in record:
            print(f'{folder.name}: {name}', file=sys.stderr, flush=True)
            load = round(os.getloadavg()[0], 1)
            record[name] = {**function(*arguments), 'load': load}
            with atomic_write(file, 'w', encoding='utf-8') as written:
                json.dump(record, written, indent=1)

    with connected(database) as connection:     # the server runs throughout
        for place in FILE, POSTGRES:
            step(f'build {place}', built, place, folder, connection)
        for (place, candidates), clients in itertools.product(SEARCHES, CLIENTS):
            step(f'{place}, {candidates}, {clients}', search, place, candidates, folder, clients)
        return {**record, 'server': dict(connection.execute(
            "select 'PostgreSQL', current_setting('server_version') union all "
            "select 'pgvector', extversion from pg_extension where extname = 'vector' union all "
            'select name, current_setting(name) from pg_settings where name = any(%s)',
            [SETTINGS]).fetchall())}


def built(place, folder, connection):
    """What it takes to build, server included, and the bytes that are then on disk."""
    before = _server_processor(folder)
    with concurrent.futures.ProcessPoolExecutor(
            1, _spawn, initializer=end_with_parent) as pool:
        record = pool.submit(build, place, folder).result()
    if place == FILE:
        file = folder / 'vectors.embeddings'
        index = sum(part.stat().st_size for part in index_folder(file).iterdir())
        return {**record, 'server': 0, 'index': index, 'bytes': file.stat().st_size + index}
    index, size = connection.execute(
        'select pg_relation_size(indexrelid), pg_total_relation_size(indrelid) from pg_index '
        'join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam '
        "where amname = 'hnsw'").fetchone()
    return {**record, 'server': _server_processor(folder) - before, 'index': index, 'bytes': size}


def report(record):
    """The record as reStructuredText."""
    text = [
        f'Vectors of {record["size"]} numbers of 16 bits, drawn around those of '
        f'{record["products"]:,} products; the {K} nearest of\neach of {record["queries"]:,} '
        f'others, recall against exact search. A client stops after {LONGEST} seconds. ``*`` is '
        f'what\n``search`` does by itself; beyond {searcher.EXACT_LIMIT:,} vectors its index '
        'proposes 100. Processor\ntimes are of client and server together.\n']
    for count, steps in record['counts'].items():
        text += [f'**{int(count):,} vectors**\n', table(
            ('made', 'processor s', 'of the server', 'seconds', 'MiB', 'of the index', 'load'),
            [(name, f'{one["processor"] + one["server"]:.0f}', f'{one["server"]:.0f}',
              f'{one["seconds"]:.0f}', f'{one["bytes"] / 2**20:.0f}', f'{one["index"] / 2**20:.0f}',
              one['load'])
             for name in (FILE, POSTGRES) for one in [steps[f'build {name}']]]) + '\n']
        text.append(table(
            ('search', f'recall@{K}', 'p50 ms', 'p95 ms', 'processor ms', '1 client, per s',
             '2 clients, per s', 'load'),
            [_row(place, candidates, int(count), steps) for place, candidates in SEARCHES]) + '\n')
    made = record['circumstances']
    text += lines_of(made, 'command', 'date', 'commit', 'threads', 'priority')
    text.append(':server: ' + ', '.join(f'{key} {value}' for key, value in steps['server'].items()))
    return '\n'.join(text) + '\n'


def _row(place, candidates, count, steps):
    one, two = (steps[f'{place}, {candidates}, {clients}'] for clients in CLIENTS)
    own = (candidates or searcher.SHORTLIST) == searcher.SHORTLIST and (
        bool(candidates) == (count > searcher.EXACT_LIMIT))
    name = f'index, {candidates} candidates' if candidates else 'all compared'
    return (f'{place}: {name}{" ``*``" if own else ""}', f'{one["recall"]:.4f}',
            f'{1e3 * one["p50"]:.1f}', f'{1e3 * one["p95"]:.1f}',
            f'{1e3 * (one["client"] + one["server"]):.1f}', f'{one["throughput"]:.3g}',
            f'{two["throughput"]:.3g}', f'{one["load"]}, {two["load"]}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('embeddings', metavar='EMBEDDINGS')
    parser.add_argument('--work', type=pathlib.Path, required=True, help='a folder to keep it in')
    parser.add_argument('--count', type=int, nargs='+', default=[10_000, 100_000])
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    made, embeddings, counts = circumstances(), open_embeddings(arguments.embeddings), {}
    for count in arguments.count:
        folder = arguments.work / str(count)
        search_vectors.make(embeddings, count, folder)
        counts[count] = measure(folder)
    record = {'circumstances': made, 'size': embeddings.header['size'],
              'products': len(search_vectors.split(embeddings)[0]),
              'queries': len(np.load(folder / 'queries.npy')), 'counts': counts}
    write(arguments.output, 'search_postgres', record, report(record))


if __name__ == '__main__':
    main()
