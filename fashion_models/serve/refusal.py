"""Errors of requests, and the one form in which they are answered."""

import html

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from fashion_models.surrogates import whole

_TITLES = {401: 'Please sign in', 403: 'Not allowed', 404: 'Not found', 413: 'Too large'}


class Refusal(HTTPException):
    """A request that cannot be answered; an HTTPException, since FastAPI takes others for its own.

    Args:
        status: The HTTP status, 400 or more.
        message: What was found, and what was expected; for the user to read.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


def answer(request: Request, status: int, message: str) -> Response:
    """An error as JSON where a program asks, and as a page where a person does."""
    message = whole(message)    # it may name what was sent
    if wants_page(request):
        heading = _TITLES.get(status, 'That did not work')
        return HTMLResponse(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>'
            f'{heading}</title><meta name="viewport" content="width=device-width">'
            '<link rel="icon" href="/static/icon.svg">'
            '<link rel="stylesheet" href="/static/app.css"></head><body><main class="page">'
            f'<h1>{heading}</h1><p>{html.escape(message)}</p>'
            '<p><a href="/">To the products</a></p></main></body></html>', status)
    return JSONResponse({'error': {'status': status, 'message': message}}, status)


def wants_page(request: Request) -> bool:
    """Whether it is a browser that asks for a page."""
    return (not request.scope['path'].startswith('/api/')
            and 'text/html' in request.headers.get('accept', ''))
