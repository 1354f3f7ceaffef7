"""The decision core: a pure function from a message, the rules and the time to a decision."""
