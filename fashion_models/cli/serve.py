"""Search, order and review a catalogue in a browser, and by an HTTP API.

Serves the products of EMBEDDINGS on this machine until it is interrupted (Ctrl-C). With --host,
others can reach it, too; they need the token that is printed.
"""

import argparse
import os
import secrets
import socket
import threading
import urllib.parse
import webbrowser

from fashion_models.cli import options
from fashion_models.errors import UserError

NAME = 'serve'
EXAMPLES = '''\
fashion-models serve shop.embeddings
fashion-models serve shop.embeddings --catalogue shop --run runs/shop --port 8080
fashion-models serve shop.embeddings --review shop-review/review.csv
fashion-models serve shop.embeddings --host 0.0.0.0     (for colleagues; asks for a token)'''

HOST, PORT = '127.0.0.1', 8000
ANY = '', '0.0.0.0', '::'      # all addresses of this machine
TOKEN = 'FASHION_MODELS_TOKEN'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.embeddings(parser)
    options.moved_catalogue(parser)
    parser.add_argument('--run', metavar='RUN', type=options.path,
                        help='the run, or the ONNX file, that made EMBEDDINGS, if that was '
                             'moved since')
    options.precision(parser)
    parser.add_argument('--words', metavar='FILE', type=options.path,
                        help='what "tags --save" learned, to judge the texts of products by')
    parser.add_argument('--review', metavar='CSV', type=options.path,
                        help='suspected labels to review, written by "audit" (review.csv)')
    parser.add_argument('--calibration', metavar='JSON', type=options.path,
                        help='where the probabilities of duplicates come from, written by '
                             '"duplicates --calibrate"')
    parser.add_argument('--journal', metavar='JSONL', type=options.path,
                        help='where decisions of reviewers are kept (default: '
                             'EMBEDDINGS.journal.jsonl)')
    parser.add_argument('--lists', metavar='CSV', type=options.path,
                        help='where lists that are put in order by hand are kept (default: '
                             'EMBEDDINGS.lists.csv)')
    parser.add_argument('--host', metavar='ADDRESS', default=HOST,
                        help=f'the address to listen at (default: {HOST}, this machine only); for '
                             f'any other, requests need a token: that of the environment variable '
                             f'{TOKEN}, or else a new one')
    parser.add_argument('--open', action='store_true', help='open it in the browser')
    parser.add_argument('--port', metavar='N', type=int, default=PORT,
                        help=f'the port to listen at, 0 for any that is free (default: {PORT})')


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.optional import require

    for module in ('fastapi', 'uvicorn', 'python_multipart'):
        require(module, extra='serve', purpose='the workbench')
    from fashion_models.representation.duplicates.calibration import Calibration
    from fashion_models.serve.app import LOCAL, create_app, listen, run_server
    from fashion_models.serve.shop import Shop
    from fashion_models.serve.workbench import Workbench

    local = arguments.host in LOCAL
    token = os.environ.get(TOKEN) or (None if local else secrets.token_urlsafe(24))
    if token and not token.isascii():
        raise UserError(f'{TOKEN}: expected letters and digits of ASCII only')
    calibration = Calibration.load(arguments.calibration) if arguments.calibration else None
    listening = listen(arguments.host, arguments.port)
    shop = Shop(arguments.file, arguments.catalogue, arguments.run, arguments.words,
                arguments.precision)
    bench = Workbench(shop, lists=arguments.lists, journal=arguments.journal,
                      review=arguments.review, calibration=calibration)
    app = create_app(bench, token, LOCAL if local else None)
    port = listening.getsockname()[1]

    def ready():
        host = HOST if arguments.host in ANY else arguments.host
        name = f'[{host}]' if ':' in host else host
        query = f'/?{urllib.parse.urlencode({"token": token})}' if token else '/'
        print(f'{len(shop):,} {shop.noun}s at http://{name}:{port}{query}', flush=True)
        if arguments.host in ANY:
            print(f'for colleagues: http://{socket.gethostname()}:{port}{query}')
        if shop.catalogue is None:
            print('without pictures: their catalogue is not there; --catalogue says where it is')
        if not shop.has_network:
            print('without search by picture: the run is not there; --run says where it is')
        print('Ctrl-C ends it', flush=True)
        if arguments.open:
            address = f'http://{"localhost" if local else name}:{port}{query}'
            # Some browsers are waited for, and wait themselves for an answer.
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    run_server(app, bench, listening, ready)
