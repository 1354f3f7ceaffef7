"""The hub's ports on Apache Kafka."""
