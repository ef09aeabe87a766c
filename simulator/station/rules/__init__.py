"""Rules of the station beside the prices: refunds, rebooking, concessions, validity, tickets. Dated data, pure functions, a trace
with each answer. Source: fares and rules, sections 3 to 8."""
