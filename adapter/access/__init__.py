"""Who is calling, what they may do, and the audit row that says they did."""
