"""Makes the rig beside the tests importable: pytest's importlib mode adds no path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
