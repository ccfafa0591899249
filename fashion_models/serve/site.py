"""The pages of the workbench."""

import hashlib
import importlib.resources
import json
import mimetypes
import urllib.parse
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from fashion_models import pages
from fashion_models.catalogue.cells import table
from fashion_models.catalogue.journal import RIGHT
from fashion_models.catalogue.label_answers import COLUMNS, UNKNOWN
from fashion_models.catalogue.tasks import SEPARATOR
from fashion_models.errors import UserError
from fashion_models.representation.ordering.order import DIVERSITY
from fashion_models.serve.api import picture_url, product_of, view_of
from fashion_models.serve.browse import SORTS, View, where_of
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.schema import MOST, OrderBody
from fashion_models.serve.thumbnails import SIDES
from fashion_models.serve.workbench import Workbench

#: Neighbours and members of the group that a product's page shows, at most.
NEIGHBOURS = 12
#: Labels of each task that it shows, the likeliest.
LIKELIEST = 4
#: Values of a parameter that may be repeated, no more than the API takes.
_Several = Annotated[list[str], Query(max_length=MOST)]
#: Seconds for which a browser need not ask for a picture again.
_FRESH = 3600


def router(bench: Workbench, token: bool = False) -> APIRouter:
    """The routes of the pages, of their pictures and of what they are made of.

    Args:
        bench: What answers.
        token: Whether requests need a token, which the page of the API then explains.
    """
    site = APIRouter(include_in_schema=False)
    shop = bench.shop
    journal = bench.decisions.journal
    static = _static_files()

    def page(template, request, **values):
        return HTMLResponse(pages.ENVIRONMENT.get_template(f'serve/{template}.html').render(
            shop=shop, path=request.scope['path'],
            name=shop.embeddings.header.get('catalogue_name'), picture_url=picture_url,
            title_of=_title_of, separator=SEPARATOR, **values))

    @site.get('/')
    def browse(request: Request):
        return page('browse', request, sorts=SORTS)

    @site.get('/product')
    def product(request: Request, id: str, view: Annotated[View, Depends(view_of)]):
        row = bench.row(id)
        item = shop.item(row)
        whole = shop.product(item.product)
        return page(
            'product', request, item=item, tile=product_of(item), whole=whole,
            listings=_judged(shop, row, whole), colourways=_group(shop, row, item),
            neighbours=[(hit.item, hit.similarity) for hit in shop.searcher.like(
                item.id, NEIGHBOURS, other_groups=True)],
            around=_around(bench, view, row), query=_without_id(request))

    @site.get('/product/seen')
    def seen(request: Request, id: str):
        item = shop.item(bench.row(id))
        files = bench.files(item)
        encoder = bench.queries.encoder()
        with shop.network:
            predicted = encoder.predict(files)
        shares = bench.queries.colours(files).shares if 'colour' in predicted else {}
        return page('seen', request, item=item, shares=shares, predicted={
            task: list(labels.items())[:LIKELIEST] for task, labels in predicted.items()})

    @site.get('/product/duplicates')
    def likely(request: Request, id: str):
        row = bench.row(id)
        pairs = bench.duplicates.of(row)
        return page('likely', request, pairs=pairs and [
            (pair, pair.b if pair.rows[0] == row else pair.a) for pair in pairs],
            pending=pairs is None)

    @site.get('/order')
    def order(request: Request):
        return page('order', request)

    @site.get('/order.csv')
    def order_csv(liked: _Several, disliked: _Several = (), where: _Several = (),
                  diversity: Annotated[float, Query(ge=0, lt=1)] = DIVERSITY,
                  k: Annotated[int, Query(ge=1, le=MOST)] = MOST):
        placed = bench.order(OrderBody(liked=liked, disliked=disliked, diversity=diversity, k=k,
                                       where=dict(where_of(where))))
        tasks = list(shop.embeddings.tasks)
        columns = ['rank', 'product', 'title', 'retailer', *tasks, 'relevance']
        return _download('order.csv', table(columns, [
            [one.rank, one.item.id, one.item.title, one.item.retailer,
             *(one.item.labels.get(task, '') for task in tasks), f'{one.relevance:.4f}']
            for one in placed]))

    @site.get('/lists.csv')
    def lists_csv():
        return _download('lists.csv', bench.lists.csv())

    @site.get('/labels')
    def labels(request: Request):
        return page('labels', request, tasks=bench.labels.tasks,
                    suspects=len(bench.labels.suspects), journal=journal.path.name)

    @site.get('/labels.csv')
    def labels_csv():
        return _download('labels.csv', table(COLUMNS, [
            (one.product, one.task, one.before, '',
             '' if one.answer == RIGHT else one.after or UNKNOWN)
            for one in journal.state().labels.values()]))

    @site.get('/duplicates')
    def duplicates(request: Request):
        return page('duplicates', request, journal=journal.path.name)

    @site.get('/journal.jsonl')
    def journal_lines():
        lines = ''.join(f'{json.dumps(entry.record())}\n' for entry in journal.entries())
        return _download('journal.jsonl', lines, 'application/jsonl')

    @site.get('/api')
    def api_page(request: Request):
        return page('api', request, document=request.app.openapi(), token=token,
                    base=str(request.base_url).rstrip('/'), example=shop.embeddings.ids[0])

    @site.get('/picture')
    def picture(id: str, n: int = 0, side: int = 320):
        if side not in SIDES:
            raise Refusal(400, f'side: found {side}, expected one of {", ".join(map(str, SIDES))}')
        file = shop.image_file(shop.item(bench.row(id)), n)
        content = bench.thumbnails.get(file, side) if file else None
        if content is None:
            raise Refusal(404, f'{id!r} has no readable picture {n}')
        return _jpeg(content)

    @site.get('/query')
    def query(token: str, n: int = 0):
        pictures = bench.queries.get(token).pictures
        if not 0 <= n < len(pictures):
            raise Refusal(404, f'the search has no picture {n}')
        return _jpeg(pictures[n])

    @site.get('/static/{name}')
    def static_file(name: str, request: Request):
        if name not in static:
            raise Refusal(404, f'there is no file {name!r}')
        content, kind, tag = static[name]
        headers = {'Cache-Control': 'no-cache', 'ETag': tag}
        if request.headers.get('if-none-match') == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return site


