"""Tests of their own room."""
