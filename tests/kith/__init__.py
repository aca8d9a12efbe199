"""Tests of adapter.kith."""
