"""A sample PKI for one moment, its answers about revocation, and questions about documents."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from hub.signing.documents.judge import judge
from hub.signing.documents.question import Question, RevocationAnswers, Trust
from simulator.pdf import letter
from simulator.pki import Kind, SamplePki, derive_key, detached_cms, make_crl

AT = datetime(2026, 11, 29, 8, tzinfo=UTC)
SOON = AT + timedelta(minutes=10)
TAX = "0100000001"
CITIZEN = "001000000001"


def rsa_key():
    """One for all: making it takes a second."""
    return derive_key(b"tests", Kind.RSA2048)


class Setting:
    """Everything for one moment: who signs, and what a judge knows ten minutes later."""

    def __init__(self, at=AT):
        self.at, self.soon = at, at + timedelta(minutes=10)
        self.pki = SamplePki(at, url="http://pki.mau.example")
        self.seal = self.pki.agency("Sở", uid=f"MST:{TAX}", key=rsa_key())
        self.person = self.pki.person("Nguyễn Văn", uid=f"CCCD:{CITIZEN}")

    @property
    def authorities(self):
        pki = self.pki
        return (pki.government_root, pki.public_root, pki.government, pki.public)

    def crls(self, revoked=None, at=None):
        """One fresh CRL of each authority; `revoked`: holder to since when."""
        listed = {one.certificate.serial_number: since for one, since in (revoked or {}).items()}
        made = at or self.soon - timedelta(hours=2)
        return tuple(make_crl(one, at=made, revoked=listed) for one in self.authorities)

    def question(self, **more):
        roots = tuple(one.public_bytes(Encoding.DER) for one in self.pki.roots)
        asked = Question(
            media_type="application/pdf",
            sender_codes=frozenset({"000.00.01.H99", f"02{TAX}"}),
            received_at=self.soon,
            trust=Trust(version="mau-1", documents=roots, timestamps=roots),
            revocation=RevocationAnswers(crls=self.crls()),
        )
        return replace(asked, **more)

    def cms(self, holder=None, **how):
        """From data to a signature over it, as `letter.signed` and others want it."""
        options = {"at": self.at, **how}
        return lambda data: detached_cms(data, holder or self.seal, **options)

    def sha1_held(self, **how):
        """How `adbe.pkcs7.sha1` signs: over the document's SHA-1, which the CMS holds."""

        def make(data):
            digest = sha1(data).digest()
            info = cms.ContentInfo.load(self.cms(**how)(digest))
            info["content"]["encap_content_info"]["content"] = digest
            return info.dump(force=True)

        return make

    def stamp(self, at=None):
        return lambda data: self.pki.stamper.token(data, at or self.at)

    def modern(self):
        """How a signature is made that leaves nothing to say."""
        return self.cms(self.ec_seal, cades=True, stamp=self.stamp())

    @property
    def ec_seal(self):
        return self.pki.agency("Sở", uid=f"MST:{TAX}")

    def verdict(self, document, **more):
        return judge(document, self.question(**more)).verdict


LETTER = letter(["Van ban mau", "Du lieu mau, khong co that"])
