import dataclasses

import pytest

from fashion_models.serve import browse
from fashion_models.serve.browse import Browser, View


@pytest.mark.parametrize('nearest', [7, browse.NEAREST])
@pytest.mark.parametrize('view', [
    View(), View(text='red'), View(where=(('type', ('disc',)),)), View(near='first'),
    View(near='first', other_groups=True), View(near='first', where=(('type', ('disc',)),)),
    View(picture='token', text='red')], ids=str)
def test_a_facet_says_what_choosing_it_finds(shop, monkeypatch, view, nearest):
    monkeypatch.setattr(browse, 'NEAREST', nearest)
    if view.near:
        view = dataclasses.replace(view, near=shop.item(0).id)
    browser = Browser(shop)
    facets = browser.facets(view)
    assert {'type', 'colour', 'gender'} <= facets.keys()
    for task, counts in facets.items():
        where = {**dict(view.where), task: None}
        for label, count in counts.items():
            chosen = dataclasses.replace(view, where=tuple((where | {task: (label,)}).items()))
            found = browser.find(chosen, shop.embeddings.mapped[0] if view.picture else None)
            assert len(found.rows) == count, (task, label)
