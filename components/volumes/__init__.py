"""EBS: row 9."""
