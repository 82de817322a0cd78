"""Needs the code that the commands of README.md make: python3 checkout.py localhost:50051 sk_test_..."""

import json
import os
import sys
import uuid

import grpc

from calmonypay.v1 import checkout_service_pb2 as messages
from calmonypay.v1 import checkout_service_pb2_grpc as services

address, api_key = sys.argv[1:]
with open(os.path.join(os.path.dirname(__file__), "..", "service-config.json")) as file:
    # Calls that change something carry an idempotency-key, so that they may be sent again.
    options = [("grpc.service_config", json.dumps(json.load(file)))]


def metadata():
    return (("authorization", f"Bearer {api_key}"), ("idempotency-key", str(uuid.uuid4())))


price = {"currency": "gbp", "unit_amount": 2999, "product_data": {"name": "Pro Plan"}}
order = messages.CreateCheckoutSessionRequest(
    line_items=[{"price_data": price, "quantity": 1}],
    success_url="https://example.com/success",
    cancel_url="https://example.com/cancel",
)
unknown = messages.GetCheckoutSessionRequest(id="cs_unknown")

# Over the internet: grpc.secure_channel(address, grpc.ssl_channel_credentials(), options).
with grpc.insecure_channel(address, options) as channel:
    checkout = services.CheckoutServiceStub(channel)
    created = checkout.CreateCheckoutSession(order, timeout=60, metadata=metadata())
    session = created.checkout_session
    print(session.id, session.url)
    try:
        checkout.GetCheckoutSession(unknown, timeout=60, metadata=metadata())
    except grpc.RpcError as error:
        print(error.code().name, error.details())
