"""What "embed --update" costs where a hundredth of a catalogue is new, beside one from nothing.

    python experiments/benchmarks/updating.py RUN CATALOGUE [--new 400] [--work FOLDER]

Embeds all but the last products of a catalogue from nothing, pictures included, then all of them
with ``--update``, and counts the processor seconds of each command.
The pictures of the last products lie in the catalogue's folder all the time, as ``catalogue add``
leaves them. Nothing is written into CATALOGUE. Writes ``updating.json`` and ``updating.rst`` to the
results folder and prints the latter. Two to three minutes of processor time for 40,000 products and
the smallest network. With ``--work`` what was made from nothing is kept, and a second call measures
the updates alone.
"""

import argparse
import json
import os
import pathlib
import shutil
import tempfile

from fashion_models.devices import usable_cores

# Before any library starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', str(usable_cores()))

from measure import circumstances, lines_of, run_command, write

from fashion_models.catalogue.io import HEADER_FILE, IMAGES_FOLDER, PRODUCTS_FILE

HERE = pathlib.Path(__file__).resolve().parent
PARTS = 'from nothing', 'nothing is new', 'some are new'


def measure(run, catalogue, new, work):
    """Makes the first embeddings, unless they are there, and brings them up to date.

    Returns:
        dict: The products, how many are new, and the processor seconds of each part.
    """
    shop, first, file = work / 'shop', work / 'first.json', work / 'shop.embeddings'
    lines = (catalogue / PRODUCTS_FILE).read_bytes().splitlines(keepends=True)
    embed = 'embed', run, shop, '-o'
    if not first.exists():
        shop.mkdir()
        shutil.copy(catalogue / HEADER_FILE, shop)
        (shop / IMAGES_FOLDER).symlink_to((catalogue / IMAGES_FOLDER).resolve())
        (shop / PRODUCTS_FILE).write_bytes(b''.join(lines[:-new]))
        first.write_text(json.dumps(run_command(*embed, work / 'first.embeddings')['seconds']))
        shutil.copytree(shop / '.prepared', work / 'first.prepared')
    parts = {PARTS[0]: json.loads(first.read_text())}
    shutil.rmtree(shop / '.prepared', ignore_errors=True)
    shutil.copytree(work / 'first.prepared', shop / '.prepared')
    shutil.copy(work / 'first.embeddings', file)
    for name, some in zip(PARTS[1:], (lines[:-new], lines)):
        (shop / PRODUCTS_FILE).write_bytes(b''.join(some))
        parts[name] = run_command(*embed, file, '--update')['seconds']
    return {'products': len(lines), 'new': new, 'parts': parts}


def report(record):
    """The record as reStructuredText."""
    whole = record['parts'][PARTS[0]] * record['products'] / (
        record['products'] - record['new'])
    rule = '==============  =================  ============'
    lines = ['Embeddings brought up to date', '=============================', '',
             f'{record["new"]:,} new products of {record["products"]:,}; processor seconds of the '
             'whole command:', '', rule,
             'what            processor seconds  from nothing', rule]
    for name, seconds in record['parts'].items():
        lines.append(f'{name:14}  {seconds:17.1f}  {seconds / whole:12.1%}')
    lines += [rule, '', f'"From nothing" is without the {record["new"]:,} new products; shares are '
              'of its time for all of them.', '']
    lines += lines_of(
        record['circumstances'], 'command', 'date', 'commit', 'threads', 'priority', 'load_before',
        'engine')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('run', metavar='RUN')
    parser.add_argument('catalogue', metavar='CATALOGUE', type=pathlib.Path)
    parser.add_argument('--new', type=int, default=400, help='products that come later')
    parser.add_argument('--work', type=pathlib.Path, help='a folder to keep what is made')
    parser.add_argument('-o', '--output', type=pathlib.Path, default=HERE / 'results')
    arguments = parser.parse_args()
    made = circumstances()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or pathlib.Path(temporary)
        work.mkdir(exist_ok=True)
        record = {'circumstances': made, **measure(
            arguments.run, arguments.catalogue, arguments.new, work)}
    write(arguments.output, 'updating', record, report(record))


if __name__ == '__main__':
    main()
