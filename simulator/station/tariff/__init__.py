"""The tariff of the station: dated rule data, an engine that prices a ride with its trace, a linter, and `./tvm fares`."""
