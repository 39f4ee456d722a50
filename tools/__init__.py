"""Writes the parts of docs/ that are taken from the code: `make docs`. A test holds each against what it would write."""
