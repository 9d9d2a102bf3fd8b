"""Processes on this machine: PostgreSQL from a wheel, free ports, Airflow's components, all ended together."""
