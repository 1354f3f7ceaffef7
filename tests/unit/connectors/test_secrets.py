"""Secrets of connectors: only what is meant for connectors, and never in an error."""

import os
from pathlib import Path

import pytest
from lgsp_adapter import Context, Fatal, Retryable, Secret
from lgsp_adapter.confined import MAX_BYTES
from pydantic import ValidationError

from hub.connectors.secrets import resolvers
from hub.connectors.settings import ConnectorsSettings
from hub.ports import Unavailable

VALUE = "mat-khau-mau"
PREFIX = "CONNECTOR_"


class AwayVault:
    async def read(self, _reference):
        raise Unavailable("the store of secrets answers 503")


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "connector-secrets"
    (inside / "mau").mkdir(parents=True)
    (inside / "mau" / "token").write_text(VALUE + "\n")
    (tmp_path / "macs.json").write_text(VALUE)
    return inside


@pytest.fixture
def context(folder):
    environ = {"CONNECTOR_MAU": VALUE, "HUB_SQL_URL": VALUE, "AWS_SECRET_ACCESS_KEY": VALUE}
    return Context("mau", resolvers=resolvers(environ, PREFIX, folder, None))


async def told(context, reference):
    """Return what an operator reads where a reference is not resolved."""
    with pytest.raises(Fatal) as stopped:
        await context.secret(Secret(reference))
    assert VALUE not in repr(stopped.value)
    assert stopped.value.__cause__ is None
    return stopped.value.detail


async def test_what_is_meant_for_connectors_is_read(context, folder):
    for reference in ("env:CONNECTOR_MAU", "file:mau/token", f"file:{folder}/mau/token"):
        assert (await context.secret(Secret(reference))).get_secret_value() == VALUE


@pytest.mark.parametrize("name", ["HUB_SQL_URL", "AWS_SECRET_ACCESS_KEY", "connector_mau"])
async def test_a_variable_without_the_prefix_is_not_read(context, name):
    assert "begin with CONNECTOR_" in await told(context, f"env:{name}")


@pytest.mark.parametrize("path", ["../macs.json", "mau/../../macs.json", "/etc/hostname"])
async def test_a_file_outside_the_folder_is_not_read(context, path):
    assert "outside the folder of secrets" in await told(context, f"file:{path}")


async def test_a_link_out_of_the_folder_is_not_followed_one_within_is(context, folder):
    (folder / "out").symlink_to("../macs.json")
    (folder / "within").symlink_to("mau")
    assert "outside the folder of secrets" in await told(context, "file:out")
    assert (await context.secret(Secret("file:within/token"))).get_secret_value() == VALUE


async def test_what_is_no_file_with_a_secret_is_refused_and_never_waited_for(context, folder):
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    (folder / "binary").write_bytes(b"\xff\xfe")
    for name in ("pipe", "large", "binary", "mau", "khong-co"):
        assert "cannot be read as text" in await told(context, f"file:{name}")


async def test_a_store_that_is_not_set_is_told_and_one_that_is_away_is_waited_for(context, folder):
    assert "HUB_CONNECTORS_VAULT_URL" in await told(context, "vault:secret/mau#token")
    away = Context("mau", resolvers=resolvers({}, PREFIX, folder, AwayVault()))
    with pytest.raises(Retryable) as waited:
        await away.secret(Secret("vault:secret/mau#token"))
    assert waited.value.untouched


@pytest.mark.parametrize(
    "settings",
    [
        {"vault_url": "http://vault.mau:8200", "vault_token_file": "t"},
        {"vault_url": "http://localhost:8200", "vault_token_file": "t"},
        {"vault_url": "https://u:p@vault.mau", "vault_token_file": "t"},
        {"vault_url": "https://vault.mau/v1", "vault_token_file": "t"},
        {"vault_url": "https://vault.mau"},
        {"vault_token_file": "t"},
        {"env_prefix": "HUB_"},
        {"env_prefix": ""},
    ],
    ids=str,
)
def test_a_setting_that_would_give_secrets_away_is_refused(settings):
    with pytest.raises(ValidationError):
        ConnectorsSettings(**settings)


@pytest.mark.parametrize("url", ["https://vault.mau:8200", "http://127.0.0.1:8100/"])
def test_a_store_behind_tls_or_an_agent_on_loopback_is_taken(url):
    assert ConnectorsSettings(vault_url=url, vault_token_file=Path("t")).vault_url == url
