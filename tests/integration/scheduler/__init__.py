"""A real Airflow, which all modules here share: as a package they end it when the last of them has ended."""
