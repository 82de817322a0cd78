import t from "tap";

import { chargeOf, INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";

const TEXTS = { statement_descriptor: "CAFÉ LUNA LTD", receipt_email: "ada@example.com" };

await eachEngine(
  t,
  "statement and receipt can be changed until a payment is charged, and not when the gateway was told",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const create = async () =>
      (await shop.call("POST", INTENTS, { ...chargeOf(shop.card), confirm: false })).json;
    const { id } = await create();
    const path = `${INTENTS}/${id}`;
    for (const [statement, says] of [
      ["SHOP", /5 to 22/],
      ["SHOP*ORDER", /Latin/],
      ["12345", /letter/],
    ] as const) {
      const param = "statement_descriptor";
      const refused = await shop.call("POST", path, { [param]: statement });
      t.match(refused, { status: 400, json: { error: { param, message: says } } }, statement);
    }
    for (const doing of ["", "/confirm"]) {
      t.match(await shop.call("POST", path + doing, { receipt_email: "ada" }), {
        status: 400,
        json: { error: { param: "receipt_email" } },
      });
    }
    t.match((await shop.call("POST", path, TEXTS, "texts")).json, {
      status: "requires_confirmation",
      ...TEXTS,
    });
    t.match((await shop.call("POST", path, { description: "B" })).json, TEXTS, "what is not named stays");
    const empty = { statement_descriptor: "", receipt_email: "" };
    t.match((await shop.call("POST", path, empty)).json, { statement_descriptor: null, receipt_email: null });
    await shop.call("POST", path, TEXTS);
    const confirmed = await shop.call("POST", `${path}/confirm`, { receipt_email: "bob@example.com" });
    const charged = { ...TEXTS, receipt_email: "bob@example.com" };
    t.match(confirmed.json, { status: "succeeded", ...charged });
    t.match(saleOf(await shop.sales(), id), {
      statementNarrative1: "CAFÉ LUNA LTD",
      customerReceiptsRequired: "Y",
      customerEmail: "bob@example.com",
    });
    for (const name of ["statement_descriptor", "receipt_email"]) {
      t.match(await shop.call("POST", path, { [name]: "" }), {
        status: 400,
        json: { error: { code: "payment_intent_unexpected_state", param: name } },
      });
    }
    t.match(
      (await shop.call("POST", path, TEXTS, "texts")).json,
      TEXTS,
      "a call that is sent again says the same",
    );
    t.match((await shop.call("GET", path)).json, charged);

    const { id: other } = await create();
    await shop.call("POST", `${INTENTS}/${other}`, TEXTS);
    t.match((await shop.call("POST", `${INTENTS}/${other}/confirm`, { receipt_email: "" })).json, {
      status: "succeeded",
      receipt_email: null,
    });
    t.notOk("customerReceiptsRequired" in saleOf(await shop.sales(), other));
  },
);

/** What the gateway was told of the sale of this payment. */
function saleOf(sales: Awaited<ReturnType<Shop["sales"]>>, intent: string): Record<string, string> {
  const told = sales.map(({ result }) => Object.fromEntries(result) as Record<string, string>);
  return told.find(({ transactionUnique }) => transactionUnique?.startsWith(`${intent}-`)) ?? {};
}

type Shop = Awaited<ReturnType<typeof openCardShop>>;
