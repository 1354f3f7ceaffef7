"""Control plane: commands that change the rules, their tables, and the outbox to Kafka."""
