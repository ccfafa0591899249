"""The application, and the server that runs it."""

import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Callable

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import fashion_models
from fashion_models.devices import usable_cores
from fashion_models.errors import UserError
from fashion_models.serve import api, review_api, site
from fashion_models.serve.guard import Guard
from fashion_models.serve.refusal import Refusal, answer
from fashion_models.serve.workbench import Workbench

#: The names of this machine to itself.
LOCAL = 'localhost', '127.0.0.1', '::1'
_GRACE = 3      # seconds for requests that are being answered when the server is told to end


def create_app(bench: Workbench, token: str | None = None,
               hosts: tuple | None = LOCAL) -> Guard:
    """The application.

    Args:
        bench: What answers.
        token: What requests must know, or None if anybody who reaches the server may ask.
        hosts: The names by which it may be called; None for any.
    """
    app = FastAPI(title='fashion_models', version=fashion_models.__version__,
                  description='Search, order and label a catalogue by its pictures.',
                  openapi_url='/api/openapi.json', docs_url=None, redoc_url=None,
                  lifespan=_within_the_cores)
    app.include_router(api.router(bench))
    app.include_router(review_api.router(bench))
    app.include_router(site.router(bench, token is not None))

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal):
        return answer(request, error.status, error.message)

    @app.exception_handler(UserError)
    def unusable(request: Request, error: UserError):
        return answer(request, 400, str(error))

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException):
        response = answer(request, error.status_code, _TEXTS.get(error.status_code, error.detail))
        response.headers.update(error.headers or {})    # such as which methods are allowed
        return response

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError):
        return answer(request, 422, '; '.join(map(_fault, error.errors()[:5])))

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception):
        # The server's log has the traceback.
        return answer(request, 500, 'something went wrong in the server; its log says what')

    # Around everything, so that even the answer to an error of our own has its headers.
    return Guard(app, token, hosts)


@contextlib.asynccontextmanager
async def _within_the_cores(app):
    """Answers as many requests at once as there are cores.

    Each computes with all of them. With Starlette's 40 at once, 50 clients on two cores had 7
    answers a second, of threads that wait for each other.
    """
    anyio.to_thread.current_default_thread_limiter().total_tokens = usable_cores()
    yield


_TEXTS = {404: 'there is no such page', 405: 'this address does not take such a request'}


def _fault(error):
    """One thing that is wrong with a request, by the name of its parameter."""
    names = [str(part) for part in error['loc'] if part not in ('body', 'query', 'path')]
    return f'{".".join(names) or "the request"}: {error["msg"]}'


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: An address of this machine, such as ``127.0.0.1``, or ``0.0.0.0`` for all of them.
        port: Its port, or 0 for any that is free.

    Raises:
        UserError: If that cannot be had.
    """
    try:
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        # Python adds the address, which is said already.
        reason = (getattr(error, 'strerror', None) or str(error)).partition(' (while')[0]
        raise UserError(f'host {host}, port {port}: cannot listen there: {reason}') from None


def run_server(app: Guard, bench: Workbench, listening: socket.socket,
               ready: Callable[[], object]) -> None:
    """Serves until the process is told to end.

    Args:
        app: The application.
        bench: What it answers with; it reads ahead as soon as requests are taken.
        listening: From :func:`listen`.
        ready: Called when requests are about to be taken.
    """
    config = uvicorn.Config(app, log_level='warning', server_header=False, access_log=False,
                            timeout_graceful_shutdown=_GRACE)
    threading.Thread(target=_warm, args=[bench], daemon=True).start()
    ready()
    server = uvicorn.Server(config)
    # Requests that are cut off at the end are no errors.
    logging.getLogger('uvicorn.error').addFilter(lambda record: not server.should_exit)
    with contextlib.suppress(KeyboardInterrupt):    # the way to end it
        server.run(sockets=[listening])


def _warm(bench):
    try:
        bench.shop.warm()
    except (UserError, OSError) as error:
        print(f'fashion-models: {error}', file=sys.stderr)
