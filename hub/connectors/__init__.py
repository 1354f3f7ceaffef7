"""Process: what comes in by Kafka, and later what adapters carry to foreign systems."""
