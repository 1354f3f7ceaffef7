"""`/ops/topics`: the hub's topics as the brokers have them, who writes and who reads them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops_models import Answer
from hub.api.rights import Action, require
from hub.io.kafka import topics as names
from hub.io.kafka.groups import Group
from hub.io.kafka.topic_contents import TopicContents
from hub.ports import Refusing, Unavailable

router: Final = APIRouter(prefix="/ops/topics", tags=["operators"], route_class=AdminRoute)

_IN: Final = names.outbox("")
_USED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    names.INGRESS: (("api", "connectors"), ("router", "recorder", "documents", "api")),
    names.SEEN: (("router",), ("router",)),
    names.AUDIT: (("router", "connectors"), ("recorder", "views", "documents", "api")),
    names.FANOUT: (("router",), ("router",)),
    names.RETRY: (("router", "connectors", "api"), ("router", "connectors", "recorder")),
    names.RULES: (("api",), ("router", "api", "connectors")),
    names.QUARANTINE: (("router", "api"), ("api",)),
    names.INDICATORS: (("views",), ()),
}
"""Topic to the processes that write and read it: docs/architecture.md."""
_INBOX: Final = (("router",), ("connectors", "api"))


class PartitionAnswer(Answer):
    """One partition: the records from `first` to before `end`."""

    partition: int
    first: int
    end: int
    size: int | None
    """Bytes on disk, of all replicas together; null: no broker has told."""


class TopicAnswer(Answer):
    """One topic."""

    name: str
    replicas: int
    """Of the partition that has the fewest."""
    under_replicated: int
    """Partitions of which a replica is not up to date: one more broker lost may lose them."""
    offline: int
    """Partitions without a leader: nobody reads or writes them."""
    settings: dict[str, str]
    writers: list[str]
    """Processes of the hub, and systems that hand in on it."""
    readers: list[str]
    """Processes of the hub, and consumer groups with a position in it."""
    partitions: list[PartitionAnswer]


class TopicsAnswer(Answer):
    """The hub's topics by name."""

    items: list[TopicAnswer]
    groups_known: bool
    """False: no broker has told of consumer groups, so readers that are none of the hub's lack."""


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_STATISTICS))])
async def topics(ops: Annotated[Ops, Depends(ops_of)]) -> TopicsAnswer:
    """Return the hub's topics: how safe each is, how long it keeps records, what it holds."""
    groups = await _groups(ops)
    items = [_shown(one, groups or ()) for one in await ops.contents.get()]
    return TopicsAnswer(items=items, groups_known=groups is not None)


async def _groups(ops: Ops) -> tuple[Group, ...] | None:
    try:
        return await ops.groups.get()
    except (Unavailable, Refusing):
        return None


def _shown(one: TopicContents, groups: Iterable[Group]) -> TopicAnswer:
    name = one.facts.name
    writers, readers = used_by(name)
    there = [g.name for g in groups if any(place.topic == name for place in g.committed)]
    return TopicAnswer(
        name=name,
        replicas=one.facts.replicas,
        under_replicated=one.facts.under_replicated,
        offline=one.facts.offline,
        settings=dict(one.settings),
        writers=list(writers),
        readers=[*readers, *there],
        partitions=[PartitionAnswer.model_validate(part) for part in one.partitions],
    )


def used_by(topic: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who writes a topic, and which processes read it."""
    if topic.startswith(names.INBOX_PREFIX):
        return _INBOX
    if topic.startswith(_IN):
        return (topic.removeprefix(_IN),), ("connectors",)
    return _USED.get(topic, ((), ()))
