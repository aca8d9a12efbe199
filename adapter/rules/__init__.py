"""What is allowed, who does it, by when, and why: pure functions on the values of `model`, each answer with its Reasons."""
