"""What comes out of broken software and from people who try: spoilers of a good call."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lgsp_adapter.values import Request

Spoiler = Callable[[Request], Request]
"""Makes a call that nobody can accept out of a good one; its name says how."""


def empty_body(request: Request) -> Request:
    """Send nothing."""
    return replace(request, body=b"")


def random_bytes(request: Request) -> Request:
    """Send bytes that are no text in any encoding of Unicode."""
    return replace(request, body=bytes(range(128, 256)) * 8)


def half_a_body(request: Request) -> Request:
    """Send what a broken line leaves."""
    return replace(request, body=request.body[: len(request.body) // 2])


def nested_without_end(request: Request) -> Request:
    """Send what overflows a recursive parser."""
    return replace(request, body=b"[" * 100_000)


def a_number_for_everything(request: Request) -> Request:
    """Send JSON of another type than expected."""
    return replace(request, body=b"17")


def unknown_path(request: Request) -> Request:
    """Ask for what is not there."""
    return replace(request, path="/khong-co/../mau\x00")


def unknown_method(request: Request) -> Request:
    """Use a method that nobody has."""
    return replace(request, method="BREW")


SPOILERS: Final[tuple[Spoiler, ...]] = (
    *(empty_body, random_bytes, half_a_body, nested_without_end, a_number_for_everything),
    *(unknown_path, unknown_method),
)
