"""Sample certificates of systems, an authority that answers in memory, and who judges them."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.control.certificates import Certificates
from hub.ports import Unavailable
from hub.signing.certificates import host_of
from hub.signing.judgement import AnswerKind, read_answer
from hub.signing.trust import Trust, TrustedAuthority, Usage
from simulator.pki import SamplePki, agency_subject, make_crl, make_ocsp
from tests.control_support import new_key, register

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
HOST = "ca.mau.vn"
PKI = SamplePki(AT, url=f"http://{HOST}")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CODE = "H99.01"
AUTHORITY = TrustedAuthority(
    name="cong-vu-mau",
    title="CA công vụ (mẫu)",
    usage=frozenset({Usage.SYSTEMS}),
    since=AT - 300 * DAY,
    until=AT + 3000 * DAY,
    root=PKI.government_root.holder.der,
    hosts=frozenset({HOST}),
)
TRUST = Trust(version="1", authorities=(AUTHORITY,))


def certified_key(uid=f"MDD:{CODE}", authority=PKI.government, since=AT - HOUR, **options):
    """Return a key with its certificate, as PEM with the chain."""
    key = new_key()
    subject = agency_subject("Sở Mẫu", uid=uid)
    holder = authority.issue(subject, since=since, key=key, **options)
    pems = [one.public_bytes(Encoding.PEM).decode() for one in (holder.certificate, *holder.chain)]
    return holder, "".join(pems)


def registration(holder, pem, system="he-thong-a", **more):
    return register(holder.key, system, certificate=pem, **more)


class SampleAuthority:
    """Implements `hub.control.certificates.Fetcher`; says what a test wants."""

    def __init__(self, clock):
        self.clock = clock
        self.away = False
        self.ocsp_away = False
        self.revoked = {}
        self.reason = None
        self.asked = []

    async def crl(self, url, hosts):
        self._expect(url, hosts)
        options = {} if self.reason is None else {"reason": self.reason}
        der = make_crl(PKI.government, at=self.clock() - HOUR, revoked=self.revoked, **options)
        return read_answer(AnswerKind.CRL, der)

    async def ocsp(self, url, hosts, certificate, issuer):  # noqa: ARG002  (the port has it)
        self._expect(url, hosts)
        if self.ocsp_away or self.reason is not None:
            raise Unavailable("the responder is away")
        found = self.revoked.get(int(certificate.serial, 16))
        der = make_ocsp(
            PKI.government,
            x509.load_der_x509_certificate(certificate.der),
            at=self.clock() - HOUR,
            revoked_since=found,
        )
        return read_answer(AnswerKind.OCSP, der)

    def _expect(self, url, hosts):
        self.asked.append(url)
        assert host_of(url) in hosts
        if self.away:
            raise Unavailable("the authority is away")


def judging(authority, clock, trust=TRUST):
    return Certificates(trust, authority, clock)
