"""Ways to spoil bytes and texts: JSON, TOML, tables, XML."""

import json
import random
import re

from fashion_models.files import sealed
from fashion_models.parsing import json_value

#: Stands for a raw text while a JSON document is written, which could not hold it.
_MARK = '\x02raw\x02'

TEXTS = (
    '', ' ', '\u00a0', 'nan', 'NA', 'null', '-', '0', '-1', '1e400', '٣', '\ufeff', 'é', 'e\u0301',
    '\u202egpj.x', '\x1b]0;title\x07\x1b[2J', '\x00', '\n', 'a\rb', '=1+1', '../../etc/passwd',
    '/etc/passwd', 'C:\\x.jpg', 'http://[::1', 'http://127.0.0.1:1/%00.jpg', 'file:///etc/passwd',
    '%', '%s%n', '{0}', '<' * 2000, '&' * 500, '&#1114112;', '<p>' * 3000, '"', '""', '"a', "'",
    '|', ',', '|' * 1000, 'x' * 70_000, '9' * 5000, '/' * 3000, 'a/' * 2000, 'id:', 'colour=',
    '\\,', '$' * 9, 'size=L|sku=', 'Default Category/' * 500, 'a > ' * 500,
)

RAW = (
    'null', 'true', 'false', '0', '-1', '1', '2147483648', '4294967296', '9223372036854775808',
    '18446744073709551616', '-9223372036854775809', '1e308', '-1e999', 'NaN', '-Infinity', '0.1',
    '1.5', '[]', '{}', '[[]]', '[null]', '[1, "a"]', '{"": 1}', '{"a": {"b": []}}', '"\\ud800"',
    '"\\u0000"', '"\\u001b[2J"', '9' * 5000, '0.' + '1' * 5000, '[' * 100_000, '{"a":' * 50_000,
    '[' * 900 + ']' * 900, '"' + 'x' * 70_000 + '"',
)

TOML = (
    'true', '0', '-1', '1', '3', '64', '4294967296', '9223372036854775807', '9223372036854775808',
    '9' * 5000, '1e308', 'nan', 'inf', '-inf', '0.5', '1e-320', '""', '"a"', '"\\u0000"',
    "'\x1b[2J'", '[]', '[[]]', '[1, 2]', '["a"]', '["a", "a"]', '[-1]', '[1000000000000]', '{}',
    '{a = 1}', '1979-05-27', '07:32:00', '[' * 20_000, '[' * 400 + ']' * 400,
    '"""' + 'x' * 70_000 + '"""', '0x' + 'f' * 5000, '"@numpy*1000000"', '"0"', '"same"', '"?"',
    '["Men", "Women"]', '{a = {a = {a = 1}}}',
)


def some_bytes(dice: random.Random, content: bytes) -> bytes:
    """Bytes flipped, cut, put in, repeated or replaced."""
    data = bytearray(content)
    for _ in range(dice.choice([1, 1, 1, 2, 5, 20])):
        at = dice.randrange(len(data) + 1)
        length = min(dice.choice([1, 1, 2, 4, 16, 256, 4096]), len(data) - at)
        kind = dice.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = dice.randbytes(max(1, length))
        elif kind == 3:
            data[at:at] = data[at : at + length] * dice.choice([1, 2, 100])
        elif kind == 4:
            data[at : at + length] = dice.choice([b'\0', b'\xff', b'\x80', b'9', b'"']) * length
        elif kind == 5:
            data[at:at] = dice.choice(TEXTS).encode('utf-8', 'surrogatepass')
        else:
            del data[at:]
    return bytes(data)


def json_document(dice: random.Random, content: bytes) -> bytes:
    """A JSON document with a value, a key or a part that is another."""
    value = json_value(content)
    seal = isinstance(value, dict) and 'checksum' in value and dice.random() < 0.8
    raw = _spoil_json(dice, value)
    if seal and raw is None:
        value = sealed({name: part for name, part in value.items() if name != 'checksum'})
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, 1]))
    if raw is not None:
        text = text.replace(json.dumps(_MARK), raw)
    if dice.random() < 0.1:  # a key that is there twice
        text = re.sub(
            r'"(\w+)": ',
            lambda found: f'"{found[1]}": {dice.choice(RAW)}, {found[0]}',
            text,
            count=1,
        )
    return text.encode('utf-8', 'surrogatepass')


def _spoil_json(dice, value):
    """Changes a place in a JSON value; returns the raw text to stand for the mark, if any."""
    places = list(_places(value))
    if not places:
        return None
    holder, key = dice.choice(places)
    kind = dice.randrange(8)
    if kind < 4:
        holder[key] = _MARK
        return dice.choice(RAW)
    if kind == 4:
        holder[key] = dice.choice(TEXTS)
    elif kind == 5:
        del holder[key]
    elif kind == 6:
        if isinstance(holder, dict):
            holder[dice.choice(TEXTS) or key] = holder.pop(key)
        else:
            holder.append(holder[key])
    else:
        holder[key] = dice.choice(
            [[holder[key]], {'a': holder[key]}, str(holder[key]), [holder[key]] * 50]
        )
    return None


