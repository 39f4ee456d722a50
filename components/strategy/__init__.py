"""From the objectives (RTO, RPO) to a strategy, and back: what the chosen one can really keep: row 11."""
