"""`hub directory seed` shows before it loads; `hub trust export` gives what verifies a copy."""

import json

import pytest
import typer
from lgsp_client import KeyRing
from typer.testing import CliRunner

from hub.cli import directory, trust_export
from hub.cli.home import Home, Identity, OwnKey, create
from hub.directory.seed import shipped


class Api:
    """The admin API, asked with a file."""

    def __init__(self):
        self.asked = []

    def send_file(self, path, content, **query):
        self.asked.append((path, content, query))
        return {"digest": "ab" * 32, "added": 65, "findings": []}


@pytest.fixture
def api(monkeypatch):
    api = Api()
    monkeypatch.setattr(directory, "api", lambda _: api)
    return api


def run(*words):
    app = typer.Typer()
    directory.register(app)
    return CliRunner().invoke(app, ["directory", *words])


def test_the_seed_is_shown_first_and_loaded_by_the_digest_of_what_was_shown(api):
    shown = run("seed")
    assert json.loads(shown.output)["added"] == 65
    done = run("seed", "--digest", "ab" * 32, "--reason", "bắt đầu (mẫu)")
    assert (shown.exit_code, done.exit_code) == (0, 0)
    (preview, first, _), (loaded, second, query) = api.asked
    assert (preview, loaded) == ("directory:preview", "directory:import")
    assert first == second == shipped()
    assert query == {"format": "json", "digest": "ab" * 32, "reason": "bắt đầu (mẫu)"}


def test_the_exported_key_of_the_hub_is_the_one_that_it_signs_with(tmp_path):
    home = Home(root=tmp_path / "hub")
    create(home, Identity(hub="lgsp-mau", partitions=24))
    files = {file.name: file for file in trust_export.write(tmp_path / "roots", home)}
    (key,) = KeyRing.load(files["hub-keys.json"]).keys_of("lgsp-mau").values()
    signer = home.own_key(OwnKey.SEAL)
    key.check(signer.sign(b"mau"), b"mau")
    assert key.algorithm == signer.algorithm
