"""Why the control plane refuses a change: one enum, one exception."""

from enum import StrEnum, unique


@unique
class Refusal(StrEnum):
    """Stable codes, in the `code` of the problem that the API answers."""

    UNKNOWN_ENTITY = "unknown_entity"
    """A change names something that is not registered."""
    IN_USE = "in_use"
    """What shall be removed is still named by something else."""
    RETIRED = "retired"
    """The system was removed for good; its name is not given out again."""
    ALREADY_PUBLISHED = "already_published"
    """This schema version was published with other content."""
    UNSAFE_SCHEMA = "unsafe_schema"
    """The document is not a JSON Schema that the hub is willing to run."""
    KEY_UNUSABLE = "key_unusable"
    """The key is of a kind or size that the hub does not take."""
    KEY_TAKEN = "key_taken"
    """The key belongs to another system, or was registered for another algorithm."""
    KEY_REVOKED = "key_revoked"
    """A revoked key stays revoked."""
    BAD_PROOF = "bad_proof"
    """There is no good proof that the asker holds the private key."""
    CERTIFICATE_REFUSED = "certificate_refused"
    """The certificate does not count: the detail says why."""
    CERTIFICATE_FOREIGN = "certificate_foreign"
    """The certificate is for another key or another organisation."""
    CERTIFICATE_UNCHECKED = "certificate_unchecked"
    """Its authority does not say whether it is revoked: try again later."""
    ENDPOINT_TAKEN = "endpoint_taken"
    """Another system takes this type for this organisation already."""
    NOT_ITSELF = "not_itself"
    """Something names itself as its own parent or representative."""
    CYCLE = "cycle"
    """An organisation would be above itself, or take its own place."""
    CODE_TAKEN = "code_taken"
    """Another organisation has this code on one of these days."""
    COMPETENCE_TAKEN = "competence_taken"
    """Another organisation deals with this type in this area already."""
    UNREADABLE = "unreadable"
    """The file is not what it is said to be; the detail says where it is not."""
    ADAPTER_UNUSABLE = "adapter_unusable"
    """The adapter is not installed with this hub, or cannot be loaded."""
    CONFIG_REFUSED = "config_refused"
    """The adapter does not take this configuration; the detail names fields and rules."""
    CONNECTOR_FIXED = "connector_fixed"
    """Adapter and system of a connector do not change: positions and approvals belong to them."""
    CONNECTOR_NOT_STOPPED = "connector_not_stopped"
    """A connector that works may still take something in; it is deleted once it has stopped."""
    CONNECTOR_HOLDS = "connector_holds"
    """Deliveries or dead letters wait in the connector; without it nobody would own them."""
    SIGNAL_UNSUPPORTED = "signal_unsupported"
    """A connector of this kind does nothing at this signal."""
    NETWORK_REFUSED = "network_refused"
    """No connector may ever call this network."""
    SECOND_PERSON = "second_person_needed"
    """Whoever asked for it does not approve it."""
    COUNT_DIFFERS = "count_differs"
    """The number that is confirmed is not the one that the preview told."""
    JOB_STATE = "job_state"
    """The job is not in a state in which it could do this."""
    UNBOUNDED = "unbounded"
    """Everything is no selection: narrow it."""
    TOO_MANY_VIEWS = "too_many_views"
    """So many views find nothing again: delete some."""
    NAME_TAKEN = "name_taken"
    """The name belongs to somebody already, or did once."""
    PASSWORD_REFUSED = "password_refused"  # noqa: S105  (a code)
    """The password breaks a rule; the detail names it."""
    PASSWORD_WRONG = "password_wrong"  # noqa: S105  (a code)
    """The present password is not this one."""
    ROLE_REFUSED = "role_refused"
    """This role needs an organisation, or the organisation is not known."""
    NO_LONGER_FITS = "no_longer_fits"
    """What was asked for cannot be done any more."""
    DECIDED = "decided"
    """Somebody has decided about it already."""


class ChangeRefused(Exception):
    """The control plane refuses a change; nothing of its change set is done.

    `place` is where in the request, as in `changes/3`, or the key of the entity it is about.
    """

    def __init__(self, code: Refusal, detail: str, place: str) -> None:
        super().__init__(f"{code}: {detail} ({place})")
        self.code = code
        self.detail = detail
        self.place = place
