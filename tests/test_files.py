import os
import stat

import pytest

from fashion_models.files import atomic_write, sha256


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


def test_hash_of_a_file(tmp_path):
    (tmp_path / 'abc').write_bytes(b'abc')
    assert sha256(tmp_path / 'abc') == (     # FIPS 180-4's example
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
