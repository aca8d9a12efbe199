"""Pure functions: an event and a case become resources and messages; a received message becomes events."""
