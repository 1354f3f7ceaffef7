"""The population look-up over HTTP: an officer and a purpose for each question, all logged."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from lgsp_adapter.testing.peers import http_to
from sandbox_population import PopulationSandbox

QUESTION = json.loads((Path(__file__).parent.parent / "fixtures" / "question.json").read_text())


@pytest.fixture
async def database():
    async with PopulationSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
async def http(database):
    async with http_to(database.url) as client:
        yield client


async def ask(http, **change):
    return (await http.post("/congdan/tracuu", json=QUESTION | change)).json()


def people(message):
    tree = ET.fromstring(message)
    return [{field.tag: field.text for field in each} for each in tree.iter("CongDan")]


async def test_a_right_question_gets_the_citizen_as_xml_inside_json(http):
    answer = await ask(http)
    assert answer["error_code"] == 0
    assert [each["HoVaTen"] for each in people(answer["message"])] == ["Nguyễn Văn Mẫu"]


async def test_awkward_names_stay_well_formed(http):
    second = {"HoVaTen": "trần thị mẫu & con", "SoDinhDanh": "", "SoCMND": "999000002"}
    answer = await ask(http, **second, NgayThangNam="", Nam="1985")
    assert people(answer["message"])[0]["HoVaTen"] == "Trần Thị Mẫu & Con"


@pytest.mark.parametrize("name", ["MaCanBo", "MaDVC", "MaYeuCau", "MaTichHop"])
async def test_without_officer_and_purpose_nothing_is_told(http, name):
    answer = await ask(http, **{name: ""})
    assert answer == {"error_code": 1, "message": f"Thiếu: {name}"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"MaCanBo": "x"}, 2),
        ({"MaTichHop": "x"}, 2),
        ({"HoVaTen": "Người Khác Mẫu"}, 3),
        ({"NgayThangNam": "19900102"}, 3),
        ({"SoDinhDanh": "999000000003"}, 3),
        ({"SoDinhDanh": "123"}, 4),
        ({"SoDinhDanh": ""}, 4),
        ({"NgayThangNam": ""}, 4),
    ],
)
async def test_a_wrong_question_gets_its_code_and_nobody(http, change, code):
    answer = await ask(http, **change)
    assert answer["error_code"] == code
    assert "CongDan" not in answer["message"]


async def test_every_question_is_logged_also_refused_ones_and_never_its_values(http, database):
    await ask(http)
    await ask(http, MaCanBo="")
    log = (await http.get("/_sandbox/log")).json()
    assert [each["error_code"] for each in log] == ["0", "1"]
    assert log[0]["MaCanBo"] == "CB-MAU-1"
    everything = json.dumps([log, database.journal.as_json()], ensure_ascii=False)
    assert "999000000001" not in everything
    assert "Nguyễn" not in everything


async def test_a_question_asked_twice_is_two_queries(http, database):
    for _ in range(2):
        await ask(http)
    assert list(database.journal.effects("query").values()) == [2]


async def test_too_many_questions_are_held_back_on_command(http, database):
    database.misbehave("rate_limited", seconds=9)
    answer = await http.post("/congdan/tracuu", json=QUESTION)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "9")
    assert database.log == []
