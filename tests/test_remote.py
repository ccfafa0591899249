"""Files at addresses, against a local S3 server."""

import os
import socket
import threading

import pytest

from fashion_models.errors import UserError
from fashion_models.remote import Remote, fetched, is_address, staged

pytest.importorskip('s3fs', reason='needs the extra s3')


@pytest.mark.parametrize(('place', 'expected'), [
    ('s3://bucket/x', True), ('gs://b', True), ('shop', False), ('/a/b', False), ('C:/x', False)])
def test_what_an_address_is(place, expected):
    assert is_address(place) == expected


def test_a_file_is_put_whole_and_found_again(s3, tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    def interrupted():
        with staged(f'{s3}/x.bin') as file:
            file.write_bytes(b'half')
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(FileNotFoundError):
        Remote(s3).content('x.bin')
    with staged(f'{s3}/x.bin') as file:
        assert file.read_bytes() == b'half'     # to go on with
        file.write_bytes(b'whole')
    assert Remote(s3).content('x.bin') == b'whole'
    assert [path.suffix for path in (tmp_path / 'cache' / 'fashion-models').iterdir()] == ['.lock']
    with staged(tmp_path / 'y') as file:
        assert file == tmp_path / 'y'


def test_one_process_writes_to_an_address(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    address, put, refused = (tmp_path / 'x').as_uri(), Remote.put, []

    def second():
        with pytest.raises(UserError) as caught, staged(address):
            pytest.fail('two write at once')
        refused.append(str(caught.value))

    def slow_put(remote, file):
        second()
        put(remote, file)

    monkeypatch.setattr(Remote, 'put', slow_put)
    with staged(address) as file:
        file.write_bytes(b'whole')
        second()
    assert refused == 2 * [f'{address}: another process is writing it']
    assert (tmp_path / 'x').read_bytes() == b'whole'


def test_no_more_of_a_file_is_read_than_asked_for(s3, tmp_path):
    for number, content in enumerate([b'', b'a', b'abc', b'abcdef']):
        (tmp_path / 'x').write_bytes(content)
        for folder in s3, tmp_path.as_uri():
            Remote(f'{folder}/{number}').put(tmp_path / 'x')
            assert Remote(folder).content(str(number), 3) == content[:3]
            assert Remote(folder).size(str(number)) == len(content)
    for folder in s3, tmp_path.as_uri():
        with pytest.raises(FileNotFoundError):
            Remote(folder).content('none', 3)
        with pytest.raises(FileNotFoundError):
            Remote(folder).size('none')


def test_a_bucket_has_no_folders_to_be_made_first(s3, tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    for number in 1, 2:
        with staged(f'{s3}/parts/of/{number}') as file:
            file.write_bytes(b'part')
    assert Remote(f'{s3}/parts').content('of/2') == b'part'


def test_elsewhere_a_missing_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    with staged((tmp_path / 'a' / 'b' / 'part').as_uri()) as file:
        file.write_bytes(b'part')
    assert (tmp_path / 'a' / 'b' / 'part').read_bytes() == b'part'


def test_a_file_of_this_machine_takes_the_place_of_a_link(tmp_path):
    (tmp_path / 'mine').write_text('mine')
    (tmp_path / 'new').write_text('new')
    os.symlink('mine', tmp_path / 'out')
    Remote((tmp_path / 'out').as_uri()).put(tmp_path / 'new')
    assert (tmp_path / 'mine').read_text() == 'mine'
    assert (tmp_path / 'out').read_text() == 'new'
    assert sorted(os.listdir(tmp_path)) == ['mine', 'new', 'out']


def test_what_is_not_there_is_told(s3):
    with pytest.raises(UserError, match='there is no bucket no-such-bucket-here; make it'), staged(
            's3://no-such-bucket-here/parts/x'):
        pass
    with pytest.raises(UserError, match=f'{s3}: expected the address of a file'), staged(s3):
        pass
    with pytest.raises(FileNotFoundError, match='^a/x.bin$'):
        Remote(s3).content('a/x.bin')
    with pytest.raises(UserError, match='s3://no-such-bucket-here/x: '), staged(
            's3://no-such-bucket-here/x'):
        pass
    with pytest.raises(UserError, match='nosuchprotocol://x: cannot be used'):
        Remote('nosuchprotocol://x')


def test_threads_may_read_at_once(s3):
    remote, found = Remote(s3), []
    Remote(f'{s3}/a').put(__file__)
    threads = [threading.Thread(target=lambda: found.append(len(remote.content('a'))))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == 4 * [os.path.getsize(__file__)]


def test_no_password_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    monkeypatch.setattr(Remote, 'fetch', lambda remote, names, folder: remote.size(*names))
    address = 'memory://me:secret@host/x'

    def told(address, use):
        with pytest.raises(UserError) as caught, use(address):
            pass
        assert 'secret' not in str(caught.value)
        return str(caught.value)

    def fetched_one(address):
        return fetched([address])

    assert told(address, fetched_one) == 'memory://me:…@host/x: there is no such file'
    assert 'nosuch://me:…@host: cannot be used: ' in told('nosuch://me:secret@host/x', fetched_one)
    with staged(address) as file:
        file.write_bytes(b'')
        assert told(address, staged) == 'memory://me:…@host/x: another process is writing it'

    def refuse(*arguments, **options):
        raise OSError(f'no route to {address}')

    monkeypatch.setattr(type(Remote(address)._system), 'size', refuse)
    monkeypatch.setattr(type(Remote(address)._system), 'ls', refuse)
    assert told(address, staged) == (
        'memory://me:…@host/x: cannot be reached: no route to memory://me:…@host/x')
    assert told(address, fetched_one) == (
        'memory://me:…@host/x: cannot be reached: no route to memory://me:…@host/x')


def test_a_refused_login_is_told():
    with socket.create_server(('127.0.0.1', 0)) as server:
        def serve():
            with server.accept()[0] as client:
                for answer in b'220 hello', b'331 password':
                    client.sendall(answer + b'\r\n')
                    client.recv(99)
                client.sendall(b'530 Login incorrect\r\n')

        threading.Thread(target=serve, daemon=True).start()
        place = f'127.0.0.1:{server.getsockname()[1]}/shop'
        with pytest.raises(UserError) as caught:
            Remote(f'ftp://me:secret@{place}')
    assert str(caught.value) == f'ftp://me:…@{place}: cannot be used: 530 Login incorrect'
