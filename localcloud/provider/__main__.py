"""`python -m localcloud.provider`: the plugin that the engine starts."""

from localcloud.provider.server import serve

serve()
