"""Connections to servers that nobody vouches for: bounded in time, and to the public internet."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator

from fashion_models.catalogue.importers.pictures import is_address

_REDIRECTS = 5


class NotLoaded(Exception):
    """Why a picture was not loaded."""


def public_opener(private: bool = False) -> urllib.request.OpenerDirector:
    """Opens addresses of http and https only, in a block of its ``deadline``, a :class:`Deadline`.

    Args:
        private: Whether those may be opened that are not on the public internet, such as those of
            this machine and its network.
    """
    deadline = Deadline()

    def connect(address, timeout=None, source_address=None):
        host, port = address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, place in found:
            # Asked of the very address that is connected to, whatever the name leads to next.
            if not private and not _is_public(place[0]):
                raise _Private('not on the public internet')
        for number, (*_, place) in enumerate(found):
            try:    # each has its share of the time: one may not answer at all
                connected = socket.create_connection(
                    place[:2], deadline.left() / (len(found) - number), source_address)
            except OSError as error:
                failure = error
            else:
                connected.settimeout(timeout)
                deadline.watch(connected)
                return connected
        raise failure

    def of(kind):
        def make(*arguments, **keywords):
            connection = kind(*arguments, **keywords)
            connection._create_connection = connect    # as the tests of http.client do
            return connection
        return make

    class Plain(urllib.request.HTTPHandler):
        def http_open(self, request):
            return self.do_open(of(http.client.HTTPConnection), request)

    class Secure(urllib.request.HTTPSHandler):
        def https_open(self, request):
            return self.do_open(of(http.client.HTTPSConnection), request,
                                context=ssl.create_default_context())

    class Redirects(urllib.request.HTTPRedirectHandler):
        max_redirections = _REDIRECTS

        def redirect_request(self, request, file, code, message, headers, address):
            if not is_address(address):
                raise NotLoaded('led to another kind of address')
            file.read = bytes   # nothing: urllib reads it to its end, of which there may be none
            return super().redirect_request(request, file, code, message, headers, address)

    opener = urllib.request.OpenerDirector()
    for handler in (Plain(), Secure(), Redirects(), urllib.request.HTTPDefaultErrorHandler(),
                    urllib.request.HTTPErrorProcessor()):
        opener.add_handler(handler)
    opener.deadline = deadline
    return opener


class Deadline:
    """Cuts connections that take too long: timeouts of sockets begin anew with each byte."""

    def __init__(self) -> None:
        self._watched = []
        self._until, self._over = 0, False

    def watch(self, connected: socket.socket) -> None:
        """A connection has been made."""
        self._watched.append(connected.dup())   # TLS takes the other over
        if self._over:      # the time may have ended while it was made
            self._cut()

    def left(self) -> float:
        """The seconds that the block still has.

        Raises:
            TimeoutError: If there are none.
        """
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Connections that are made in the block end with it, or after so many seconds."""
        self._until, self._over = time.monotonic() + seconds, False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            while self._watched:
                self._watched.pop().close()

    def _cut(self):
        self._over = True
        for connected in list(self._watched):
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)


class _Private(OSError, NotLoaded):
    """The address is one of this machine or its network."""


def _is_public(place):
    address = ipaddress.ip_address(place.partition('%')[0])
    if address.version == 6:
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast
