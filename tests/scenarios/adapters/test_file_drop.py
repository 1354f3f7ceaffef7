"""Files that are dropped at an agency's SFTP server, both ways (system 3)."""

import hashlib
import json

import pytest
from sandbox_file_drop import SftpAgency

from tests.scenarios.adapters import rig
from tests.support import GOOD_BODY

pytestmark = pytest.mark.kafka

FOLDER, READER = "thu-muc-mau", "ban-doc-tep-mau"
OUT, IN = "tep-ghi", "tep-doc"


@pytest.fixture(scope="module")
def agency(world, tmp_path_factory, peers):
    agency = peers(SftpAgency(tmp_path_factory.mktemp("sftp")))
    for name in ("di", "den"):
        (agency.folder / name).mkdir()
    world.register(FOLDER, "H99.46", (rig.RECEIVED,))
    world.register(READER, "H99.49", (rig.RECEIVED,))
    world.lend_key(FOLDER)
    sftp = {
        "host": "127.0.0.1",
        "port": agency.port,
        "user": "mau",
        "host_key": agency.host_key,
        "key": world.secret("sftp", agency.private_key),
    }
    into = {
        "folder": "/di",
        "sftp": sftp,
        "ready": "sha256",
        "content": "body",
        "pattern": "*.json",
        "type": rig.RECEIVED,
        "subject": "/dossier_code",
        "recipients": [f"urn:hub:system:{READER}"],
    }
    out = {"folder": "/den", "sftp": sftp}
    world.connect(
        {"name": IN, "adapter": "file-drop-in", "system": FOLDER, "config": into},
        {"name": OUT, "adapter": "file-drop-out", "system": FOLDER, "config": out},
    )
    yield agency
    world.disconnect(IN, OUT)


def content(code):
    return json.dumps({**json.loads(GOOD_BODY), "dossier_code": code}, indent=1).encode()


def sealed(folder, name, whole):
    """Put the checksum beside a file: it is complete."""
    (folder / f"{name}.sha256").write_text(f"{hashlib.sha256(whole).hexdigest()}  {name}\n")


def drop(agency, code):
    """Drop a whole file with its checksum; return its content."""
    folder, name, whole = agency.folder / "di", f"{code}.json", content(code)
    (folder / name).write_bytes(whole)
    sealed(folder, name, whole)
    return whole


def test_a_file_becomes_one_message_although_the_line_breaks(world, agency):
    world.aside.do(setattr, agency.faults, "cut_after_reads", 0)
    code = rig.code()
    whole = drop(agency, code)
    (came,) = world.await_inbox(READER, subject=code)
    assert came.body == whole
    rig.until(lambda: not (agency.folder / "di" / f"{code}.json").exists(), "it is put away")
    assert len(world.inbox(READER, subject=code)) == 1


def test_half_a_file_waits_until_it_is_whole(world, agency):
    half, after = rig.code("A"), rig.code("B")
    whole, name = content(half), f"{half}.json"
    (agency.folder / "di" / name).write_bytes(whole[: len(whole) // 2])
    drop(agency, after)
    world.await_inbox(READER, subject=after)
    assert world.inbox(READER, subject=half) == []
    with (agency.folder / "di" / name).open("ab") as file:
        file.write(whole[len(whole) // 2 :])
    sealed(agency.folder / "di", name, whole)
    (came,) = world.await_inbox(READER, subject=half)
    assert came.body == whole


def test_a_message_becomes_one_whole_file_although_the_line_breaks(world, agency):
    world.aside.do(setattr, agency.faults, "cut_after_writes", 1)
    ids = [
        world.send(rig.DESK, FOLDER, rig.RECEIVED, GOOD_BODY, subject=f"HS-TEP-{number}")
        for number in range(5)
    ]
    for id_ in ids:
        world.await_told(rig.DESK, id_, FOLDER, "delivered")
    files = sorted((agency.folder / "den").glob("*.json"))
    assert [one.name for one in files] == sorted(f"{rig.DESK}_{id_}_{FOLDER}.json" for id_ in ids)
    assert {one.read_bytes() for one in files} == {GOOD_BODY}
    assert {one.suffix for one in (agency.folder / "den").iterdir()} == {
        ".json",
        ".meta",
        ".sha256",
    }
