"""`./tvm fuzz MODEL`: a driver and its twin on a line that lies. Nothing is ordered, so nothing may move."""
