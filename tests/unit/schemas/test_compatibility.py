"""What a new version of a schema owes to the old ones: a table of changes, and the levels."""

import pytest

from hub.schemas.compatibility import Level, Version, breaks
from hub.schemas.lint import DIALECT, UnsafeSchema

TEXT = {"type": "string"}
INT = {"type": "integer"}
A_ANY = {"type": "object", "properties": {"a": TEXT}}
A_OPEN = {**A_ANY, "additionalProperties": True}
A_CLOSED = {**A_ANY, "additionalProperties": False}
A_NEEDED = {**A_CLOSED, "required": ["a"]}
AB_CLOSED = {
    "type": "object",
    "properties": {"a": TEXT, "b": INT},
    "additionalProperties": False,
}
AB_NEEDED = {**AB_CLOSED, "required": ["b"]}
EITHER = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
KIND_A = {"type": "object", "properties": {"k": {"const": "a"}}, "required": ["k"]}
KIND_B = {"type": "object", "properties": {"k": {"const": "b"}}, "required": ["k"]}
IF_A = {"if": {"required": ["a"]}, "then": {"required": ["b"]}}
BOTH, OLD_ONLY, NEW_ONLY, NEITHER = (True, True), (True, False), (False, True), (False, False)
"""(an old body fits the new schema, a new body fits the old schema)."""

