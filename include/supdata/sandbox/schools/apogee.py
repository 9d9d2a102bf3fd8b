"""A university's nightly text file in the shape Apogée extracts have: cp1252, semicolons, a header, nothing quoted."""

from collections.abc import Iterable, Mapping

from supdata.sandbox.schools.entries import Damage, Entry, Site

ENCODING = "cp1252"
#: A byte that stands for no character in cp1252.
NO_CHARACTER = b"\x81"
PLACE_OF_NO_CHARACTER = "\x00"

STATUTS = {"inscrit": ("E", "P"), "admis": ("E", "A"), "annule": ("A", "P"), "unfinished": ("C", "A")}
REGIMES = {"RF2": "1", "RF5": "2", "RF3": "3", "RF4": "4", "RF6": "5", "RF7": "6", "none": "9"}
SITES = {Site.MAIN: ("UFR01", "75005"), Site.ANNEX: ("UFR07", "75013"), Site.NOWHERE: ("UFR01", "75231")}  # 75231 is a CEDEX


def write_extract(entries: Iterable[Entry], year: int = 2026) -> bytes:
    """Return the whole file, one line per entry after the header."""
    return b"".join(_lines(entries, year))


def _lines(entries: Iterable[Entry], year: int) -> Iterable[bytes]:
    for place, entry in enumerate(entries):
        columns = _columns(entry, year)
        if place == 0:
            yield (";".join(columns) + "\r\n").encode(ENCODING)
        line = ";".join(columns.values()) + "\r\n"
        yield NO_CHARACTER.join(part.encode(ENCODING) for part in line.split(PLACE_OF_NO_CHARACTER))


def _columns(entry: Entry, year: int) -> Mapping[str, str]:
    """Return one line by column name: most of what Apogée gives is of no use to the registry, and none of it may leave."""
    state, payment = STATUTS[entry.statut]
    component, postal_code = SITES[entry.site]
    return {
        "COD_ANU": str(year),
        "COD_ETU": str(entry.number),
        "COD_NNE_IND": entry.ine[:-1],
        "COD_CLE_NNE_IND": entry.ine[-1:],
        "LIB_NOM_PAT_IND": _family_name(entry),
        "LIB_PR1_IND": entry.student.first_name,
        "COD_SEX_ETU": entry.student.sex,
        "DATE_NAI_IND": french_date(entry.birth),
        "COD_RGI": REGIMES[entry.regime],
        "ETA_IAE": state,
        "ETA_PMT_IAE": payment,
        "COD_CMP": component,
        "COD_POS_CMP": postal_code,
        "COD_UAI": entry.uai,
        "COD_DIP": f"D{entry.diploma[-4:]}",
        "COD_SIS_DIP": entry.diploma,
        "COD_CUR": entry.cursus,
        "COD_NIV_DIP": entry.level,
    }


def _family_name(entry: Entry) -> str:
    match entry.damage:
        case Damage.RAGGED:
            return f"{entry.student.family_name};VEUVE MARTIN"
        case Damage.UNDECODABLE:
            return entry.student.family_name + PLACE_OF_NO_CHARACTER
        case _:
            return entry.student.family_name


def french_date(iso: str) -> str:
    """Return a date written year first the way French systems write it: 2004-03-09 as 09/03/2004, 04-03-09 as 09/03/04."""
    return "/".join(reversed(iso.split("-")))
