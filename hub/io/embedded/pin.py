"""Write `jars.lock` anew: `python -m hub.io.embedded.pin`. For maintainers who change a version.

The hashes are of what the repository gives today over TLS; read the difference before you commit
it, and compare the versions with Apache Kafka's own release notes.
"""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from hub.io.embedded import maven
from hub.io.embedded.jars import CENTRAL, sha256_of

KAFKA: Final = "4.3.0"

ROOTS: Final = (
    f"org.apache.kafka:kafka_2.13:{KAFKA}",
    # Without exactly one binding of slf4j the broker logs nothing. Kafka 4.3.0 itself brings
    # log4j-core 2.25.4, so the binding has the same version.
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)


def write_pins(target: Path) -> None:
    """Resolve, fetch and hash every jar; write the pin file."""
    with tempfile.TemporaryDirectory() as cache:
        coordinates = maven.resolve(ROOTS, Path(cache), repository=CENTRAL)
        jars = [_pin(each, Path(cache)) for each in coordinates]
    text = json.dumps({"kafka": KAFKA, "jars": jars}, indent=2)
    target.write_text(text + "\n", encoding="utf-8")


def _pin(coordinates: str, cache: Path) -> dict[str, Any]:
    path = maven.download(coordinates, cache, repository=CENTRAL, advance=lambda _: None)
    return {
        "coordinates": coordinates,
        "sha256": sha256_of(path),
        "size": path.stat().st_size,
    }


if __name__ == "__main__":
    write_pins(Path(__file__).with_name("jars.lock"))