TABLE = {  # What changes: the old schema, the new one, and what is proved.
    "nothing changes": (A_CLOSED, A_CLOSED, BOTH),
    "words for people change": (A_ANY, {**A_ANY, "title": "Mẫu", "examples": [{}]}, BOTH),
    "a default is added": (INT, {**INT, "default": 3}, BOTH),
    "the order of keywords": ({"minLength": 1, **TEXT}, {**TEXT, "minLength": 1}, BOTH),
    "an open model said outright": (A_ANY, A_OPEN, BOTH),
    # Types
    "integer becomes number": (INT, {"type": "number"}, OLD_ONLY),
    "number becomes integer": ({"type": "number"}, INT, NEW_ONLY),
    "text becomes integer": (TEXT, INT, NEITHER),
    "null is allowed": (TEXT, {"type": ["string", "null"]}, OLD_ONLY),
    "null is no longer allowed": ({"type": ["string", "null"]}, TEXT, NEW_ONLY),
    "a list of one type": (TEXT, {"type": ["string"]}, BOTH),
    "the order of types": ({"type": ["string", "null"]}, {"type": ["null", "string"]}, BOTH),
    "any type becomes text": ({}, TEXT, NEW_ONLY),
    "text becomes any type": (TEXT, {}, OLD_ONLY),
    "number beside integer": ({"type": ["integer", "number"]}, {"type": "number"}, BOTH),
    # Values
    "a word is added to a list": ({"enum": ["a"]}, {"enum": ["a", "b"]}, OLD_ONLY),
    "a word is taken from a list": ({"enum": ["a", "b"]}, {"enum": ["a"]}, NEW_ONLY),
    "a word is replaced": ({"enum": ["a", "b"]}, {"enum": ["a", "c"]}, NEITHER),
    "a number is taken from a list": ({"enum": [1, 2]}, {"enum": [1]}, NEW_ONLY),
    "the order of a list": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, BOTH),
    "a constant becomes a list": ({"const": 1}, {"enum": [1, 2]}, OLD_ONLY),
    "a constant becomes another": ({"const": 1}, {"const": 2}, NEITHER),
    "one and one point zero": ({"const": 1}, {"const": 1.0}, BOTH),
    "a list becomes text": ({"enum": ["a", "b"]}, TEXT, OLD_ONLY),
    "text becomes a list": (TEXT, {"enum": ["a", "b"]}, NEW_ONLY),
    "a list fits a length": ({"enum": ["ab", "cd"]}, {**TEXT, "maxLength": 2}, OLD_ONLY),
    "a list breaks a length": ({"enum": ["ab", "cde"]}, {**TEXT, "maxLength": 2}, NEITHER),
    "a list fits a pattern": ({"enum": ["H99"]}, {**TEXT, "pattern": "^H[0-9]+$"}, OLD_ONLY),
    "a list breaks a pattern": ({"enum": ["X99"]}, {**TEXT, "pattern": "^H[0-9]+$"}, NEITHER),
    "yes and no spelt out": ({"type": "boolean"}, {"enum": [True, False]}, BOTH),
    "no is taken away": ({"type": "boolean"}, {"const": True}, NEW_ONLY),
    "an empty list fits nothing": ({"enum": []}, TEXT, OLD_ONLY),
    # Text
    "a longer text is allowed": ({**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 9}, OLD_ONLY),
    "a shorter text only": ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 5}, NEW_ONLY),
    "a limit for text is added": (TEXT, {**TEXT, "maxLength": 5}, NEW_ONLY),
    "a least length is added": (TEXT, {**TEXT, "minLength": 1}, NEW_ONLY),
    "a least length of nothing": (TEXT, {**TEXT, "minLength": 0}, BOTH),
    "a pattern is added": (TEXT, {**TEXT, "pattern": "^a"}, NEW_ONLY),
    "a pattern changes": ({**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, NEITHER),
    "a format is added": (TEXT, {**TEXT, "format": "date"}, NEW_ONLY),
    "a format changes": ({**TEXT, "format": "date"}, {**TEXT, "format": "email"}, NEITHER),
    "a rule for text on numbers": (INT, {**INT, "minLength": 5}, BOTH),
    # Numbers
    "a smaller least number": ({**INT, "minimum": 5}, {**INT, "minimum": 1}, OLD_ONLY),
    "a greater least number": ({**INT, "minimum": 1}, {**INT, "minimum": 5}, NEW_ONLY),
    "a greater most number": ({**INT, "maximum": 5}, {**INT, "maximum": 9}, OLD_ONLY),
    "above nought is from one": (
        {**INT, "exclusiveMinimum": 0},
        {**INT, "minimum": 1},
        BOTH,
    ),
    "below ten is to nine": ({**INT, "exclusiveMaximum": 10}, {**INT, "maximum": 9}, BOTH),
    "above nought is not from one": (
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "number", "minimum": 1},
        NEW_ONLY,
    ),
    "an end becomes open": (
        {"type": "number", "minimum": 0},
        {"type": "number", "exclusiveMinimum": 0},
        NEW_ONLY,
    ),
    "an end at the top becomes open": (
        {"type": "number", "maximum": 1.5},
        {"type": "number", "exclusiveMaximum": 1.5},
        NEW_ONLY,
    ),
    "a step is added": (INT, {**INT, "multipleOf": 5}, NEW_ONLY),
    "a step becomes finer": ({**INT, "multipleOf": 10}, {**INT, "multipleOf": 5}, OLD_ONLY),
    "a step becomes another": ({**INT, "multipleOf": 4}, {**INT, "multipleOf": 6}, NEITHER),
    "integers are multiples of a half": (
        INT,
        {"type": "number", "multipleOf": 0.5},
        OLD_ONLY,
    ),
    # Objects
    "a field in an open model": (
        A_OPEN,
        {"type": "object", "properties": {"a": TEXT, "b": INT}},
        NEW_ONLY,
    ),
    "a free field in an open model": (
        A_OPEN,
        {"type": "object", "properties": {"a": TEXT, "b": {}}},
        BOTH,
    ),
    "a field in a closed model": (A_CLOSED, AB_CLOSED, OLD_ONLY),
    "a field is taken away": (AB_CLOSED, A_CLOSED, NEW_ONLY),
    "a field is renamed": (
        A_CLOSED,
        {"type": "object", "properties": {"c": TEXT}, "additionalProperties": False},
        NEITHER,
    ),
    "a needed field is added": (A_CLOSED, AB_NEEDED, NEITHER),
    "a field becomes needed": (A_CLOSED, A_NEEDED, NEW_ONLY),
    "a field is no longer needed": (A_NEEDED, A_CLOSED, OLD_ONLY),
    "a model is closed": (A_OPEN, A_CLOSED, NEW_ONLY),
    "a model is opened": (A_CLOSED, A_OPEN, OLD_ONLY),
    "what is open gets a type": (A_OPEN, {**A_ANY, "additionalProperties": INT}, NEW_ONLY),
    "a field changes its type": (
        A_CLOSED,
        {"type": "object", "properties": {"a": INT}, "additionalProperties": False},
        NEITHER,
    ),
    "a forbidden field in a closed model": (
        A_CLOSED,
        {
            "type": "object",
            "properties": {"a": TEXT, "b": False},
            "additionalProperties": False,
        },
        BOTH,
    ),
    "a field that fits what was open": (
        {**A_ANY, "additionalProperties": INT},
        {"type": "object", "properties": {"a": TEXT, "b": INT}, "additionalProperties": INT},
        BOTH,
    ),
    "a least count of fields": (A_OPEN, {**A_OPEN, "minProperties": 1}, NEW_ONLY),
    "a needed field is one field": (A_NEEDED, {**A_NEEDED, "minProperties": 1}, BOTH),
    "a closed model has few fields": (A_CLOSED, {**A_CLOSED, "maxProperties": 1}, BOTH),
    "a most count of fields": (A_OPEN, {**A_OPEN, "maxProperties": 3}, NEW_ONLY),
    "names get a pattern": (
        {"type": "object"},
        {"type": "object", "propertyNames": {"pattern": "^x"}},
        NEW_ONLY,
    ),
    "names of a closed model fit": (
        A_CLOSED,
        {**A_CLOSED, "propertyNames": {"maxLength": 3}},
        BOTH,
    ),
    "a pattern of names in an open model": (
        {"type": "object"},
        {"type": "object", "patternProperties": {"^x": INT}},
        NEW_ONLY,
    ),
    "a pattern of names in a closed model": (
        A_CLOSED,
        {**A_CLOSED, "patternProperties": {"^x": INT}},
        OLD_ONLY,
    ),
    "a pattern catches a known name": (
        A_CLOSED,
        {**A_CLOSED, "patternProperties": {"^a": {"maxLength": 3}}},
        NEITHER,
    ),
    "a field asks for another": (
        AB_CLOSED,
        {**AB_CLOSED, "dependentRequired": {"a": ["b"]}},
        NEW_ONLY,
    ),
    "a field asks for a needed one": (
        AB_NEEDED,
        {**AB_NEEDED, "dependentRequired": {"a": ["b"]}},
        BOTH,
    ),
    "a field that cannot be asks for another": (
        A_CLOSED,
        {**A_CLOSED, "dependentRequired": {"z": ["a"]}},
        BOTH,
    ),
    "a field asks for a schema": (
        AB_CLOSED,
        {**AB_CLOSED, "dependentSchemas": {"a": {"required": ["b"]}}},
        NEW_ONLY,
    ),
    # Arrays
    "items get a type": ({"type": "array"}, {"type": "array", "items": TEXT}, NEW_ONLY),
    "items are widened": (
        {"type": "array", "items": INT},
        {"type": "array", "items": {"type": "number"}},
        OLD_ONLY,
    ),
    "a first item is told apart": (
        {"type": "array", "items": TEXT},
        {"type": "array", "prefixItems": [{**TEXT, "maxLength": 3}], "items": TEXT},
        NEW_ONLY,
    ),
    "a tuple becomes longer": (
        {"type": "array", "prefixItems": [TEXT], "items": False},
        {"type": "array", "prefixItems": [TEXT, INT], "items": False},
        OLD_ONLY,
    ),
    "a tuple has a length": (
        {"type": "array", "prefixItems": [TEXT], "items": False},
        {"type": "array", "maxItems": 1, "items": TEXT},
        BOTH,
    ),
    "fewer items": ({"type": "array", "maxItems": 9}, {"type": "array", "maxItems": 3}, NEW_ONLY),
    "a least count of items": ({"type": "array"}, {"type": "array", "minItems": 1}, NEW_ONLY),
    "items become unique": ({"type": "array"}, {"type": "array", "uniqueItems": True}, NEW_ONLY),
    "one item is unique": (
        {"type": "array", "maxItems": 1},
        {"type": "array", "maxItems": 1, "uniqueItems": True},
        BOTH,
    ),
    "an array holds something": (
        {"type": "array", "items": {"type": ["string", "integer"]}},
        {"type": "array", "items": {"type": ["string", "integer"]}, "contains": TEXT},
        NEW_ONLY,
    ),
    "an array that is not empty holds its items": (
        {"type": "array", "items": TEXT, "minItems": 1},
        {"type": "array", "items": TEXT, "minItems": 1, "contains": TEXT},
        BOTH,
    ),
    # Together
    "written out or by reference": (
        A_CLOSED,
        {"$ref": "#/$defs/a", "$defs": {"a": A_CLOSED}},
        BOTH,
    ),
    "a definition is renamed": (
        {"$ref": "#/$defs/x", "$defs": {"x": TEXT}},
        {"$ref": "#/$defs/y", "$defs": {"y": TEXT}},
        BOTH,
    ),
    "what a reference means is narrowed": (
        {"$ref": "#/$defs/x", "$defs": {"x": TEXT}},
        {"$ref": "#/$defs/x", "$defs": {"x": {**TEXT, "maxLength": 3}}},
        NEW_ONLY,
    ),
    "all of two is both": (
        {**TEXT, "minLength": 1, "maxLength": 3},
        {"allOf": [{**TEXT, "minLength": 1}, {"maxLength": 3}]},
        BOTH,
    ),
    "one of two is lifted": (
        {"allOf": [TEXT, {"maxLength": 3}]},
        {"allOf": [TEXT]},
        OLD_ONLY,
    ),
    "an alternative is added": (TEXT, {"anyOf": [TEXT, INT]}, OLD_ONLY),
    "an alternative is taken away": ({"anyOf": [TEXT, INT]}, TEXT, NEW_ONLY),
    "the order of alternatives": ({"anyOf": [TEXT, INT]}, {"anyOf": [INT, TEXT]}, BOTH),
    "alternatives are types": ({"type": ["string", "integer"]}, {"anyOf": [TEXT, INT]}, BOTH),
    "one of the two must be there": (A_OPEN, {**A_OPEN, **EITHER}, NEW_ONLY),
    "a needed field is one of the two": (A_NEEDED, {**A_NEEDED, **EITHER}, BOTH),
    "a field beside alternatives": (
        {**A_CLOSED, **EITHER},
        {**AB_CLOSED, **EITHER},
        OLD_ONLY,
    ),
    "exactly one of types": ({"type": ["string", "integer"]}, {"oneOf": [TEXT, INT]}, BOTH),
    "exactly one of what overlaps": (INT, {"oneOf": [INT, {"type": "number"}]}, NEITHER),
    "told apart by a field": ({"anyOf": [KIND_A, KIND_B]}, {"oneOf": [KIND_A, KIND_B]}, BOTH),
    "a kind is added": ({"oneOf": [KIND_A]}, {"oneOf": [KIND_A, KIND_B]}, OLD_ONLY),
    "something is forbidden": ({}, {"not": TEXT}, NEW_ONLY),
    "what cannot be is forbidden": (INT, {**INT, "not": TEXT}, BOTH),
    "a condition is added": (A_OPEN, {**A_OPEN, **IF_A}, NEW_ONLY),
    "a condition that is met": (
        {**AB_CLOSED, "required": ["a", "b"]},
        {**AB_CLOSED, "required": ["a", "b"], **IF_A},
        BOTH,
    ),
    "a condition is stricter": (
        {**AB_CLOSED, **IF_A},
        {**AB_CLOSED, "if": {"required": ["a"]}, "then": {"required": ["b", "c"]}},
        NEW_ONLY,
    ),
    "what is not looked at is closed": (
        A_ANY,
        {**A_ANY, "unevaluatedProperties": False},
        NEW_ONLY,
    ),
    "nothing fits any more": (TEXT, {"type": "object", "not": {}}, NEW_ONLY),
    "deep inside a list of objects": (
        {"type": "array", "items": {"type": "object", "properties": {"a": A_CLOSED}}},
        {"type": "array", "items": {"type": "object", "properties": {"a": A_NEEDED}}},
        NEW_ONLY,
    ),
}


