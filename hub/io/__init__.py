"""The world: Kafka, SQL, objects, files. Foreign errors stop here."""
