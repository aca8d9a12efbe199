"""Subscriptions with real parts: store, worker, a subscriber's own server."""
