"""Tests of adapter/codes."""
