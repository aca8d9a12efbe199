"""What is allowed, by whom, by when and why."""
