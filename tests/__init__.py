"""The tests: they mirror adapter/, each states a rule."""
