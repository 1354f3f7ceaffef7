import json
import stat

import pytest

from hub.cli.home import Home, HomeUnusable, Identity, OwnKey, create, write_once
from hub.signing.signer import expect_matching

IDENTITY = Identity(hub="lgsp-thu-nghiem", partitions=24)


@pytest.fixture
def home(tmp_path):
    made = Home(root=tmp_path / "Dữ liệu" / ".hub")
    assert create(made, IDENTITY)
    return made


def test_a_new_home_says_who_the_hub_is(home):
    assert home.identity() == IDENTITY


def test_secrets_are_readable_by_their_owner_only(home):
    own = (home.own_key_file(key) for key in OwnKey)
    for file in (home.macs_file, home.token_key_file, home.admin_token_file, *own):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o700


def test_secrets_have_256_bits_and_differ(home):
    macs = home.macs()
    assert len(macs.keys[macs.current]) == 32
    assert len(home.token_key()) == 32
    assert len({macs.keys[macs.current], home.token_key(), home.admin_token()}) == 3


def test_the_hub_has_a_key_for_its_log_and_one_for_its_seal(home):
    for key, algorithm in ((OwnKey.LOG, "Ed25519"), (OwnKey.SEAL, "ES256")):
        expect_matching(home.own_key(key))
        assert home.own_key(key).algorithm == algorithm


def test_a_damaged_key_of_the_hub_is_restored_and_not_made_anew(home):
    home.own_key_file(OwnKey.LOG).write_text("-----BEGIN PRIVATE KEY-----\nbm8=")
    with pytest.raises(HomeUnusable, match="backup") as failure:
        home.own_key(OwnKey.LOG)
    assert "bm8" not in str(failure.value)


def test_making_it_again_changes_nothing(home):
    before = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    assert not create(home, Identity(hub="another", partitions=3))
    assert {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()} == before


def test_an_interrupted_init_is_completed(home):
    kept = home.macs()
    home.identity_file.unlink()
    home.admin_token_file.unlink()
    assert create(home, IDENTITY)
    assert home.macs().keys == kept.keys
    assert home.admin_token()


def test_no_hub_there_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(HomeUnusable, match="hub init"):
        Home(root=tmp_path).identity()


def test_a_damaged_secret_is_told_without_its_content(home):
    home.macs_file.write_text('{"current": "k1", "keys": {"k1": "c2hvcnQ"}}')
    home.token_key_file.write_text("bm90LWxvbmctZW5vdWdo")
    for read in (home.macs, home.token_key):
        with pytest.raises(HomeUnusable) as failure:
            read()
        assert "c2hvcnQ" not in str(failure.value)
        assert "bm90" not in str(failure.value)


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps({"hub": "a"})])
def test_a_damaged_identity_is_refused(home, text):
    home.identity_file.write_text(text)
    with pytest.raises(HomeUnusable):
        home.identity()


def test_a_home_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnusable, match="cannot be written"):
        create(Home(root=tmp_path / "file" / ".hub"), IDENTITY)


def test_a_file_is_written_once_and_leaves_nothing_else(tmp_path):
    assert write_once(tmp_path / "a", "one", mode=0o600)
    assert not write_once(tmp_path / "a", "two", mode=0o600)
    assert (tmp_path / "a").read_text() == "one\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
