"""The benchmark: ours beside a floor of its own, in one run on this machine. `make bench`; performance.md, 'Targets'.

Throughput is measured by 32 connections that ask again as soon as they are answered. There the mean latency is
32 / throughput, whatever the code does (Little's law): it says nothing that the throughput has not said. The 99th
percentile that must be kept is therefore that of half this load, offered at even times over the same 32 connections;
the one of the full load stands beside it. docs/decisions/0019-p99.md.
"""
