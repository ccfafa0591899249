"""Safe: who may ask, how much, and what an answer lets a browser do."""

import io
import json
import os
import struct
import threading
import zlib

import anyio
import anyio.to_thread
import pytest
from PIL import Image
from starlette.datastructures import URL
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from fashion_models.devices import usable_cores
from fashion_models.serve import app, guard, queries
from fashion_models.serve.app import create_app
from fashion_models.serve.shop import Shop
from fashion_models.serve.workbench import Workbench


def png(width, height, content=b''):
    """A PNG file that says it has this size."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
            + chunk(b'IDAT', zlib.compress(content)) + chunk(b'IEND', b''))


@pytest.fixture
def guarded(bench):
    """A client of an application that asks for a token."""
    with TestClient(create_app(bench, 'secret', None), base_url='http://shop.example',
                    follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize('address', ['/', '/product?id=1', '/api/products', '/order', '/api',
                                     '/picture?id=1', '/nothing', '/api/nothing',
                                     '/static/app.css'])
def test_every_answer_has_a_strict_policy(client, address):
    headers = client.get(address, headers={'Accept': 'text/html'}).headers
    policy = dict(part.split(' ', 1) for part in headers['content-security-policy'].split('; '))
    assert policy['default-src'] == "'none'"
    assert policy['script-src'] == policy['style-src'] == "'self'"
    assert policy['frame-ancestors'] == policy['base-uri'] == "'none'"
    assert headers['x-content-type-options'] == 'nosniff'


@pytest.mark.parametrize('address', ['/', '/product?id=1', '/order', '/api', '/product/seen?id=1'])
def test_pages_hold_no_script_or_style_of_their_own(client, address):
    page = client.get(address).text
    assert '<style' not in page
    assert ' style=' not in page
    assert ' on' not in [part[:3] for part in page.split('"')]
    assert page.count('<script') == page.count('<script type="module" src="/static/')
    assert 'https://' not in page


def test_a_token_opens_a_door_once_for_a_browser(guarded):
    assert guarded.get('/api/products').status_code == 401
    assert guarded.get('/?token=wrong').status_code == 401
    answer = guarded.get('/?token=secret&q=red')
    assert answer.status_code == 307
    assert answer.headers['location'] == '/?q=red'
    assert 'HttpOnly' in answer.headers['set-cookie']
    assert guarded.get('/api/products').status_code == 200


def test_programs_send_the_token_as_a_header(guarded, fails):
    address = '/api/products'
    assert guarded.get(address, headers={'Authorization': 'Bearer secret'}).status_code == 200
    message = fails(guarded.get(address, headers={'Authorization': 'Bearer other'}), 401)
    assert 'Authorization: Bearer TOKEN' in message
    assert guarded.get(address, headers={'Authorization': 'Bearer \xe9'.encode('latin-1')}
                       ).status_code == 401
    assert guarded.get('/api/health').status_code == 200
    assert guarded.post('/api/search?token=secret', json={'id': '1'}).status_code == 401


def test_a_token_is_no_way_to_another_host(guarded):
    answer = guarded.get('http://shop.example//evil.example/?token=secret')
    assert answer.headers['location'] == '/evil.example/'


def test_an_address_keeps_what_is_escaped_when_its_token_is_taken_off(guarded):
    answer = guarded.get('/a%3Fb%25c%5Cd?token=secret&q=%26')
    assert answer.headers['location'] == '/a%3Fb%25c%5Cd?q=%26'


@pytest.fixture
def older_starlette(monkeypatch):
    """Addresses of requests as older Starlettes have them: with whatever the Host header holds."""
    monkeypatch.setattr(HTTPConnection, 'url', property(lambda request: URL(
        f'http://{request.headers["host"]}{request.scope["path"]}'
        f'?{request.scope["query_string"].decode()}')))


@pytest.mark.parametrize('host', ['x/static/', 'x/api/health', 'x/static/?', 'x/static/#'])
def test_no_host_header_leads_around_the_token(guarded, older_starlette, host):
    assert guarded.get('/api/products', headers={'Host': host}).status_code == 401
    assert guarded.get('/static/app.css', headers={'Host': 'x/y'}).status_code == 200


def test_no_host_header_is_taken_for_a_part_of_the_address(guarded, older_starlette):
    answer = guarded.get('/order?token=secret&q=red', headers={'Host': 'x/y?z='})
    assert answer.headers['location'] == '/order?q=red'
    headers = {'Host': 'x/api/', 'Authorization': 'Bearer secret', 'Accept': 'text/html'}
    assert '<a href="/order" aria-current="page">' in guarded.get('/order', headers=headers).text
    assert '<h1>Not found</h1>' in guarded.get('/nothing', headers=headers).text


@pytest.mark.parametrize(('headers', 'status'), [
    ({}, 200), ({'Sec-Fetch-Site': 'same-origin'}, 200), ({'Sec-Fetch-Site': 'none'}, 200),
    ({'Sec-Fetch-Site': 'cross-site'}, 403), ({'Sec-Fetch-Site': 'same-site'}, 403),
    ({'Origin': 'http://localhost:8000'}, 200), ({'Origin': 'http://localhost:9000'}, 403),
    ({'Origin': 'http://evil.example'}, 403), ({'Origin': 'null'}, 403),
    ({'Origin': 'http://[evil'}, 403)])
def test_a_page_of_another_site_cannot_write(client, headers, status):
    assert client.post('/api/search', json={'id': '1'}, headers=headers).status_code == status


@pytest.mark.parametrize('path', ['/', '/api/health', '/api/products/1', '/picture?id=1'])
def test_what_can_be_read_can_be_asked_about(client, path):
    whole, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b''
    assert head.headers == whole.headers


def test_an_address_says_which_methods_it_takes(client):
    assert client.delete('/api/search').headers['allow'] == 'POST'


@pytest.mark.parametrize(('host', 'status'), [
    ('localhost:8000', 200), ('127.0.0.1:8000', 200), ('[::1]:8000', 200), ('LOCALHOST', 200),
    ('evil.example', 403), ('', 403), ('[', 403)])
def test_another_name_of_this_machine_is_refused(client, host, status):
    assert client.get('/api/health', headers={'Host': host}).status_code == status


def test_a_body_is_bounded_whatever_it_says_of_its_length(client, fails, monkeypatch):
    monkeypatch.setattr(guard, 'BODY', 1000)
    monkeypatch.setattr(guard, 'JSON_BODY', 1000)
    pictures = {'pictures': b'x' * 2000}
    assert 'too large' in fails(client.post('/api/search', files=pictures), 413)

    def parts():
        for _ in range(20):
            yield b'x' * 100
    for path in '/api/search', '/api/review/undo':  # which are read by us, and by FastAPI
        answer = client.post(path, content=parts(), headers={'Content-Type': 'application/json'})
        assert 'too large' in fails(answer, 413)


def test_a_picture_is_bounded(client, fails, monkeypatch):
    monkeypatch.setattr(queries, 'PICTURE_BYTES', 1000)
    assert 'picture 1: found' in fails(
        client.post('/api/search', files={'pictures': b'x' * 2000}), 413)


def test_a_picture_of_too_many_pixels_is_told_the_limit_of_uploads(client, fails):
    message = fails(client.post('/api/search', files={'pictures': png(30_000, 30_000)}), 415)
    assert 'more than 50,000,000 pixels' in message


def test_too_many_pictures(client, fails, jpeg):
    files = [('pictures', jpeg())] * 9
    assert 'found 9, expected 1 to 8' in fails(client.post('/api/search', files=files), 400)
    fails(client.post('/api/search', files=files * 5), 400)


@pytest.mark.parametrize('content', [
    b'', b'not a picture', b'<svg xmlns="http://www.w3.org/2000/svg"/>', png(9000, 9000),
    png(1, 70_000), png(100, 100), b'\xff\xd8\xff\xe0' + b'\0' * 100],
    ids=['empty', 'text', 'SVG', 'bomb', 'strip', 'cut short', 'damaged'])
def test_what_is_no_usable_picture_is_told(client, fails, content):
    assert 'picture 1: not a usable picture' in fails(
        client.post('/api/search', files={'pictures': content}), 415)


def test_markup_in_a_catalogue_is_text(toys, tmp_path):
    from fashion_models.representation.embeddings_writer import EmbeddingsWriter

    source = Shop(toys[0]).embeddings
    evil = '"><script>alert(1)</script>'
    item = source.items[0]
    item = type(item)(evil, evil, evil, {'type': evil, 'colour': evil}, evil, evil, evil,
                      item.images)
    with EmbeddingsWriter(tmp_path / 'x.embeddings', {
            name: source.header[name] for name in source.header
            if name not in ('rows', 'dtype')}) as writer:
        writer.add(source.vectors[:2], [item, source.items[1]])
    bench = Workbench(Shop(tmp_path / 'x.embeddings'))
    with TestClient(create_app(bench), base_url='http://localhost') as client:
        page = client.get('/product', params={'id': evil})
        assert page.status_code == 200
        assert '&lt;script&gt;alert(1)' in page.text
        assert '<script>' not in page.text
        page = client.get('/product', params={'id': evil + 'x'}, headers={'Accept': 'text/html'})
        assert page.status_code == 404
        assert '<script>' not in page.text


@pytest.mark.parametrize('path', ['../secret.png', '/etc/secret.png', 'a/../../secret.png'])
def test_no_picture_lies_outside_the_catalogue(shop, bench, path, monkeypatch):
    item = shop.item(0)
    assert shop.image_file(type(item)('a', 'a', 'a', images=(path,)), 0) is None


def test_a_thumbnail_is_small_and_kept(client, bench, shop):
    first = client.get('/picture?id=1&side=160')
    with Image.open(io.BytesIO(first.content)) as image:
        assert image.format == 'JPEG'
        assert max(image.size) <= 160
    assert client.get('/picture?id=1&side=160').content == first.content
    assert first.headers['cache-control'] == 'private, max-age=3600'


def test_thumbnails_are_kept_within_a_budget(toys):
    from fashion_models.serve.thumbnails import Thumbnails

    files = sorted((toys[2] / 'images').glob('*.png'))
    size = len(Thumbnails().get(files[0], 160))
    thumbnails = Thumbnails(budget=4 * size)
    for file in files[:40]:
        assert thumbnails.get(file, 160)
    assert sum(map(len, thumbnails._kept.values())) == thumbnails._bytes <= 4 * size


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='pipes are files on Unix')
def test_a_pipe_in_place_of_a_picture_is_none_and_not_waited_for(tmp_path):
    from fashion_models.serve.thumbnails import Thumbnails

    os.mkfifo(tmp_path / 'a.png')
    found = []
    thread = threading.Thread(
        target=lambda: found.append(Thumbnails().get(tmp_path / 'a.png', 160)), daemon=True)
    thread.start()
    thread.join(30)
    assert found == [None]


def test_a_picture_that_was_not_there_yet_is_shown_once_it_is(tmp_path):
    from fashion_models.serve.thumbnails import Thumbnails

    thumbnails, file = Thumbnails(), tmp_path / 'a.png'
    assert thumbnails.get(file, 160) is None
    Image.new('RGB', (40, 30)).save(file)
    with Image.open(io.BytesIO(thumbnails.get(file, 160))) as image:
        assert image.size == (40, 30)


def test_no_more_requests_at_once_than_cores():
    async def tokens():
        async with app._within_the_cores(None):
            return anyio.to_thread.current_default_thread_limiter().total_tokens

    assert anyio.run(tokens) == usable_cores()


@pytest.mark.parametrize(('kind', 'content'), [
    ('application/json', b'{"liked": [' + b'1,' * 600_000 + b'1]}'),
    ('application/x-www-form-urlencoded', b'a=1&' * 300_000)])
def test_what_holds_no_pictures_is_smaller(client, fails, kind, content):
    """Of 5 MB of JSON with wrong values, pydantic made errors of 3 GB."""
    answer = client.post('/api/order', content=content, headers={'Content-Type': kind})
    assert 'expected at most 1 MB' in fails(answer, 413)


@pytest.mark.parametrize('body', [
    {'liked': ['1'] * 501}, {'disliked': [1] * 100_000}, {'lists': [[]] * 100_000},
    {'where': {'type': [1] * 100_000}}])
def test_lists_are_bounded(client, fails, body):
    assert 'at most 500' in fails(client.post('/api/order', json=body), 422)


def test_halves_of_surrogate_pairs_are_no_fault_of_the_server(client):
    for path, body in (('search', {'id': '1', 'where': {'type': '\ud800'}}),
                       ('search', {'id': '\ud800'}), ('order', {'lists': ['\ud800']})):
        answer = client.post(f'/api/{path}', content=json.dumps(body),
                             headers={'Content-Type': 'application/json'})
        assert answer.status_code in (400, 404)
        assert answer.json()['error']['message']