def _places(value):
    items = (
        value.items()
        if isinstance(value, dict)
        else (enumerate(value) if isinstance(value, list) else ())
    )
    for key, part in items:
        yield value, key
        yield from _places(part)


def json_lines(dice: random.Random, content: bytes) -> bytes:
    """JSON documents, one a line, of which some are others, twice there, or gone."""
    lines = content.split(b'\n')
    for _ in range(dice.choice([1, 1, 3])):
        at = dice.randrange(len(lines))
        kind = dice.randrange(6)
        if kind < 4 and lines[at].strip():
            try:
                lines[at] = json_document(dice, lines[at])
            except ValueError:  # spoiled before
                continue
        elif kind == 4:
            lines.insert(dice.randrange(len(lines)), lines[at])
        else:
            lines[at] = b''
    return b'\n'.join(lines)


def toml(dice: random.Random, content: bytes) -> bytes:
    """A TOML file with another value or key."""
    lines = content.decode().split('\n')
    places = [at for at, line in enumerate(lines) if '=' in line]
    for _ in range(dice.choice([1, 1, 2])):
        at = dice.choice(places)
        name, _, value = lines[at].partition(' = ')
        kind = dice.randrange(6)
        if kind < 4:
            lines[at] = f'{name} = {dice.choice(TOML)}'
        elif kind == 4:
            lines[at] = f'{dice.choice(["x", "training", "a.b.c", "x" * 9000])} = {value}'
        else:
            lines.insert(
                at, dice.choice([lines[at], '[data]', '[[model]]', 'a' + '.a' * 3000 + ' = 1'])
            )
    return '\n'.join(lines).encode()


def table(dice: random.Random, content: bytes) -> bytes:
    """A delimited table with other fields, rows, names of columns, or in another encoding."""
    text = content.decode('utf-8-sig')
    first = text.split('\n', 1)[0]
    sign = max('\t;,', key=first.count)
    rows = [row.split(sign) for row in text.split('\n')]
    for _ in range(dice.choice([1, 1, 2, 6])):
        row = dice.choice(rows[:1] + rows)
        at = dice.randrange(len(row))
        kind = dice.randrange(8)
        if kind < 4:
            row[at] = dice.choice(TEXTS)
        elif kind == 4:
            row.insert(at, dice.choice(row))
        elif kind == 5:
            del row[at:]
            row.append('')
        elif kind == 6:
            rows.append(list(row))
        else:
            row[at] += dice.choice(TEXTS)
    text = '\n'.join(map(sign.join, rows))
    if dice.random() < 0.1:
        text = dice.choice(['sep=;\n', 'sep=\n', '\n\n', '\ufeff', '#\n']) + text
    if dice.random() < 0.1:
        text = text.replace('\n', dice.choice(['\r\n', '\r', '\n\n', '\x0b', '\u2028']))
    encoding = dice.choice(
        ['utf-8'] * 12 + ['utf-8-sig', 'utf-16', 'utf-16-le', 'utf-32', 'cp1252', 'utf-7']
    )
    return text.encode(
        encoding,
        'surrogatepass' if encoding.startswith('utf-') and encoding != 'utf-7' else 'replace',
    )


def xml(dice: random.Random, content: bytes) -> bytes:
    """XML with other elements, entities, encodings, nested deeply."""
    text = content.decode('utf-8-sig')
    ends = [found.end() for found in re.finditer('>', text)]
    at = dice.choice(ends)
    text = (
        text[:at]
        + dice.choice(
            [
                '<a>' * 50_000,
                '<![CDATA[' + 'x' * 70_000 + ']]>',
                '&x;',
                '&#0;',
                '&#xD800;',
                '<!-- -- -->',
                '<item>',
                '</item>',
                '<g:id/>',
                '<?xml?>',
                '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
                'x' * 300_000,
                '<g:id><g:id>a</g:id></g:id>',
                '<entry xmlns="a"/>',
                '\x1b',
                '&#27;',
                '<h:id>a</h:id>',
                '<item ' + ' '.join(f'a{number}="b"' for number in range(5000)) + '/>',
                f'<g:additional_image_link>{dice.choice(TEXTS[:20])}</g:additional_image_link>',
            ]
        )
        + text[at:]
    )
    if dice.random() < 0.2:
        encoding = dice.choice(
            ['utf-16', 'utf-7', 'ucs-4', 'idna', 'rot13', 'hex', 'nothing', 'cp1252', 'x' * 99]
        )
        text = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"', 1)
    return text.encode('utf-8', 'surrogatepass')
