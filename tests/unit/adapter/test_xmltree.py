import pytest
from lgsp_adapter import Reject
from lgsp_adapter.xmltree import parse_xml


def test_elements_are_found_by_local_name_whatever_their_prefix():
    root = parse_xml('<s:E xmlns:s="urn:x"><a:b xmlns:a="urn:y"> Mẫu </a:b><b>2</b></s:E>'.encode())
    assert [node.text for node in root.every("b")] == ["Mẫu", "2"]
    assert root.find("c") is None


def test_prefixes_that_are_not_bound_are_no_obstacle():
    (found,) = parse_xml(b"<x:a><y:b>1</y:b></x:a>").every("b")
    assert found.text == "1"


def test_a_string_is_read_whatever_its_declaration_says():
    text = '<?xml version="1.0" encoding="utf-16"?><a>Mẫu</a>'
    assert parse_xml(text.encode(), "utf-8").text == "Mẫu"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_xml"),
        (b"<a>", "not_xml"),
        (b"khong phai xml", "not_xml"),
        (b'<?xml version="1.0" encoding="x-none"?><a/>', "not_xml"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml_dtd"),
        (b'<!DOCTYPE a SYSTEM "http://mau.example/"><a/>', "xml_dtd"),
        (b"<a>" * 100, "xml_too_large"),
        (b"<a>" + b"<b/>" * 30_000 + b"</a>", "xml_too_large"),
        (b"<a>" + b"x" * 2_000_000 + b"</a>", "xml_too_large"),
    ],
)
def test_dangerous_or_broken_xml_is_rejected_by_name(data, code):
    with pytest.raises(Reject) as told:
        parse_xml(data)
    assert told.value.code == code
