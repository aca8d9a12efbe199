"""The benchmark: ours beside a floor of its own, in one run on this machine. `make bench`; performance.md, 'Targets'."""
