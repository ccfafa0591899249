"""Merges the shards of a catalogue into one file of embeddings."""

import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import tqdm

from fashion_models.data.dropped import report_dropped
from fashion_models.data.store import store_key
from fashion_models.errors import UserError
from fashion_models.parsing import shown
from fashion_models.remote import lacks_password, without_password
from fashion_models.representation.embeddings import Embeddings, open_embeddings
from fashion_models.representation.embeddings_header import read_header
from fashion_models.representation.embeddings_writer import EmbeddingsWriter, require_place
from fashion_models.representation.kept import Rows
from fashion_models.representation.picture_encoder import WINDOW
from fashion_models.representation.shards.shipping import catalogue_at, texts_hash

#: What may differ between shards of one catalogue, beside their numbers: where things lay.
_FREE = ('run', 'tower', 'catalogue', 'rows', 'shard')
#: What it means if another field differs.
_MEANS = {**dict.fromkeys(('snapshot', 'snapshot_sha256', 'recipe', 'precision', 'size'),
                          'with another network'),
          'labels': 'with other parts of the network',
          **dict.fromkeys(('catalogue_name', 'tasks', 'texts'),
                          'of another catalogue, or of this one as it was at another time')}
_MOST_NAMED = 10


def merge_shards(parts: Iterable[str | os.PathLike], file: str | os.PathLike,
                 catalogue: str | os.PathLike | None = None, progress: bool = True) -> Embeddings:
    """Merges shards into one file.

    It has the same bytes as one that :func:`~fashion_models.representation.embed.embed` writes,
    given the same network on the same kind of machine. Where shards were made with the run or the
    catalogue in other places, it names those of the first shard.

    Args:
        parts: All shards, in any order.
        file: The file to write.
        catalogue: The folder, or the address, of the catalogue that they are of; where the first
            shard found it if None.
        progress: Whether to report on stderr.

    Returns:
        The file, opened.

    Raises:
        UserError: If a shard is missing, there twice, or was made with another network, catalogue,
            option or version than the first; or if the catalogue has changed meanwhile.
    """
    require_place(file)
    parts = [pathlib.Path(part) for part in parts]
    if any(pathlib.Path(file).absolute() == part.absolute() for part in parts):
        raise UserError(f'{file}: is one of the shards; choose another file to write')
    headers = _in_order(parts)
    parts, first = list(headers), next(iter(headers.values()))
    place = catalogue or first['catalogue']
    if lacks_password(place):
        raise UserError(f'{parts[0]}: its catalogue is at {place}, whose password it does not '
                        'hold; say where it is (catalogue)')
    sizes = itertools.chain.from_iterable(files['size'].tolist() for files in _files(parts))
    with catalogue_at(place) as found:
        if texts_hash(found) != first['shard']['texts']:
            raise UserError(
                f'{without_password(place)}: is not the catalogue of the shards, or has changed '
                'since they were made')
        catalogue_hash = found.hash(lambda _: next(sizes))
    key = store_key(first['shard']['shorter_side'], catalogue_hash,
                    (files['digest'] for files in _files(parts)))
    header = {name: value for name, value in first.items() if name not in ('shard', 'rows')}
    header |= {'catalogue_hash': catalogue_hash, 'store': key}
    rows = sum(own['rows'] for own in headers.values())
    bar = tqdm.tqdm(total=rows, desc='merging', unit=' vectors',
                    disable=None if progress else True)
    with EmbeddingsWriter(file, header) as writer, bar:
        for part in parts:
            shard = Embeddings(part)
            rows = Rows(shard)
            for start in range(0, len(shard), WINDOW):
                end = min(len(shard), start + WINDOW)
                writer.add_rows(rows(start, end))
                bar.update(end - start)
    if progress:
        dropped = {name: list(itertools.chain.from_iterable(
            own['shard']['dropped'][name] for own in headers.values()))
            for name in ('images', 'products')}
        report_dropped(dropped, 'the headers of the shards')
    return open_embeddings(file)


def _files(parts: Sequence[pathlib.Path]) -> Iterator[np.ndarray]:
    return (Embeddings(part).files for part in parts)


def _in_order(parts):
    """The headers by file, from shard 1 to the last."""
    found = {}
    first = None
    for part in parts:
        header = read_header(part)[0]
        if 'shard' not in header:
            raise UserError(f'{part}: is no shard, but embeddings of a whole catalogue')
        first = first or (part, header)
        _require_kin(part, header, *first)
        number = header['shard']['number']
        if number in found:
            raise UserError(
                f'{part}: is shard {number} of {header["shard"]["of"]}, as {found[number][0]} is; '
                'leave one of them out')
        found[number] = part, header
    if not found:
        raise UserError('parts: found no file, expected the shards to merge')
    of = first[1]['shard']['of']
    if missing := [number for number in range(1, of + 1) if number not in found]:
        named = ', '.join(map(str, missing[:_MOST_NAMED]))
        more = f' and {len(missing) - _MOST_NAMED:,} more' if len(missing) > _MOST_NAMED else ''
        raise UserError(f'shards of {of}: missing {named}{more}')
    return {found[number][0]: found[number][1] for number in range(1, of + 1)}


def _require_kin(part, header, other, wanted):
    """Raises UserError unless two shards are of one whole."""
    if header['shard']['of'] != wanted['shard']['of']:
        raise UserError(f'{part}: is one of {header["shard"]["of"]} shards, and {other} one of '
                        f'{wanted["shard"]["of"]}')
    pairs = [(header, wanted, header.keys() | wanted.keys()),
             (header['shard'], wanted['shard'], ('texts', 'decode', 'shorter_side'))]
    for own, expected, names in pairs:
        for name in sorted(names):
            if name not in _FREE and own.get(name) != expected.get(name):
                raise UserError(f'{part}: was made {_difference(name, own, expected)} than {other}')


def _difference(name, own, expected):
    if name in _MEANS:
        return _MEANS[name]
    own, expected = own.get(name), expected.get(name)
    if name == 'versions':
        name = min(key for key in own.keys() | expected.keys()
                   if own.get(key) != expected.get(key))
        return f'with another version of {name} ({own.get(name)}, not {expected.get(name)})'
    return f'with another {name} ({shown(own)}, not {shown(expected)})'
