"""What every adapter promises that calls the other side: sources and sinks."""

from typing import Any, TypeVar

from lgsp_adapter.contract import Sink, Source
from lgsp_adapter.kit.common import AdapterKit
from lgsp_adapter.kit.peer import Answer, Peer, Say
from lgsp_adapter.kit.promise import promise

P = TypeVar("P", bound=Peer)
A = TypeVar("A", bound=Source[Any] | Sink[Any])


class CallingKit(AdapterKit[A, P]):
    """Base of `SourceKit` and `SinkKit`."""

    def fail(self, peer: P) -> None:
        """The other side is down from now on."""
        peer.script.default = Answer(say=Say.DOWN)

    def hang(self, peer: P) -> None:
        """The other side answers nothing from now on."""
        peer.script.running.clear()

    @promise
    async def test_check_fails_with_a_message(self) -> None:
        """With the other side down, `check` is not ok, or raises, and has words for it."""
        async with self.serving() as peer:
            self.fail(peer)
            found = await self.checked(peer)
        assert not found.ok, "it says ok though the other side is down"
        assert found.vi.strip(), "no Vietnamese text"
        assert found.en.strip(), "no English text"
