"""The authorities of the samples: one for agencies, a public one, and who says what time it is."""

from datetime import datetime, timedelta

from cryptography import x509

from simulator.pki.authority import Authority, Holder, Use
from simulator.pki.keys import PrivateKey
from simulator.pki.subjects import agency_subject, authority_subject, person_subject
from simulator.pki.timestamps import TimeStamper


class SamplePki:
    """Two roots, as in the country: of the government's own authority and of the public ones.

    `seed` makes it the same everywhere; use random bytes where nobody may forge. What it issues is
    valid for two years from one hour before `at`.
    """

    def __init__(self, at: datetime, *, seed: bytes = b"hub sample pki", url: str = "") -> None:
        since = at - timedelta(days=365)
        self.at = at
        self._issued_since = at - timedelta(hours=1)
        self.government_root = _root("Root CA công vụ (Mẫu)", seed + b"/gov", since)
        self.public_root = _root("Root CA quốc gia (Mẫu)", seed + b"/public", since)
        self.government = self._below(self.government_root, "CA công vụ (Mẫu)", since, url, "gov")
        self.public = self._below(self.public_root, "CA công cộng (Mẫu)", since, url, "public")
        stamping = agency_subject("TSA (Mẫu)")
        holder = self.government.issue(stamping, since=since, use=Use.TIME_STAMPING)
        self.stamper = TimeStamper(holder=holder)

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """Both roots: what a verifier of samples trusts."""
        return (self.government_root.certificate, self.public_root.certificate)

    def agency(self, name: str, *, uid: str = "", key: PrivateKey | None = None) -> Holder:
        """Return an agency's seal; `uid` `MST:<tax number>` gives its organisation's identity."""
        subject = agency_subject(f"{name} (Mẫu)", uid=uid)
        return self.government.issue(subject, since=self._issued_since, key=key)

    def person(self, name: str, *, uid: str = "CCCD:001000000001") -> Holder:
        """Return a person's certificate, of the public authority; the number is invented."""
        subject = person_subject(f"{name} (Mẫu)", uid=uid)
        return self.public.issue(subject, since=self._issued_since)

    @staticmethod
    def _below(root: Authority, name: str, since: datetime, url: str, short: str) -> Authority:
        return root.subordinate(
            authority_subject(name),
            since=since,
            crl_url=f"{url}/{short}.crl" if url else "",
            ocsp_url=f"{url}/{short}" if url else "",
        )


def _root(name: str, seed: bytes, since: datetime) -> Authority:
    return Authority.root(authority_subject(name), seed=seed, since=since)
