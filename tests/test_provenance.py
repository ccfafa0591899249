import json
import platform

import chainer

from fashion_models.provenance import provenance


def test_says_what_is_needed_to_repeat_a_result():
    record = provenance()
    assert record['versions']['python'] == platform.python_version()
    assert record['versions']['chainer'] == chainer.__version__
    assert record['machine']['cores'] >= 1
    assert record['machine']['processor']
    assert set(record) == {'command', 'date', 'commit', 'versions', 'machine'}
    json.dumps(record)
