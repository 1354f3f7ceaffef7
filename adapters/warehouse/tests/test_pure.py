import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hub_adapter_warehouse.change import Stated, change_of
from hub_adapter_warehouse.columns import typed
from hub_adapter_warehouse.errors import translated
from hub_adapter_warehouse.history import states
from hub_adapter_warehouse.quality import judge
from hub_adapter_warehouse.settings import Dataset, Quality, WarehouseConfig
from hypothesis import given
from hypothesis import strategies as st
from lgsp_adapter import Backpressure, ConfigError, Fatal, Reject, Retryable, load_config
from psycopg import errors
from sandbox_warehouse.department import BEGIN, Department

ZONE = timezone(timedelta(hours=7))


def message(body, id_="m-1", type_="vn.gov.record.changed.v1", time="2026-11-22T08:00:00+07:00"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Stated(source="so-mau", id=id_, type=type_, time=time, body=raw)


def changed(record_id="r-1", record=None, *, minutes=0, id_="m-1", version=None):
    department = Department()
    if version:
        department.versions[record_id] = version - 1
    return change_of(message(department.changed(record_id, record, minutes=minutes), id_))


GOOD = json.loads(Department().changed("r-1", {"a": 1}))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"dataset": None}, "dataset"),
        ({"dataset": "a\0b"}, "dataset"),
        ({"record_id": ""}, "record_id"),
        ({"record_id": "\ud800"}, "record_id"),
        ({"record": [1]}, "record"),
        ({"changed_at": "hom qua"}, "changed_at"),
        ({"changed_at": "2026-11-22T08:00:00"}, "changed_at"),
        ({"version": True}, "version"),
        ({"version": 2**63}, "version"),
    ],
)
def test_what_is_no_record_is_rejected_with_its_place(wrong, place):
    with pytest.raises(Reject) as told:
        change_of(message({**GOOD, **wrong}))
    assert (told.value.code, told.value.detail) == ("not_a_record", place)


@pytest.mark.parametrize("raw", [b"", b"[]", b"<x>", b"[" * 100_000])
def test_a_body_that_is_no_object_is_rejected(raw):
    with pytest.raises(Reject, match="body"):
        change_of(message(raw))


@given(order=st.permutations(range(6)), times=st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_the_history_does_not_depend_on_the_order_of_arrival(order, times):
    changes = [
        changed(record={"n": n}, minutes=minutes, id_=f"m-{n}", version=n + 1)
        for n, minutes in enumerate(times)
    ]
    found = states(changes[n] for n in order)
    assert found == states(changes)
    for earlier, later in pairwise(found):
        assert earlier.valid_to == later.valid_from
        assert earlier.valid_from <= earlier.valid_to
    assert [state for state in found if state.valid_to is None] == [found[-1]]


def test_a_dossier_keeps_what_a_later_event_does_not_name():
    def event(id_, time, **body):
        raw = {"dossier_code": "H99-1", **body}
        return change_of(message(raw, id_, f"vn.gov.dossier.{id_}.v1", f"2026-11-22T{time}+07:00"))

    found = states([event("step", "09:00:00", state=4), event("received", "08:00:00", agency="A")])
    assert found[-1].record == {
        "dossier_code": "H99-1",
        "agency": "A",
        "state": 4,
        "last_event": "vn.gov.dossier.step.v1",
    }


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", {"a": 1}, '{"a": 1}'),
        ("bigint", "12", 12),
        ("numeric", 0.1, Decimal("0.1")),
        ("boolean", True, True),
        ("date", "2026-11-22", date(2026, 11, 22)),
        ("timestamptz", "2026-11-22T08:00:00+07:00", datetime(2026, 11, 22, 8, tzinfo=ZONE)),
    ],
)
def test_a_field_that_fits_becomes_a_column(kind, value, expected):
    found = typed({"x": value}, {"x": kind})
    assert (found.values, found.wrong) == ({"x": expected}, ())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "a\0b"),
        ("text", "\ud800"),
        ("bigint", 1.5),
        ("bigint", 2**63),
        ("bigint", True),
        ("numeric", "NaN"),
        ("numeric", [1]),
        ("boolean", "true"),
        ("date", "22/11/2026"),
        ("date", 5),
        ("timestamptz", "2026-11-22T08:00:00"),
    ],
)
def test_a_field_that_does_not_fit_is_said_and_stops_nothing(kind, value):
    found = typed({"x": value}, {"x": kind})
    assert (found.values, found.wrong) == ({"x": None}, ("x",))


def verdict(record, now=BEGIN, **rules):
    more = {name: rules.pop(name) for name in ("wrong", "shared") if name in rules}
    return judge(changed(record=record), record or {}, Quality(**rules), now=now, **more)


@pytest.mark.parametrize(
    ("found", "dimension"),
    [
        (verdict({"a": "12"}, patterns={"a": "[0-9]{3}"}), "correct"),
        (verdict({"a": "1" * 2000}, patterns={"a": "1*"}), "correct"),
        (verdict({}, wrong=("a",)), "correct"),
        (verdict({}, required=("a",)), "complete"),
        (verdict({"a": "  "}, required=("a",)), "complete"),
        (verdict({"a": " x"}), "clean"),
        (verdict({"a": "e\u0302"}), "clean"),
        (verdict({"a": "x\u0007y"}), "clean"),
        (verdict({}, shared=("a",)), "clean"),
        (verdict({}, now=BEGIN + timedelta(seconds=61), late_seconds=60), "live"),
    ],
)
def test_each_rule_speaks_for_its_own_dimension(found, dimension):
    others = {"correct", "complete", "clean", "live"} - {dimension}
    assert not found.ok(dimension)
    assert all(found.ok(other) for other in others)


def test_a_good_record_has_nothing_found():
    rules = {"required": ("a",), "patterns": {"a": "[0-9]+"}, "late_seconds": 60}
    assert verdict({"a": "12", "b": "Nguyễn"}, **rules).findings == ()


def test_a_deletion_needs_no_fields():
    assert verdict(None, required=("a",)).ok("complete")


def test_findings_hold_no_values():
    assert "bi mat" not in repr(verdict({"a": "bi mat "}, patterns={"a": "x"}))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.TooManyConnections, Backpressure),
        (errors.DeadlockDetected, Retryable),
        (errors.QueryCanceled, Retryable),
        (errors.DiskFull, Retryable),
        (errors.InsufficientPrivilege, Fatal),
        (errors.UndefinedColumn, Fatal),
        (errors.InvalidPassword, Fatal),
        (errors.UntranslatableCharacter, Reject),
        (errors.DatatypeMismatch, Fatal),
    ],
)
def test_each_foreign_error_is_one_of_the_four_and_keeps_its_code(error, expected):
    found = translated(error("bi mat"), 7.0)
    assert type(found) is expected
    assert found.peer_code == error.sqlstate
    assert "bi mat" not in str(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema_name": 'a"b'},
        {"datasets": {"x": {"table": "records"}}},
        {"datasets": {"x": {"table": "t", "columns": {"valid_to": "text"}}}},
        {"datasets": {"x": {"table": "t", "columns": {"a": "text; DROP TABLE t"}}}},
        {"datasets": {"x": {"table": "t", "quality": {"patterns": {"a": "("}}}}},
    ],
)
def test_a_configuration_that_could_break_the_tables_is_refused(wrong):
    with pytest.raises(ConfigError):
        load_config(WarehouseConfig, {"host": "h", "database": "d", "user": "u", **wrong})


def test_two_data_sets_may_not_be_told_apart_by_a_table_alone():
    assert Dataset(table="t").columns == {}
