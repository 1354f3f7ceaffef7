"""A test PKI: authorities, certificates of agencies and people, CRLs, OCSP answers, time stamps.

The demo and the tests share it. Everything is made for a moment that the caller names, so a
certificate of 2017, an expired or a revoked one is as easy as one of today; and with the same
seed it is the same to the byte. Every subject says that it is a sample: it proves nothing.
"""

from simulator.pki.authority import Authority, Holder, Use
from simulator.pki.cms import detached_cms
from simulator.pki.keys import Kind, derive_key
from simulator.pki.revocation import make_crl, make_ocsp
from simulator.pki.sample import SamplePki
from simulator.pki.subjects import agency_subject, authority_subject, person_subject
from simulator.pki.timestamps import TimeStamper

__all__ = [
    "Authority",
    "Holder",
    "Kind",
    "SamplePki",
    "TimeStamper",
    "Use",
    "agency_subject",
    "authority_subject",
    "derive_key",
    "detached_cms",
    "make_crl",
    "make_ocsp",
    "person_subject",
]
