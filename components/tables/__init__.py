"""DynamoDB: rows 5 and 6."""
