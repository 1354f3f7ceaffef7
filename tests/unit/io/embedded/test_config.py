"""What Kafka is told: loopback only, nothing deleted by time, any path."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from hub.io.embedded import config


def properties(log_dir="/data/kafka"):
    text = config.server_properties(port=19092, controller_port=19093, log_dir=Path(log_dir))
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_address_is_loopback():
    text = config.server_properties(port=1, controller_port=2, log_dir=Path("/data"))
    text += config.fencing_properties(controller_port=2, log_dir=Path("/data"))
    assert set(re.findall(r"(?<=[/@])[^/@:,]+(?=:\d)", text)) == {"127.0.0.1"}


def test_time_never_deletes_what_an_agency_has_not_fetched():
    assert properties()["log.retention.ms"] == "-1"
    assert properties()["log.retention.bytes"] == "-1"


def test_topics_are_made_by_the_control_plane_only():
    assert properties()["auto.create.topics.enable"] == "false"


def test_a_vietnamese_path_is_written_as_java_reads_it():
    assert properties("/dữ liệu")["log.dirs"] == r"/d\u1eef li\u1ec7u"
    assert properties("/a\\b")["log.dirs"] == r"/a\u005cb"


def test_a_path_with_markup_keeps_the_log_configuration_well_formed():
    log = Path('/a&b/<"c">/broker.log')
    (appender,) = ET.fromstring(config.log4j_xml(log)).iter("RollingFile")
    assert appender.get("fileName") == str(log)
    assert [each.get("max") for each in appender.iter("DefaultRolloverStrategy")] == ["5"]
