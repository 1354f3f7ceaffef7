"""What of the rules goes into the signed copy of the directory that clients keep. Pure.

Keys, endpoints, codes, organisations, systems. Not rights, nor whom to call: who may send what is
the hub's to say, and persons are nobody else's business.
"""

from collections import defaultdict
from collections.abc import Iterator

from lgsp_message.directory_copy import CopiedKey, CopiedSystem, encoded

from hub.decision.rules import RegisteredKey, Rules, System


def content_of(rules: Rules) -> Iterator[bytes]:
    """Yield the content of the copy in pieces; the same rules give the same bytes."""
    endpoints: dict[str, dict[str, str]] = defaultdict(dict)
    for (organisation, type_), system in rules.endpoints.items():
        endpoints[organisation][type_] = system
    systems = {name: _system(one) for name, one in rules.systems.items()}
    directory = rules.directory
    return encoded(directory.organisations, directory.codes, systems, endpoints)


def _system(one: System) -> CopiedSystem:
    keys = {thumbprint: _key(key) for thumbprint, key in one.keys.items()}
    return CopiedSystem(organisation=one.organisation, active=one.active, keys=keys)


def _key(one: RegisteredKey) -> CopiedKey:
    return CopiedKey(
        alg=one.key.algorithm,
        jwk=dict(one.key.jwk),
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        barred=None if one.barred is None else one.barred.value,
    )
