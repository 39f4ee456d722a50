"""How traffic and writers move to the other Region: rows 11 and 13."""
