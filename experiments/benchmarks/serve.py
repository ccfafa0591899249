"""The workbench under load: python experiments/benchmarks/serve.py EMBEDDINGS --work FOLDER

Starts ``fashion-models serve`` on many products and measures how soon it answers, how long searches
by product and by picture take, and whether many clients at once see errors or its memory grow. The
products are those of EMBEDDINGS over and over, each vector with noise of its own, so that pictures,
labels and the network are real ones. Writes serve.json beside the other results. Four minutes.

Beside the time that a client waits, the processor time of the server is given: on a machine that
does other work, too, only that says what a request costs.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import numpy as np

from fashion_models.files import atomic_write
from fashion_models.provenance import provenance
from fashion_models.representation.embeddings import open_embeddings
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.linear import normalize

HERE = pathlib.Path(__file__).resolve().parent
#: How far a copy lies from its vector: as colourways of a design do.
NOISE = 0.4
_TICKS = os.sysconf('SC_CLK_TCK')


def multiplied(source, file, count):
    """A file of so many products, made of those of another."""
    if file.exists() and len(open_embeddings(file)) == count:
        return open_embeddings(file)
    rng = np.random.default_rng(0)
    header = {name: value for name, value in source.header.items() if name != 'rows'}
    with EmbeddingsWriter(file, header) as writer:
        for start in range(0, count, len(source)):
            part = min(len(source), count - start)
            noise = rng.standard_normal((part, source.header['size']), np.float32)
            vectors = normalize(source.vectors[:part] + NOISE * normalize(noise))
            writer.add(vectors.astype(np.float32), [
                dataclasses.replace(item, id=f'{item.id}-{start}', product=f'{item.id}-{start}')
                for item in source.items[:part]])
    return open_embeddings(file)


class Server:
    """The server in a process of its own."""

    def __init__(self, file, catalogue):
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'fashion_models', 'serve', file, '--catalogue', catalogue,
             '--port', '0'], stdout=subprocess.PIPE, text=True)
        self.address = self._process.stdout.readline().partition(' at ')[2].strip()
        self.post('api/search', {'id': open_embeddings(file).ids[0]})
        self.start = {'seconds': time.perf_counter() - begun, 'processor': self.processor()}

    def close(self):
        self._process.kill()
        self._process.communicate()

    def post(self, path, body):
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {'Content-Type': 'application/json'})
        return self._answer(request)

    def send(self, path, picture):
        boundary = 'a-boundary'
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="pictures"; filename="a"\r\n'
                '\r\n').encode() + picture + f'\r\n--{boundary}--\r\n'.encode()
        return self._answer(urllib.request.Request(self.address + path, body, {
            'Content-Type': f'multipart/form-data; boundary={boundary}'}))

    def get(self, path):
        return self._answer(urllib.request.Request(self.address + path))

    @staticmethod
    def _answer(request):
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def processor(self):
        """Processor seconds that it has used."""
        fields = pathlib.Path(f'/proc/{self._process.pid}/stat').read_text().rpartition(')')[2]
        return sum(map(int, fields.split()[11:13])) / _TICKS

    def memory(self):
        """MB of its own: mapped files do not count."""
        lines = pathlib.Path(f'/proc/{self._process.pid}/status').read_text().splitlines()
        return int(next(line for line in lines if line.startswith('RssAnon')).split()[1]) / 1024


def timed(server, call, arguments):
    """Milliseconds that calls take, one by one."""
    call(arguments[0])
    used, waited = server.processor(), []
    for argument in arguments:
        begun = time.perf_counter()
        call(argument)
        waited.append(1000 * (time.perf_counter() - begun))
    return {'calls': len(arguments), 'median': float(np.median(waited)),
            'p95': float(np.percentile(waited, 95)),
            'processor': 1000 * (server.processor() - used) / len(arguments)}


def crowd(server, embeddings, clients, seconds):
    """Many clients, each of which searches, looks at pictures and pages through the products."""
    ends = time.monotonic() + seconds
    memory = []

    def client(number):
        rng = np.random.default_rng(number)
        done = errors = 0
        while time.monotonic() < ends:
            id = embeddings.ids[rng.integers(len(embeddings))]
            try:
                if done % 3 == 0:
                    server.post('api/search', {'id': id})
                elif done % 3 == 1:
                    seen = embeddings.ids[rng.integers(300)]    # the cache holds so many
                    server.get(f'picture?id={seen}&n=0&side=320')
                else:
                    server.get(f'api/products?offset={rng.integers(len(embeddings))}&facets=true')
            except OSError:
                errors += 1
            done += 1
            if number == 0:
                memory.append(server.memory())
        return done, errors

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        done, errors = np.sum(list(pool.map(client, range(clients))), axis=0).tolist()
    third = len(memory) // 3
    return {'clients': clients, 'seconds': seconds, 'requests': done, 'errors': errors,
            'memory_second_third': float(np.median(memory[third:2 * third] or memory)),
            'memory_last_third': float(np.median(memory[2 * third:]))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('embeddings', type=pathlib.Path)
    parser.add_argument('--work', type=pathlib.Path, required=True)
    parser.add_argument('--products', type=int, default=40_000)
    parser.add_argument('--calls', type=int, default=100)
    parser.add_argument('--clients', type=int, default=50)
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    source = open_embeddings(arguments.embeddings)
    catalogue = pathlib.Path(source.header['catalogue'])
    file = arguments.work / f'{arguments.products}.embeddings'
    embeddings = multiplied(source, file, arguments.products)
    server = Server(file, catalogue)
    try:
        rng = np.random.default_rng(1)
        ids = [embeddings.ids[row] for row in rng.choice(len(embeddings), arguments.calls)]
        pictures = [(catalogue / source.items[row].images[0]).read_bytes()
                    for row in rng.choice(len(source), arguments.calls, replace=False)]
        # What is loaded or computed once is no part of what a request costs.
        server.send('api/search', pictures[0])
        server.post('api/order', {'liked': ids[:1]})
        crowd(server, embeddings, arguments.clients, arguments.seconds / 3)
        figures = {
            'start': server.start,
            'by_id': timed(server, lambda id: server.post('api/search', {'id': id}), ids),
            'by_picture': timed(server, lambda one: server.send('api/search', one), pictures),
            'page': timed(server, lambda row: server.get(
                f'api/products?offset={row}&limit=60&facets=true'),
                rng.integers(len(embeddings), size=arguments.calls).tolist()),
            'order': timed(server, lambda id: server.post('api/order', {'liked': [id]}), ids[:10]),
            'crowd': crowd(server, embeddings, arguments.clients, arguments.seconds)}
    finally:
        server.close()
    record = {'products': len(embeddings), 'size': source.header['size'],
              'run': pathlib.Path(source.header['run']).name, 'load': os.getloadavg(),
              **provenance(), **figures}
    print(json.dumps(figures, indent=1))
    with atomic_write(arguments.output / 'serve.json', 'w', encoding='utf-8') as results:
        json.dump(record, results, indent=1)


if __name__ == '__main__':
    main()
