"""docker-compose: what its files say, images kept and built, services stopped and started."""
