"""S3: rows 7 and 8."""
