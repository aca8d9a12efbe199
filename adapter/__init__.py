"""ip-adapter: carries needs, coordinators and individual plans between hospitals and municipalities."""
