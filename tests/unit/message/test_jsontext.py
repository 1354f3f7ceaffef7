"""Strict JSON agrees with a slow, strict reading of the standard parser, on any text."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lgsp_message.jsontext import parse_json
from lgsp_message.limits import MAX_DEPTH, MAX_INTEGER
from lgsp_message.reason import Reason, Refused

from tests.support import refusal_of


class NotStrict(ValueError):
    """What the oracle says no to."""


def oracle(text: bytes):
    """The rules once more, with the standard parser and its hooks; slow, and recursive."""
    value = json.loads(
        text.decode(),
        object_pairs_hook=_unique,
        parse_constant=_never,
        parse_int=_number,
        parse_float=_number,
    )
    _check(value, 0)
    return value


def _unique(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise NotStrict("two equal names")
    return dict(pairs)


def _never(word):
    raise NotStrict(word)


def _number(text):
    value = int(text) if re.fullmatch(r"-?\d{1,40}", text) else float(text)
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise NotStrict("a large number")
    return value


def _check(value, depth):
    if isinstance(value, (dict, list)):
        if depth == MAX_DEPTH:
            raise NotStrict("too deep")
        for part in value.values() if isinstance(value, dict) else value:
            _check(part, depth + 1)
    for text in value if isinstance(value, dict) else [value]:
        if isinstance(text, str):
            text.encode()  # UnicodeEncodeError, a ValueError: a lone surrogate.


def outcome(read, text):
    """What a reader says: a value spelt so that 1, 1.0 and True differ, or nothing."""
    try:
        return repr(read(text))
    except (Refused, ValueError):
        return "refused"


GOOD_NUMBERS = ["0", "-0", "1", "-1", "1.5", "1e2", "1E+2", "-1.5e-7", "9007199254740992", "1e15"]
GOOD_CHARACTERS = [
    *"abậẬ:,{}[]/ €😀\x7f\u2028",
    *[r"\"", r"\\", r"\/", r"\b", r"\n", r"\t", r"\u0022", r"\u0022\u0022", r"\u005c", r"\u0061"],
    *[r"\u1EAD", r"\ud83d\ude00", r"\u003a", r"\\u0022"],
]
BAD_CHARACTERS = ["\u0000", "\n", "\t", r"\x", r"\ud800", r"\udc00", '" :', r"\u00"]
BAD_NUMBERS = [
    *["9007199254740993", "-9007199254740993", "9.1e15", "1e16", "1e400", "-1e400", "1" * 5000],
    *["123456789012345678901234567890", "18446744073709551616", "01", "1.", ".5", "+1"],
    *["NaN", "Infinity", "-Infinity", "0.1e-400"],
]


def _strings(characters):
    return st.lists(st.sampled_from(characters), max_size=4).map(lambda it: f'"{"".join(it)}"')


NUMBERS = st.sampled_from([*GOOD_NUMBERS, "true", "false", "null"])
STRINGS = _strings(GOOD_CHARACTERS)
NAMES = st.sampled_from(['"a"', '"b"', r'"\u0061"', '"a:"', '""', r'"\""', r'"\u0022"']) | STRINGS
SPACE = st.sampled_from(["", "", " ", "\n", "\r\t"])
ODD = st.sampled_from(BAD_NUMBERS) | _strings(GOOD_CHARACTERS + BAD_CHARACTERS)


def _join(parts, opening, closing):
    return opening + ",".join(parts) + closing


def _containers(inner):
    member = st.tuples(NAMES, SPACE, SPACE, inner).map(lambda m: f"{m[0]}{m[1]}:{m[2]}{m[3]}")
    return st.lists(inner, max_size=3).map(lambda parts: _join(parts, "[", "]")) | st.lists(
        member, max_size=3
    ).map(lambda parts: _join(parts, "{", "}"))


JSON_TEXTS = st.recursive(NUMBERS | STRINGS, _containers, max_leaves=12)
NEARLY_JSON = st.recursive(NUMBERS | STRINGS | ODD, _containers, max_leaves=8)


@settings(max_examples=400)
@given(JSON_TEXTS | NEARLY_JSON | st.text(max_size=30))
@example('{"a":1,"a":"\\u0022\\u0022"}')
@example('{"a":"\\u0022"}')
@example('{"a" \x0c:1}')
@example('{"a":1,"a":1}')
@example('{"a":"\\u0022:","a":1}')
@example('{"a":' + "[" * 1000 + "]" * 1000 + ',"a":1}')
@example('{"a":' + "1" * 5000 + ',"a":1}')
@example('{"a":{"b":1,"b":2},"a":"\\":\\":\\u0022"}')
@example("[" * MAX_DEPTH + "]" * MAX_DEPTH)
@example("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
@example("\ufeff{}")
def test_it_agrees_with_the_strict_oracle(text):
    raw = text.encode(errors="surrogatepass")
    try:
        expected = outcome(oracle, raw)
    except RecursionError:
        expected = "refused"
    assert outcome(parse_json, raw) == expected


@given(st.binary())
def test_any_bytes_are_a_value_or_our_refusal(text):
    refusal = refusal_of(lambda: parse_json(text))
    assert refusal is None or refusal.reason in {Reason.MALFORMED_BODY, Reason.TOO_DEEP}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_what_is_strict_is_read_as_it_is(value):
    for ascii_only in (True, False):
        assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", Reason.MALFORMED_BODY),
        (b"{'a': 1}", Reason.MALFORMED_BODY),
        (b'{"a": 1,}', Reason.MALFORMED_BODY),
        (b'"\xff"', Reason.MALFORMED_BODY),
        (b'"\xed\xa0\x80"', Reason.MALFORMED_BODY),
        (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP),
        (b"[" * 65, Reason.TOO_DEEP),
        (b'{"a":' * 2000, Reason.TOO_DEEP),
        (b'["' + b"[" * 70, Reason.MALFORMED_BODY),
        (b"]" * 70, Reason.MALFORMED_BODY),
    ],
)
def test_hostile_json(text, reason):
    with pytest.raises(Refused) as refusal:
        parse_json(text)
    assert refusal.value.reason is reason


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", [b'"\\', b'"', b"[", b'"[', b'\\"', b'{"a":', b"[[],"])
def test_text_made_to_be_slow_is_not(piece):
    with pytest.raises(Refused):
        parse_json(b"[" * 70 + piece * (256 * 1024 // len(piece)))
