"""``fashion-models colour``."""

import json


def test_colours(tiny_run, works):
    images = [tiny_run[1] / 'images' / name for name in ('4-0.png', '4-1.png')]
    found = json.loads(works('colour', tiny_run[0], *images, '--json'))
    assert set(found['probabilities']) == {'blue', 'green', 'red'}
    assert set(found['prominent']) <= set(found['shares'])
    first, _, head, *rows = works('colour', tiny_run[0], *images).splitlines()
    assert first == ', '.join(found['prominent'])
    assert head.split() == ['share', 'probability']
    assert {row.split()[0] for row in rows} <= {'blue', 'green', 'red'}
