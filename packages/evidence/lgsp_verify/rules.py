"""Versions of the rules: which change sets lead to the hash that a decision names.

A version's hash commits to the hash before it and to every entity it changed, each by the hash of
its name and the hash of its value. So a bundle shows one sender's key, and neither what the rules
say of others nor who they are.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

FIRST: Final = "00" * 32
"""The hash before the first version."""
MAX_CHAIN: Final = 50_000
"""Most changed entities in one bundle, some 7 MB. Beyond it the bundle leaves all of them out."""


class RulesBroken(ValueError):
    """The versions do not lead to the hash they should."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One version, as a bundle tells it."""

    version: int
    changes: dict[str, str | None]
    """SHA-256 of an entity's name to that of its value, both hex; None: removed."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that follow each other, up to that of a decision."""

    previous: str
    """The hash before the first of them."""
    steps: list[Step]


def digest_of(value: bytes | None) -> str | None:
    """Return how a version names the value of an entity. An empty value says: removed."""
    return hashlib.sha256(value).hexdigest() if value else None


def name_of(entity: str) -> str:
    """Return how a version names an entity, such as `key/<system>/<thumbprint>`."""
    return hashlib.sha256(entity.encode()).hexdigest()


def version_hash(previous: str, changes: Iterable[tuple[str, str | None]]) -> str:
    """Return the hash of a version, hex: SHA-256 over the previous one and the changes by name.

    `changes`: what `name_of` and `digest_of` return.

    Raises:
        ValueError: a hash is not hexadecimal.
    """
    digest = hashlib.sha256(bytes.fromhex(previous))
    for name, value in sorted(changes, key=lambda change: change[0]):
        # Each part with its length: two change sets never make the same bytes.
        for part in (bytes.fromhex(name), bytes.fromhex(value or "")):
            digest.update(len(part).to_bytes(4) + part)
    return digest.hexdigest()


def hashes_of(chain: Chain) -> dict[int, str]:
    """Return the hash of each version.

    Raises:
        RulesBroken: a version is left out, or something is no hash.
    """
    found, hashes = chain.previous, {}
    for number, step in enumerate(chain.steps, chain.steps[0].version if chain.steps else 0):
        if step.version != number:
            raise RulesBroken("a version is left out")
        try:
            found = version_hash(found, step.changes.items())
        except ValueError as error:
            raise RulesBroken("a version names no hash") from error
        hashes[number] = found
    return hashes


def digest_at(chain: Chain, version: int, entity: str) -> str | None:
    """Return the hash of the entity's value as of `version`; None: not there, or removed."""
    name = name_of(entity)
    for step in reversed(chain.steps):
        if step.version <= version and name in step.changes:
            return step.changes[name]
    return None


def read_chain(data: bytes) -> Chain:
    """Return the chain of a bundle's file.

    Raises:
        RulesBroken: the file has another form.
    """
    try:
        chain = _chains.decode(data)
    except (ValueError, RecursionError) as error:
        raise RulesBroken("not a list of versions") from error
    if sum(len(step.changes) for step in chain.steps) > MAX_CHAIN:
        raise RulesBroken(f"more than {MAX_CHAIN} changes")
    return chain


_chains: Final = msgspec.json.Decoder(Chain)
