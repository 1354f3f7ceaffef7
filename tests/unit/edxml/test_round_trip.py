"""What is written is read as the same value, whatever it holds."""

from hypothesis import HealthCheck, given, settings
from lgsp_edxml.mapping import from_body, objects_of, to_body
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.strategies import PACKET
from tests.unit.edxml.test_mapping import violation

BIG_VALUES = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


@BIG_VALUES
@given(PACKET)
def test_what_is_written_is_read_as_the_same_value(packet):
    written = write_packet(packet)
    reading = read_packet(written)
    assert reading.packet == packet
    assert write_packet(reading.packet) == written


@BIG_VALUES
@given(PACKET)
def test_every_packet_becomes_a_body_that_fits_its_schema_and_comes_back(packet):
    reading = read_packet(write_packet(packet))
    body = to_body(reading)
    assert violation(reading.packet, body) is None
    assert from_body(body, objects_of(packet)) == packet
