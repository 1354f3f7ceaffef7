"""`hub demo --evidence DIR`: ten bundles of the day, verified where no hub is installed."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from lgsp_message.reason import Reason
from lgsp_verify.asice.container import read_container

from hub.cli import demo_verifier, demo_vouchers, trust_export
from hub.cli.demo_hub import DemoHub
from hub.cli.demo_show import Show
from hub.cli.errors import CommandFailed
from simulator.again import send_again

COUNT: Final = 10
_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2
_NOT_YET: Final = (404, 503)
"""Not recorded yet; not in the log yet."""
_LETTERS: Final = "vn.gov.document.issued.v1"
_REASON: Final = "Bản trình diễn / the demo"
_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A message, and why it was chosen."""

    kind: str
    source: str
    id: str
    document: str | None = None
    """The hash of an attached file that goes with the bundle."""

    @property
    def path(self) -> str:
        """Return where its evidence is asked for."""
        return f"/ops/messages/{self.source}/{self.id}/evidence"


def leave(hub: DemoHub, out: Path, show: Show) -> dict[str, Any]:
    """Write bundles, trust roots and reports into `out`; return what was found.

    Raises:
        CommandFailed: the folder is not empty, or the hub gives no bundle.
    """
    _expect_empty(out)
    show.say(f"lập gói bằng chứng / making evidence in {out}")
    roots = out / "roots"
    list(trust_export.write(roots, hub.home))
    demo_vouchers.trusted(roots, hub.home)
    headers = {"authorization": f"Bearer {hub.home.admin_token()}"}
    with httpx2.Client(base_url=hub.url, headers=headers, timeout=_SECONDS) as http:
        chosen = list(_choose(http, hub))
        for one in chosen:
            _made(http, one.path)  # now the log knows it
        show.say("đợi dấu thời gian và bên làm chứng / waiting for time stamp and witness")
        demo_vouchers.await_covered(http)
        bundles = [_bundle(http, hub, out, *one) for one in enumerate(chosen, 1)]
    with demo_verifier.installed() as verifier:
        show.say(f"kiểm tra bằng / verifying with {verifier.told}")
        found = [verifier.verify(bundle, roots, document) for bundle, document in bundles]
        mutated = verifier.verify(_mutated(out, bundles[-1][0]), roots)
    return {
        "verifier": verifier.told,
        "bundles": found,
        "mutated": mutated,
        "good": all(one["status"] == 0 for one in found) and mutated["status"] == 1,
    }


def _expect_empty(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise CommandFailed(f"{out} has files already; choose a new folder with --evidence.")


def _choose(http: httpx2.Client, hub: DemoHub) -> Iterator[Chosen]:
    """Yield ten messages: refused, undelivered, with a signed letter, then delivered ones."""
    taken = [
        Chosen(kind="refused", **_refused(http)),
        Chosen(kind="undelivered", **_undelivered(http, hub)),
        _letter(http),
    ]
    known = {(one.source, one.id) for one in taken}
    others = (_name(line) for line in _found(http, outcome="admitted", state="acknowledged"))
    fresh = [one for one in others if (one["source"], one["id"]) not in known]
    yield from taken
    for one in fresh[: COUNT - len(taken)]:
        yield Chosen(kind="delivered", **one)


def _found(http: httpx2.Client, **wanted: str) -> list[dict[str, Any]]:
    answer = _answered(http.get("/ops/messages", params={**wanted, "limit": _PAGE}))
    items: list[dict[str, Any]] = answer.json()["items"]
    if not items:
        raise CommandFailed(f"the day had no message with {wanted}")
    return items


def _name(line: Mapping[str, Any]) -> dict[str, str]:
    return {"source": line["source"], "id": line["id"]}


def _refused(http: httpx2.Client) -> dict[str, str]:
    """Return a message that was refused by a decision: of a secret one nothing is kept."""
    lines = _found(http, outcome="refused")
    kept = [line for line in lines if line["reason"] != Reason.SECRET_MARKING]
    return _name((kept or lines)[0])


def _undelivered(http: httpx2.Client, hub: DemoHub) -> dict[str, str]:
    """Send a message whose recipient is not listening any more; return its name."""
    for line in _found(http, outcome="admitted", state="acknowledged"):
        path = f"/ops/messages/{line['source']}/{line['id']}"
        attributes = _attributes(_answered(http.get(f"{path}/headers")).json())
        if "objects" in attributes:
            continue
        body = _answered(http.post(f"{path}/body", json={"reason": _REASON})).content
        return send_again(hub.url, hub.hub, hub.simulator, attributes, body)
    raise CommandFailed("the day had no message that could be sent again")


def _letter(http: httpx2.Client) -> Chosen:
    """Return a message with a letter: its PDF is signed as today's letters are."""
    for line in _found(http, outcome="admitted", type=_LETTERS):
        path = f"/ops/messages/{line['source']}/{line['id']}/headers"
        objects = _attributes(_answered(http.get(path)).json()).get("objects", "").split()
        if objects:
            return Chosen(kind="legacy-pdf", document=objects[0], **_name(line))
    raise CommandFailed("the day had no letter with a file")


def _attributes(told: Mapping[str, Any]) -> dict[str, str]:
    return {name.removeprefix("ce_"): text for name, text in told["headers"] if "ce_" in name}


def _bundle(
    http: httpx2.Client, hub: DemoHub, out: Path, number: int, chosen: Chosen
) -> tuple[Path, Path | None]:
    answer = _made(http, chosen.path)
    bundle = out / f"{number:02}-{chosen.kind}.asice"
    bundle.write_bytes(answer.content)
    if chosen.document is None:
        return bundle, None
    document = bundle.with_suffix(".pdf")
    document.write_bytes(_file(hub, chosen.document))
    return bundle, document


def _made(http: httpx2.Client, path: str) -> httpx2.Response:
    """Ask for evidence until the recorder has read what happened last."""
    end = time.monotonic() + _SECONDS
    while True:
        answer = http.post(path, json={"reason": _REASON})
        if answer.status_code not in _NOT_YET or time.monotonic() > end:
            return _answered(answer)
        time.sleep(_LOOK_SECONDS)


def _file(hub: DemoHub, hash_: str) -> bytes:
    """Return an attached file: the demo's own hub stands on this machine."""
    from hub.cli.demo_files import object_bytes  # noqa: PLC0415  (loads SQL)

    return object_bytes(hub.home, hash_)


def _mutated(out: Path, bundle: Path) -> Path:
    """Return a copy of which one byte, in the middle of the signed message, is another."""
    data = bytearray(bundle.read_bytes())
    body = read_container(bytes(data)).files["message/body.json"]
    data[data.index(body) + len(body) // 2] ^= 1
    copy = out / "mutated.asice"
    copy.write_bytes(data)
    return copy


def _answered(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        raise CommandFailed(f"the hub answers {answer.status_code}: {answer.text[:300]}")
    return answer


def as_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was found, a line for each bundle."""
    for one in (*told["bundles"], told["mutated"]):
        yield f"  {one['file']:28} {one['verdict']:14} {json.dumps(one['not_ok'])}"
