"""The HTTP API: JSON in and out, described at /api/openapi.json and, for people, at /api."""

import urllib.parse
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request

import fashion_models
from fashion_models.serve import schema
from fashion_models.serve.bodies import body_of, described
from fashion_models.serve.browse import SORTS, View, where_of
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.workbench import Workbench

#: What a route may answer instead, for the OpenAPI document.
ERRORS = {status: {'model': schema.Error, 'description': description} for status, description in (
    (400, 'What was sent cannot be used'), (404, 'There is no such product'),
    (422, 'A value is not of its type, or out of range, or there is no parameter of a name'))}
_PICTURE_ERRORS = ERRORS | {status: {'model': schema.Error, 'description': description}
                             for status, description in (
    (413, 'A picture is too large'), (415, 'A file is no picture'),
    (503, 'There is no network to look at pictures with'))}


def only_known(request: Request) -> None:
    """Refuses a parameter that a route does not have, so that a misspelt name is noticed."""
    if not request.query_params:
        return
    methods = request.app.openapi()['paths'][request.scope['route'].path_format]
    known = sorted(one['name'] for one in methods[request.method.lower()].get('parameters', ())
                   if one['in'] == 'query')
    for name in request.query_params:
        if name not in known:
            raise Refusal(422, f'{name}: there is no such parameter; expected '
                               + (f'one of {", ".join(known)}' if known else 'none'))


def view_of(
        q: Annotated[str, Query(max_length=200, description='Words of the title, with accents or '
                                                            'without')] = '',
        where: Annotated[list[str], Query(description='TASK=LABEL, repeated')] = (),
        sort: Annotated[str, Query(description=', '.join(SORTS))] = 'catalogue',
        near: Annotated[str, Query(description='Only the neighbours of this product')] = '',
        picture: Annotated[str, Query(description='Only the neighbours of this query by '
                                                  'picture')] = '',
        other_groups: Annotated[bool, Query(description='Without the rest of its group')] = False,
        ) -> View:
    """The view that the parameters of an address describe."""
    return View(q, where_of(where), sort, near, picture, other_groups)


#: What all routes of the API have in common.
STRICT = {'dependencies': [Depends(only_known)], 'responses': {422: ERRORS[422]}}


