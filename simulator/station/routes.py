"""Every call of the machines' side by method and path, with the answers it may give: what the OpenAPI file is made of."""

from __future__ import annotations

from simulator.station import calls, models
from simulator.station.routing import Route, Table

EXPIRED, VOIDED, WRONG_STATE = (409, "expired"), (409, "voided"), (409, "wrong_state")
NO_SALE, KEY_REUSED, NO_TRAIN = (404, "no_such_sale"), (422, "key_reused"), (404, "no_such_train")
HOLDING = (
    (409, "sold_out"),
    (409, "seats_left"),
    (409, "sale_closed"),
    (409, "query_only"),
    EXPIRED,
    VOIDED,
    WRONG_STATE,
    NO_TRAIN,
)
CONFIRMING = (EXPIRED, VOIDED, WRONG_STATE, (409, "price_changed"), (409, "underpaid"), NO_SALE, KEY_REUSED)
RETURNED = ((409, "refunded"), (409, "exchanged"))
RETURNS = (*RETURNED, (404, "no_such_ticket"), (409, "no_rule"), KEY_REUSED, (403, "no_grant"))

ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/devices/{id}/sessions", calls.log_on, "Log on", models.SessionBody, ((403, "no_grant"),)),
    Route("PUT", "/v1/devices/{id}/status", calls.tell_status, "Tell the state; the last wins", models.StatusBody),
    Route(
        "POST",
        "/v1/devices/{id}/records",
        calls.take_records,
        "Hand over journal lines",
        models.RecordsBody,
        ((409, "gap"), (409, "fork"), (413, "too_large")),
    ),
    Route(
        "GET", "/v1/devices/{id}/records/watermark", calls.watermark, "How far the records are kept", query=("epoch",)
    ),
    Route(
        "GET",
        "/v1/devices/{id}/inbox",
        calls.inbox,
        "Commands and parameter sets that are new to the machine",
        errors=((403, "no_grant"),),
        query=("after", "have"),
        waits=True,
    ),
    Route("GET", "/v1/time", calls.tell_time, "The station's clock"),
    Route("GET", "/v1/network", calls.describe_network, "Stations, classes, passengers, trains", etag=True),
    Route(
        "POST",
        "/v1/availability:query",
        calls.availability,
        "Trains on offer; changes nothing",
        models.AvailabilityBody,
    ),
    Route("GET", "/v1/trains/{number}", calls.train, "The stops of a train", errors=(NO_TRAIN,), query=("date",)),
    Route(
        "POST",
        "/v1/locks",
        calls.lock,
        "Hold all places of an order or none",
        models.LockBody,
        ((409, "limit"), KEY_REUSED, (403, "no_grant"), *HOLDING),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/orders:find",
        calls.find_order,
        "What was bought elsewhere, by its code or a document",
        models.FindBody,
        ((404, "not_found"), (409, "bad_code"), (429, "too_many"), (403, "no_grant")),
    ),
    Route(
        "POST",
        "/v1/orders/{order}:collect",
        calls.collect,
        "Hold what is left of an order, to print it",
        models.CollectBody,
        (
            (409, "not_shown"),
            (409, "collected"),
            (409, "in_use"),
            (409, "unknown"),
            (409, "departed"),
            (409, "wrong_station"),
            EXPIRED,
            VOIDED,
            WRONG_STATE,
            KEY_REUSED,
            (403, "no_grant"),
        ),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/locks/{key}:renew",
        calls.renew,
        "Add time for a note",
        models.RenewBody,
        (EXPIRED, VOIDED, WRONG_STATE, NO_SALE),
    ),
    Route("POST", "/v1/locks/{key}:release", calls.release, "Let go of a lock", models.ReleaseBody, (WRONG_STATE,)),
    Route(
        "POST",
        "/v1/locks/{key}:confirm",
        calls.confirm,
        "Paid: sell the held places",
        models.ConfirmBody,
        CONFIRMING,
    ),
    Route(
        "POST",
        "/v1/sales/{key}:printed",
        calls.printed,
        "What became of the blanks",
        models.PrintedBody,
        ((409, "wrong_number"), EXPIRED, VOIDED, WRONG_STATE, NO_SALE, KEY_REUSED),
    ),
    Route("POST", "/v1/sales/{key}:void", calls.void, "Take places back", models.VoidBody, ((409, "delivered"),)),
    Route("GET", "/v1/sales/{key}", calls.sale, "The state of a sale"),
    Route(
        "POST",
        "/v1/availability:why",
        calls.why,
        "Why a place is not offered; changes nothing",
        models.WhyBody,
        (NO_TRAIN, (409, "sale_closed")),
    ),
    Route("GET", "/v1/trains/{number}/use", calls.use, "How its places are used", errors=(NO_TRAIN,), query=("date",)),
    Route(
        "POST",
        "/v1/refund-offers",
        calls.offer_refund,
        "What comes back for tickets",
        models.RefundOfferBody,
        (*RETURNS, (409, "not_refundable"), EXPIRED),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/refund-offers/{key}:confirm",
        calls.confirm_refund,
        "Give the tickets back",
        models.RefundConfirmBody,
        (*RETURNED, (404, "no_such_offer"), (409, "price_changed"), EXPIRED),
    ),
    Route(
        "POST",
        "/v1/exchange-offers",
        calls.offer_exchange,
        "Hold other places for tickets, and say what the change costs",
        models.ExchangeOfferBody,
        (*RETURNS, (409, "not_exchangeable"), *HOLDING),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/exchange-offers/{key}:confirm",
        calls.confirm_exchange,
        "Sell the other places and take the tickets back",
        models.ExchangeConfirmBody,
        (*RETURNED, *CONFIRMING),
    ),
)
TABLE = Table(ROUTES)
