"""Cases of international guides that are served, each test named after its case. docs/international.md lists all of them."""
