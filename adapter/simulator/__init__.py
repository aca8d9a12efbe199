"""The other side, for tests and demos: simulated municipalities on the directory transport. message-rules.md."""
