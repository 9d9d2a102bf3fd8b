"""The only room that knows Airflow: one DAG per institution."""
