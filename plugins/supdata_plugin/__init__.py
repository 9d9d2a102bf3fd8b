"""SupData in Airflow's pages: every school at a glance, one school, one run, and what its registrar may see."""
