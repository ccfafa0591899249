"""``serve``: it starts, says where, and ends when told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from fashion_models.cli.serve import TOKEN


@pytest.fixture
def started():
    """A function that starts a server; returns the process and the first line that it prints."""
    processes = []

    def start(*words, **environment):
        process = subprocess.Popen(
            [sys.executable, '-m', 'fashion_models', 'serve', *map(str, words), '--port', '0'],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | environment)
        processes.append(process)
        return process, process.stdout.readline()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def write(path, text):
    path.write_text(text)
    return path


def get(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return json.load(answer)


def test_it_says_where_it_is_and_ends_at_ctrl_c(toys, started):
    process, line = started(toys[0])
    words, _, address = line.strip().partition(' at ')
    assert words == '80 products'
    assert address.startswith('http://127.0.0.1:')
    assert get(f'{address}api/health') == {'status': 'ok'}
    assert get(f'{address}api/version')['catalogue'] == 'toy'
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, '')


BROWSER = '''
import sys, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=60).status, flush=True)
except OSError as error:
    print(error, flush=True)
'''


def test_a_browser_that_ends_with_its_page_is_answered(toys, started, tmp_path):
    browser = f'{sys.executable} {write(tmp_path / "browser.py", BROWSER)} %s'
    process, _ = started(toys[0], '--open', BROWSER=browser)
    assert process.stdout.readline() == 'Ctrl-C ends it\n'
    assert process.stdout.readline() == '200\n'


def test_ctrl_c_ends_it_in_the_middle_of_a_request(toys, started):
    process, line = started(toys[0])
    port = int(line.strip().rpartition(':')[2].strip('/'))
    with socket.create_connection(('127.0.0.1', port)) as client:
        client.sendall(b'POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n'
                       b'Content-Type: application/json\r\n\r\n{"id":')
        assert get(f'http://127.0.0.1:{port}/api/health') == {'status': 'ok'}
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, '')


def test_beyond_this_machine_it_asks_for_a_token(toys, started):
    process, line = started(toys[0], '--host', '0.0.0.0', **{TOKEN: 'a secret & more'})
    address, _, token = line.strip().partition(' at ')[2].partition('/?token=')
    assert address.startswith('http://127.0.0.1:')
    assert token == 'a+secret+%26+more'
    assert process.stdout.readline() == (
        f'for colleagues: http://{socket.gethostname()}:{address.rpartition(":")[2]}/'
        f'?token={token}\n')
    with pytest.raises(urllib.error.HTTPError, match='401'):
        get(f'{address}/api/version')
    assert get(f'{address}/api/version', Authorization='Bearer a secret & more')['vectors'] == 80


def test_a_new_token_is_long(toys, started):
    _, line = started(toys[0], '--host', '0.0.0.0')
    assert len(line.strip().partition('?token=')[2]) >= 32


def test_what_is_not_there_is_told(toys, fails, tmp_path):
    assert 'no such file' in fails('serve', tmp_path / 'none', '--port', 0)
    assert 'there is no such folder' in fails(
        'serve', toys[0], '--port', 0, '--catalogue', tmp_path / 'none')
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        message = fails('serve', toys[0], '--port', port)
    assert message.endswith(f'host 127.0.0.1, port {port}: cannot listen there: '
                            'Address already in use')
    assert 'cannot listen there' in fails('serve', toys[0], '--port', 70000)


def test_what_is_named_is_looked_at_before_anything_is_served(toys, fails, tmp_path):
    def told(*words):
        return fails('serve', toys[0], '--port', 0, *words)

    assert 'no such folder' in told('--run', tmp_path / 'none')
    assert 'not a run folder' in told('--run', toys[2])
    for option in '--journal', '--lists':
        assert f'{tmp_path / "none"} is no folder' in told(option, tmp_path / 'none' / 'a.csv')
    assert 'missing column' in told('--lists', write(tmp_path / 'other.csv', 'a,b\n1,2\n'))


def test_vectors_of_images_are_refused(toys, works, fails, tmp_path):
    _, run, catalogue = toys
    works('embed', run, catalogue, '-o', tmp_path / 'images.embeddings', '--images')
    assert 'holds a vector for each image' in fails(
        'serve', tmp_path / 'images.embeddings', '--port', 0)
