import ast
from pathlib import Path

import pytest

from hub.cli import authorities, environment, home, wiring
from hub.cli.errors import EX_CONFIG, SettingsWrong
from hub.cli.settings import SupervisorSettings
from hub.control.network_rules import NetworkRules
from hub.io.admission import utc_now
from hub.io.settings import IoSettings
from hub.router.settings import RouterSettings

ROOT = Path(__file__).parents[3]


def test_a_misspelt_variable_is_an_error_and_not_a_silent_default(monkeypatch):
    monkeypatch.setenv("HUB_KAFKA_BOOTSTARP", "10.0.0.1:9092")
    with pytest.raises(SettingsWrong, match=r"HUB_KAFKA_BOOTSTARP.*HUB_KAFKA_BOOTSTRAP") as failure:
        environment.read(IoSettings)
    assert failure.value.status == EX_CONFIG


def test_a_wrong_value_names_the_variable_and_never_the_value(monkeypatch):
    monkeypatch.setenv("HUB_KAFKA_REPLICATION", "geheim")
    with pytest.raises(SettingsWrong, match="HUB_KAFKA_REPLICATION") as failure:
        environment.read(IoSettings)
    assert "geheim" not in str(failure.value)


@pytest.mark.parametrize("kind", environment.SETTINGS)
def test_every_setting_has_a_usable_default(kind):
    environment.read(kind)


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "hub_kafka_password").write_text("synthetic")
    monkeypatch.setattr(environment, "SECRET_FILES", tmp_path)
    assert wiring.kafka(environment.read(IoSettings)).password == "synthetic"


def test_secrets_do_not_print(monkeypatch):
    monkeypatch.setenv("HUB_SQL_URL", "postgresql://hub:synthetic@db/hub")
    monkeypatch.setenv("HUB_KAFKA_PASSWORD", "synthetic")
    settings = environment.read(IoSettings)
    assert "synthetic" not in repr(settings)
    assert "synthetic" not in repr(wiring.kafka(settings))


def test_without_urls_everything_lies_in_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    settings, home = environment.read(IoSettings), environment.home()
    assert wiring.sql_url(settings, home) == f"sqlite:///{tmp_path}/hub.db"
    assert wiring.objects_url(settings, home) == f"file://{tmp_path}/objects"


def test_names_of_variables_are_unique_and_begin_with_hub():
    fields = sum(len(kind.model_fields) for kind in environment.SETTINGS)
    assert len(environment.variables()) == fields
    assert all(name.startswith("HUB_") for name in environment.variables())


def test_only_one_place_reads_settings():
    """A second reader would have other defaults, and would not refuse unknown variables."""
    names = {kind.__name__ for kind in environment.SETTINGS}
    made = []
    for path in (ROOT / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
                made.append(path.name)
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                made.append(str(path.relative_to(ROOT)))
    # The embedded broker hands the whole environment on to Java, and looks for JAVA_HOME in it;
    # the demo starts a hub of its own in an environment that it makes.
    allowed = {"hub/cli/environment.py", "hub/cli/demo_hub.py"}
    assert {name for name in made if not name.startswith("hub/io/embedded/")} <= allowed


def test_every_settings_class_is_known_to_it():
    found = {
        node.name
        for path in (ROOT / "hub").rglob("settings.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert found == {kind.__name__ for kind in environment.SETTINGS}


def test_defaults_are_the_ones_that_are_promised():
    assert environment.read(IoSettings).kafka_bootstrap == "127.0.0.1:19092"
    assert environment.read(RouterSettings).slots == 1
    assert environment.read(SupervisorSettings).broker == "embedded"


def test_roots_for_tests_count_beside_an_embedded_broker_only(monkeypatch, tmp_path):
    (tmp_path / "trust.toml").write_text('version = "mau"\ntest = true\n')
    monkeypatch.setenv("HUB_TRUST", str(tmp_path))
    with pytest.raises(SettingsWrong, match="HUB_TRUST"):
        authorities.certificates(NetworkRules(), utc_now)
    monkeypatch.setenv("HUB_TRUST_TEST_ROOTS", "true")
    assert authorities.certificates(NetworkRules(), utc_now).trust.test
    monkeypatch.setenv("HUB_BROKER", "external")
    with pytest.raises(SettingsWrong, match="embedded"):
        authorities.certificates(NetworkRules(), utc_now)


def test_without_a_trust_file_no_authority_counts():
    assert not authorities.certificates(NetworkRules(), utc_now).trust.authorities


def test_without_a_hardware_module_the_hub_signs_with_the_keys_of_its_home(tmp_path):
    place = home.Home(root=tmp_path)
    home.create(place, home.Identity(hub="lgsp-mau", partitions=1))

    signer = wiring.signer(home.OwnKey.LOG, IoSettings(), place)

    assert signer.public_key == place.own_key(home.OwnKey.LOG).public_key


@pytest.mark.parametrize("given", [{"pkcs11_module": "/none.so", "pkcs11_pin": "135790"}, {}])
def test_a_hardware_key_that_cannot_be_used_stops_the_start(monkeypatch, tmp_path, given):
    monkeypatch.setenv("HUB_LOG_KEY", "pkcs11:token=hub-H99;object=log")
    for name, text in given.items():
        monkeypatch.setenv(f"HUB_{name.upper()}", text)

    place = home.Home(root=tmp_path)
    with pytest.raises(SettingsWrong, match="HUB_PKCS11_MODULE") as failure:
        wiring.signer(home.OwnKey.LOG, environment.read(IoSettings), place)
    assert "135790" not in str(failure.value)
