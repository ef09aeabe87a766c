"""The lab's side of the bank, over HTTP on the loopback address: switch faults, look into the ledger, forgive wrong PINs.

What it tells names accounts, never card numbers. It is the oracle of tests: the bank's bookings beside the machine's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from simulator.acquirer.faults import FAULTS, FaultError, Faults, Order
from simulator.acquirer.ledger import Ledger


class SwitchBody(BaseModel):
    """`on` is an order as on the command line (`slow:ms=3000`), `off` the name of one that ends."""

    model_config = ConfigDict(extra="forbid")
    on: Annotated[str, Field(max_length=100)] = ""
    off: Annotated[str, Field(max_length=100)] = ""


class ForgiveBody(BaseModel):
    """Name of the account whose wrong PINs are forgotten."""

    model_config = ConfigDict(extra="forbid")
    account: Annotated[str, Field(max_length=100)]


class LabServer(uvicorn.Server):
    """Runs inside the bank's loop, which alone hears signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def build_app(ledger: Ledger, faults: Faults, opened: Mapping[str, int] | None = None) -> FastAPI:
    """The application; it touches the ledger between two messages only, for both run in one loop. `opened`: name -> fen that
    each account is opened with, used or not."""
    app = FastAPI(title="Bank of the lab", version="1", redoc_url=None, docs_url=None, openapi_url=None)

    @app.post("/lab/faults")
    async def switch(body: SwitchBody) -> dict[str, Any]:
        if body.off:
            faults.switch_off(body.off)
        if body.on:
            try:
                faults.switch_on(Order.parse(body.on))
            except FaultError as error:
                raise HTTPException(400, str(error)) from error
        return described(faults)

    @app.post("/lab/forgive")
    async def forgive(body: ForgiveBody) -> dict[str, str]:
        with ledger.message():
            if not ledger.forgive(body.account):
                raise HTTPException(404, f"no account {body.account}")
        return {"account": body.account}

    @app.get("/lab/state")
    async def state() -> dict[str, Any]:
        return {"faults": described(faults), "opened": dict(opened or {}), **ledger.snapshot()}

    return app


def described(faults: Faults) -> dict[str, Any]:
    """What is on, and what there is."""
    return {"on": [asdict(order) for order in faults.on()], "known": FAULTS}


def server_of(app: FastAPI) -> LabServer:
    return LabServer(
        uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
    )
