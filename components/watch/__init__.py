"""Who touched what, what failed, and who is told: rows 14 and 16."""
