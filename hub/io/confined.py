"""What a confined process does to itself: the system bounds what it may take.

Its other half is `hub.io.confinement`, which starts it.
"""

import resource
from pathlib import Path


def bound_memory(memory_bytes: int) -> None:
    """Bound memory beyond what is loaded; no file, and no core dump: it would hold a document."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    address_space = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Let the next task have this much: SIGXCPU then ends the process, pool or no pool."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
