"""``fashion-models duplicates``: listings that are the same product."""

import argparse
import csv
import io
import json
import pathlib
import sys

from fashion_models.cli.showing import aligned, catalogue_folder, drawable
from fashion_models.errors import UserError

#: Pairs or groups that the terminal shows, and that a picture does.
SHOWN = 20
DRAWN = 12
_TITLE = 50  # letters of a title that the table shows
_OWN = '(those that FILE holds)'


def add_parser(subparsers):
    """Adds the command to those of ``fashion-models``."""
    parser = subparsers.add_parser(
        'duplicates', help='find listings that are the same product',
        description='Finds listings that are probably the same product, by their pictures and, as '
                    'a second witness, their texts. The probability comes from a calibration on '
                    'labelled pairs: the one of the package is learnt from the embedded '
                    'catalogue, which is a simulation; your own pairs make a better one.',
        epilog='''\
examples:
  fashion-models embed runs/shop shop -o listings.embeddings --listings
  fashion-models duplicates listings.embeddings --precision 0.95 -o pairs.csv
  fashion-models duplicates listings.embeddings --groups --picture groups.png
  fashion-models embed runs/shop shop -o validation.embeddings --listings --split validation
  fashion-models duplicates validation.embeddings --calibrate -o mine.json
  fashion-models duplicates listings.embeddings --calibration mine.json''',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file', metavar='FILE', type=pathlib.Path,
                        help='what "fashion-models embed --listings" wrote')
    least = parser.add_mutually_exclusive_group()
    least.add_argument('--threshold', type=_share, metavar='P',
                       help='the least probability of a pair (default: 0.5)')
    least.add_argument('--precision', type=_share, metavar='P',
                       help='instead, as low a threshold as had this precision on the pairs of the '
                            'calibration')
    parser.add_argument('--across', action='store_true',
                        help='only pairs of different retailers')
    parser.add_argument('--new', action='store_true',
                        help='leave out pairs that the catalogue has as one product already')
    parser.add_argument('--groups', action='store_true', help='put the pairs together to groups')
    parser.add_argument('--images-only', action='store_true', help='do not look at the texts')
    parser.add_argument('--calibration', metavar='JSON', type=pathlib.Path,
                        help="one that --calibrate made, instead of the package's")
    parser.add_argument('--calibrate', metavar='PAIRS', nargs='?', const=_OWN,
                        help='find nothing but learn a calibration, written to -o FILE.json, from '
                             'pairs of FILE: those of the CSV file PAIRS (columns a, b, same: two '
                             'ids, 1 or 0), or else neighbours, of which those of one product of '
                             'the catalogue are the same')
    parser.add_argument('--json', action='store_true', help='print JSON instead of a table')
    parser.add_argument('-o', '--output', metavar='CSV', type=pathlib.Path,
                        help='write all pairs, or groups, to a CSV file')
    parser.add_argument('--picture', metavar='PICTURE', type=pathlib.Path,
                        help=f'draw the {DRAWN} likeliest pairs, or largest groups; the ending '
                             'says the format (.png)')
    parser.add_argument('--catalogue', metavar='DIR', type=pathlib.Path,
                        help='where the pictures are; the catalogue that FILE was made of, if it '
                             'was moved')
    parser.set_defaults(func=_duplicates)


def _share(text):
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f'{text!r}: expected a number from 0 to 1')
    return share


def _duplicates(arguments):
    from fashion_models.representation.duplicates.calibration import Calibration
    from fashion_models.representation.duplicates.pairs import find, grouped
    from fashion_models.representation.embeddings import open_embeddings

    if arguments.calibrate:
        return _calibrate(arguments)
    kind = _picture_kind(arguments.picture) if arguments.picture else None
    calibration = Calibration.load(arguments.calibration) if arguments.calibration else None
    embeddings = open_embeddings(arguments.file)
    found = find(embeddings, calibration, arguments.threshold, arguments.precision,
                 texts=not arguments.images_only, across=arguments.across)
    pairs = [pair for pair in found.pairs if not (arguments.new and pair.known)]
    # Pairs that are known keep groups together; groups of nothing else are no news.
    groups = [group for group in grouped(found.pairs)
              if not arguments.new or len({item.product for item in group}) > 1]
    rows = group_rows(groups) if arguments.groups else pair_rows(pairs)
    if arguments.output:
        _write_csv(arguments.output, rows)
    if arguments.json:
        print(json.dumps(_record(found, rows, arguments.groups), ensure_ascii=False, indent=1))
    else:
        _print(rows, arguments)
        print(_summary(found, pairs, groups if arguments.groups else None))
    if arguments.picture:
        _draw(arguments, kind, embeddings, groups if arguments.groups else pairs)
    return 0


def _picture_kind(path):
    from PIL import Image

    kind = Image.registered_extensions().get(path.suffix.lower())
    if kind not in Image.SAVE:
        raise UserError(f"--picture {path}: expected a picture's ending, such as .png")
    return kind


def pair_rows(pairs):
    """Pairs as rows of a CSV file: a list of dicts."""
    return [{
        'probability': round(pair.probability, 4), 'similarity': round(pair.similarity, 4),
        'words': None if pair.words is None else round(pair.words, 4), 'known': int(pair.known),
        'a': pair.a.id, 'b': pair.b.id, 'retailer_a': pair.a.retailer,
        'retailer_b': pair.b.retailer, 'title_a': pair.a.title, 'title_b': pair.b.title}
        for pair in pairs]


def group_rows(groups):
    """Groups as rows of a CSV file, one for each listing: a list of dicts."""
    return [{'group': number, 'id': item.id, 'product': item.product, 'retailer': item.retailer,
             'title': item.title} for number, group in enumerate(groups, 1) for item in group]


