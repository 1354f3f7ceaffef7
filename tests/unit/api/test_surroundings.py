"""What the API tells Prometheus of its surroundings."""

from prometheus_client import CollectorRegistry

from hub.api.surroundings import Surroundings
from hub.io.kafka.lag import GroupLag
from hub.io.kafka.topic_facts import TopicFacts, facts_of


def topic(name, **changes):
    about = {"partitions": 3, "replicas": 3, "under_replicated": 0, "offline": 0}
    return TopicFacts(name=name, **(about | changes))


def test_lags_and_partitions_are_told_and_what_could_not_be_asked_is_absent():
    told = Surroundings(registry := CollectorRegistry())
    told.lags([GroupLag(group="hub-router", messages=7, seconds=2.5, stuck=True)])
    told.topics([topic("hub.audit", under_replicated=2), topic("hub.ingress", offline=1)])

    def read(name, **labels):
        return registry.get_sample_value(name, labels)

    assert read("hub_lag_messages", group="hub-router") == 7
    assert read("hub_lag_seconds", group="hub-router") == 2.5
    assert read("hub_lag_stuck", group="hub-router") == 1
    assert read("hub_kafka_partitions", state="all") == 6
    assert read("hub_kafka_partitions", state="under_replicated") == 2
    assert read("hub_kafka_partitions", state="offline") == 1
    told.lags([GroupLag(group="hub-router", messages=None, seconds=None)])
    told.topics(())
    assert read("hub_lag_messages", group="hub-router") is None
    assert read("hub_kafka_partitions", state="offline") is None


def test_a_topic_tells_of_replicas_that_are_behind_and_of_partitions_without_a_leader():
    parts = [
        {"leader": 1, "replicas": [1, 2, 3], "isr": [1, 2, 3]},
        {"leader": 2, "replicas": [1, 2, 3], "isr": [2, 3]},
        {"leader": -1, "replicas": [1, 2], "isr": []},
    ]
    found = facts_of({"topic": "hub.audit", "partitions": parts})
    want = {"partitions": 3, "replicas": 2, "under_replicated": 2, "offline": 1}
    assert found == topic("hub.audit", **want)
