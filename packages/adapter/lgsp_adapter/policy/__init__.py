"""The promises of a runtime as pure values: no clock, no sleep, no chance of their own.

Times are seconds of a clock that never jumps. The in-memory engine and the runtime on Kafka use the
same modules, so what the tests prove of one holds for the other.
"""
