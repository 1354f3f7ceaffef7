"""Files that the portal gives by link become objects of the hub."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from lgsp_adapter import Backpressure, Context, Reject, Retryable, http_error
from lgsp_adapter.guard import AddressRefused
from lgsp_adapter.net import http_fault

_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+")
_UNKNOWN: Final = "application/octet-stream"
_MAX_NAME_CHARS: Final = 500


class Fetcher:
    """Fetches links with a client of its own, which knows no credentials of the portal."""

    def __init__(self, client: httpx2.AsyncClient, ctx: Context, longest: int) -> None:
        self._client, self._ctx, self._longest = client, ctx, longest

    async def with_objects(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body with an object beside each link.

        Raises:
            Retryable: a file cannot be fetched now.
            Reject: `file_unreachable`, with the file's place: the link leads nowhere, or to where
                this connector may not connect; `file_too_large`.
        """
        found = dict(body)
        for name in ("files", "other_files"):
            rows = [(f"/{name}/{number}", file) for number, file in enumerate(body.get(name, ()))]
            if rows:
                found[name] = [await self._with_object(file, place) for place, file in rows]
        return found

    async def _with_object(self, file: Mapping[str, Any], place: str) -> dict[str, Any]:
        if "link" not in file or file.get("deleted"):
            return dict(file)
        counted = _Counted(self._longest, place)
        try:
            url = _checked(file["link"], place)
            async with self._client.stream("GET", url) as response:
                self._judge(response, place)
                media_type = _media_type(response.headers.get("content-type", ""))
                hash_ = await self._ctx.store(counted.through(response.aiter_raw()), media_type)
        except AddressRefused as error:
            # A link is data, not configuration: it may stop its dossier, not the connector.
            raise Reject("file_unreachable", place, peer_code=error.rule) from error
        except httpx2.HTTPError as error:
            raise http_fault(error) from error
        about = {"hash": hash_, "size": counted.size, "media_type": media_type}
        return {**file, "object": {**about, "name": file["name"][:_MAX_NAME_CHARS]}}

    def _judge(self, response: httpx2.Response, place: str) -> None:
        retry_after = response.headers.get("retry-after")
        error = http_error(response.status_code, retry_after, now=self._ctx.now())
        if isinstance(error, (Retryable, Backpressure)):
            # Never `Backpressure`: the host of one file may not slow down the portal's dossiers.
            raise Retryable(error.detail, after=error.after, peer_code=error.peer_code)
        if error is not None:
            raise Reject("file_unreachable", place, peer_code=error.peer_code)


class _Counted:
    """Counts a file's bytes on their way, and ends a file that is too large."""

    def __init__(self, longest: int, place: str) -> None:
        self.size, self._longest, self._place = 0, longest, place

    async def through(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self.size += len(piece)
            if self.size > self._longest:
                raise Reject("file_too_large", f"{self._place}: more than {self._longest} bytes")
            yield piece


def _checked(link: str, place: str) -> str:
    """Return a link that is plain HTTP(S). User names in it are how links lead astray."""
    try:
        parts = urlsplit(link)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        plain = False
    if not plain:
        raise Reject("file_unreachable", place, peer_code="link")
    return link


def _media_type(content_type: str) -> str:
    found = content_type.partition(";")[0].strip()
    return found if _MEDIA_TYPE.fullmatch(found) and len(found) < 128 else _UNKNOWN  # noqa: PLR2004
