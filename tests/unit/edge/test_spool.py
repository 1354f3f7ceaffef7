"""The spool: sealed, bounded, whole."""

import sqlite3
import stat

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lgsp_adapter import Draft
from lgsp_client.outgoing import RECEIPT, compose
from lgsp_edge import dead, outbox, statements, status
from lgsp_edge.errors import EdgeError, SpoolDamaged, SpoolFull
from lgsp_edge.outbox import Put
from lgsp_edge.sealing import NONCE_BYTES, SpoolKeys
from lgsp_edge.signing import Signer
from lgsp_edge.source import letter
from lgsp_edge.spool import Bounds

from tests import edge_rig as rig
from tests.support import GOOD_BODY

SUBJECT = "000.00.15.H99-261128-0001"


def drafted(id_, **more):
    draft = Draft(id=id_, type=rig.DOSSIER, subject=SUBJECT, body=GOOD_BODY, **more)
    return letter(Signer(rig.me(), rig.now), draft)


def test_nothing_of_a_message_can_be_read_in_the_files(tmp_path):
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: outbox.put(tx, drafted("mau-bi-mat-1")))
        spool.do(lambda tx: tx.set_place("source/x", "vi-tri-doc"))
        files = b"".join(each.read_bytes() for each in (tmp_path / "edge").glob("spool.db*"))
    for text in (b"mau-bi-mat-1", SUBJECT.encode(), "Nguyễn Văn Mẫu".encode(), b"vi-tri-doc"):
        assert text not in files


def test_files_are_readable_by_their_owner_only(tmp_path):
    with rig.spool_at(tmp_path / "edge"):
        for each in (tmp_path / "edge").iterdir():
            assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0 or each.is_dir(), each.name


def test_a_record_in_the_place_of_another_is_noticed(tmp_path):
    with rig.spool_at(tmp_path / "edge") as spool:
        for id_ in ("m-1", "m-2"):
            spool.do(lambda tx, id_=id_: outbox.put(tx, drafted(id_)))
        swap = "UPDATE outgoing SET sealed = (SELECT sealed FROM outgoing WHERE seq = 2)"
        spool.do(lambda tx: tx.db.execute(swap))
        with pytest.raises(SpoolDamaged):
            spool.do(lambda tx: outbox.read(tx, 1))
        assert spool.do(lambda tx: outbox.read(tx, 2)).id == "m-2"


def test_a_changed_byte_is_noticed():
    keys = SpoolKeys.new()
    sealed = keys.seal(b"mau", "outgoing:1")
    broken = bytes([sealed.data[0] ^ 1]) + sealed.data[1:]
    with pytest.raises(SpoolDamaged):
        keys.open(type(sealed)(key_id=sealed.key_id, data=broken), "outgoing:1")


def test_sealing_is_aes_256_gcm_with_the_place_authenticated():
    keys = SpoolKeys.new()
    sealed = keys.seal(b"mau", "outgoing:7")
    nonce, data = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
    assert AESGCM(keys.keys["1"]).decrypt(nonce, data, b"outgoing:7") == b"mau"
    assert len(keys.keys["1"]) == 32


def test_after_a_rotation_old_records_open_and_new_ones_use_the_new_key(tmp_path):
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: outbox.put(tx, drafted("m-1")))
    path = tmp_path / "edge" / "spool.keys"
    SpoolKeys.load(path).rotated().save(path)
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: outbox.put(tx, drafted("m-2")))
        query = "SELECT key_id FROM outgoing ORDER BY seq"
        assert spool.do(lambda tx: tx.db.execute(query).fetchall()) == [("1",), ("2",)]
        assert [spool.do(lambda tx, n=n: outbox.read(tx, n)).id for n in (1, 2)] == ["m-1", "m-2"]


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "spool.keys"
    SpoolKeys.new().save(path, new=True)
    path.chmod(0o640)
    with pytest.raises(EdgeError, match="chmod 600"):
        SpoolKeys.load(path)


def test_a_key_file_is_never_overwritten(tmp_path):
    SpoolKeys.new().save(tmp_path / "k", new=True)
    with pytest.raises(FileExistsError):
        SpoolKeys.new().save(tmp_path / "k", new=True)


