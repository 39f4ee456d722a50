"""AWS Backup: vaults, plans, restore tests and what audits them: rows 10, 15 and 17."""
