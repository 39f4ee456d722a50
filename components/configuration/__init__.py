"""From YAML to settings: read once, judged as a whole, every error at once."""

from components.configuration.load import load_settings

__all__ = ["load_settings"]
