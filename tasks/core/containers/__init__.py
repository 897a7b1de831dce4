"""The containers: what compose says, images kept and built, services stopped and started."""
