"""`/registry`: the hub's schemas for clients of the Confluent Schema Registry, as they are.

A subject is an event type and `-value`, which is what their default strategy makes when the topic
they are told is the type's name. Version n is the minor number n - 1. Differences that follow from
invariants: nothing published is deleted, nothing is imported under a chosen number, only JSON.
"""
