import t from "tap";

import { openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";

const FIRST = { colour: "red", size: "XL" };

await eachEngine(
  t,
  "metadata can be changed of each object that has it, once for each key",
  async (t, engine) => {
    const { app, call, card, charge, merchant } = await openCardShop(t, engine);
    const { json: sessions } = await call("GET", "/v1/checkout/sessions");
    const { json: intent } = await charge();
    const { json: refund } = await call("POST", "/v1/refunds", { payment_intent: intent.id, amount: 100 });
    const objects = [
      `/v1/checkout/sessions/${sessions.data[0].id}`,
      `/v1/payment_intents/${intent.id}`,
      `/v1/payment_methods/${card}`,
      `/v1/refunds/${refund.id}`,
      "/v1/customers/cus_abc123",
    ];
    const form = async (path: string, body: string) => {
      const headers = {
        authorization: `Bearer ${merchant.testKey}`,
        "content-type": "application/x-www-form-urlencoded",
      };
      return (await (await fetch(`${app.local}${path}`, { method: "POST", headers, body })).json()) as {
        metadata: unknown;
      };
    };
    for (const path of objects) {
      const unknown = `${path.slice(0, path.lastIndexOf("/"))}/none`;
      t.equal((await call("POST", unknown, { metadata: FIRST })).status, 404, unknown);
      const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`key ${at}`, "x"]));
      t.match(await call("POST", path, { metadata: tooMany }), {
        status: 400,
        json: { error: { param: "metadata" } },
      });
      t.match(await call("POST", path, { amount: 1 }), { status: 400, json: { error: { param: "amount" } } });
      const before = (await call("GET", path)).json;

      const changed = await call("POST", path, { metadata: FIRST }, `first of ${path}`);
      t.same(changed.json, { ...before, metadata: FIRST }, path);
      t.same((await call("POST", path, { metadata: { colour: "", size: "S" } })).json.metadata, {
        size: "S",
      });
      const again = await call("POST", path, { metadata: FIRST }, `first of ${path}`);
      t.equal(again.headers.get("idempotent-replayed"), "true");
      t.same(again.json.metadata, FIRST, "a replay answers what its call changed");
      t.same((await call("GET", path)).json.metadata, { size: "S" }, "and changes nothing");

      t.same((await form(path, "metadata[a]=1&metadata[size]=")).metadata, { a: "1" });
      t.same(
        (await form(path, "metadata=&metadata[b]=2")).metadata,
        { b: "2" },
        "an empty value deletes all keys",
      );
      t.same((await form(path, "metadata=")).metadata, {});
      t.same((await call("GET", path)).json, { ...before, metadata: {} });
    }
    t.equal(
      (await call("POST", `/v1/payment_intents/${intent.id}`, { description: "A" })).json.description,
      "A",
    );
    t.equal((await call("POST", `/v1/payment_intents/${intent.id}`, {})).json.description, "A");
    t.equal(
      (await call("POST", `/v1/payment_intents/${intent.id}`, { description: "" })).json.description,
      null,
    );
  },
);
