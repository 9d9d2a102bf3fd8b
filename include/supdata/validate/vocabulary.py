"""The words an institution's own suite may use: expectations that name the rows in breach, and columns to look at.

Two tests hold these lists to what there is: to the frame, and to what Great Expectations answers without giving a value away.
"""

#: Columns of the frame that is judged; `supdata.validate.frame` says what is in each.
COLUMNS = (
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
    "ineFamily",
    "ineNumber",
    "startDay",
    "endDay",
    "age",
    "uaiShaped",
    "uaiRight",
    "communeClass",
    "communeSent",
    "naturalKey",
    "content",
)

#: Only expectations on single rows: one on a whole column (a mean, a quantile) names no row, and prints what it found.
EXPECTATIONS = (
    "expect_column_pair_key_to_have_one_value",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_equal",
    "expect_column_pair_values_to_be_in_set",
    "expect_column_pair_values_to_span_at_most",
    "expect_column_value_lengths_to_be_between",
    "expect_column_value_lengths_to_equal",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_communes",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_real_dates",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_have_ine_key",
    "expect_column_values_to_have_uai_key",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_not_match_regex_list",
    "expect_compound_columns_to_be_unique",
    "expect_multicolumn_values_to_be_equal",
    "expect_select_column_values_to_be_unique_within_record",
)

#: Arguments that name columns.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")

#: Arguments of Great Expectations itself that would change what it gives back, or run text as code.
REFUSED_ARGUMENTS = frozenset(
    {"result_format", "row_condition", "condition_parser", "catch_exceptions", "batch_id", "meta", "notes", "description"}
)
