"""Which partitions one router owns: dealt by hand, so that its transactional id is fixed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Slot `slot` of `slots` routers over `total` partitions."""

    slot: int
    slots: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.slot < self.slots <= self.total:
            raise ValueError("a slot is one of 0 … slots - 1, and there is a partition for each")

    def partitions(self) -> list[int]:
        """Return the partitions of this slot."""
        return list(range(self.slot, self.total, self.slots))

    def transactional_id(self, role: str) -> str:
        """Return the id that names this fixed set of partitions for one role."""
        return f"hub-{role}-{self.slots}-{self.slot}"