def _write_csv(path, rows):
    from fashion_models.files import atomic_write

    content = io.StringIO(newline='')
    names = list(rows[0]) if rows else ['a', 'b']
    writer = csv.DictWriter(content, names, lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    try:
        with atomic_write(path, 'w', encoding='utf-8', newline='') as file:
            file.write(content.getvalue())
    except OSError as error:
        raise UserError(f'-o {path}: {error.strerror or error}') from error


def _record(found, rows, groups):
    return {'groups' if groups else 'pairs': rows, 'listings': found.listings,
            'thresholds': found.thresholds, 'calibration': found.calibration.origin}


def _print(rows, arguments):
    if arguments.groups:
        heading = 'group', 'id', 'retailer', 'title'
        cells = [(str(row['group']), row['id'], row['retailer'], _short(row['title']))
                 for row in rows if row['group'] <= SHOWN]
    else:
        heading = 'probability', 'similarity', 'words', 'id', 'retailer', 'title'
        cells = []
        for row in rows[:SHOWN]:
            words = '' if row['words'] is None else f'{row["words"]:.2f}'
            cells += [(f'{row["probability"]:.2f}', f'{row["similarity"]:.2f}', words,
                       row['a'], row['retailer_a'], _short(row['title_a'])),
                      ('', '', '', row['b'], row['retailer_b'], _short(row['title_b']))]
    if not cells:
        return
    print(aligned([heading, *cells]))
    print()


def _short(title):
    return title if len(title) <= _TITLE else title[:_TITLE - 1].rstrip() + '…'


def _summary(found, pairs, groups):
    """What was found, and how far it can be trusted."""
    known = sum(pair.known for pair in pairs)
    lines = [f'{len(pairs):,} pairs among {found.listings:,} listings'
             + (f', {known:,} of which the catalogue has as one product' if known else '')]
    if groups is not None:
        listings = sum(map(len, groups))
        lines[0] += f'; {len(groups):,} groups of {listings:,} listings in all'
    shown = len(pairs) if groups is None else len(groups)
    if shown > SHOWN:
        lines.append(f'the first {SHOWN} of {shown:,} are shown; -o FILE.csv writes all')
    for name, threshold in found.thresholds.items():
        point = found.calibration.models[name].reached(threshold)
        lines.append(
            f'{name}: probability {threshold:.2f} or more'
            + ('' if point['precision'] is None else
               f'; with the pairs of the calibration: precision {point["precision"]:.2f}, '
               f'recall {point["recall"]:.2f}'))
    origin = found.calibration.origin
    lines.append(f'calibration: {origin.get("catalogue_name") or "unknown"}, '
                 f'{origin.get("listings", 0):,} listings')
    return '\n'.join(lines)


def _calibrate(arguments):
    from fashion_models.representation.duplicates.pairs import calibrate_on
    from fashion_models.representation.embeddings import open_embeddings

    unused = [name for name in ('threshold', 'precision', 'across', 'new', 'groups', 'calibration',
                                'json', 'picture') if getattr(arguments, name) not in (None, False)]
    if unused:
        raise UserError(f'--{unused[0]}: has no meaning with --calibrate, which finds nothing')
    if arguments.output is None:
        raise UserError('--calibrate: name the calibration to write with -o FILE.json')
    calibration = calibrate_on(
        open_embeddings(arguments.file),
        None if arguments.calibrate == _OWN else arguments.calibrate,
        texts=not arguments.images_only)
    try:
        calibration.save(arguments.output)
    except OSError as error:
        raise UserError(f'-o {arguments.output}: {error.strerror or error}') from error
    print(f'{arguments.output}: learnt from '
          + ', '.join(f'{value} {name.replace("_", " ")}'
                      for name, value in calibration.origin['pairs'].items()))
    for name, model in calibration.models.items():
        for precision in (0.5, 0.8, 0.95):
            threshold = model.threshold(precision)
            print(f'{name}: precision {precision}: ' + (
                'never reached' if threshold is None else
                f'recall {model.reached(threshold)["recall"]:.2f} from probability '
                f'{threshold:.2f}'))
    return 0


def _draw(arguments, kind, embeddings, found):
    """Draws pairs or groups, a row or more each, with a line between them."""
    from PIL import Image, ImageChops, ImageDraw

    from fashion_models.catalogue.show import GAP, contact_sheet
    from fashion_models.files import atomic_write

    folder = catalogue_folder(embeddings, arguments.catalogue)
    if arguments.groups:
        rows = [[(item, item.retailer) for item in group]
                for group in sorted(found, key=len, reverse=True)[:DRAWN]]
    else:
        rows = [[(pair.a, ' · '.join(filter(None, (f'{pair.probability:.2f}', pair.a.retailer)))),
                 (pair.b, pair.b.retailer)] for pair in found[:DRAWN]]
    if not rows:
        print(f'{arguments.picture}: not drawn, for there is nothing to show', file=sys.stderr)
        return
    sheets = [contact_sheet(folder, [drawable(*cell) for cell in row]) for row in rows]
    # As wide as the widest row; a contact sheet is as wide as many products.
    width = GAP + max(ImageChops.invert(sheet).getbbox()[2] for sheet in sheets)
    picture = Image.new('RGB', (width, sum(sheet.height for sheet in sheets)), 'white')
    top = 0
    for sheet in sheets:
        picture.paste(sheet, (0, top))
        top += sheet.height
        ImageDraw.Draw(picture).line((0, top - 1, width, top - 1), '#cccccc')
    try:
        with atomic_write(arguments.picture) as file:
            picture.save(file, kind)
    except OSError as error:
        raise UserError(f'--picture {arguments.picture}: {error.strerror or error}') from error
