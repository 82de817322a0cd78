"""Stripe's library for Python against a running service: check.py http://localhost:8080 sk_test_..."""

import sys

import stripe

address, key = sys.argv[1], sys.argv[2]
client = stripe.StripeClient(key, base_addresses={"api": address}, max_network_retries=2)
ORDER = {
    "mode": "payment",
    "line_items": [
        {
            "price_data": {
                "currency": "gbp",
                "unit_amount": 2999,
                "product_data": {"name": "Pro Plan"},
            },
            "quantity": 2,
        }
    ],
    "success_url": "https://shop.example/success",
    "metadata": {"größe": "XL & mehr"},
}
done = []


def check(name, holds):
    done.append(bool(holds))
    print("ok    " if holds else "FAILED", name)


def fails(error, call):
    try:
        call()
    except error:
        return True
    return False


sessions = client.v1.checkout.sessions
session = sessions.create(ORDER)
check("sessions.create", session.amount_total == 5998 and session.metadata["größe"] == "XL & mehr")
check("sessions.retrieve", sessions.retrieve(session.id).id == session.id)
items = sessions.line_items.list(session.id)
check("sessions.line_items.list", items.data[0].quantity == 2)
sessions.create(ORDER)
page = sessions.list({"limit": 1})
check("sessions.list, every page", len(list(page.auto_paging_iter())) >= 2)
check("sessions.update", sessions.update(session.id, {"metadata": {"a": "1"}}).metadata["a"] == "1")
check("sessions.expire", sessions.expire(session.id).status == "expired")
check("an expired session", fails(stripe.InvalidRequestError, lambda: sessions.expire(session.id)))
wrong = {**ORDER, "mode": "subscription"}
check("mode: subscription", fails(stripe.InvalidRequestError, lambda: sessions.create(wrong)))
options = {"idempotency_key": session.id}
first = sessions.create(ORDER, options)
check("an idempotency key", sessions.create(ORDER, options).id == first.id)
other = {**ORDER, "client_reference_id": "18"}
check("another call with it", fails(stripe.IdempotencyError, lambda: sessions.create(other, options)))
customer = client.v1.customers.create({"email": "ada@example.com", "phone": "1"})
check("customers.create", customer.phone == "1" and not getattr(customer, "deleted", False))
check("customers.list", client.v1.customers.list({"email": "ada@example.com"}).data[0].id == customer.id)
check("customers.update", client.v1.customers.update(customer.id, {"name": "Ada"}).name == "Ada")
check("payment_methods.list", client.v1.payment_methods.list({"customer": customer.id}).data == [])
check("customers.delete", client.v1.customers.delete(customer.id).deleted)
intent = client.v1.payment_intents.create({"amount": 1200, "currency": "gbp"})
check("payment_intents.create", intent.status == "requires_payment_method")
reason = {"cancellation_reason": "abandoned"}
check("payment_intents.cancel", client.v1.payment_intents.cancel(intent.id, reason).status == "canceled")
check("payment_intents.list", client.v1.payment_intents.list({"limit": 1}).data[0].id == intent.id)
check("refunds.list", client.v1.refunds.list().object == "list")
stranger = stripe.StripeClient("sk_test_nobody", base_addresses={"api": address})
check("a wrong key", fails(stripe.AuthenticationError, lambda: stranger.v1.customers.list()))
print(f"{sum(done)} of {len(done)}")
sys.exit(0 if all(done) else 1)
