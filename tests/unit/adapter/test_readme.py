import re
from pathlib import Path
from typing import Any

from lgsp_adapter import load_config
from lgsp_adapter.testing import Bus, SinkEngine, SourceEngine, delivery

PAGE = Path(__file__).parents[3] / "packages" / "adapter" / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def run(block):
    names: dict[str, Any] = {}
    exec(block, names)
    return names


def test_the_examples_are_at_most_thirty_lines_of_code():
    for block in BLOCKS:
        assert len([line for line in block.splitlines() if line.strip()]) <= 30


async def test_the_sink_of_the_page_works(tmp_path):
    sink = run(BLOCKS[0])["FolderSink"]
    bus = Bus()
    bus.put([delivery("a"), delivery("b")])
    await SinkEngine(sink(load_config(sink.spec.config, {"folder": tmp_path})), bus).drain()
    assert not bus.inbox
    assert {file.read_bytes() for file in tmp_path.iterdir()} == {delivery("a").body}
    assert len(list(tmp_path.iterdir())) == 2


async def test_the_source_of_the_page_works(tmp_path):
    source = run(BLOCKS[1])["LinesSource"]
    file = tmp_path / "lines"
    file.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    config = load_config(source.spec.config, {"file": file})
    bus = Bus()
    await SourceEngine(lambda: source(config), bus).drain()
    assert [message.body for message in bus.admitted.values()] == [b'{"a": 1}', b'{"a": 2}']
    assert bus.acked == "2"
