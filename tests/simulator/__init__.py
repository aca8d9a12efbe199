"""The other side, tested from the messages it gets and from its folders."""
