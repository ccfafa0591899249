"""Loading pictures from a server of this machine; nothing here asks any other."""

import contextlib
import dataclasses
import http.server
import socket
import threading
import time

import pytest

from fashion_models.catalogue import connections, fetching
from fashion_models.catalogue.fetching import Bounds, fetch
from fashion_models.errors import UserError

HERE = Bounds(private=True, delay=0, seconds=5, size=100_000)


class Shop(http.server.BaseHTTPRequestHandler):
    """Serves what ``answers`` has for a path: (status, headers, body), or a function."""

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers['User-Agent'], time.monotonic()))
        server.busy += 1
        server.most_busy = max(server.most_busy, server.busy)
        answer = server.answers.get(self.path, (404, {}, b''))
        status, headers, body = answer(server) if callable(answer) else answer
        self.send_response(status)
        for name, value in {'Content-Type': 'image/jpeg', 'Content-Length': len(body),
                            **headers}.items():
            if value is not None:
                self.send_header(name, str(value))
        self.end_headers()
        server.busy -= 1
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def shop():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Shop)
    server.asked, server.answers, server.busy, server.most_busy = [], {}, 0, 0
    server.address = f'http://127.0.0.1:{server.server_port}'
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def asked(shop):
    return lambda: [path for path, _, _ in shop.asked]


def picture(jpeg):
    return 200, {}, jpeg


def test_pictures_and_the_table_of_their_addresses(shop, asked, tmp_path, jpeg):
    shop.answers = {'/a/front.jpg?v=1': picture(jpeg()), '/b/front.jpg': picture(jpeg('blue')),
                    '/b/gr%C3%B6%C3%9Fe%201': picture(jpeg('green'))}
    addresses = [f'{shop.address}/a/front.jpg?v=1', f'{shop.address}/b/front.jpg',
                 f'{shop.address}/b/größe 1', 'not/an/address.jpg', 'file:///etc/passwd',
                 f'{shop.address}/a/front.jpg?v=1']
    assert fetch(addresses, tmp_path, HERE) == {'loaded': 3, 'neither http:// nor https://': 1}
    assert (tmp_path / 'addresses.csv').read_text('utf-8-sig').splitlines() == [
        'address,file', f'{addresses[0]},front.jpg', f'{addresses[1]},front-2.jpg',
        f'{addresses[2]},größe 1.jpg']
    assert (tmp_path / 'front.jpg').read_bytes() == jpeg()
    assert (tmp_path / 'front-2.jpg').read_bytes() == jpeg('blue')
    assert {agent for _, agent, _ in shop.asked} == {fetching.USER_AGENT}
    assert fetching.USER_AGENT.startswith('fashion-models/')
    assert shop.most_busy == 1


def test_what_is_there_is_not_loaded_again(shop, asked, tmp_path, jpeg):
    shop.answers = {'/1.jpg': picture(jpeg())}
    addresses = [f'{shop.address}/{number}.jpg' for number in (1, 2)]
    assert fetch(addresses, tmp_path, HERE) == {'loaded': 1, 'the server said 404': 1}
    assert (tmp_path / 'not-loaded.csv').read_text('utf-8-sig').splitlines() == [
        'address,reason', f'{addresses[1]},the server said 404']
    shop.answers['/2.jpg'] = picture(jpeg())
    assert fetch(addresses, tmp_path, HERE) == {'loaded': 1, 'there before': 1}
    assert asked() == ['/1.jpg', '/2.jpg', '/2.jpg']
    assert not (tmp_path / 'not-loaded.csv').exists()


def test_an_interruption_between_table_and_file_is_made_good(shop, tmp_path, jpeg):
    shop.answers = {'/1.jpg': picture(jpeg())}
    (tmp_path / 'addresses.csv').write_text(f'address,file\n{shop.address}/1.jpg,x.jpg\nhttp://cut')
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, HERE) == {'loaded': 1}
    assert (tmp_path / 'x.jpg').read_bytes() == jpeg()


def test_no_other_file_is_replaced(shop, tmp_path, jpeg):
    shop.answers = {
        f'/{name}': picture(jpeg()) for name in ('1.jpg', 'addresses.csv', 'not-loaded.csv')}
    (tmp_path / '1.jpg').write_text('mine')
    (tmp_path / 'addresses.csv').write_text(
        f'address,file\n{shop.address}/../up.jpg,../up.jpg\n')
    assert fetch([f'{shop.address}{path}' for path in shop.answers], tmp_path,
                 HERE) == {'loaded': 3}
    assert (tmp_path / '1.jpg').read_text() == 'mine'
    assert {path.name for path in tmp_path.iterdir()} - {'.fetch.lock'} == {
        '1.jpg', '1-2.jpg', 'addresses.csv', 'addresses-2.csv', 'not-loaded-2.csv'}


