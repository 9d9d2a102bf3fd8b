"""By what a row is known again another night, though its place in the file has changed."""

from collections.abc import Mapping

from supdata.records.enrolment import Enrolment

#: The fields that stand in for a student number where a school maps none.
NATURAL = ("ine", "dateNaissance", "dateDebutInscription", "diplome")


def identity_of(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the row with these fields is known by: the school's own student number, else what it declares of whom.

    Without a student number two rows may share an identity, as two students without an INE who were born on the same day:
    whoever acts on one must look whether it is alone.
    """
    number = fields.get("sisId", "")
    return ("sis", number) if number else ("natural", *(fields.get(name, "") for name in NATURAL))


def identity_of_enrolment(one: Enrolment) -> tuple[str, ...]:
    """Return the same of an enrolment."""
    return identity_of({"sisId": one.sisId, **{name: getattr(one, name) for name in NATURAL}})