def _static_files():
    """From each file's name to its content, its type and its tag; requests only name one."""
    found = {}
    for file in (importlib.resources.files(__package__) / 'static').iterdir():
        content = file.read_bytes()
        kind = ('text/javascript' if file.name.endswith('.js')
                else mimetypes.guess_type(file.name)[0])
        found[file.name] = content, kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return found


def _jpeg(content):
    return Response(content, media_type='image/jpeg',
                    headers={'Cache-Control': f'private, max-age={_FRESH}'})


def _download(name, content, kind='text/csv'):
    return Response(content, media_type=kind, headers={
        'Content-Disposition': f'attachment; filename="{name}"'})


def _title_of(task):
    return task.replace('_', ' ').capitalize()


def _without_id(request):
    """The view that a product's page was opened from, as part of an address."""
    return urllib.parse.urlencode(
        [(name, value) for name, value in request.query_params.multi_items() if name != 'id'])


def _around(bench, view, row):
    """Where a product is in the view it was opened from: its place, the total, and the ids before
    and after it; None if it is not there."""
    try:
        rows = bench.find(view).rows
    except (Refusal, UserError):
        return None     # a search by picture that is no longer remembered, say
    place = np.flatnonzero(rows == row)
    if not len(place):
        return None
    place = int(place[0])
    ids = bench.shop.embeddings.ids
    return {
        'place': place + 1, 'total': len(rows),
        'previous': ids[rows[place - 1]] if place else None,
        'next': ids[rows[place + 1]] if place + 1 < len(rows) else None}


def _group(shop, row, item):
    """The other items of an item's group."""
    same = np.flatnonzero(shop.labels.groups == shop.labels.groups[row])
    return [shop.item(other) for other in same.tolist() if other != row][:NEIGHBOURS]


def _judged(shop, row, product):
    """What each retailer says of a product, with the words judged where that can be done."""
    if product is None:
        return []
    judged = [None] * len(product.listings)
    if shop.tagger:
        log_odds = shop.tagger.log_odds(shop.embeddings.mapped[row:row + 1])[0]
        judged = shop.tagger.judge_listings(product.listings, log_odds)
    return list(zip(product.listings, judged))
