"""What the registry has been told, receipt by receipt, on PostgreSQL."""
