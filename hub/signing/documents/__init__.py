"""Judges documents by their signatures: bytes and what is known in, a verdict out. Pure.

Hostile input ends in a verdict; time and memory are bounded by the pool that runs the judges
(`hub.io.judge_pool`), because no parser can promise that.
"""
