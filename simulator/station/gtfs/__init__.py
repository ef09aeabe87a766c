"""Timetables from outside: any GTFS feed as the world of a station. Source: GTFS schedule reference; settled question 43."""
