"""What `make fuzz` runs for hours is fed here with its own samples, whole and damaged: seconds."""

import random

import pytest

from tests.fuzz.targets import TARGETS

DAMAGES = 20


def damaged(data, chance):
    at, span = chance.randrange(len(data) + 1), chance.randrange(9)
    return data[:at] + chance.randbytes(span) + data[at + span :]


@pytest.mark.parametrize("name", TARGETS)
def test_a_sample_and_what_becomes_of_it_is_read_or_refused(name):
    target, chance = TARGETS[name], random.Random(name)
    samples = list(target.samples())
    assert samples
    for sample in samples:
        target.feed(sample)
    for _ in range(DAMAGES):
        target.feed(damaged(chance.choice(samples), chance))
