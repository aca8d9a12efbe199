"""What a person looks at who answers for an installation: why it is as it is, figures, the state of things. Reads alone."""
