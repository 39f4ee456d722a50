"""One module per AWS service; each ends in RULES, the tuple that the registry puts in order."""
