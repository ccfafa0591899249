import concurrent.futures
import contextlib
import os
import stat
import subprocess
import sys
import threading

import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.files import (
    append_line,
    atomic_write,
    locked,
    remove_leftovers,
    sha256,
    whole_lines,
)


def test_replaces_the_whole_file(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write('nëw')
        assert path.read_text() == 'old', 'nothing is seen before the end'
    assert path.read_text(encoding='utf-8') == 'nëw'
    assert os.listdir(tmp_path) == ['a.txt']


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / 'a.bin'
    path.write_bytes(b'old')

    def fail():
        with atomic_write(path) as file:
            file.write(b'half')
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b'old'
    assert os.listdir(tmp_path) == ['a.bin']


def test_permissions_follow_the_umask(tmp_path):
    umask = os.umask(0o027)
    try:
        with atomic_write(tmp_path / 'a.bin') as file:
            file.write(b'x')
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / 'a.bin').stat().st_mode) == 0o640


def test_the_umask_of_the_process_stays_as_it_is(tmp_path, monkeypatch):
    # Other threads create files meanwhile.
    monkeypatch.setattr(os, 'umask', lambda mask: pytest.fail('sets the umask'))
    with atomic_write(tmp_path / 'a.bin') as file:
        file.write(b'x')


KILLED = """
import os, signal, sys
from fashion_models.files import atomic_write
with atomic_write(sys.argv[1]) as file:
    file.write(b'half')
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows does not lock by name')
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / 'a.bin'
    path.write_bytes(b'old')
    subprocess.run([sys.executable, '-c', KILLED, path], timeout=60, check=False)
    assert sorted(os.listdir(tmp_path)) == ['.a.bin.partial', 'a.bin']
    assert path.read_bytes() == b'old'
    with atomic_write(path) as file:
        file.write(b'new')
    assert os.listdir(tmp_path) == ['a.bin']
    assert path.read_bytes() == b'new'


def test_two_that_write_the_same_file_do_not_disturb_each_other(tmp_path):
    path = tmp_path / 'a.bin'
    with atomic_write(path) as first, atomic_write(path) as second:
        first.write(b'first')
        second.write(b'second')
    assert path.read_bytes() == b'first'    # the last to end
    with contextlib.suppress(RuntimeError), atomic_write(path) as first, atomic_write(path) as file:
        file.write(b'half')
        raise RuntimeError
    assert path.read_bytes() == b'first'
    assert os.listdir(tmp_path) == ['a.bin']

    def write(letter):
        for length in range(200):
            with atomic_write(path) as file:
                file.write(letter * (length + 1))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [b'a', b'b', b'c', b'd']))
    assert len(set(path.read_bytes())) == 1
    assert os.listdir(tmp_path) == ['a.bin']


@pytest.mark.skipif(sys.platform == 'win32', reason='needs symbolic links')
def test_what_lies_where_a_temporary_file_would_is_not_followed(tmp_path):
    (tmp_path / 'thesis.doc').write_text('precious')
    (tmp_path / '.a.bin.partial').symlink_to(tmp_path / 'thesis.doc')
    (tmp_path / '.b.bin.partial').mkdir()
    for name in 'a.bin', 'b.bin':
        with atomic_write(tmp_path / name) as file:
            file.write(b'new')
        assert (tmp_path / name).read_bytes() == b'new'
    assert (tmp_path / 'thesis.doc').read_text() == 'precious'


#: Saves an array where a file may have 1000 bytes, as on a disk that is nearly full.
SAVE = """
import resource, sys
import numpy as np
from fashion_models.files import atomic_write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with atomic_write(sys.argv[1]) as file:
        np.save(file, np.zeros(int(sys.argv[2]), np.uint8))
except OSError as error:
    print('refused', error.filename)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no limit on the size of files')
@pytest.mark.parametrize('size', [900, 1100, 50_000])
def test_an_array_that_does_not_fit_on_the_disk_is_an_error(tmp_path, size):
    path = tmp_path / 'a.npy'
    np.save(path, np.arange(3))
    done = subprocess.run(
        [sys.executable, '-c', SAVE, path, str(size)], check=True, text=True, timeout=60,
        stdout=subprocess.PIPE)
    fits = size < 1000 - 128
    assert done.stdout == ('' if fits else f'refused {path}\n')
    assert len(np.load(path)) == (size if fits else 3)
    assert os.listdir(tmp_path) == ['a.npy']


def test_lines_are_appended(tmp_path):
    path = tmp_path / 'a.jsonl'
    assert whole_lines(path) == []
    append_line(path, 'one')
    append_line(path, 'zwölf', durable=True)
    append_line(path, 'a\u2028b')
    assert path.read_bytes() == 'one\nzwölf\na\u2028b\n'.encode()
    assert whole_lines(path) == ['one', 'zwölf', 'a\u2028b']


@pytest.mark.parametrize('whole', ['', 'one\n', 'one\ntwo\n'])
def test_a_line_that_a_crash_cut_short_is_not_read_and_makes_way_for_the_next(tmp_path, whole):
    path = tmp_path / 'a.jsonl'
    path.write_bytes(whole.encode() + 'zwölf'.encode()[:-3])
    assert whole_lines(path) == whole.splitlines()
    append_line(path, 'three')
    assert path.read_text() == whole + 'three\n'


