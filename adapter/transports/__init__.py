"""How documents leave and come in: the Transport protocol, exchange folders, and a twin in memory."""
