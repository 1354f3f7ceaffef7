"""`/ops/certificates`: certificates of systems' keys, their checks, whom the hub trusts."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, require
from hub.control.service import Control
from hub.indicators.expiry import days_left, ending
from hub.io.sql.certificate_queries import CertificateQueries
from hub.signing.judgement import AnswerKind, Status
from hub.signing.trust import Trust, Usage

router: Final = APIRouter(
    prefix="/ops/certificates",
    tags=["certificates"],
    route_class=AdminRoute,
)

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
After = Annotated[str, Query(pattern=r"^[0-9a-f]{0,64}$")]
Limit = Annotated[int, Query(ge=1, le=500)]
System = Annotated[str | None, Query(pattern=r"^[a-z0-9-]{3,63}$")]
TheControl = Annotated[Control, Depends(control_of)]
VIEWING: Final = [Depends(require(Action.VIEW_RULES))]
_MEDIA: Final = {
    AnswerKind.CRL: "application/pkix-crl",
    AnswerKind.OCSP: "application/ocsp-response",
}
"""RFC 2585, section 4.2; RFC 6960, appendix C."""
_BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The CRL or OCSP answer, byte for byte, in DER",
        "content": {name: {} for name in _MEDIA.values()},
    }
}


class CertificateAnswer(Answer):
    """A certificate of a system's key. Long numbers in names are hidden."""

    id: str
    """SHA-256 of the certificate."""
    system: str
    thumbprint: str
    subject: str
    issuer: str
    serial: str
    code: str
    """The tax number or agency code of the organisation it was registered for."""
    since: datetime
    until: datetime
    days_left: int
    authority: str
    """Its name in the trust file."""
    status: Status
    """What the last check found."""
    good_at: datetime
    checked_at: datetime
    next_check_at: datetime
    revoked_at: datetime | None
    revocation_reason: str | None
    revoked: bool
    """Of the key, as are the next two."""
    suspended: str | None
    compromised_at: datetime | None


class WholeCertificateAnswer(CertificateAnswer):
    """A certificate with those above it."""

    pem: str


class HorizonAnswer(Answer):
    """How many certificates end within some days; 0: have ended."""

    days: int
    count: int


class AuthorityAnswer(Answer):
    """An authority of the trust file."""

    name: str
    title: str
    usage: list[Usage]
    since: datetime
    until: datetime
    days_left: int
    hosts: list[str]


class TrustAnswer(Answer):
    """Whom the hub trusts."""

    version: str
    test: bool
    """Roots of samples are let in: nothing they certify proves anything."""
    authorities: list[AuthorityAnswer]


class CertificatesAnswer(Answer):
    """Certificates by id; ask with `after=<next>` for more."""

    items: list[CertificateAnswer]
    next: str | None
    forecast: list[HorizonAnswer]
    trust: TrustAnswer


class CheckAnswer(Answer):
    """What a check found, and by which answers: the SHA-256 of each."""

    at: datetime
    status: Status
    answers: list[str]


class ChecksAnswer(Answer):
    """Checks, the newest first; ask with `before=<at of the last>` for older ones."""

    items: list[CheckAnswer]


@router.get("", responses=problems(), dependencies=VIEWING)
async def certificates(
    control: TheControl,
    after: After = "",
    limit: Limit = 100,
    system: System = None,
    days: Annotated[int | None, Query(ge=0, le=3_650)] = None,
    in_use: Annotated[bool, Query()] = True,  # noqa: FBT002  (a flag in the address)
) -> CertificatesAnswer:
    """Return certificates of keys, with the forecast; `days`: those that end within so many.

    `in_use=false`: also those of keys that were revoked or have a newer certificate.
    """
    queries, now = CertificateQueries(control.engine), control.clock()
    until = None if days is None else now + timedelta(days=days)
    found = await queries.page(after, limit, system=system, until=until, in_use=in_use)
    return CertificatesAnswer(
        items=[CertificateAnswer.model_validate(_told(row, now)) for row in found],
        next=found[-1]["id"] if len(found) == limit else None,
        forecast=[
            HorizonAnswer(days=days, count=count)
            for days, count in ending([one.until for one in await queries.in_use()], now).items()
        ],
        trust=_trust(control.certifier.trust, now),
    )


@router.get(
    "/answers/{id}",
    response_class=Response,
    responses=problems(s404="No such answer") | _BYTES,
    dependencies=VIEWING,
)
async def answer(control: TheControl, id: Digest) -> Response:
    """Return a CRL or an OCSP answer as an authority gave it: the proof of what was known when."""
    found = await CertificateQueries(control.engine).answers([id])
    if not found:
        raise Problem(404, Code.NOT_FOUND)
    media = _MEDIA[AnswerKind(found[0]["kind"])]
    return Response(found[0]["der"], media_type=media)


@router.get("/{id}", responses=problems(s404="No such certificate"), dependencies=VIEWING)
async def certificate(control: TheControl, id: Digest) -> WholeCertificateAnswer:
    """Return one certificate, with those above it in PEM."""
    found = await CertificateQueries(control.engine).one(id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return WholeCertificateAnswer.model_validate(_told(found, control.clock()))


@router.get("/{id}/checks", responses=problems(), dependencies=VIEWING)
async def checks(
    control: TheControl,
    id: Digest,
    before: Annotated[AwareDatetime | None, Query()] = None,
    limit: Limit = 100,
) -> ChecksAnswer:
    """Return what was found each time the certificate was checked."""
    found = await CertificateQueries(control.engine).checks(id, before, limit)
    return ChecksAnswer(items=[CheckAnswer.model_validate(row) for row in found])


def _told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**row, "days_left": days_left(row["until"], now)}


def _trust(trust: Trust, now: datetime) -> TrustAnswer:
    return TrustAnswer(
        version=trust.version,
        test=trust.test,
        authorities=[
            AuthorityAnswer(
                name=one.name,
                title=one.title,
                usage=sorted(one.usage),
                since=one.since,
                until=one.until,
                days_left=days_left(one.until, now),
                hosts=sorted(one.hosts),
            )
            for one in trust.authorities
        ],
    )