#: Holds a lock until its standard input ends.
HOLD = """
import sys
from fashion_models.files import locked
with locked(sys.argv[1], None):
    print('held', flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held(path):
    """Another process holds the lock."""
    with subprocess.Popen([sys.executable, '-c', HOLD, path], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == 'held\n'
        try:
            yield process
        finally:
            process.kill()


def test_a_lock_is_waited_for_or_given_up(tmp_path):
    def give_up():
        raise UserError('busy')

    path = tmp_path / 'lock'
    with held(path) as process:
        with pytest.raises(UserError, match='busy'), locked(path, give_up):
            pytest.fail('entered')
        with locked(path, process.stdin.close):
            assert process.wait(timeout=30) == 0


def test_a_lock_ends_with_the_process_that_held_it(tmp_path):
    path = tmp_path / 'lock'
    with held(path) as process:
        process.kill()
        process.wait(timeout=30)
        with locked(path, lambda: pytest.fail('still held')):
            pass


def test_a_lock_keeps_other_threads_out(tmp_path):
    inside, most = [], []

    def work():
        with locked(tmp_path / 'lock', lambda: None):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most == [1] * 8


def test_a_lock_file_keeps_what_it_holds(tmp_path):
    path = tmp_path / 'lock'
    path.write_text('precious')
    with locked(path, None):
        pass
    assert path.read_text() == 'precious'


def test_a_lock_follows_no_symbolic_link(tmp_path):
    path, thesis = tmp_path / 'lock', tmp_path / 'thesis'
    thesis.write_text('precious')
    path.symlink_to(thesis)
    with pytest.raises(UserError, match='lock: is a symbolic link'), locked(path, None):
        pytest.fail('entered')
    assert thesis.read_text() == 'precious'
    path.unlink()
    path.symlink_to(tmp_path / 'nothing')
    with pytest.raises(UserError, match='lock: is a symbolic link'), locked(path, None):
        pytest.fail('entered')
    assert not (tmp_path / 'nothing').exists()


def test_hash_of_a_file(tmp_path):
    (tmp_path / 'abc').write_bytes(b'abc')
    assert sha256(tmp_path / 'abc') == (     # FIPS 180-4's example
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')


@pytest.mark.parametrize('there', [b'without a line break at its end', None])
def test_a_line_is_not_appended_through_a_link(tmp_path, there):
    if there:
        (tmp_path / 'thesis.txt').write_bytes(there)
    (tmp_path / 'log.jsonl').symlink_to(tmp_path / 'thesis.txt')
    with pytest.raises(UserError, match='log.jsonl: is a symbolic link, expected a file'):
        append_line(tmp_path / 'log.jsonl', '{}')
    assert (tmp_path / 'thesis.txt').exists() == bool(there)
    assert not there or (tmp_path / 'thesis.txt').read_bytes() == there


def test_a_line_for_a_pipe_is_an_error(tmp_path):
    os.mkfifo(tmp_path / 'log.jsonl')
    with pytest.raises(OSError, match='is a pipe'):
        append_line(tmp_path / 'log.jsonl', '{}')


def test_leftovers_are_told_from_what_is_in_use_and_what_is_somebody_elses(tmp_path):
    names = {'.a.json.partial', '.a.json.0123abcd.partial', '.a.jsonl.partial',
             '.thesis.partial', '.b-1.npz.partial'}
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / '.b-2.npz.partial').mkdir()
    (tmp_path / '.b-3.npz.partial').symlink_to(tmp_path / '.thesis.partial')
    with atomic_write(tmp_path / 'c.json'):
        remove_leftovers(tmp_path, ['a.json', 'b-*.npz', 'c.json'])
        assert {path.name for path in tmp_path.iterdir()} == {
            '.a.jsonl.partial', '.thesis.partial', '.b-2.npz.partial', '.c.json.partial'}


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='pipes are files on Unix')
def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(OSError, match='is a pipe or a device'), atomic_write(tmp_path / 'pipe'):
        pass
    assert (tmp_path / 'pipe').is_fifo()
    assert os.listdir(tmp_path) == ['pipe']


@pytest.mark.parametrize(('content', 'begins', 'replaced'), [
    (b'My thesis', [b'pk'], False), (b'P', [b'pk'], False), (b'PK\3\4', [b'pk'], True),
    (b'<!DOCTYPE html>', [b'<!doctype html'], True), (b'', [b'pk'], True),
    (b'{}', [b'pk', b'{'], True), (b'My thesis', [], True)])
def test_a_file_of_another_kind_is_not_replaced(tmp_path, content, begins, replaced):
    path = tmp_path / 'file'
    path.write_bytes(content)
    expected = contextlib.nullcontext() if replaced else pytest.raises(
        UserError, match='file: would replace a file of another kind')
    with expected, atomic_write(path, replaces=begins) as file:
        file.write(b'new')
    assert path.read_bytes() == (b'new' if replaced else content)
    assert os.listdir(tmp_path) == ['file']


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='pipes are files on Unix')
def test_a_pipe_has_no_hash(tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(OSError, match='is a pipe or a device'):
        sha256(tmp_path / 'pipe')


@pytest.mark.parametrize('name', ['a' * 246, 'a' * 255, 'ü' * 127])
def test_the_longest_names_are_written(tmp_path, name):
    for content in b'old', b'new':
        with atomic_write(tmp_path / name) as file, atomic_write(tmp_path / name) as other:
            file.write(content)
            other.write(content)
    assert (tmp_path / name).read_bytes() == b'new'
    assert os.listdir(tmp_path) == [name]