@pytest.mark.parametrize(('answer', 'reason'), [
    ((200, {'Content-Type': 'text/html'}, b'<html>'), 'no picture, but text/html'),
    ((200, {}, b'x' * 100_001), 'more than 100,000 bytes'),
    ((200, {'Content-Length': None}, b'x' * 100_001), 'more than 100,000 bytes'),
    ((200, {}, b''), 'empty'),
    ((200, {'Content-Encoding': 'gzip'}, b'x'), 'packed, though not asked for'),
    ((200, {'Content-Length': 99}, b'x'), 'ended too early'),
    ((500, {}, b''), 'the server said 500'),
    ((302, {'Location': 'file:///etc/passwd'}, b''), 'the server said 302'),
    ((302, {'Location': 'ftp://127.0.0.1/x.jpg'}, b''), 'led to another kind of address'),
    ((302, {'Location': '/1.jpg'}, b''), 'the server said 302'),
    ((200, {}, b'\r\n<!DOCTYPE HTML><title>Not found</title>'), 'no picture, but a page')])
def test_what_is_not_loaded(shop, tmp_path, answer, reason):
    shop.answers = {'/1.jpg': answer}
    counts = fetch([f'{shop.address}/1.jpg'], tmp_path, HERE)
    assert counts == {reason: 1}
    assert not (tmp_path / '1.jpg').exists()


@pytest.mark.parametrize(('address', 'reason'), [
    ('http://no-such-shop.invalid/1.jpg', 'its server is not known'),
    ('http:///1.jpg', 'no address'), ('http://shop:port/1.jpg', 'no address'),
    ('ftp://shop.test/1.jpg', 'neither http:// nor https://')])
def test_addresses_that_lead_nowhere(tmp_path, address, reason):
    # A lost answer of a name server costs the five seconds of HERE.
    patient = dataclasses.replace(HERE, seconds=60)
    assert fetch([address], tmp_path, patient) == {reason: 1}
    assert f'{address},{reason}' in (tmp_path / 'not-loaded.csv').read_text('utf-8-sig')


def test_a_server_that_is_not_there(shop, tmp_path):
    address = f'{shop.address}/1.jpg'
    shop.shutdown()
    shop.server_close()
    assert fetch([address], tmp_path, HERE) == {'cannot be loaded: Connection refused': 1}


def test_redirects_are_followed(shop, tmp_path, jpeg):
    shop.answers = {'/1.jpg': (301, {'Location': '/2'}, b''), '/2': picture(jpeg())}
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, HERE) == {'loaded': 1}
    assert (tmp_path / '1.jpg').read_bytes() == jpeg()


def test_what_comes_with_a_redirect_is_not_read(shop, tmp_path, jpeg):
    """It may never end."""
    shop.answers = {'/1.jpg': (302, {'Location': '/2', 'Content-Length': 1 << 40}, b'x'),
                    '/2': picture(jpeg())}
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, HERE) == {'loaded': 1}


def test_a_slow_server_is_left(shop, tmp_path):
    def slowly(server):
        time.sleep(1.5)
        return 200, {}, b'x'
    shop.answers = {'/1.jpg': slowly}
    counts = fetch([f'{shop.address}/1.jpg'], tmp_path,
                   Bounds(private=True, delay=0, seconds=0.3))
    assert counts == {'took too long': 1}


def test_the_number_is_bounded_and_the_next_call_goes_on(shop, tmp_path, jpeg):
    shop.answers = {f'/{number}.jpg': picture(jpeg()) for number in range(5)}
    addresses = [f'{shop.address}/{number}.jpg' for number in range(5)]
    bounds = Bounds(pictures=3, private=True, delay=0)
    assert fetch(addresses, tmp_path, bounds) == {'loaded': 3, 'left': 2}
    assert fetch(addresses, tmp_path, bounds) == {'there before': 3, 'loaded': 2}


def test_requests_keep_their_distance(shop, tmp_path, jpeg):
    shop.answers = {f'/{number}.jpg': picture(jpeg()) for number in range(3)}
    fetch([f'{shop.address}/{number}.jpg' for number in range(3)], tmp_path,
          Bounds(private=True, delay=0.2))
    times = [moment for _, _, moment in shop.asked]
    assert all(later - earlier > 0.19 for earlier, later in zip(times, times[1:]))


