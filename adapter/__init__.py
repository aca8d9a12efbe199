"""ip-adapter: carries needs, coordinators and individual plans between hospitals and municipalities."""

__version__ = "0.1.0"
