"""The way in by HTTP, tested through a real app with a real store."""
