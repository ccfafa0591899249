import random

import numpy as np
import pytest

from fashion_models.arrays import read_npy, read_npz
from fashion_models.errors import UserError


@pytest.fixture
def npz(tmp_path):
    path = tmp_path / 'a.npz'
    np.savez(path, one=np.arange(40.0), two=np.array('text'))
    return path


def test_whole_files_are_read(npz, tmp_path):
    arrays = read_npz(npz)
    assert list(arrays) == ['one', 'two']
    np.testing.assert_array_equal(arrays['one'], np.arange(40.0))
    assert str(arrays['two']) == 'text'
    np.save(tmp_path / 'a.npy', np.eye(3))
    np.testing.assert_array_equal(read_npy(tmp_path / 'a.npy'), np.eye(3))


@pytest.mark.parametrize('damage', [
    lambda content: content[:len(content) // 2], lambda content: b'', lambda content: b'no zip',
    lambda content: content.replace(np.float64(7).tobytes(), np.float64(8).tobytes())])
def test_damaged_archive_is_named(npz, damage):
    npz.write_bytes(damage(npz.read_bytes()))
    with pytest.raises(UserError, match='a.npz: is damaged'):
        read_npz(npz)


def test_compressed_archives_are_refused(tmp_path):
    """Nobody writes one, and a small one can unpack to gigabytes."""
    np.savez_compressed(tmp_path / 'a.npz', zeros=np.zeros(1 << 20))
    with pytest.raises(UserError, match='a.npz: is damaged'):
        read_npz(tmp_path / 'a.npz')


@pytest.mark.parametrize('shape', [(1 << 40,), (-2, -3), (7,), (), (2, 3, 0)])
def test_a_header_that_lies_takes_no_memory(tmp_path, shape):
    with open(tmp_path / 'a.npy', 'wb') as file:
        np.lib.format.write_array_header_1_0(
            file, {'descr': '<f8', 'fortran_order': False, 'shape': shape})
        file.write(bytes(48))
    with pytest.raises(UserError, match='a.npy: is damaged'):
        read_npy(tmp_path / 'a.npy')


def test_object_arrays_are_refused(tmp_path):
    np.save(tmp_path / 'a.npy', np.array([{}], object))
    np.savez(tmp_path / 'a.npz', a=np.array([{}], object))
    with pytest.raises(UserError, match='a.npy: is damaged'):
        read_npy(tmp_path / 'a.npy')
    with pytest.raises(UserError, match='a.npz: is damaged'):
        read_npz(tmp_path / 'a.npz')


def test_any_changed_byte_gives_arrays_or_one_line(npz, tmp_path):
    npy = tmp_path / 'a.npy'
    np.save(npy, np.arange(12, dtype=np.float32).reshape(3, 4))
    rng = random.Random(0)
    for path, read in (npz, read_npz), (npy, read_npy):
        whole = path.read_bytes()
        for _ in range(400):
            content = bytearray(whole)
            for _ in range(rng.choice([1, 1, 3])):
                content[rng.randrange(len(content))] = rng.randrange(256)
            path.write_bytes(content)
            try:
                read(path)
            except UserError as error:
                assert str(error).startswith(f'{path}: is damaged')  # noqa: PT017
