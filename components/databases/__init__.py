"""RDS: rows 1 to 4."""
