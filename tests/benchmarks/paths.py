"""Where benchmarks read the suite and leave their figures."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
SUITE = PROJECT / "expectations" / "enrolment.json"
FIGURES = PROJECT / "var" / "bench"
