import t, { type Test } from "tap";

import { eachEngine, type TestEngine, until } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { openHostileStand } from "../support/hostile-stand.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session } from "../support/results.js";
import type { GatewayRequest } from "../support/scripted-gateway.js";

// A gateway that does with 3-D Secure what none should. Each payment ends truthfully, and nothing is paid that is not.

const INTENTS = "/v1/payment_intents";

/** A live merchant with a stored card, at a gateway that does what a test says. */
async function openStand(t: Test, engine: TestEngine) {
  const stand = await openHostileStand(t, engine);
  const { app, call } = stand;
  const { gatewayMerchantId, secret } = stand.account;
  const { json: session } = await call("POST", "/v1/checkout/sessions", anOrder({ customer: "cus_abc123" }));
  await callback(app, signedBody(paidMessage(session as Session, gatewayMerchantId), secret));
  const { payment_method } = (await call("GET", `/v1/checkout/sessions/${session.id}`)).json;
  return {
    ...stand,
    charge: async (): Promise<{ id: string; status: string }> => {
      const card = { customer: "cus_abc123", payment_method, amount: 1200, currency: "gbp" };
      return (await call("POST", INTENTS, { ...card, confirm: true })).json;
    },
    read: async (id: string) => (await call("GET", `${INTENTS}/${id}`)).json,
    comeBack: (id: string) =>
      fetch(`${app.local}/pay/${id}-1/challenge`, {
        method: "POST",
        body: new URLSearchParams({ cres: "eyJ9" }),
      }),
    says: (id: string, changes: Message = {}): Message =>
      paidMessage({ id, amount_total: 1200 }, gatewayMerchantId, {
        transactionID: id.slice(3),
        xref: `X${id.slice(-20)}`,
        ...changes,
      }),
  };
}

type Stand = Awaited<ReturnType<typeof openStand>>;

/** The transaction waits for the shopper. */
const waits = (stand: Stand, id: string, threeDSRef = `ref ${id}`): Message =>
  stand.says(id, {
    responseCode: "65802",
    responseStatus: "2",
    state: "received",
    amountReceived: "0",
    threeDSRef,
    threeDSURL: "https://acs.example/challenge",
    "threeDSRequest[creq]": "eyJ0IjoxfQ",
  });

const endsUnpaid = async (stand: Stand, id: string) => {
  await until("it has ended", async () => (await stand.read(id)).status === "requires_payment_method");
  const error = { decline_code: "authentication_required" };
  const unpaid = { amount_received: 0, last_payment_error: error, hosted_payment_url: /\/pay\/pi_/ };
  t.match(await stand.read(id), unpaid);
};

const isNew = (fields: GatewayRequest["fields"]): boolean =>
  fields["xref"] !== undefined && fields["action"] === "SALE";

for (const refs of ["another reference each time", "the same reference each time"]) {
  await eachEngine(t, `an authentication that never ends, with ${refs}, is ended`, async (t, engine) => {
    const stand = await openStand(t, engine);
    let count = 0;
    let id = "";
    stand.answer((fields) => {
      id ||= fields["orderRef"] ?? "";
      return waits(stand, id, refs.startsWith("another") ? `ref ${count++}` : "ref");
    });
    t.equal((await stand.charge()).status, "requires_action");
    for (let round = 0; round < 20 && (await stand.read(id)).status === "requires_action"; round++) {
      await stand.comeBack(id);
    }
    await endsUnpaid(stand, id);
    const sales = stand.requests.filter(({ fields }) => fields["action"] === "SALE");
    t.equal(sales.length, 6, "one charge, and five answers to challenges");
    t.equal(stand.requests.at(-1)?.fields["action"], "QUERY", "the gateway's last word is asked for");
  });
}

