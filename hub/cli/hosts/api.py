"""The API process: messages, inboxes, and the control plane with its outbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import structlog

from hub.api import main as api
from hub.api.addresses import networks_of
from hub.api.admin_dependencies import Admin
from hub.api.admin_tokens import AdminTokens
from hub.api.assemble import OwnKey, Parts, open_deps
from hub.api.browser import Browser
from hub.api.deps import Deps
from hub.api.ops_oidc import Door
from hub.api.settings import ApiSettings, OidcSettings
from hub.api.staff import Staff
from hub.cli import authorities, environment, log_keeping, networks, sealing, wiring
from hub.cli.bundle.here import ThisMachine
from hub.cli.hosts.host import Host
from hub.control.backlogs import BacklogWorker
from hub.control.certificate_watch import CertificateWatch
from hub.control.dead_letter_jobs import DeadLetterJobs
from hub.control.group_moves import GroupMoves
from hub.control.job_runner import JobRunner
from hub.control.lease import Lease
from hub.control.networks import Networks
from hub.control.outbox import OutboxWorker
from hub.control.people.arrivals import Arrivals
from hub.control.people.roles import FIRST
from hub.control.preview import Preview
from hub.control.quarantine import Quarantine
from hub.control.service import Control
from hub.control.settings import ControlSettings
from hub.io.admission import utc_now
from hub.io.kafka.connector_commands import CommandWriter
from hub.io.kafka.connector_leftovers import Leftovers
from hub.io.kafka.groups import Groups
from hub.io.kafka.past import PastIngress
from hub.io.kafka.quarantine import QuarantineBus
from hub.io.kafka.rules_log import RulesFollower
from hub.io.kafka.topics import hub_topics
from hub.io.object_bytes import ObjectBytes
from hub.io.oidc import Provider
from hub.io.sql.connector_status import ConnectorStatuses
from hub.io.sql.engine import open_engine
from hub.io.sql.projection_queries import ProjectionQueries

LOOPBACK: Final = "HUB_CONNECTORS_ALLOW_LOOPBACK"
TEST_ROOTS: Final = "HUB_TRUST_TEST_ROOTS"

_log = structlog.get_logger()

READY_POLL_SECONDS: Final = 0.2
"""Between two looks whether rules and broker are there."""


async def run(host: Host) -> None:
    """Serve until told to stop. Broker or SQL away: it serves, and answers 503."""
    connection = wiring.kafka(host.settings)
    follower = RulesFollower(connection, host.identity.hub, host.home.macs())
    async with _open_admin(host) as admin:
        parts = Parts(
            connection=connection,
            partitions=host.identity.partitions,
            follower=follower,
            token_key=host.home.token_key(),
            home=host.home.root,
            engine=admin.control.engine,
            store=ObjectBytes(wiring.objects_url(host.settings, host.home)),
            statuses=ProjectionQueries(admin.control.engine),
            admin=admin,
            tracing=host.tracing,
            log=log_keeping.log_signer(host.identity.hub, host.settings, host.home),
            seal=sealing.seal_of(host.settings, host.home, host.identity.hub),
            copy_good_for=timedelta(days=environment.read(ApiSettings).directory_copy_days),
            own=_own(host),
            processes=environment.read(ApiSettings).processes,
        )
        try:
            async with open_deps(parts) as deps:
                await _serve(host, deps, admin, follower)
        finally:
            await follower.stop()


async def _serve(host: Host, deps: Deps, admin: Admin, follower: RulesFollower) -> None:
    settings = environment.read(ApiSettings)
    # One group: where a helper ends by a bug, the process ends and is started anew.
    async with asyncio.TaskGroup() as group:
        helpers = [
            group.create_task(follower.start()),
            group.create_task(admin.outbox.run()),
            group.create_task(_jobs(admin).run()),
            group.create_task(_watch(admin).run()),
            group.create_task(_backlogs(host, deps, admin).run()),
            group.create_task(_say_when_ready(host, deps)),
        ]
        await api.run(deps, settings, host.stop)
        for helper in helpers:
            helper.cancel()


def _own(host: Host) -> OwnKey | None:
    settings = environment.read(ApiSettings)
    if settings.own_system is None:
        return None
    file = settings.own_key or host.home.connector_keys / f"{settings.own_system}.pem"
    return OwnKey(system=settings.own_system, file=file)


def _jobs(admin: Admin) -> JobRunner:
    control = admin.control
    jobs = DeadLetterJobs(control.engine, admin.commands, control.clock)
    return JobRunner(jobs, Lease(control.engine, "dead-letter-jobs", control.clock))


def _backlogs(host: Host, deps: Deps, admin: Admin) -> BacklogWorker:
    control = admin.control
    return BacklogWorker(
        control,
        PastIngress(wiring.kafka(host.settings), host.identity.partitions),
        deps.ingress,
        host.home.macs(),
        Lease(control.engine, "subscriptions", control.clock),
        control.clock,
    )


def _watch(admin: Admin) -> CertificateWatch:
    control = admin.control
    lease = Lease(control.engine, "certificates", control.clock)
    return CertificateWatch(control, lease, authorities.revocation_grace())


async def _say_when_ready(host: Host, deps: Deps) -> None:
    while not host.ready.is_set():
        if deps.rules().ref.version > 0 and await deps.ingress.answers():
            host.ready.set()
        await asyncio.sleep(READY_POLL_SECONDS)


@contextlib.asynccontextmanager
async def _open_admin(host: Host) -> AsyncIterator[Admin]:
    engine = open_engine(wiring.sql_url(host.settings, host.home))
    rules = networks.network_rules()
    if rules.allow_loopback:
        _log.warning("DANGEROUS: connectors may be approved to call loopback", setting=LOOPBACK)
    connection, own = wiring.kafka(host.settings), environment.read(ControlSettings)
    control = Control(
        engine,
        host.identity.hub,
        holdings=Leftovers(connection, host.identity.partitions),
        certifier=authorities.certificates(rules, utc_now),
        four_eyes=own.second_person_for(),
    )
    if control.certifier.trust.test:
        _log.warning("DANGEROUS: certificates of test roots count", setting=TEST_ROOTS)
    topics = hub_topics(host.identity.partitions)
    staff = _staff(control, own)
    try:
        yield Admin(
            control=control,
            outbox=OutboxWorker(control, connection, topics),
            quarantine=Quarantine(engine, QuarantineBus(connection, host.home.macs())),
            tokens=AdminTokens.of({FIRST: host.home.admin_token()}, staff.administrators.digests),
            staff=staff,
            networks=Networks(control, rules, staff.second),
            statuses=ConnectorStatuses(engine),
            commands=CommandWriter(connection, host.identity.partitions, host.home.macs()),
            diagnosis=ThisMachine(host.home),
            moves=GroupMoves(control, staff.second, Groups(connection)),
            preview=Preview(
                control,
                PastIngress(connection, host.identity.partitions),
                host.home.macs(),
                control.clock,
            ),
            corrections_alone=own.corrections_alone,
            door=_door(host, control, staff),
        )
    finally:
        await engine.dispose()


def _staff(control: Control, own: ControlSettings) -> Staff:
    settings = environment.read(ApiSettings)
    return Staff.of(
        control,
        browser=Browser(public_url=settings.public_url, proxies=networks_of(settings.proxies)),
        read_only=settings.read_only,
        groups=environment.read(OidcSettings).roles(),
        four_eyes_on_schemas=own.schemas_four_eyes,
    )


def _door(host: Host, control: Control, staff: Staff) -> Door | None:
    settings = environment.read(OidcSettings)
    if settings.issuer is None:
        return None
    secret = settings.client_secret
    return Door(
        provider=Provider(
            settings.issuer,
            settings.client_id,
            secret.get_secret_value() if secret else None,
            label=settings.label,
        ),
        arrivals=Arrivals(control, staff.people, staff.groups, settings.groups_claim),
        key=host.home.token_key(),
    )
