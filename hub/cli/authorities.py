"""Whom the hub trusts, and who asks authorities: for processes that judge certificates.

Apart from `hub.cli.wiring`: what reads certificates is large, and most processes never do.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.cli.environment import read
from hub.cli.errors import SettingsWrong
from hub.cli.settings import SupervisorSettings
from hub.control.certificates import Certificates
from hub.control.network_rules import NetworkRules
from hub.control.settings import ControlSettings
from hub.io.revocation import RevocationFetcher
from hub.io.trust_files import trust_in
from hub.signing.trust import Trust, TrustUnusable


def certificates(rules: NetworkRules, clock: Callable[[], datetime]) -> Certificates:
    """Return who judges the certificates of keys.

    Raises:
        SettingsWrong: the trust file is not usable, or lets test roots in where they may not be.
    """
    return Certificates(trust(), fetcher(rules), clock)


def fetcher(rules: NetworkRules) -> RevocationFetcher:
    """Return who asks authorities what they revoked."""
    return RevocationFetcher(rules.lent(rules.everywhere()))


def trust() -> Trust:
    """Return whom the hub trusts.

    Raises:
        SettingsWrong: the trust file is not usable, or lets test roots in where they may not be.
    """
    settings = read(ControlSettings)
    if settings.trust_test_roots and read(SupervisorSettings).broker != "embedded":
        raise SettingsWrong(
            "HUB_TRUST_TEST_ROOTS=true is for demo and tests: only with HUB_BROKER=embedded. "
            "Remove it."
        )
    try:
        return trust_in(settings.trust, allow_test=settings.trust_test_roots)
    except TrustUnusable as error:
        raise SettingsWrong(f"HUB_TRUST: {error}.") from error


def revocation_grace() -> timedelta:
    """Return how long a key goes on without an answer about its certificate."""
    return read(ControlSettings).revocation_grace
