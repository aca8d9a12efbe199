"""Tests of adapter/events."""
