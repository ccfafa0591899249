"""Ways to spoil files of arrays, archives and embeddings, and what lies in a file's place."""

import io
import os
import random
import tempfile
import warnings
import zipfile
from collections.abc import Callable

import numpy as np
from mutations import json_document, json_lines, some_bytes, table, toml, xml

from fashion_models.files import checksum
from fashion_models.representation.embeddings_header import MAGIC, TRAILER

DTYPES = (
    'float16',
    'float32',
    'float64',
    'int8',
    'int64',
    'uint64',
    'complex64',
    'bool',
    '<U3',
    'S5',
    '>f4',
    'datetime64[s]',
    '<V8',
)


def npy(dice: random.Random, content: bytes) -> bytes:
    """An array of another kind, shape or content, or whose header lies."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if dice.random() < 0.3:
        file = io.BytesIO()
        shape = dice.choice([(10**12,), (0,), (-1, 3), (2**63,), (3, 10**6, 10**6), (True,), 'a'])
        np.lib.format.write_array_header_1_0(
            file,
            {
                'descr': dice.choice(['<f4', '|O', '<U4000000', 'x', [('a', '<f4')]]),
                'fortran_order': dice.choice([False, True, None]),
                'shape': shape,
            },
        )
        return file.getvalue() + array.tobytes()[:4096]
    file = io.BytesIO()
    np.save(file, _other_array(dice, array))
    return file.getvalue()


def _other_array(dice, array):
    kind = dice.randrange(6)
    with np.errstate(all='ignore'), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            if kind == 0:
                return array.astype(dice.choice(DTYPES))
            if kind == 1:
                return array.reshape(dice.choice([(-1,), (1, -1), (-1, 1), (1, 1, -1), ()]))
            if kind == 2:
                return array[
                    dice.choice([slice(1), slice(0), slice(1, None), slice(None, None, 2)])
                ]
            if kind == 3:
                array = np.array(array)
                array.reshape(-1)[dice.randrange(array.size)] = dice.choice(
                    [np.nan, np.inf, -1, 0, 1e30, 3]
                )
                return array
            if kind == 4:
                return np.full_like(array, dice.choice([0, np.nan, -1, 2**40, 1e38]))
            return np.repeat(array, 3, axis=-1)
        except (ValueError, TypeError, IndexError, OverflowError):
            return np.array(dice.choice(['x', 7, np.nan]))


def npz(dice: random.Random, content: bytes) -> bytes:
    """Arrays of which one is another, gone, or a JSON text that says something else."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        arrays = dict(arrays)
    name = dice.choice(sorted(arrays))
    kind = dice.randrange(6)
    if kind == 0:
        del arrays[name]
    elif kind == 1:
        arrays[dice.choice(['a', 'a/b', '../a', 'x' * 300])] = arrays[name]
    elif kind == 2:
        arrays = {name: arrays[name]}
    elif (
        arrays[name].dtype.kind == 'U'
        and arrays[name].size == 1
        and str(arrays[name]).startswith('{')
    ):
        arrays[name] = np.array(
            json_document(dice, str(arrays[name]).encode()).decode('utf-8', 'replace')
        )
    else:
        arrays[name] = _other_array(dice, arrays[name])
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def archive(dice: random.Random, content: bytes) -> bytes:
    """A zip archive with other names, contents, or sizes than its directory says."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(
            file,
            'w',
            dice.choice(
                [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2]
            ),
        ) as new,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter('ignore')
        spoiled = dice.choice(old.namelist())
        for name in old.namelist():
            data = old.read(name)
            if name == spoiled:
                kind = dice.randrange(4)
                if kind == 0:
                    data = some_bytes(dice, data)
                elif kind == 1:
                    name = dice.choice(
                        ['../x.jpg', '/x.jpg', 'a\\b.jpg', 'x' * 5000, name.upper(), 'a/']
                    )
                elif kind == 2:
                    new.writestr(name, b'twice')
                else:
                    name, data = f'{name}/', b''
            new.writestr(name, data)
    data = bytearray(file.getvalue())
    if dice.random() < 0.5:  # sizes, methods and flags in the directory
        at = data.rfind(b'PK\x01\x02') + dice.randrange(4, 46)
        data[at] = dice.randrange(256)
    return bytes(data)


def embeddings(dice: random.Random, content: bytes) -> bytes:
    """A file of embeddings whose header says something else, with the right checksum."""
    _, offset, length, _ = TRAILER.unpack(content[-TRAILER.size :])
    header = json_document(dice, content[offset : offset + length])
    return content[:offset] + header + TRAILER.pack(MAGIC, offset, len(header), checksum(header))


def hdf5(dice: random.Random, content: bytes) -> bytes:
    """An HDF5 file with data sets of other kinds and shapes, links, or data outside of it."""
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file.h5')
        with open(path, 'wb') as file:
            file.write(content)
        with h5py.File(path, 'a') as file:
            name = dice.choice(sorted(file))
            old = file[name][()]
            del file[name]
            kind = dice.randrange(9)
            if kind == 0:
                file.create_group(name)
            elif kind == 1:
                file[name] = h5py.ExternalLink('/etc/passwd', '/a')
            elif kind == 2:
                file[name] = h5py.SoftLink(f'/{name}')
            elif kind == 3:
                file.create_dataset(
                    name, old.shape, old.dtype, external=[('/etc/passwd', 0, 10**6)]
                )
            elif kind == 4:
                file.create_dataset(name, (2**40, *old.shape[1:]), old.dtype, chunks=True)
            elif kind == 5:
                file.create_dataset(name, data=['text', '\ud7ff\x1b[2J', ''] * len(old))
            elif kind == 6:
                layout = h5py.VirtualLayout(old.shape, old.dtype)
                layout[...] = h5py.VirtualSource('/etc/passwd', 'a', old.shape)
                file.create_virtual_dataset(name, layout)
            elif kind == 7:
                file.create_dataset(
                    name,
                    old.shape,
                    old.dtype if old.dtype.kind != 'S' else 'S100000',
                    chunks=(2**16, *old.shape[1:]),
                    maxshape=(None, *old.shape[1:]),
                )
            else:
                file[name] = (
                    _other_array(dice, old) if old.dtype.kind != 'S' else np.zeros(old.shape)
                )
        with open(path, 'rb') as file:
            return file.read()


#: What spoils the content of a kind of file, by its name; ``None`` where only bytes can be.
STRUCTURES: dict[str, Callable | None] = {
    'json': json_document,
    'jsonl': json_lines,
    'toml': toml,
    'table': table,
    'xml': xml,
    'npy': npy,
    'npz': npz,
    'zip': archive,
    'embeddings': embeddings,
    'hdf5': hdf5,
    'bytes': None,
}


def replace_file(dice: random.Random, path: str) -> str:
    """Puts something else in the place of a file; returns what.

    ``unreadable…`` and ``read-only`` are for other users than the one that runs this.
    """
    kind = dice.choice(
        [
            'empty',
            'folder',
            'gone',
            'dangling link',
            'link to itself',
            'link to a device',
            'link outside',
            'pipe',
            'unreadable',
            'unreadable folder',
            'read-only',
            'zeros',
            'long',
        ]
    )
    if kind in ('unreadable', 'unreadable folder', 'read-only'):
        place = os.path.dirname(path) if kind.endswith('folder') else path
        os.chmod(place, 0o444 if kind == 'read-only' else 0)
        return kind
    if kind == 'long':
        with open(path, 'ab') as file:
            file.write(b'x' * 3_000_000)
        return kind
    os.unlink(path)
    if kind == 'empty':
        open(path, 'wb').close()
    elif kind == 'folder':
        os.mkdir(path)
    elif kind == 'dangling link':
        os.symlink('nowhere', path)
    elif kind == 'link to itself':
        os.symlink(os.path.basename(path), path)
    elif kind == 'link to a device':
        os.symlink('/dev/zero', path)
    elif kind == 'link outside':
        os.symlink('/etc/passwd', path)
    elif kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'zeros':
        with open(path, 'wb') as file:
            file.write(bytes(100_000))
    return kind
