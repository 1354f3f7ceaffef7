"""An operator's commands against a whole running hub."""

import json

import pytest

from tests.scenarios.conftest import called_by_peers

pytestmark = pytest.mark.kafka

TYPE = "vn.gov.dossier.received.v1"
WHY = ("--reason", "Thử nghiệm (mẫu)")


@pytest.fixture(scope="module")
def running_hub(tmp_path_factory):
    """Give a hub of these tests alone: they count its administrators and connectors."""
    with called_by_peers(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def lines(ended):
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def admin(hub, *arguments, **options):
    return hub.command("admin", "--url", hub.url, *arguments, **options)


def test_from_nothing_to_a_system_with_key_endpoint_and_right(running_hub, tmp_path):
    hub = running_hub
    for command in (
        ("organisation", "xa-lenh", "--name", "Xã Lệnh (mẫu)", "--level", "commune"),
        ("system", "he-lenh", "--organisation", "xa-lenh", "--name", "Một cửa (mẫu)"),
        ("endpoint", "xa-lenh", "he-lenh", "--type", TYPE),
        ("right", "quyen-lenh", "--system", "he-lenh", "--type", TYPE, "--to", "urn:hub:all"),
    ):
        lines(admin(hub, *command, *WHY))
    made = hub.command(
        *("key", "new", str(tmp_path / "k.pem"), "--system", "he-lenh", "--hub", hub.hub, "--json")
    )
    (key,) = lines(made)
    lines(admin(hub, "key", "-", *WHY, input=json.dumps(key)))
    assert {"he-lenh"} <= {item["id"] for item in lines(admin(hub, "list", "systems"))}
    assert f"he-lenh/{key['thumbprint']}" in {
        item["id"] for item in lines(admin(hub, "list", "keys"))
    }
    trail = lines(admin(hub, "trail", "--entity", "system/he-lenh"))
    assert trail[0]["reason"] == WHY[1]


def test_a_refused_change_says_why_and_changes_nothing(running_hub):
    before = lines(admin(running_hub, "rules"))[0]["version"]
    refused = admin(running_hub, "suspend", "khong-co", *WHY)
    assert refused.returncode == 1
    assert "unknown_entity" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert lines(admin(running_hub, "rules"))[0]["version"] == before


def test_nothing_is_held_in_a_healthy_hub(running_hub):
    quarantine = ("quarantine", "--url", running_hub.url)
    assert lines(running_hub.command(*quarantine, "list")) == []
    refused = running_hub.command(*quarantine, "release", "0", *WHY)
    assert refused.returncode == 1
    assert "quarantine list" in refused.stderr


def test_the_projection_is_rebuilt_while_the_hub_runs(running_hub):
    (told,) = lines(running_hub.command("rebuild", "projection"))
    assert told["events"] >= 0
    assert running_hub.status()["ready"]


def test_a_second_administrator_acts_under_his_own_name_on_a_running_hub(running_hub, tmp_path):
    hub, token = running_hub, tmp_path / "binh.token"
    lines(admin(hub, "token", "binh", "--out", str(token), *WHY))
    binh = ("admin", "--url", hub.url, "--token-file", str(token))
    organisation = ("organisation", "xa-binh", "--name", "Xã Bình (mẫu)", "--level", "commune")
    lines(hub.command(*binh, *organisation, *WHY))
    (entry,) = lines(admin(hub, "trail", "--entity", "organisation/xa-binh"))
    assert entry["actor"] == "binh"


def test_a_connector_of_an_adapter_that_is_not_installed_is_refused_with_words(running_hub):
    hub = running_hub
    asked = {"name": "ket-noi", "adapter": "khong-co", "system": "he-thong", "config": {}}
    connector = ("connector", "--url", hub.url)
    refused = hub.command(*connector, "put", "-", *WHY, input=json.dumps(asked))
    assert refused.returncode == 1
    assert "adapter_unusable" in refused.stderr
    assert "install its package" in refused.stderr
    assert lines(hub.command(*connector, "list", "--json")) == []
    assert lines(hub.command("dead-letter", "--url", hub.url, "list", "--json")) == []
