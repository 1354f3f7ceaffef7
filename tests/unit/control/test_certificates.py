"""Keys with certificates: registered only while all is known, and followed from then on."""

from datetime import timedelta

import pytest
from cryptography import x509
from sqlalchemy import select

from hub.control.certificate_rows import RECHECK, RETRY
from hub.control.certificate_states import GRACE
from hub.control.certificate_watch import CertificateWatch
from hub.control.compromises import Compromises, Report
from hub.control.lease import Lease
from hub.control.people.second_person import SecondPerson
from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.io.sql import certificate_tables as tables
from hub.io.sql.engine import open_engine
from hub.signing.certificates import read_chain
from simulator.pki import Use
from tests.certificate_rig import (
    AT,
    CODE,
    DAY,
    HOUR,
    PKI,
    SampleAuthority,
    certified_key,
    judging,
    registration,
)
from tests.control_support import (
    HUB,
    SampleAdapters,
    change_set,
    code,
    key_id,
    organisation,
    proof,
    register,
    system,
)


class Rig:
    def __init__(self, url):
        self.now = AT
        self.engine = open_engine(url)
        self.authority = SampleAuthority(lambda: self.now)
        self.certificates = judging(self.authority, lambda: self.now)
        self.control = Control(
            self.engine,
            HUB,
            clock=lambda: self.now,
            adapters=SampleAdapters(),
            certifier=self.certificates,
        )
        lease = Lease(self.engine, "certificates", lambda: self.now)
        self.watch = CertificateWatch(self.control, lease)

    async def write(self, *changes):
        return await self.control.write(change_set(*changes), actor="an")

    async def register(self, holder, pem, **more):
        said = proof(holder.key, at=self.now)
        return await self.write(registration(holder, pem, **{"proof": said} | more))

    async def refusal(self, holder, pem, **more):
        with pytest.raises(ChangeRefused) as refused:
            await self.register(holder, pem, **more)
        return refused.value.code

    async def key(self, holder):
        return await Queries(self.engine).one("key", f"he-thong-a/{key_id(holder.key)}")

    async def rows(self, table):
        async with self.engine.connect() as connection:
            return (await connection.execute(select(table))).all()

    async def later(self, passed=RECHECK):
        self.now += passed
        self.certificates._kept.clear()
        return await self.watch.turn()


@pytest.fixture
async def rig(migrated_sqlite):
    made = Rig(migrated_sqlite)
    await made.write(organisation(), system(), code(CODE))
    yield made
    await made.engine.dispose()


async def test_a_key_with_a_certificate_counts_no_longer_than_it(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)

    [row] = await rig.rows(tables.certificates)
    key = await rig.key(holder)
    assert key["certificate"] == row.id == read_chain(pem)[0].digest
    assert key["valid_to"] == holder.certificate.not_valid_after_utc.isoformat().replace(
        "+00:00", "Z"
    )
    assert (row.system, row.code, row.status, row.authority) == (
        "he-thong-a",
        CODE,
        "good",
        "cong-vu-mau",
    )
    assert [one.der for one in read_chain(row.pem)] == [holder.der, *holder.chain_der]


async def test_the_authoritys_answer_of_then_is_kept(rig):
    await rig.register(*certified_key())

    [answer] = await rig.rows(tables.revocation_answers)
    [check] = await rig.rows(tables.certificate_checks)
    assert (answer.kind, answer.fetched_at) == ("ocsp", AT)
    assert (check.at, check.answers) == (AT, [answer.id])


async def test_where_the_responder_is_away_the_list_is_asked(rig):
    rig.authority.ocsp_away = True
    await rig.register(*certified_key())

    [answer] = await rig.rows(tables.revocation_answers)
    assert answer.kind == "crl"


async def test_there_is_no_grace_for_a_new_certificate(rig):
    rig.authority.away = True
    assert await rig.refusal(*certified_key()) is Refusal.CERTIFICATE_UNCHECKED
    assert not await rig.rows(tables.certificates)


async def test_nobody_is_asked_on_the_word_of_an_untrusted_certificate(rig):
    assert await rig.refusal(*certified_key(authority=PKI.public)) is Refusal.CERTIFICATE_REFUSED
    assert not rig.authority.asked


async def test_a_certificate_that_does_not_count_is_refused(rig):
    holder, pem = certified_key()
    rig.authority.revoked = {holder.certificate.serial_number: AT - DAY}
    assert await rig.refusal(holder, pem) is Refusal.CERTIFICATE_REFUSED
    for issued in ({"since": AT - 9 * DAY, "until": AT - DAY}, {"use": Use.ENCRYPTION}):
        assert await rig.refusal(*certified_key(**issued)) is Refusal.CERTIFICATE_REFUSED
    assert await rig.refusal(holder, "no PEM") is Refusal.CERTIFICATE_REFUSED


async def test_a_certificate_of_another_key_or_organisation_is_refused(rig):
    holder, _ = certified_key()
    _, pem = certified_key()
    assert await rig.refusal(holder, pem) is Refusal.CERTIFICATE_FOREIGN
    for uid in ("MDD:H99.02", "", "CCCD:001000000001"):
        assert await rig.refusal(*certified_key(uid=uid)) is Refusal.CERTIFICATE_FOREIGN


async def test_a_code_counts_from_the_change_set_that_gives_it(rig):
    holder, pem = certified_key(uid="MST:0100000001")
    said = {"proof": proof(holder.key, at=rig.now)}
    await rig.write(code("02.0100000001"), registration(holder, pem, **said))

    ended = code("H99.07", valid_to=(AT - 2 * DAY).date().isoformat())
    holder, pem = certified_key(uid="MDD:H99.07")
    said = {"proof": proof(holder.key, at=rig.now)}
    with pytest.raises(ChangeRefused):
        await rig.write(ended, registration(holder, pem, **said))


async def test_a_certificate_replaces_no_proof_of_possession(rig):
    holder, pem = certified_key()
    another, _ = certified_key()
    said = proof(another.key, at=rig.now)
    assert await rig.refusal(holder, pem, proof=said) is Refusal.BAD_PROOF


async def test_without_a_trust_file_no_certificate_counts(control):
    await control.write(change_set(organisation(), system(), code(CODE)), actor="an")
    holder, pem = certified_key()
    with pytest.raises(ChangeRefused, match="HUB_TRUST"):
        await control.write(change_set(registration(holder, pem)), actor="an")


async def test_a_revoked_certificate_revokes_its_key(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    rig.authority.reason = x509.ReasonFlags.superseded
    rig.authority.revoked = {holder.certificate.serial_number: rig.now - DAY}

    assert await rig.later() == 1
    key = await rig.key(holder)
    assert key["revoked"]
    assert key["compromised_at"] is None
    assert await rig.later() == 0  # what is revoked for ever is not asked about again


async def test_what_the_authority_calls_compromised_is_listed_since_then(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    rig.authority.revoked = {holder.certificate.serial_number: AT - HOUR}

    await rig.later()
    [report] = await rig.rows(tables.key_compromises)
    assert (report.state, report.since, report.reported_by) == ("confirmed", AT - HOUR, "hub")
    assert (await rig.key(holder))["compromised_at"] is not None


async def test_a_held_certificate_suspends_its_key_until_it_is_let_go(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    rig.authority.reason = x509.ReasonFlags.certificate_hold
    rig.authority.revoked = {holder.certificate.serial_number: AT - HOUR}

    await rig.later()
    assert (await rig.key(holder))["suspended"] == "on_hold"
    rig.authority.revoked = {}
    await rig.later()
    assert (await rig.key(holder))["suspended"] is None


async def test_a_key_goes_on_for_the_grace_period_while_its_authority_is_away(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    rig.authority.away = True

    await rig.later()
    assert (await rig.key(holder))["suspended"] is None
    assert await rig.later(RETRY) == 1  # asked again soon
    await rig.later(GRACE)
    assert (await rig.key(holder))["suspended"] == "unchecked"
    rig.authority.away = False
    await rig.later(RETRY)
    assert (await rig.key(holder))["suspended"] is None


async def test_a_key_with_a_certificate_goes_on_with_one_only(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    bare = register(holder.key, proof=proof(holder.key, at=rig.now))
    with pytest.raises(ChangeRefused, match="with one only"):
        await rig.write(bare)


async def test_a_new_registration_ends_no_report(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    compromises = Compromises(rig.control, SecondPerson(rig.control))
    told = Report(
        system="he-thong-a",
        thumbprint=key_id(holder.key),
        since=AT,
        by="an",
        reason="Máy bị xâm nhập (mẫu)",
    )
    await compromises.report(told)
    await rig.register(holder, pem, valid_to=(AT + DAY).isoformat())

    assert (await rig.key(holder))["suspended"] == "report"
    await rig.later()  # nor does a check of the certificate
    assert (await rig.key(holder))["suspended"] == "report"


async def test_a_key_whose_authority_is_trusted_no_longer_is_suspended(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    rig.certificates.trust = type(rig.certificates.trust)(version="2")

    await rig.later()
    assert (await rig.key(holder))["suspended"] == "untrusted"


async def test_a_check_that_changes_nothing_makes_no_version(rig):
    await rig.register(*certified_key())
    before = await rig.write(system())
    await rig.later()

    assert (await rig.write(system())).version == before.version
    assert len(await rig.rows(tables.certificate_checks)) == 2


async def test_a_key_overlaps_with_its_successor_and_ends(rig):
    holder, pem = certified_key()
    await rig.register(holder, pem)
    end = rig.now + timedelta(days=7)
    named = {"change": "end_key", "system": "he-thong-a", "thumbprint": key_id(holder.key)}
    successor, its_pem = certified_key()
    await rig.write(named | {"valid_to": end.isoformat()})
    await rig.register(successor, its_pem, valid_from=(end - DAY).isoformat())

    assert (await rig.key(holder))["valid_to"].startswith(end.date().isoformat())
    with pytest.raises(ChangeRefused, match="proof"):
        await rig.write(named | {"valid_to": (end + DAY).isoformat()})


async def test_a_key_without_a_certificate_is_registered_as_before(rig):
    holder, _ = certified_key()
    await rig.write(register(holder.key, proof=proof(holder.key, at=rig.now)))
    assert (await rig.key(holder))["certificate"] is None