def test_a_full_spool_takes_nothing_and_says_so(tmp_path):
    with rig.spool_at(tmp_path / "edge", bounds=Bounds(outgoing=2000)) as spool:
        assert spool.do(lambda tx: outbox.put(tx, drafted("m-1"))) is Put.NEW
        with pytest.raises(SpoolFull):
            spool.do(lambda tx: outbox.put(tx, drafted("m-2")))
        spool.do(lambda tx: outbox.taken(tx, 1))
        # What did not fit left no trace: the same message is new.
        assert spool.do(lambda tx: outbox.put(tx, drafted("m-2"))) is Put.NEW


def test_dead_letters_count_against_the_bound(tmp_path):
    with rig.spool_at(tmp_path / "edge", bounds=Bounds(outgoing=2000)) as spool:
        spool.do(lambda tx: outbox.put(tx, drafted("m-1")))
        spool.do(lambda tx: outbox.refused(tx, 1, dead.Cause(code="no_right")))
        with pytest.raises(SpoolFull):
            spool.do(lambda tx: outbox.put(tx, drafted("m-2")))
        spool.do(lambda tx: status.drop(tx, 1))
        spool.do(lambda tx: outbox.put(tx, drafted("m-2")))


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    def half(tx):
        outbox.put(tx, drafted("m-1"))
        tx.set_place("source/x", "1")
        raise RuntimeError

    with rig.spool_at(tmp_path / "edge") as spool:
        with pytest.raises(RuntimeError):
            spool.do(half)
        assert spool.do(lambda tx: tx.total("outgoing")) == (0, 0)
        assert spool.do(lambda tx: tx.place("source/x")) is None


def test_commits_wait_for_the_disk(tmp_path):
    with rig.spool_at(tmp_path / "edge") as spool:
        pragmas = ("journal_mode", "synchronous")
        found = [spool.do(lambda tx, p=p: tx.db.execute(f"PRAGMA {p}").fetchone()) for p in pragmas]
    assert found == [("wal",), (2,)]


def test_a_spool_of_a_newer_program_is_refused_and_untouched(tmp_path):
    with rig.spool_at(tmp_path / "edge"):
        pass
    with sqlite3.connect(tmp_path / "edge" / "spool.db") as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(EdgeError, match="99"):
        rig.spool_at(tmp_path / "edge")


def test_a_document_marked_secret_is_not_spooled():
    body = GOOD_BODY.replace("Đăng ký khai sinh (mẫu)".encode(), "Văn bản TUYỆT MẬT".encode())
    draft = Draft(id="m-1", type=rig.DOSSIER, subject="a", body=body)
    with pytest.raises(Exception, match="secret_marking"):
        letter(Signer(rig.me(), rig.now), draft)


def test_messages_that_wait_for_long_are_said_loudly(tmp_path):
    now = [1_000_000_000.0]
    with rig.spool_at(tmp_path / "edge", clock=lambda: now[0]) as spool:
        spool.do(lambda tx: outbox.put(tx, drafted("m-1")))
        assert spool.do(status.table)["warnings"] == []
        now[0] += 21 * 86_400
        assert "too_old" in spool.do(status.table)["warnings"][0]


def test_a_receipt_names_messages_of_one_sender(tmp_path):
    signed = []

    def sign(body):
        signed.append([(one["source"], one["id"]) for one in body["messages"]])
        return compose(rig.me(), rig.now(), RECEIPT, body, {})

    with rig.spool_at(tmp_path / "edge") as spool:
        for id_, source in (("a", "mot"), ("b", "hai"), ("c", "mot")):
            spool.do(
                lambda tx, id_=id_, source=source: statements.state(
                    tx, "processed", source=source, id_=id_, token="mau"
                )
            )
        assert spool.do(lambda tx: statements.to_receipts(tx, sign)) == 3
    one, two = "urn:hub:system:mot", "urn:hub:system:hai"
    assert signed == [[(one, "a"), (one, "c")], [(two, "b")]]
