"""What commands say, in French: the English text of the code, and what is said in its place."""

from collections.abc import Mapping
from types import MappingProxyType

FRENCH: Mapping[str, str] = MappingProxyType({})
