"""Damage that is done on purpose, through the same AWS API and with the same credentials as any program's."""
