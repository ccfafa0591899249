"""Find listings that are the same product.

Compares listings by their pictures and their texts. The probability of a pair comes from a
calibration on labelled pairs: the package's own is learned from the embedded catalogue, which
is a simulation; one from your own pairs is better (--calibrate).
"""

import argparse
import functools
import sys

from fashion_models.cli import options
from fashion_models.cli.tables import aligned
from fashion_models.cli.writing import beside
from fashion_models.errors import UserError
from fashion_models.plural import counted
from fashion_models.surrogates import json_text
from fashion_models.terminal import visible

NAME = 'duplicates'
EXAMPLES = '''\
fashion-models embed runs/shop shop -o listings.embeddings --listings
fashion-models duplicates listings.embeddings --precision 0.5 -o pairs.csv
fashion-models duplicates listings.embeddings --groups --picture groups.png
fashion-models embed runs/shop shop -o validation.embeddings --listings --split validation
fashion-models duplicates validation.embeddings --calibrate -o mine.json
fashion-models duplicates listings.embeddings --calibration mine.json
fashion-models duplicates validation.embeddings --calibrate pairs.csv -o answered.json'''

#: Pairs or groups that the terminal shows, and that a picture does.
SHOWN = 20
DRAWN = 12
_TITLE = 50  # letters of a title that the table shows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.embeddings(parser)
    least = parser.add_mutually_exclusive_group()
    least.add_argument('--threshold', type=options.probability, metavar='P',
                       help='the least probability of a pair, 0 to 1 (default: 0.5)')
    least.add_argument('--precision', type=options.probability, metavar='P',
                       help='instead, the lowest threshold that had this precision on the pairs of '
                            'the calibration')
    parser.add_argument('--across', action='store_true',
                        help='only pairs of different retailers')
    parser.add_argument('--new', action='store_true',
                        help='leave out pairs that the catalogue has as one product already')
    parser.add_argument('--groups', action='store_true', help='join the pairs into groups')
    parser.add_argument('--photographs', action='store_true',
                        help='compare the image files, too: listings that show the same '
                             'photograph, scaled or saved anew, are one product')
    parser.add_argument('--mutual', action='store_true',
                        help="only pairs in which each is among the other's nearest neighbours")
    parser.add_argument('--exact', action='store_true',
                        help='compare all listings, however many (the default up to 20,000; '
                             'beyond, neighbours are found by an index, which misses very few)')
    parser.add_argument('--images-only', action='store_true', help='do not compare texts')
    parser.add_argument('--calibration', metavar='JSON', type=options.path,
                        help="a calibration that --calibrate wrote, instead of the package's")
    parser.add_argument('--calibrate', metavar='PAIRS', nargs='?', const=True,
                        type=options.path,
                        help='find nothing, but learn a calibration and write it to -o: from a '
                             "person's answers, in a file that -o wrote (columns a, b, answer) or "
                             'a journal of "serve" (.jsonl), or without one, from neighbours in '
                             'EMBEDDINGS, of which those that the catalogue has as one product are '
                             'the same')
    options.encoding(parser, 'the file of answers')
    options.json(parser)
    options.output(parser, 'FILE', 'write all pairs or groups to this CSV file, pairs with a '
                                   'column for answers; with --calibrate, the calibration to this '
                                   'JSON file', required=False,
                   kind=options.file_to_write)
    parser.add_argument('--picture', metavar='PICTURE', type=options.path,
                        help=f'draw the {DRAWN} most probable pairs or largest groups; the ending '
                             'names the format (.png)')
    options.moved_catalogue(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.catalogue.pair_answers import require_unanswered
    from fashion_models.catalogue.show import picture_kind
    from fashion_models.representation.duplicates.calibration import Calibration
    from fashion_models.representation.duplicates.pairs import find, grouped
    from fashion_models.representation.duplicates.tables import (
        group_rows,
        pair_rows,
        write_groups,
        write_pairs,
    )
    from fashion_models.representation.embeddings import open_embeddings

    if arguments.encoding and arguments.calibrate in (None, True):
        raise UserError('--encoding: is that of a file of answers, which --calibrate names; leave '
                        'it out')
    if arguments.calibrate:
        _calibrate(arguments)
        return
    if arguments.catalogue and not (arguments.picture or arguments.photographs):
        raise UserError('--catalogue: has the pictures for --picture and --photographs; give one '
                        'of them, or leave it out')
    if arguments.picture:
        picture_kind(arguments.picture)
    if arguments.output:
        require_unanswered(arguments.output)
    calibration = Calibration.load(arguments.calibration) if arguments.calibration else None
    embeddings = open_embeddings(arguments.file)
    found = find(embeddings, calibration, arguments.threshold, arguments.precision,
                 texts=not arguments.images_only, across=arguments.across,
                 exact=arguments.exact, mutual=arguments.mutual,
                 photographs=_photographs(arguments, embeddings))
    pairs = [pair for pair in found.pairs if not (arguments.new and pair.known)]
    # Pairs that are known keep groups together; groups of nothing else are no news.
    groups = [group for group in grouped(found.pairs)
              if not arguments.new or len({item.product for item in group}) > 1]
    rows = group_rows(groups) if arguments.groups else pair_rows(pairs)
    write = functools.partial(
        write_groups if arguments.groups else write_pairs, arguments.output, rows)
    draw = functools.partial(_draw, arguments, embeddings, groups if arguments.groups else pairs)
    with beside(arguments.output and write), beside(arguments.picture and draw):
        if arguments.json:
            print(json_text({
                'groups' if arguments.groups else 'pairs': rows, 'listings': found.listings,
                'thresholds': found.thresholds,
                'placeholders': [[item.id for item in group] for group in found.placeholders],
                'calibration': found.calibration.origin},
                indent=1))
        else:
            _print(rows, arguments)
            print(visible(_summary(
                found, pairs, groups if arguments.groups else None, arguments.mutual)))


def _photographs(arguments, embeddings):
    from fashion_models.representation.duplicates.photographs import Photographs
    from fashion_models.representation.pictures import catalogue_folder

    if not arguments.photographs:
        return None
    return Photographs(embeddings.items, catalogue_folder(embeddings, arguments.catalogue))


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


def _summary(found, pairs, groups, mutual):
    """What was found, and how far it can be trusted."""
    known = sum(pair.known for pair in pairs)
    lines = [f'{counted(len(pairs), "pair")} among {counted(found.listings, "listing")}'
             + (f', {known:,} of which the catalogue has as one product' if known else '')]
    if groups is not None:
        listings = sum(map(len, groups))
        lines[0] += f'; {counted(len(groups), "group")} of {counted(listings, "listing")} in all'
    shown = len(pairs) if groups is None else len(groups)
    if shown > SHOWN:
        lines.append(f'the first {SHOWN} of {shown:,} are shown; -o FILE.csv writes all')
    for group in found.placeholders:
        picture = ' '.join(group[0].images[:1]) or 'a picture'
        lines.append(f'left out as a placeholder: {picture}, shown by {len(group)} unlike '
                     f'listings, such as {group[0].id} and {group[1].id}')
    for name, threshold in found.thresholds.items():
        point = found.calibration.models[name].reached(threshold)
        alone = ', mutual ones alone' if mutual else ''
        lines.append(f'{name}: probability {threshold:.2f} or more' + (
            '; the calibration has no figures of mutual pairs' if point is None else
            '' if point['precision'] is None else
            f'; with the pairs of the calibration{alone}: precision {point["precision"]:.2f}, '
            f'recall {point["recall"]:.2f}'))
    origin = found.calibration.origin
    lines.append(f'calibration: {origin.get("catalogue_name") or "unknown"}, '
                 f'{counted(origin.get("listings") or 0, "listing")}')
    return '\n'.join(lines)


def _calibrate(arguments):
    from fashion_models.files import told_if_unwritable
    from fashion_models.representation.duplicates.labelled import calibrate_on
    from fashion_models.representation.embeddings import open_embeddings

    unused = [name for name in (
        'threshold', 'precision', 'across', 'new', 'groups', 'mutual', 'exact', 'photographs',
        'calibration', 'json', 'picture', 'catalogue')
        if getattr(arguments, name) not in (None, False)]
    if unused:
        raise UserError(f'--{unused[0]}: has no meaning with --calibrate, which finds nothing')
    if arguments.output is None:
        raise UserError('--calibrate: name the calibration to write with -o FILE.json')
    calibration = calibrate_on(
        open_embeddings(arguments.file),
        None if arguments.calibrate is True else arguments.calibrate,
        texts=not arguments.images_only, encoding=arguments.encoding)

    def save():
        with told_if_unwritable(arguments.output):
            calibration.save(arguments.output)

    with beside(save):
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


def _draw(arguments, embeddings, found):
    """Draws pairs or groups, a row or more each."""
    from fashion_models.representation.pictures import catalogue_folder, draw_rows, drawable

    folder = catalogue_folder(embeddings, arguments.catalogue)
    if arguments.groups:
        rows = [[(item, item.retailer) for item in group]
                for group in sorted(found, key=len, reverse=True)[:DRAWN]]
    else:
        rows = [[(pair.a, ' · '.join(filter(None, (f'{pair.probability:.2f}', pair.a.retailer)))),
                 (pair.b, pair.b.retailer)] for pair in found[:DRAWN]]
    if not rows:
        print(f'{arguments.picture}: not drawn, as there is nothing to show', file=sys.stderr)
        return
    draw_rows(arguments.picture, folder, [[drawable(*cell) for cell in row] for row in rows])
