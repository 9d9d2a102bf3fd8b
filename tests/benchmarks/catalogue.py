"""Every kind of mistake, by name."""

from benchmarks.kinds_birth import BIRTH_KINDS
from benchmarks.kinds_ine import INE_KINDS
from benchmarks.kinds_period import PERIOD_KINDS
from benchmarks.kinds_place import PLACE_KINDS
from benchmarks.kinds_rows import ROW_KINDS

ALL = (*INE_KINDS, *BIRTH_KINDS, *PERIOD_KINDS, *PLACE_KINDS, *ROW_KINDS)
KINDS = {kind.name: kind for kind in ALL}