def test_a_server_that_asks_to_come_later_is_heeded(shop, asked, tmp_path, jpeg, monkeypatch):
    slept = []
    monkeypatch.setattr(fetching.time, 'sleep', slept.append)
    answers = iter([(429, {'Retry-After': 7}, b''), (503, {'Retry-After': 99_999}, b''),
                    picture(jpeg())])
    shop.answers = {'/1.jpg': lambda server: next(answers)}
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, HERE) == {'loaded': 1}
    assert [seconds for seconds in slept if seconds] == pytest.approx([7, 60], abs=2)


def test_nothing_is_waited_for_after_the_last_request(shop, asked, tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr(fetching.time, 'sleep', slept.append)
    shop.answers = {'/1.jpg': (429, {'Retry-After': 7}, b'')}
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, HERE) == {'the server said 429': 1}
    assert asked() == 3 * ['/1.jpg']
    assert [seconds for seconds in slept if seconds] == pytest.approx([7, 7], abs=2)


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '192.168.1.1',
                                  '169.254.169.254', '0.0.0.0', '[::ffff:127.0.0.1]', '2130706433'])
def test_private_addresses_are_refused(shop, asked, tmp_path, host):
    address = f'http://{host}:{shop.server_port}/1.jpg'
    (reason,) = fetch([address], tmp_path, Bounds(delay=0, seconds=2))
    assert reason in ('not on the public internet', 'its server is not known')
    assert asked() == []


def test_a_redirect_to_a_private_address_is_refused(shop, asked, tmp_path, monkeypatch):
    shop.answers = {'/1.jpg': (302, {'Location': 'http://localhost:1/x.jpg'}, b'')}
    real = connections._is_public
    monkeypatch.setattr(connections, '_is_public', lambda place: asked() == [] or real(place))
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, Bounds(delay=0)) == {
        'not on the public internet': 1}


def test_one_process_a_folder(tmp_path):
    from fashion_models.files import locked

    with (locked(tmp_path / '.fetch.lock', lambda: None),
          pytest.raises(UserError, match='another process loads pictures into it')):
        fetch([], tmp_path)


def test_the_command(shop, tmp_path, command, jpeg):
    shop.answers = {'/red.jpg': picture(jpeg()), '/blue.jpg': picture(jpeg('blue'))}
    export = tmp_path / 'export.csv'
    export.write_text('Handle,Title,Option1 Name,Option1 Value,Image Src,Variant Image\n'
                      + ''.join(f'd,Dress,Color,{colour},{shop.address}/{colour}.jpg,'
                                f'{shop.address}/{colour}.jpg\n' for colour in ('red', 'blue')))
    options = '--delay', '0', '--allow-private'
    status, output = command('fetch', 'shopify', export, tmp_path / 'pictures', *options)
    assert (status, output) == (0, f'2  loaded\n{tmp_path}/pictures: 2 of 2 pictures\n')
    command('import', 'shopify', export, tmp_path / 'shop', '--images', tmp_path / 'pictures')
    del shop.answers['/red.jpg']
    (tmp_path / 'pictures/red.jpg').unlink()
    status, output = command('fetch', 'shopify', export, tmp_path / 'pictures', *options)
    assert (status, output) == (1, '1  the server said 404\n1  there before\n'
                                   f'{tmp_path}/pictures: 1 of 2 pictures\n'
                                   'which ones are missing, and why: '
                                   f'{tmp_path}/pictures/not-loaded.csv\n')
    with pytest.raises(UserError, match='--delay: found -1, expected seconds, 0 to 3600'):
        command('fetch', 'shopify', export, tmp_path / 'pictures', '--delay', '-1')


@pytest.mark.parametrize('seconds', ['3601', '99999999999'])
def test_seconds_that_no_clock_counts(tmp_path, command, seconds):
    with pytest.raises(UserError, match=f'--seconds: found {seconds}, expected seconds, 1 to 3600'):
        command('fetch', 'csv', tmp_path / 'export.csv', tmp_path, '--seconds', seconds)


def test_what_a_server_says_does_not_reach_the_terminal(shop, tmp_path, command):
    shop.answers = {'/1.jpg': (200, {'Content-Type': 'evil/\x1b]0;title\x07\x1b[2j'}, b'x')}
    (tmp_path / 'export.csv').write_text(
        f'product_id,type,images\n1,Shoes,{shop.address}/1.jpg\n')
    status, output = command('fetch', 'csv', tmp_path / 'export.csv', tmp_path / 'pictures',
                             '--allow-private', '--delay', '0')
    assert (status, output.splitlines()[0]) == (
        1, r'1  no picture, but evil/\x1b]0')
    assert '\x1b' not in output


