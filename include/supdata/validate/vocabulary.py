"""The words an institution's own suite may use: expectations that name the rows in breach, and columns to look at.

Tests hold these lists to what there is: to the frame, and to what Great Expectations answers without giving a value away.
"""

from collections.abc import Mapping

#: Columns of the frame that is judged; `supdata.validate.frame` says what is in each.
COLUMNS = (
    "sisId",
    "ine",
    "dateNaissance",
    "dateDebutInscription",
    "dateFinInscription",
    "statut",
    "regime",
    "codeCommune",
    "uai",
    "cursus",
    "diplome",
    "niveauDiplome",
    "ineFault",
    "birthsOfIne",
    "contentsOfKey",
    "birthFault",
    "age",
    "startDay",
    "endDay",
    "uaiShaped",
    "uaiRight",
    "communeFault",
    "communeSent",
)

_COLUMN, _PAIR, _LIST = ("column",), ("column_A", "column_B"), ("column_list",)
_BOUND = "min_value or max_value"

#: The expectations, each with the arguments it must be given: without its `regex` or its `value_set`, Great Expectations lets
#: every row pass. Only expectations on single rows: one on a whole column (a mean, a quantile) names no row, and prints what
#: it found.
EXPECTATIONS: Mapping[str, tuple[str, ...]] = {
    "expect_column_pair_key_to_have_one_value": (*_PAIR, "ignore_row_if"),
    "expect_column_pair_values_a_to_be_greater_than_b": _PAIR,
    "expect_column_pair_values_to_be_equal": _PAIR,
    "expect_column_pair_values_to_be_in_set": (*_PAIR, "value_pairs_set"),
    "expect_column_pair_values_to_span_at_most": (*_PAIR, "months", "ignore_row_if"),
    "expect_column_value_lengths_to_be_between": (*_COLUMN, _BOUND),
    "expect_column_value_lengths_to_equal": (*_COLUMN, "value"),
    "expect_column_values_to_be_between": (*_COLUMN, _BOUND),
    "expect_column_values_to_be_in_set": (*_COLUMN, "value_set"),
    "expect_column_values_to_be_null": _COLUMN,
    "expect_column_values_to_be_real_dates": _COLUMN,
    "expect_column_values_to_be_unique": _COLUMN,
    "expect_column_values_to_have_ine_key": (*_COLUMN, "family"),
    "expect_column_values_to_have_uai_key": _COLUMN,
    "expect_column_values_to_match_regex": (*_COLUMN, "regex"),
    "expect_column_values_to_match_regex_list": (*_COLUMN, "regex_list"),
    "expect_column_values_to_not_be_in_set": (*_COLUMN, "value_set"),
    "expect_column_values_to_not_be_null": _COLUMN,
    "expect_column_values_to_not_match_regex": (*_COLUMN, "regex"),
    "expect_column_values_to_not_match_regex_list": (*_COLUMN, "regex_list"),
    "expect_compound_columns_to_be_unique": _LIST,
    "expect_multicolumn_values_to_be_equal": _LIST,
    "expect_select_column_values_to_be_unique_within_record": _LIST,
}

#: What a suite may leave open, `{"$PARAMETER": "year_start"}`: the facts of the institution that judging fills in.
PARAMETERS = ("year_start", "year_end", "uais")

#: Arguments that name columns.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")

#: Arguments of Great Expectations itself that would change what it gives back, or run text as code.
REFUSED_ARGUMENTS = frozenset(
    {"result_format", "row_condition", "condition_parser", "catch_exceptions", "batch_id", "meta", "notes", "description"}
)
