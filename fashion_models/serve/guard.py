"""Who may ask, how much at once, and what a browser may do with the answer.

The workbench is for one team. On this machine alone it needs no token; whoever can reach its port
from elsewhere does. A page of another site, open in the same browser, can neither write (same
origin) nor read (host names, against DNS rebinding).
"""

import hmac
import urllib.parse

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from fashion_models.parsing import whole_number
from fashion_models.serve.refusal import Refusal, answer

#: Bytes of a request's body, at most: with pictures, and of JSON, of which each byte may take a
#: hundred in memory.
BODY, JSON_BODY = 64 << 20, 1 << 20
COOKIE = 'fashion_models_token'
POLICY = '; '.join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:",
    "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"))
_HEADERS = {
    'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin', 'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin'}
_READS = 'GET', 'HEAD'
#: Answered without a token: the style of the page that asks for one, and whether all is well.
_OPEN = '/static/', '/api/health'


class Guard:
    """An ASGI middleware.

    Args:
        app: The application.
        token: What a request must know, or None if none is needed.
        hosts: The names by which the server may be called, without ports; None for any.
    """

    def __init__(self, app, token: str | None = None, hosts: tuple | None = None) -> None:
        self._app = app
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope, receive, send) -> None:
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if request.method == 'HEAD':    # whatever can be read; the server leaves the body out
            scope = scope | {'method': 'GET'}

        async def guarded_send(message):
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault('Cache-Control', 'no-store')
            await send(message)

        try:
            response = self._check(request)
            if response is None:
                await self._app(scope, _bounded(request, receive), guarded_send)
                return
        except Refusal as refusal:
            response = answer(request, refusal.status, refusal.message)
        await response(scope, receive, guarded_send)

    def _check(self, request):
        """Raises a Refusal, or returns an answer, or None to go on."""
        host = request.headers.get('host', '')
        if self._hosts is not None and _name(host) not in self._hosts:
            raise Refusal(403, f'this server does not go by the name {host!r}')
        if request.method not in _READS and not _same_origin(request, host):
            raise Refusal(403, 'a page of another site may not change anything here')
        return self._check_token(request) if self._token else None

    def _check_token(self, request):
        # As the router reads it: older Starlettes make request.url of what the Host header holds.
        path = request.scope['path']
        if path.startswith(_OPEN):
            return None
        given = request.query_params.get('token')
        if given is not None and request.method in _READS and self._is_token(given):
            # From the address into a cookie, so that it is neither in links nor in the history.
            rest = urllib.parse.urlencode([
                (name, value) for name, value in request.query_params.multi_items()
                if name != 'token'])
            path = urllib.parse.quote('/' + path.lstrip('/'))   # with two, it would be another host
            response = RedirectResponse(f'{path}?{rest}' if rest else path)
            response.set_cookie(COOKIE, given, httponly=True, samesite='lax',
                                secure=request.scope['scheme'] == 'https', max_age=30 * 86400)
            return response
        scheme, _, bearer = request.headers.get('authorization', '').partition(' ')
        if scheme.lower() == 'bearer' and self._is_token(bearer.strip()):
            return None
        if self._is_token(request.cookies.get(COOKIE, '')):
            return None
        raise Refusal(401, 'open the address with ?token=… that "fashion-models serve" printed; '
                           'programs send it as the header "Authorization: Bearer TOKEN"')

    def _is_token(self, given):
        return hmac.compare_digest(given.encode('utf-8', 'surrogateescape'), self._token.encode())


def _name(host):
    """The name in a Host header, without the port; None if there is none."""
    try:
        return urllib.parse.urlsplit(f'//{host}').hostname
    except ValueError:
        return None


def _same_origin(request, host):
    """Whether a request that writes comes from our own pages, or from no page at all."""
    site = request.headers.get('sec-fetch-site')
    if site is not None:
        return site in ('same-origin', 'none')
    origin = request.headers.get('origin')
    return origin is None or origin.partition('://')[2] == host


def _bounded(request, receive):
    """The body of a request, refused as soon as it is longer than it may be."""
    kind = request.headers.get('content-type', '').partition(';')[0].strip().lower()
    most = BODY if kind == 'multipart/form-data' else JSON_BODY
    message = f'the request is too large; expected at most {most >> 20} MB'
    length = request.headers.get('content-length', '')
    if (whole_number(length) or 0) > most:
        raise Refusal(413, message)
    received = 0

    async def bounded():
        nonlocal received
        part = await receive()
        received += len(part.get('body', b''))
        if received > most:
            raise Refusal(413, message)
        return part

    return bounded
