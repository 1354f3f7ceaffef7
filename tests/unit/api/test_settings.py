"""Settings of the console's door: what is wrong is an error at the start."""

import pytest

from hub.api.settings import ApiSettings, OidcSettings
from hub.cli import environment
from hub.cli.errors import SettingsWrong

ISSUER = "https://id.test/realms/tinh"


def test_groups_become_roles(monkeypatch):
    monkeypatch.setenv("HUB_OIDC_ISSUER", ISSUER)
    monkeypatch.setenv("HUB_OIDC_CLIENT_ID", "hub")
    monkeypatch.setenv("HUB_OIDC_GROUPS", '{"truc-ban": ["operator", "clerk@so-mau"]}')
    (operator, clerk) = environment.read(OidcSettings).roles()["truc-ban"]
    assert (operator.role, operator.organisation) == ("operator", None)
    assert (clerk.role, clerk.organisation) == ("clerk", "so-mau")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_OIDC_GROUPS", "truc-ban=operator"),
        ("HUB_OIDC_GROUPS", '["operator"]'),
        ("HUB_OIDC_GROUPS", '{"truc-ban": "operator"}'),
        ("HUB_OIDC_GROUPS", '{"truc-ban": ["boss"]}'),
        ("HUB_OIDC_GROUPS", '{"van-thu": ["clerk"]}'),
        ("HUB_OIDC_ISSUER", "http://id.test"),
        ("HUB_OIDC_ISSUER", "http://localhost.ke-gian.test/"),
        ("HUB_OIDC_ISSUER", ISSUER),
        ("HUB_API_PUBLIC_URL", "http://hub.test"),
        ("HUB_API_PUBLIC_URL", "https://hub.test/"),
        ("HUB_API_PUBLIC_URL", "https://nguoi@hub.test"),
    ],
)
def test_a_setting_that_would_open_a_wrong_door_ends_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsWrong):
        environment.read(OidcSettings if "OIDC" in name else ApiSettings)


def test_the_clients_secret_does_not_print(monkeypatch):
    monkeypatch.setenv("HUB_OIDC_CLIENT_SECRET", "bi-mat-mau")
    assert "bi-mat-mau" not in repr(environment.read(OidcSettings))