def _document(schema):
    return {"$schema": DIALECT, **schema}


def _proved(level, old, new):
    return not breaks(level, _document(new), [Version(name="1.0", document=_document(old))])


def test_the_table_is_long_enough():
    assert len(TABLE) >= 80


@pytest.mark.parametrize("change", TABLE)
def test_a_change_breaks_whom_it_breaks_and_nobody_else(change):
    old, new, (backward, forward) = TABLE[change]
    assert _proved(Level.BACKWARD, old, new) is backward
    assert _proved(Level.FORWARD, old, new) is forward
    assert _proved(Level.FULL, old, new) is (backward and forward)
    assert _proved(Level.NONE, old, new)


def test_only_the_transitive_levels_look_at_all_versions():
    versions = [
        Version(name="1.0", document=_document(AB_CLOSED)),
        Version(name="1.1", document=_document(A_CLOSED)),
    ]
    candidate = _document(A_CLOSED)
    assert not breaks(Level.BACKWARD, candidate, versions)
    (found,) = breaks(Level.BACKWARD_TRANSITIVE, candidate, versions)
    assert str(found) == "backward with 1.0: additionalProperties at /b"


def test_a_break_names_the_rule_and_the_place():
    versions = [Version(name="1.0", document=_document(A_CLOSED))]
    (found,) = breaks(Level.BACKWARD, _document(A_NEEDED), versions)
    assert (found.gap.keyword, found.gap.pointer, found.gap.rule) == ("required", "", "a")


def test_alternatives_that_multiply_are_given_up_as_a_break():
    choice = {"anyOf": [{"required": [f"a{n}"]} for n in range(8)]}
    many = {"type": "object", "allOf": [choice, {"anyOf": choice["anyOf"][1:]}]}
    fields = {f"f{n}": many for n in range(8)}
    old = {"type": "object", "properties": fields, "anyOf": [{"required": ["z"]}, choice]}
    new = {"type": "object", "anyOf": [{"required": [f"y{n}"]} for n in range(30)]}
    assert not _proved(Level.BACKWARD, old, new)


@pytest.mark.parametrize(
    "hostile",
    [
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"$dynamicRef": "#a"},
    ],
)
def test_an_unsafe_candidate_is_refused_before_it_is_compared(hostile):
    with pytest.raises(UnsafeSchema):
        breaks(
            Level.BACKWARD,
            _document(hostile),
            [Version(name="1.0", document=_document(TEXT))],
        )