def test_addresses_may_lack_https(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, '_load', lambda opener, address, bounds: (
        'image/jpeg', address.encode()))
    assert fetch(['//cdn.shop.example/a.jpg', 'https://cdn.shop.example/a.jpg', '//a.jpg', 'b.jpg'],
                 tmp_path, HERE) == {'loaded': 1}
    assert (tmp_path / 'a.jpg').read_bytes() == b'https://cdn.shop.example/a.jpg'
    assert fetch(['//cdn.shop.example/b.jpg'], tmp_path, HERE) == {'loaded': 1}
    assert (tmp_path / 'b.jpg').read_bytes() == b'https://cdn.shop.example/b.jpg'


@pytest.mark.parametrize(('images', 'message'), [
    ('img/a.jpg', 'found names of files alone, such as img/a.jpg: nothing is to be loaded'),
    ('ftp://shop.example/a.jpg',
     'found addresses of another kind alone, such as ftp://shop.example/a.jpg'),
    ('', 'found no picture at all')])
def test_a_source_without_an_address(tmp_path, command, images, message):
    (tmp_path / 'products.csv').write_text(f'product_id,type,images\n1,Shoes,{images}\n')
    with pytest.raises(UserError, match='products.csv: expected addresses of pictures.*' + message):
        command('fetch', 'csv', tmp_path / 'products.csv', tmp_path / 'pictures')
    assert not (tmp_path / 'pictures').exists()


@pytest.mark.parametrize('encoding', ['cp1252', 'utf-16'])
def test_a_table_that_was_saved_in_another_encoding_is_left_alone(shop, tmp_path, encoding):
    content = 'address,file\r\nhttp://x/\xe9.jpg,a.jpg\r\n'.encode(encoding)
    (tmp_path / 'addresses.csv').write_bytes(content)
    with pytest.raises(UserError, match='addresses.csv: not UTF-8'):
        fetch([f'{shop.address}/a.jpg'], tmp_path, HERE)
    assert (tmp_path / 'addresses.csv').read_bytes() == content


def test_a_server_that_sends_its_headers_byte_by_byte(tmp_path):
    """Each byte is within the timeout of the socket."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        def serve():
            with server.accept()[0] as client, contextlib.suppress(OSError):
                client.recv(1 << 16)
                client.sendall(b'HTTP/1.1 200 OK\r\nX-A: ')
                while True:
                    client.sendall(b'a')
                    time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        address = f'http://127.0.0.1:{server.getsockname()[1]}/a.jpg'
        counts = fetch([address], tmp_path, dataclasses.replace(HERE, seconds=0.5))
    assert counts == {'took too long': 1}


def test_a_name_that_is_found_too_late_is_not_connected_to(shop, asked, tmp_path, monkeypatch):
    shop.answers = {'/1.jpg': (200, {}, b'x')}
    find = socket.getaddrinfo

    def slowly(*arguments, **options):
        time.sleep(0.6)
        return find(*arguments, **options)

    monkeypatch.setattr(socket, 'getaddrinfo', slowly)
    assert fetch([f'{shop.address}/1.jpg'], tmp_path, dataclasses.replace(
        HERE, seconds=0.3)) == {'took too long': 1}
    assert asked() == []


def test_a_connection_that_is_made_too_late_is_cut():
    deadline = connections.Deadline()
    for late in True, False, True:
        here, there = socket.socketpair()
        with here, there:
            there.settimeout(5)
            with deadline.within(0.01 if late else 60):
                time.sleep(0.1)
                deadline.watch(here)
                here.settimeout(5)
                if late:
                    assert there.recv(1) == b''
                else:
                    here.sendall(b'a')
                    assert there.recv(1) == b'a'


@pytest.mark.parametrize('silent', [False, True])
def test_a_server_is_tried_at_each_of_its_addresses(shop, tmp_path, monkeypatch, jpeg, silent):
    shop.answers = {'/1.jpg': picture(jpeg())}
    find, connect = socket.getaddrinfo, socket.create_connection

    def connect_slowly(place, timeout, source):
        if silent and place == deaf.getsockname():
            time.sleep(timeout)
            raise TimeoutError
        return connect(place, timeout, source)

    with socket.socket() as deaf:   # it does not listen
        deaf.bind(('127.0.0.1', 0))
        monkeypatch.setattr(socket, 'create_connection', connect_slowly)
        monkeypatch.setattr(socket, 'getaddrinfo', lambda *arguments, **options: (
            find(*deaf.getsockname(), type=socket.SOCK_STREAM) + find(*arguments, **options)))
        assert fetch([f'{shop.address}/1.jpg'], tmp_path, dataclasses.replace(
            HERE, seconds=2)) == {'loaded': 1}
