"""Writes embeddings as a Parquet file, which vector databases and data tools load.

Columns: ``id``, ``product``, ``product_group``, ``retailer``, ``title``, ``description`` (text),
``images`` (list of text), one of labels for each task (text, or a list of text of a task with
several), and ``embedding`` (fixed-size list of float or halffloat, of unit length). What the
vectors come from is JSON in the file's metadata, under ``fashion_models``.
"""

import json
import os
import pathlib

from tqdm import tqdm

from fashion_models.catalogue.tasks import parts
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.optional import require
from fashion_models.representation.embeddings import Embeddings

#: Columns that every file has, beside those of the catalogue's tasks.
TEXTS = 'id', 'product', 'product_group', 'retailer', 'title', 'description'
_TAKEN = *TEXTS, 'images', 'embedding'
_BLOCK = 8192


def write_parquet(embeddings: Embeddings, file: str | os.PathLike, progress: bool = True) -> None:
    """Writes a Parquet file, in an amount of memory that does not grow with it.

    Args:
        embeddings: An open file.
        file: The file to write.
        progress: Whether to show a progress bar.

    Raises:
        UserError: If pyarrow is not installed, or the file cannot be written.
    """
    pyarrow = require('pyarrow', extra='parquet', purpose='a Parquet file')
    parquet = require('pyarrow.parquet', extra='parquet', purpose='a Parquet file')
    file, tasks, size = pathlib.Path(file), embeddings.tasks, embeddings.header['size']
    number = pyarrow.float16() if embeddings.header['dtype'] == 'float16' else pyarrow.float32()
    text, several = pyarrow.string(), pyarrow.list_(pyarrow.string())
    names = label_columns(tasks, _TAKEN)
    schema = pyarrow.schema(
        [*((name, text) for name in TEXTS), ('images', several),
         *((names[task], several if tasks[task].several else text) for task in tasks),
         ('embedding', pyarrow.list_(number, size))],
        {'fashion_models': json.dumps(embeddings.header)})
    with (told_if_unwritable(file), atomic_write(file, replaces=[b'par1']) as partial,
          parquet.ParquetWriter(partial, schema, compression='zstd') as writer,
          tqdm(total=len(embeddings), desc='writing', unit=' rows',
               disable=None if progress else True) as bar):
        for start in range(0, len(embeddings), _BLOCK):
            rows = range(start, min(start + _BLOCK, len(embeddings)))
            embeddings.check(rows)
            items = embeddings.items[rows.start:rows.stop]
            columns = [
                [item.id for item in items], [item.product for item in items],
                [item.group for item in items], [item.retailer for item in items],
                [item.title for item in items], [item.description for item in items],
                [list(item.images) for item in items],
                *([_label(item, task) for item in items] for task in tasks.values())]
            arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, schema)]
            vectors = pyarrow.array(embeddings.mapped[rows.start:rows.stop].reshape(-1))
            arrays.append(pyarrow.FixedSizeListArray.from_arrays(vectors, size))
            writer.write_batch(pyarrow.record_batch(arrays, schema))
            bar.update(len(rows))


def label_columns(tasks: dict, taken: tuple[str, ...]) -> dict[str, str]:
    """The column of each task's labels: its name, unless a table has that for something else."""
    return {name: f'label_{name}' if name in taken else name for name in tasks}


def _label(item, task):
    label = item.labels.get(task.name)
    return list(parts(label)) if task.several and label is not None else label
