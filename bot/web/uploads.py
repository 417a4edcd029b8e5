"""Keeps an upload from being larger than it may be, while it comes in and not only once it is there."""

from starlette.requests import Request
from starlette.types import Message


def limited(request: Request, most: int, too_large: type[Exception]) -> Request:
    """The request, whose body raises `too_large` as soon as more than `most` bytes of it came."""
    left = most

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise too_large
        return message

    return Request(request.scope, receive)
