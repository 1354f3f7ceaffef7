"""An inbox that the broker's rights (ACLs) close: others get theirs, and it gets its own later."""

import asyncio

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from hub.decision.events import Event
from hub.io.embedded import config
from hub.io.kafka import topics
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Refusing
from tests import support
from tests.kafka_fixture import small_broker
from tests.router_rig import Rig, message

pytestmark = pytest.mark.kafka

AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    # A topic without a right of its own is open, so that a test closes one alone.
    "allow.everyone.if.no.acl.found": "true",
}
SECONDS = 60
INBOXES = ("receiver", "closed", "ajar", "shut")


@pytest.fixture(scope="module")
def guarded_broker(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AUTHORIZER.items():
            patch.setitem(config.SETTINGS, name, value)
        with small_broker(tmp_path_factory.mktemp("guarded-broker")) as running:
            asyncio.run(Rig(running.bootstrap, None).make_topics(*INBOXES))
            yield running


@pytest.fixture
def rig(guarded_broker, tmp_path):
    return Rig(guarded_broker.bootstrap, tmp_path)


@pytest.fixture
def rights(guarded_broker):
    return Rights(guarded_broker.bootstrap)


class Rights:
    """The broker's rights to one inbox, as an administrator sets them."""

    def __init__(self, bootstrap):
        self._admin = AdminClient({"bootstrap.servers": bootstrap})

    def close(self, system):
        """Let everybody see and read the inbox, and nobody write it."""
        topic = topics.inbox(system)
        self._done(
            self._admin.create_acls(
                [
                    _right(topic, AclOperation.ALL, AclPermissionType.ALLOW),
                    _right(topic, AclOperation.WRITE, AclPermissionType.DENY),
                ]
            )
        )

    def open(self, system):
        """Take back what `close` forbade."""
        denied = AclBindingFilter(
            ResourceType.TOPIC,
            topics.inbox(system),
            ResourcePatternType.LITERAL,
            "User:*",
            "*",
            AclOperation.WRITE,
            AclPermissionType.DENY,
        )
        (deleted,) = self._done(self._admin.delete_acls([denied]))
        assert deleted

    @staticmethod
    def _done(futures):
        return [future.result(SECONDS) for future in futures.values()]


def _right(topic, operation, permission):
    literal = ResourcePatternType.LITERAL
    return AclBinding(ResourceType.TOPIC, topic, literal, "User:*", "*", operation, permission)


def with_the_closed():
    """Return rules in which `sender` may write to one more agency, whose inbox is `closed`."""
    return support.build_rules(
        {
            "system/closed": {"organisation": "org-closed"},
            "organisation/org-closed": {"name": "Xã Mẫu", "level": "commune"},
            "code/H99.04": {"organisation": "org-closed", "scheme": "qd20"},
            "endpoint/org-closed/closed": {"types": [support.DOSSIER]},
            "right/closed": {
                "system": "sender",
                "types": [support.DOSSIER],
                "recipients": ["urn:hub:org:H99.04"],
            },
        }
    )


TO_BOTH = f"{support.TO_RECEIVER} urn:hub:org:H99.04"


def ids(records):
    return [dict(record.headers)["ce_id"].decode() for record in records]


async def test_a_write_that_the_broker_forbids_names_the_inbox_and_leaves_nothing(rig, rights):
    rights.close("shut")
    open_, shut = topics.inbox("ajar"), topics.inbox("shut")
    refused = [record(open_, b"refused"), record(shut, b"refused")]
    with pytest.raises(Refusing) as refusal:
        await commit(rig, refused)
    assert refusal.value.topics == {shut}
    await commit(rig, [record(open_, b"after")])
    assert [one.value for one in await rig.read(open_, len)] == [b"after"]


def record(topic, value):
    return Output(topic=topic, partition=0, key=None, value=value)


async def commit(rig, outputs):
    writer = TransactionalWriter(rig.connection, "forbidden-drill")
    try:
        await writer.open()
        await writer.write(outputs, {}, "forbidden-drill")
    finally:
        await writer.discard()


async def test_a_forbidden_inbox_waits_in_retry_while_the_others_get_theirs(rig, rights):
    rights.close("closed")
    rig.follower.current = with_the_closed()
    wanted = [f"closed-{number}" for number in range(3)]
    async with rig.routing():
        await rig.admit(*(message(id_, recipients=TO_BOTH) for id_ in wanted))
        got = await rig.inbox("receiver", 3)
        assert ids(got) == wanted
        for id_ in wanted:
            await rig.until(id_, Event.RETRYING)
        rights.open("closed")
        delivered = await rig.inbox("closed", 3)
        for id_ in wanted:
            await rig.until(id_, Event.RESUMED)
        # A message after the repair goes straight on, behind those that waited.
        await rig.admit(message("closed-after", recipients=TO_BOTH))
        assert ids(await rig.inbox("receiver", 4)) == [*wanted, "closed-after"]
        everything = await rig.inbox("closed", 4)
    assert ids(delivered) == wanted
    assert ids(everything) == [*wanted, "closed-after"]