await eachEngine(
  t,
  "a challenge without an address, or at none for a browser, is never shown",
  async (t, engine) => {
    const stand = await openStand(t, engine);
    const ids: string[] = [];
    for (const threeDSURL of ["", "javascript:alert(1)", "http://acs.example/", "https://a:b@acs.example/"]) {
      stand.answer(({ orderRef = "" }) => ({ ...waits(stand, orderRef), threeDSURL }));
      const { id, status } = await stand.charge();
      t.equal(status, "processing", threeDSURL);
      ids.push(id);
    }
    stand.answer(({ xref }) => waits(stand, ids.find((id) => xref === `X${id.slice(-20)}`) ?? ""));
    stand.pass(6);
    for (const id of ids) await endsUnpaid(stand, id);
  },
);

await eachEngine(t, "the answer of another payment pays nothing, and says nothing", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(({ orderRef = "" }) => stand.says(orderRef));
  const paid = await stand.charge();
  t.equal(paid.status, "succeeded");
  stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
  const { id } = await stand.charge();
  stand.answer((fields) => (fields["action"] === "QUERY" ? waits(stand, id) : stand.says(paid.id)));
  await stand.comeBack(id);
  t.match(await stand.read(id), { status: "processing", amount_received: 0 });
  stand.pass(6);
  await endsUnpaid(stand, id);
  t.same(await stand.held(), []);
  t.match(await stand.read(paid.id), { status: "succeeded", amount_received: 1200 });
});

await eachEngine(t, "a transaction that has paid another payment pays no second one", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(({ orderRef = "" }) => stand.says(orderRef, { transactionID: "777" }));
  const paid = await stand.charge();
  stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
  const { id } = await stand.charge();
  stand.answer(() => stand.says(id, { transactionID: "777" }));
  await stand.comeBack(id);
  t.not((await stand.read(id)).status, "succeeded");
  t.match(await stand.held(), [{ reason: "duplicate", payment_intent: id }], "a person decides");
  t.match(await stand.read(paid.id), { status: "succeeded", amount_received: 1200 });
});

await eachEngine(t, "the challenge of another payment is never shown for this one", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
  const other = await stand.charge();
  stand.answer((fields) => (isNew(fields) ? waits(stand, other.id) : "hang up"));
  const mixed = await stand.charge();
  t.equal(mixed.status, "processing");
  t.ok(stand.app.logged.some((line) => line.includes("but not of this charge")));
  t.match(await stand.read(other.id), { status: "requires_action" });
  await fetch(`${stand.app.local}/pay/${mixed.id}-1/challenge`, { method: "POST", body: "cres=1" });
  t.equal(
    stand.requests.filter(({ fields }) => fields["threeDSRef"] !== undefined).length,
    0,
    "nothing is carried on",
  );
});

await eachEngine(
  t,
  "with another payment's reference in it, the answer pays what it names",
  async (t, engine) => {
    const stand = await openStand(t, engine);
    stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
    const other = await stand.charge();
    stand.answer(({ orderRef = "" }) => waits(stand, orderRef, `ref ${other.id}`));
    const { id } = await stand.charge();
    stand.answer((fields) => (fields["action"] === "QUERY" ? waits(stand, id) : stand.says(other.id)));
    await stand.comeBack(id);
    t.match(
      await stand.read(other.id),
      { status: "succeeded", amount_received: 1200 },
      "the gateway has taken it",
    );
    stand.pass(6);
    await endsUnpaid(stand, id);
  },
);

await eachEngine(t, "an answer that is lost in the middle is asked for at once", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
  const { id } = await stand.charge();
  stand.answer((fields) =>
    fields["action"] === "QUERY" ? stand.says(id, { action: "QUERY:SALE" }) : "hang up",
  );
  await stand.comeBack(id);
  t.match(await stand.read(id), { status: "succeeded", amount_received: 1200 });
});

await eachEngine(t, "a gateway that falls silent leaves no payment open for ever", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(({ orderRef = "" }) => waits(stand, orderRef));
  const left = await stand.charge();
  stand.answer(() => "hang up");
  stand.pass(31);
  t.equal((await stand.read(left.id)).status, "requires_action", "it is not decided without the gateway");
  stand.pass(24 * 60);
  await endsUnpaid(stand, left.id);
  t.same(await stand.held(), []);
});
