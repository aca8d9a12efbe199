"""The implementation guide: its sources stand in `ig/`, what is made of them in `adapter/data/`. `make ig`."""