def router(bench: Workbench) -> APIRouter:
    """The routes of the API.

    Args:
        bench: What answers.
    """
    api = APIRouter(prefix='/api', **STRICT)
    shop = bench.shop

    @api.get('/health')
    def health() -> schema.Health:
        """Whether the server answers; needs no token."""
        return schema.Health(status='ok')

    @api.get('/version')
    def version() -> schema.Version:
        """What is served, and by which version of the package."""
        return schema.Version(
            version=fashion_models.__version__, per=shop.noun, vectors=len(shop),
            catalogue=shop.embeddings.header.get('catalogue_name', ''),
            tasks=list(shop.embeddings.tasks))

    @api.get('/products', responses=ERRORS)
    def products(view: Annotated[View, Depends(view_of)],
                 offset: Annotated[int, Query(ge=0)] = 0,
                 limit: Annotated[int, Query(ge=1, le=schema.MOST)] = 60,
                 facets: bool = False) -> schema.Page:
        """Products by filters and words, a part at a time."""
        found = bench.find(view)
        rows = found.rows[offset:offset + limit].tolist()
        similar = (None if found.similarities is None
                   else found.similarities[offset:offset + limit].tolist())
        return schema.Page(
            total=len(found.rows), offset=offset, products=[
                schema.Listed(**product_of(shop.item(row)),
                              similarity=similar and round(similar[place], 4))
                for place, row in enumerate(rows)],
            facets=bench.browser.facets(view) if facets else None)

    @api.get('/products/{id:path}', responses=ERRORS)
    def product(id: str) -> schema.ProductDetails:
        """One product, with what each retailer says."""
        item = shop.item(bench.row(id))
        whole = shop.product(item.product)
        return schema.ProductDetails(
            **product_of(item), description=item.description,
            listings=[schema.ListingOut(
                retailer=listing.retailer, title=listing.title, description=listing.description)
                for listing in whole.listings] if whole else [])

    @api.post('/search', responses=_PICTURE_ERRORS, openapi_extra=described(schema.SearchBody))
    def search(body: Annotated[tuple, Depends(body_of(schema.SearchBody))]) -> schema.Hits:
        """The products most similar to one, or to pictures of one."""
        asked, pictures = body
        _require_one(asked.id, pictures)
        where = dict(where_of(asked.where))
        if pictures:
            if asked.other_groups:
                raise Refusal(400, 'other_groups: pictures have no group')
            query = bench.queries.make(pictures)
            hits = shop.searcher.nearest(query.vector, asked.k, where)
        else:
            query = None
            bench.row(asked.id)
            hits = shop.searcher.like(asked.id, asked.k, where, asked.other_groups)
        return schema.Hits(query=query and query.token, hits=[
            schema.Hit(**product_of(hit.item), rank=hit.rank, similarity=round(hit.similarity, 6))
            for hit in hits])

    @api.post('/embed', responses=_PICTURE_ERRORS, openapi_extra=described(schema.PicturesBody))
    def embed(body: Annotated[tuple, Depends(body_of(schema.PicturesBody))]) -> schema.Embedding:
        """The vector of pictures of one product, or of a product of the catalogue."""
        asked, pictures = body
        _require_one(asked.id, pictures)
        query = bench.queries.make(pictures) if pictures else None
        vector = query.vector if query else shop.embeddings.mapped[bench.row(asked.id)]
        return schema.Embedding(query=query and query.token,
                                vector=np.asarray(vector, np.float64).round(8).tolist())

    @api.post('/colour', responses=_PICTURE_ERRORS, openapi_extra=described(schema.PicturesBody))
    def colour(body: Annotated[tuple, Depends(body_of(schema.PicturesBody))]) -> schema.Colours:
        """The prominent colours of a product, with their shares."""
        asked, pictures = body
        _require_one(asked.id, pictures)
        seen = (bench.queries.decode(pictures) if pictures
                else bench.files(shop.item(bench.row(asked.id))))
        found = bench.queries.colours(seen)
        return schema.Colours(prominent=found.prominent, shares=found.shares,
                              probabilities=found.probabilities)

    @api.post('/order', responses=ERRORS, openapi_extra=described(schema.OrderBody, False))
    def order(body: Annotated[tuple, Depends(body_of(schema.OrderBody))]) -> schema.Order:
        """Products in the order in which to show them to somebody with these likes."""
        asked = _without_pictures(body, 'an order is made from ids')
        return schema.Order(diversity=asked.diversity, order=[
            schema.Placed(**product_of(placed.item), rank=placed.rank,
                          relevance=round(placed.relevance, 6))
            for placed in bench.order(asked)])

    @api.get('/lists')
    def lists() -> schema.ListsOut:
        """The lists that merchandisers put in order by hand."""
        return schema.ListsOut(lists={
            name: len(ranked.products) for name, ranked in bench.lists.all().items()})

    @api.post('/lists', responses=ERRORS, openapi_extra=described(schema.ListBody, False))
    def save_list(body: Annotated[tuple, Depends(body_of(schema.ListBody))]) -> schema.ListsOut:
        """Keeps a list, in place of one of the same name."""
        asked = _without_pictures(body, 'a list is made of ids')
        for id in asked.products:
            bench.row(id)
        bench.lists.save(asked.name.strip(), asked.products)
        return lists()

    return api


def _without_pictures(body, why):
    asked, pictures = body
    if pictures:
        raise Refusal(400, f'{why}; expected no pictures')
    return asked


def _require_one(id, pictures):
    if (id is None) == (not pictures):
        raise Refusal(400, 'expected either the id of a product or pictures of one')


def product_of(item) -> dict:
    """The fields of :class:`schema.Product`."""
    return {
        'id': item.id, 'product': item.product, 'group': item.group, 'title': item.title,
        'retailer': item.retailer, 'labels': item.labels,
        'pictures': [picture_url(item.id, number) for number in range(len(item.images))]}


def picture_url(id: str, number: int) -> str:
    """The address of a product's picture, to which ``&side=`` may be added."""
    return '/picture?' + urllib.parse.urlencode({'id': id, 'n': number})
