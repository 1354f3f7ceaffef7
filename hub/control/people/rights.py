"""What people may do: actions, roles as named sets of them, and where a role counts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final


@unique
class Action(StrEnum):
    """A right: resource and action. Stable words: they stand in answers and in the trail."""

    VIEW_METADATA = "messages.view"
    VIEW_MASKED = "messages.view_masked"
    VIEW_PERSONAL = "messages.view_personal"
    VIEW_BODY = "messages.view_body"
    EVIDENCE = "messages.evidence"
    RETRY = "messages.retry"
    EDIT_RESUBMIT = "messages.resubmit"
    RELEASE_HELD = "messages.release"
    WHERE = "documents.where"
    VIEW_CONNECTORS = "connectors.view"
    OPERATE_CONNECTORS = "connectors.operate"
    MANAGE_CONNECTORS = "connectors.manage"
    VIEW_RULES = "rules.view"
    CHANGE_RULES = "rules.change"
    PUBLISH_SCHEMAS = "schemas.publish"
    MANAGE_KEYS = "keys.manage"
    VIEW_STATISTICS = "statistics.view"
    VIEW_ALERTS = "alerts.view"
    MANAGE_ALERTS = "alerts.manage"
    SHARE_VIEWS = "views.share"
    READ_AUDIT = "audit.read"
    VIEW_USERS = "users.view"
    MANAGE_USERS = "users.manage"
    DIAGNOSE = "hub.diagnose"
    MANAGE_HUB = "hub.manage"


MEANINGS: Final[Mapping[Action, tuple[str, str]]] = {
    Action.VIEW_METADATA: ("Xem thông tin thông điệp", "See messages, never their bodies"),
    Action.VIEW_MASKED: (
        "Xem nội dung đã che dữ liệu cá nhân",
        "See the content of a message, personal fields masked",
    ),
    Action.VIEW_PERSONAL: (
        "Xem nội dung không che",
        "See the content of a message with its personal fields",
    ),
    Action.VIEW_BODY: ("Tải nguyên văn nội dung", "Get the exact bytes of a message's body"),
    Action.EVIDENCE: ("Lấy gói bằng chứng", "Get the evidence about a message"),
    Action.RETRY: ("Gửi lại hoặc bỏ thư chết", "Retry or drop dead letters"),
    Action.EDIT_RESUBMIT: ("Sửa và gửi thành thông điệp mới", "Edit and submit as a new message"),
    Action.RELEASE_HELD: ("Cho đi tiếp thông điệp bị giữ", "Release held messages"),
    Action.WHERE: ("Tra cứu văn bản đang ở đâu", "Look up where a document is"),
    Action.VIEW_CONNECTORS: ("Xem bộ kết nối", "See connectors"),
    Action.OPERATE_CONNECTORS: (
        "Tạm dừng, chạy lại, kiểm tra bộ kết nối",
        "Pause, resume, restart and test connectors",
    ),
    Action.MANAGE_CONNECTORS: (
        "Thêm, sửa bộ kết nối và mạng của nó",
        "Make and change connectors and their networks",
    ),
    Action.VIEW_RULES: ("Xem quy tắc và danh bạ", "See rules and directory"),
    Action.CHANGE_RULES: ("Sửa quy tắc và danh bạ", "Change rules and directory"),
    Action.PUBLISH_SCHEMAS: ("Công bố lược đồ", "Publish schemas"),
    Action.MANAGE_KEYS: ("Đăng ký, thu hồi khóa", "Register and revoke keys"),
    Action.VIEW_STATISTICS: ("Xem tổng quan, số liệu", "See overview, figures and lag"),
    Action.VIEW_ALERTS: ("Xem cảnh báo", "See alerts"),
    Action.MANAGE_ALERTS: ("Nhận, tạm ẩn, đặt cảnh báo", "Take, silence and set alerts"),
    Action.SHARE_VIEWS: ("Chia sẻ bộ lọc đã lưu", "Share saved views"),
    Action.READ_AUDIT: ("Đọc nhật ký thao tác", "Read the audit trail of people"),
    Action.VIEW_USERS: ("Xem người dùng và quyền", "See people and their rights"),
    Action.MANAGE_USERS: ("Thêm, khóa người dùng, cấp quyền", "Add and disable people, give roles"),
    Action.DIAGNOSE: (
        "Đọc nhật ký tiến trình, lập gói hỗ trợ",
        "Read logs of processes, make support bundles",
    ),
    Action.MANAGE_HUB: ("Bật tắt chế độ chỉ đọc", "Turn read-only mode on and off"),
}
"""For people, in Vietnamese and English."""


@unique
class Role(StrEnum):
    """A named set of rights."""

    OPERATOR = "operator"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"
    KEY_OFFICER = "key_officer"
    INVESTIGATOR = "investigator"
    ADMINISTRATOR = "administrator"
    CLERK = "clerk"


ROLE_NAMES: Final[Mapping[Role, tuple[str, str]]] = {
    Role.OPERATOR: ("Người vận hành", "Operator"),
    Role.AUDITOR: ("Người kiểm tra", "Auditor"),
    Role.INTEGRATOR: ("Người tích hợp", "Integrator"),
    Role.KEY_OFFICER: ("Người giữ khóa", "Key officer"),
    Role.INVESTIGATOR: ("Người xem nội dung", "Investigator"),
    Role.ADMINISTRATOR: ("Quản trị viên", "Administrator"),
    Role.CLERK: ("Văn thư của cơ quan", "Clerk of an agency"),
}

_LOOKING: Final = frozenset(
    {
        *(Action.VIEW_METADATA, Action.WHERE, Action.VIEW_CONNECTORS, Action.VIEW_RULES),
        *(Action.VIEW_STATISTICS, Action.VIEW_ALERTS),
    }
)

ROLES: Final[Mapping[Role, frozenset[Action]]] = {
    Role.OPERATOR: _LOOKING
    | {
        *(Action.VIEW_MASKED, Action.RETRY, Action.RELEASE_HELD, Action.OPERATE_CONNECTORS),
        *(Action.MANAGE_ALERTS, Action.SHARE_VIEWS, Action.EVIDENCE, Action.DIAGNOSE),
    },
    # Looks at everything, and changes nothing: who checks others has no hand in their work.
    Role.AUDITOR: _LOOKING | {Action.READ_AUDIT, Action.VIEW_USERS, Action.EVIDENCE},
    Role.INTEGRATOR: _LOOKING
    | {
        *(Action.RETRY, Action.OPERATE_CONNECTORS, Action.MANAGE_CONNECTORS),
        *(Action.CHANGE_RULES, Action.PUBLISH_SCHEMAS, Action.SHARE_VIEWS, Action.DIAGNOSE),
    },
    # A key decides who speaks for an agency: its keeper gives no rights and routes nothing.
    Role.KEY_OFFICER: frozenset({Action.VIEW_RULES, Action.MANAGE_KEYS, Action.READ_AUDIT}),
    Role.INVESTIGATOR: frozenset(
        {
            *(Action.VIEW_METADATA, Action.VIEW_MASKED, Action.VIEW_PERSONAL, Action.VIEW_BODY),
            *(Action.EDIT_RESUBMIT, Action.EVIDENCE),
        }
    ),
    Role.ADMINISTRATOR: frozenset(Action),
    Role.CLERK: frozenset({Action.WHERE}),
}
"""What each role may do. Invariant 11: what stands not here is refused."""

BOUND_ROLES: Final = frozenset({Role.CLERK})
"""Roles that are given for an organisation only: a clerk sees what concerns his own agency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role, and where it counts."""

    role: Role
    organisation: str | None = None
    """Its top; None: the whole hub."""
    within: frozenset[str] | None = None
    """The organisation and all below it, as they are now; None: the whole hub."""
    types: frozenset[str] | None = None
    """Event types; None: all."""

    @property
    def whole(self) -> bool:
        """Whether it counts everywhere."""
        return self.organisation is None and self.types is None


Groups = Mapping[str, tuple[Grant, ...]]
"""Group name, as the identity provider writes it, to the roles it gives."""


def parse_groups(told: Mapping[str, Sequence[str]]) -> Groups:
    """Return the roles of each group: `role`, or `role@organisation`.

    Raises:
        ValueError: a role that there is not, or one that needs an organisation.
    """
    return {group: tuple(_grant(text) for text in roles) for group, roles in told.items()}


def _grant(text: str) -> Grant:
    name, _, organisation = text.partition("@")
    role = Role(name)
    if role in BOUND_ROLES and not organisation:
        raise ValueError(f"{role} needs an organisation: {role}@<id>")
    return Grant(role=role, organisation=organisation or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where somebody may do one thing: the places of the grants that allow it, together."""

    grants: tuple[Grant, ...]

    @property
    def whole(self) -> bool:
        """Whether it is everywhere."""
        return any(grant.whole for grant in self.grants)

    def allows(self, organisation: str, type: str | None = None) -> bool:
        """Say whether something of this organisation and type is inside.

        Without a type only grants that count for all types allow it.
        """
        return any(_covers(grant, organisation, type) for grant in self.grants)


def _covers(grant: Grant, organisation: str, type: str | None) -> bool:
    if grant.organisation is not None and organisation not in (grant.within or ()):
        return False
    return grant.types is None or type in grant.types


@unique
class Via(StrEnum):
    """How somebody showed who he is."""

    TOKEN = "token"  # noqa: S105  (a word, not a token)
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who asks, and what he may do. The name stands in the trail.

    A token and a session under one name are one person: what counts for four eyes is the name.
    """

    name: str
    via: Via
    grants: tuple[Grant, ...]
    session: str | None = None
    """The digest of his session; None with a token."""
    wall: bool = False
    """True: he has left; his session shows figures on a wall, and changes nothing."""
    must_change_password: bool = False
    """True: he may do nothing but choose a password of his own."""

    def may(self, action: Action) -> bool:
        """Say whether he may do this anywhere at all."""
        return any(action in ROLES[grant.role] for grant in self.grants)

    def scope(self, action: Action) -> Scope:
        """Return where he may do this."""
        return Scope(grants=tuple(one for one in self.grants if action in ROLES[one.role]))

    def actions(self) -> frozenset[Action]:
        """Return everything he may do somewhere."""
        return frozenset().union(*(ROLES[grant.role] for grant in self.grants))
