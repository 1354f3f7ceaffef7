"""Secrets by reference only: `env:NAME`, `file:PATH`, or a scheme that the runtime resolves.

A configuration that is stored, shown or logged never holds a secret; it is read when an adapter is
opened, so a rotated secret needs a reopening and nothing else.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, SecretStr
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from lgsp_adapter.errors import AdapterError, Fatal

FORMAT: Final = "secret-reference"
"""The JSON Schema format of a field that holds a reference."""

_PATTERN: Final = "^(env:[A-Za-z_][A-Za-z0-9_]*|(?!env:)[a-z][a-z0-9-]+:.+)$"
_REFERENCE = re.compile(_PATTERN[1:-1])

Resolver: TypeAlias = Callable[[str], Awaitable[str]]
"""Takes what follows the scheme and its colon. `NoSecret` says why there is none, a `Retryable`
that it is not known now; any other exception means that there is none, and its text goes no
further."""


class NoSecret(Exception):
    """A resolver has no secret for a reference. The text says who must do what, never a value."""


class Secret:
    """A reference to a secret, as a type of configuration fields. Resolved by `Context.secret`."""

    __slots__ = ("_reference",)

    def __init__(self, reference: str) -> None:
        if not _REFERENCE.fullmatch(reference):
            raise ValueError("a secret is a reference: env:NAME or file:PATH")
        self._reference = reference

    @property
    def scheme(self) -> str:
        """What stands before the colon."""
        return self._reference.partition(":")[0]

    @property
    def target(self) -> str:
        """What stands after the colon."""
        return self._reference.partition(":")[2]

    def __repr__(self) -> str:
        # A password with a colon in it looks like an unknown scheme; only `env:NAME` is surely no
        # password.
        return f"Secret({self._reference if self.scheme == 'env' else '***'})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._reference == self._reference

    def __hash__(self) -> int:
        return hash(self._reference)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda secret: secret._reference,  # noqa: SLF001  (its own class)
                return_schema=core_schema.str_schema(),
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "format": FORMAT, "pattern": _PATTERN, "writeOnly": True}

    @classmethod
    def _parse(cls, value: object) -> "Secret":
        if isinstance(value, Secret):
            return value
        try:
            return cls(value if isinstance(value, str) else "")
        except ValueError:
            raise PydanticCustomError("secret_reference", "not a secret reference") from None


async def resolve(secret: Secret, resolvers: Mapping[str, Resolver]) -> SecretStr:
    """Return the secret behind a reference. `SecretStr` prints as stars.

    Raises:
        Fatal: there is none, or it is empty; with the scheme, what `NoSecret` says, and no cause,
            because any other error of a resolver may quote the secret.
        AdapterError: a resolver's own, as a `Retryable` where the store of secrets is away.
    """
    resolver = {"env": _from_environment, "file": _from_file, **resolvers}.get(secret.scheme)
    # The same caution as in `Secret.__repr__`: an unknown scheme may be half a password.
    known = secret.scheme if resolver is not None else "unknown"
    value, why = await _asked(resolver, secret.target) if resolver is not None else ("", "")
    if not value:
        told = f": {why}" if why else ""
        raise Fatal(f"a secret cannot be resolved (scheme: {known}){told}")
    return SecretStr(value)


async def _asked(resolver: Resolver, target: str) -> tuple[str, str]:
    """Return a secret, or nothing and why."""
    try:
        return await resolver(target), ""
    except AdapterError:
        raise
    except NoSecret as error:
        return "", str(error)
    except Exception:  # noqa: BLE001  (see `resolve`: whatever it says goes no further)
        return "", ""


async def _from_environment(name: str) -> str:
    return os.environ[name]


async def _from_file(path: str) -> str:
    # Editors and `echo` end a file with a newline that is no part of the secret.
    text = await asyncio.to_thread(Path(path).read_text, encoding="utf-8")
    return text.removesuffix("\n").removesuffix("\r")
