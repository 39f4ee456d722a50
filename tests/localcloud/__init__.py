"""Tests of the local cloud: its emulated AWS, its provider, its engine."""
