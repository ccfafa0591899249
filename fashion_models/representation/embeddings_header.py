"""The header at the end of a file of embeddings: read, and made sure of.

See :mod:`fashion_models.representation.embeddings` for the file.
"""

import os
import pathlib
import struct
import typing

import numpy as np

from fashion_models.catalogue.tasks import tasks_of
from fashion_models.data.decoded import FILES
from fashion_models.data.dropped import DROPPED
from fashion_models.errors import UserError
from fashion_models.files import checksum
from fashion_models.parsing import json_value, require_form

#: Bytes before the first vector, whatever the number of rows.
PREAMBLE = 128
#: Bytes that stand for what a vector was computed from.
SOURCE_SIZE = 16
#: What stands for a product and its pictures, and which of its vectors this is, from 0.
TEXTS = np.dtype([('digest', f'S{SOURCE_SIZE}'), ('place', '<i4')])
MAGIC = b'FMEMBED2'
TRAILER = struct.Struct('<8sqqQ')
#: How files of earlier versions ended: the layout of the trailer, and what it began with.
_EARLIER = struct.Struct('<8sqq'), b'FMEMBED1'
_SECTION = [int]
_HEADER = {
    'per': str, 'size': int, 'rows': int, 'dtype': str, 'tasks?': {str: bool},
    **{f'{name}?': str for name in ('run', 'snapshot', 'recipe', 'catalogue', 'catalogue_name')},
    **{f'{name}?': (str, None) for name in ('snapshot_sha256', 'catalogue_hash', 'split')},
    'labels?': [str],
    # Of a part of a catalogue only.
    'shard?': {'number': int, 'of': int, 'texts': str, 'decode': int, 'shorter_side': int,
               'dropped': DROPPED},
    'sections': {
        **dict.fromkeys(('preamble', 'items', 'index', 'ids', 'checksums'), _SECTION),
        'mean.npy?': _SECTION, 'components.npy?': _SECTION, str: _SECTION}}


def read_header(file: pathlib.Path) -> tuple[dict, dict]:
    """The header of a file, and the offset, length and checksum of each section.

    Raises:
        UserError: If the file holds no embeddings, is of an earlier version, or is incomplete.
    """
    with opened(file) as content:
        return header_in(content)


def opened(file: pathlib.Path) -> typing.BinaryIO:
    """Opens a file, for :func:`header_in`.

    Raises:
        UserError: If it is not there, or cannot be read.
    """
    if not file.is_file():
        found = 'is a folder, expected a file' if file.is_dir() else 'no such file, expected one'
        raise UserError(f'{file}: {found} that "fashion-models embed" wrote')
    try:
        return open(file, 'rb')
    except OSError as error:
        raise UserError(f'{file}: cannot be read: {error.strerror}') from error


def header_in(content: typing.BinaryIO) -> tuple[dict, dict]:
    """What :func:`read_header` returns, of an open file, which need not be at its path any more.

    Raises:
        UserError: As of :func:`read_header`.
    """
    try:
        size = content.seek(0, os.SEEK_END)
        content.seek(max(0, size - TRAILER.size))
        end = content.read()
        if _is_of_earlier_version(end, size):
            raise UserError(
                f'{content.name}: is of an earlier version of this program; embed again')
        magic, offset, length, expected = TRAILER.unpack(end)
        if magic != MAGIC or offset < 0 or offset + length + TRAILER.size != size:
            raise ValueError
        content.seek(offset)
        text = content.read(length)
        if checksum(text) != expected:
            raise ValueError
        header = json_value(text)
        require_form(header, _HEADER)
        return header, _sections(header, offset)
    except (struct.error, ValueError, OSError):
        raise UserError(
            f'{content.name}: not a complete file of embeddings: it does not end as one that '
            '"fashion-models embed" wrote; embed again') from None


def stamp_of(status: os.stat_result) -> dict:
    """What changes whenever a file is written: reading gigabytes to compare takes too long."""
    return {'size': status.st_size, 'modified': status.st_mtime_ns, 'inode': status.st_ino}


def _is_of_earlier_version(end, size):
    layout, earlier = _EARLIER
    magic, offset, length = layout.unpack(end[-layout.size:].rjust(layout.size))
    return magic == earlier and offset + length + layout.size == size


def _sections(header, end):
    """Takes the sections' places from a header; they lie before ``end`` and fit its numbers."""
    sections = header.pop('sections')
    rows, width = header['rows'], header['size']
    if header['dtype'] not in ('float32', 'float16') or rows < 0 or width < 1:
        raise ValueError('dtype, rows or size')
    if any(len(place) != 3 or not 0 <= place[0] <= place[0] + place[1] <= end
           for place in sections.values()):
        raise ValueError('a section lies outside of the file')
    lengths = {'preamble': PREAMBLE, 'index': 8 * (rows + 1), 'checksums': 16 * rows}
    each = {'sources': SOURCE_SIZE, 'texts': TEXTS.itemsize}
    lengths |= {name: size * rows for name, size in each.items() if name in sections}
    if 'files' in sections and sections['files'][1] % FILES.itemsize:
        raise ValueError('files')
    if any(sections[name][1] != length for name, length in lengths.items()) or (
            PREAMBLE + rows * width * np.dtype(header['dtype']).itemsize > end):
        raise ValueError('the sections are of other sizes')
    tasks_of(header)    # made sure of: a name may be none of a task
    return sections
