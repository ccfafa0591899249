"""Reads the body of a request: JSON, or a form with pictures."""

import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pydantic
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from fashion_models.serve.browse import where_of
from fashion_models.serve.queries import PICTURES
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.schema import MOST

#: Of a form, at most: that of an order has three lists, conditions and a few values.
_FIELDS = 4 * MOST + 10
_ENDED = 'the request ended early'
_FORMS = 'multipart/form-data', 'application/x-www-form-urlencoded'
Body = TypeVar('Body', bound=pydantic.BaseModel)


def body_of(model: type[Body]) -> Callable[[Request], Awaitable[tuple[Body, list[bytes]]]]:
    """A dependency that reads a body, and the pictures in it.

    A form has the same names as the JSON object. What is a list there is repeated, and so are
    ``where``, ``TASK=LABEL`` each, and ``pictures``, a file each.
    """
    lists = {name for name, field in model.model_json_schema()['properties'].items()
             if field.get('type') == 'array'}

    async def read(request: Request):
        values, pictures = await _read(request, lists)
        try:
            return model.model_validate(values), pictures
        except pydantic.ValidationError as error:
            raise RequestValidationError(error.errors()) from None
    return read


def described(model: type[Body], pictures: bool = True) -> dict:
    """What FastAPI is to say of such a body in the OpenAPI document."""
    schema = model.model_json_schema(ref_template='#/components/schemas/{model}')
    fields = dict(schema['properties'])
    if 'where' in fields:
        fields['where'] = {'type': 'array', 'items': {'type': 'string'},
                           'description': 'TASK=LABEL, repeated', 'examples': [['type=shoes']]}
    files = {'pictures': {'type': 'array', 'items': {'type': 'string', 'format': 'binary'},
                          'description': f'Pictures of one product, up to {PICTURES}'}}
    multipart, urlencoded = _FORMS
    return {'requestBody': {'required': True, 'content': {
        'application/json': {'schema': schema},
        urlencoded: {'schema': {**schema, 'properties': fields}},
        multipart: {'schema': {**schema, 'properties': fields | (files if pictures else {})}}}}}


async def _read(request, lists):
    kind = request.headers.get('content-type', '').partition(';')[0].strip().lower()
    if kind == 'application/json':
        try:
            return json.loads(await request.body()), []
        except (ValueError, RecursionError) as error:
            raise Refusal(400, f'the body is not JSON: {error}') from None
        except ClientDisconnect:
            raise Refusal(400, _ENDED) from None
    if kind not in _FORMS:
        raise Refusal(415, f'the body is of type {kind or "unknown"!r}; expected application/json, '
                           f'{_FORMS[1]}, or {_FORMS[0]} with pictures')
    values, pictures = {}, []
    try:
        async with request.form(max_files=PICTURES + 1, max_fields=_FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if name != 'pictures':
                        raise Refusal(400, f'{name}: found a file; pictures are sent as "pictures"')
                    pictures.append(await value.read())
                else:
                    values.setdefault(name, []).append(value)
    except Refusal:
        raise
    except HTTPException as error:
        raise Refusal(400, f'the form cannot be read: {error.detail}') from None
    except ClientDisconnect:
        raise Refusal(400, _ENDED) from None
    where = values.pop('where', [])
    # A value that is repeated and no list is an error of its type.
    values = {name: found if name in lists or len(found) > 1 else found[0]
              for name, found in values.items()}
    return values | ({'where': dict(where_of(where))} if where else {}), pictures
