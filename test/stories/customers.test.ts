import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { type ApiAnswer, createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";

const CUSTOMERS = "/v1/customers";
const ADA = { email: "ada@example.com", name: "Ada Lovelace", metadata: { plan: "professional", seat: "4" } };

await eachEngine(t, "a customer that cannot be is refused by the name of its field", async (t, engine) => {
  const { call, create } = await shop(t, engine);
  const wrong: [object, string][] = [
    [{ id: "ada" }, "id"],
    [{ id: `cus_${"a".repeat(61)}` }, "id"],
    [{ email: "ada" }, "email"],
    [{ email: "a\u00a0b@example.com" }, "email"],
    [{ email: `${"a".repeat(320)}@b` }, "email"],
    [{ name: "A\u0007da" }, "name"],
    [{ name: "a".repeat(257) }, "name"],
    [{ metadata: { "a[b]": "1" } }, 'metadata["a[b]"]'],
    [{ colour: "red" }, "colour"],
  ];
  const { json: ada } = await create(ADA);
  for (const [customer, param] of wrong) {
    const made = await create(customer);
    t.match(made, { status: 400, json: { error: { param } } }, JSON.stringify(customer));
    if (param === "id") continue;
    const changed = await call("POST", `${CUSTOMERS}/${ada.id}`, customer);
    t.match(changed, { status: 400, json: { error: { param } } }, JSON.stringify(customer));
  }
  t.same((await call("GET", `${CUSTOMERS}/${ada.id}`)).json, ada);
});

await eachEngine(
  t,
  "a customer of somebody else, or of the other mode, does not exist",
  async (t, engine) => {
    const { app, mine, other, create } = await shop(t, engine);
    const { json: ada } = await create(ADA);
    for (const key of [other.testKey, mine.liveKey]) {
      for (const [method, body] of [["GET"], ["POST", { name: "Eve" }], ["DELETE"]] as const) {
        const answer = await app.call(method, `${CUSTOMERS}/${ada.id}`, key, body);
        t.match(answer, { status: 404, json: { error: { code: "resource_missing" } } }, method);
      }
      t.notOk(idsOf(await app.call("GET", CUSTOMERS, key)).includes(ada.id));
      const order = anOrder({ customer: ada.id });
      t.match(await app.call("POST", "/v1/checkout/sessions", key, order), {
        status: 400,
        json: { error: { code: "resource_missing", param: "customer" } },
      });
    }
  },
);

await eachEngine(t, "a customer is created, read and changed in part", async (t, engine) => {
  const { call, create } = await shop(t, engine);
  const made = await create(ADA);
  t.match(made, { status: 200, json: { ...ADA, object: "customer", livemode: false } });
  t.notOk("deleted" in made.json, "nothing says that it is not deleted");
  t.match(made.json.id, /^cus_[0-9A-Za-z]{29}$/);
  t.ok(Math.abs(made.json.created - Date.now() / 1000) < 60);
  const path = `${CUSTOMERS}/${made.json.id}`;
  t.same((await call("GET", path)).json, made.json);
  const renamed = await call("POST", path, { name: "Ada", email: null });
  t.same(renamed.json, { ...made.json, name: "Ada" });
  const merged = await call("POST", path, { email: "", metadata: { plan: "", team: "a" } });
  t.same(merged.json, { ...renamed.json, email: null, metadata: { seat: "4", team: "a" } });
  t.same((await call("GET", path)).json, merged.json);
  t.match((await create({})).json, { email: null, name: null, metadata: {} });
});

await eachEngine(t, "an id of the merchant's choice is taken once for good", async (t, engine) => {
  const { app, call, create, mine } = await shop(t, engine);
  t.match((await create({ id: "cus_42", ...ADA })).json, { id: "cus_42", ...ADA });
  const taken = { status: 409, json: { error: { code: "resource_already_exists", param: "id" } } };
  t.match(await create({ id: "cus_42" }), taken);
  t.equal((await call("DELETE", `${CUSTOMERS}/cus_42`)).status, 200);
  t.match(await create({ id: "cus_42" }), taken, "past payments still mean the one before");
  t.equal((await app.call("POST", CUSTOMERS, mine.liveKey, { id: "cus_42" })).status, 200, "in live mode");
  const answers = await Promise.all(Array.from({ length: 8 }, () => create({ id: "cus_43" })));
  t.same(
    [200, 409].map((wanted) => answers.filter(({ status }) => status === wanted).length),
    [1, 7],
  );
});

await eachEngine(
  t,
  "a deleted customer keeps its id alone, and is given to nothing new",
  async (t, engine) => {
    const { app, call, create } = await shop(t, engine);
    const { json: ada } = await create(ADA);
    const { json: session } = await call("POST", "/v1/checkout/sessions", anOrder({ customer: ada.id }));
    const deleted = await call("DELETE", `${CUSTOMERS}/${ada.id}`);
    t.same(deleted.json, { id: ada.id, object: "customer", deleted: true });
    const { created, id } = ada;
    const gone = {
      id,
      object: "customer",
      email: null,
      name: null,
      metadata: {},
      created,
      livemode: false,
      deleted: true,
      phone: null,
      description: null,
      address: null,
    };
    t.same((await call("GET", `${CUSTOMERS}/${id}`)).json, gone);
    t.notOk(idsOf(await call("GET", CUSTOMERS)).includes(id));
    t.match(await call("POST", "/v1/checkout/sessions", anOrder({ customer: id })), {
      status: 400,
      json: { error: { code: "resource_missing", param: "customer", message: /deleted/ } },
    });
    for (const [method, body] of [["POST", { name: "Eve" }], ["DELETE"]] as const) {
      t.match(await call(method, `${CUSTOMERS}/${id}`, body), {
        status: 404,
        json: { error: { message: /deleted/ } },
      });
    }
    t.equal((await call("GET", `/v1/checkout/sessions/${session.id}`)).json.customer, id);
    const stored = JSON.stringify(await app.db.manager.query("SELECT * FROM customer"));
    t.notMatch(stored, /ada@example|Lovelace|professional/, "who it was is forgotten");
  },
);

await eachEngine(
  t,
  "a list leads through all customers, the newest first, forwards and back",
  async (t, engine) => {
    const { call, create, clock } = await shop(t, engine);
    const made: string[] = ["cus_abc123"];
    // Ids against their age, and three of one moment.
    for (const together of [["cus_z"], ["cus_y"], ["cus_a", "cus_b", "cus_c"]]) {
      clock.time += 1000;
      for (const id of together) {
        await create({ id });
        made.unshift(id);
      }
    }
    for (const query of ["limit=0", "limit=101", "starting_after=cus_nobody", "ending_before=cus_nobody"]) {
      const param = query.split("=")[0];
      t.match(await call("GET", `${CUSTOMERS}?${query}`), { status: 400, json: { error: { param } } }, query);
    }
    const all = await call("GET", CUSTOMERS);
    t.match(all.json, { object: "list", has_more: false, url: CUSTOMERS });
    const ids = idsOf(all);
    t.same(ids, made);
    const forwards: string[] = [];
    for (let after = ""; ; after = `&starting_after=${forwards.at(-1)}`) {
      const page = await call("GET", `${CUSTOMERS}?limit=2${after}`);
      forwards.push(...idsOf(page));
      if (!page.json.has_more) break;
    }
    t.same(forwards, ids);
    const back = await call("GET", `${CUSTOMERS}?limit=2&ending_before=${ids[4]}`);
    t.same([idsOf(back), back.json.has_more], [ids.slice(2, 4), true]);
    await call("DELETE", `${CUSTOMERS}/${ids[1]}`);
    t.same(idsOf(await call("GET", `${CUSTOMERS}?starting_after=${ids[1]}`)), ids.slice(2));
  },
);

await eachEngine(t, "a call with a key is made once and answered alike", async (t, engine) => {
  const { call, create } = await shop(t, engine);
  const made = await Promise.all(Array.from({ length: 8 }, () => create(ADA, { "idempotency-key": "new" })));
  t.same(new Set(made.map(({ status }) => status)), new Set([200]));
  t.equal(new Set(made.map(({ text }) => text)).size, 1);
  const path = `${CUSTOMERS}/${made[0]?.json.id}`;
  const change = { name: "Ada", metadata: { plan: "" } };
  const changed = await call("POST", path, change, { "idempotency-key": "change" });
  await call("POST", path, { name: "Lady Lovelace" });
  const again = await call("POST", path, change, { "idempotency-key": "change" });
  t.equal(again.text, changed.text);
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.equal((await call("GET", path)).json.name, "Lady Lovelace", "and nothing was changed again");
  const deleted = await call("DELETE", path, undefined, { "idempotency-key": "gone" });
  const gone = await call("DELETE", path, undefined, { "idempotency-key": "gone" });
  t.equal(gone.text, deleted.text);
  t.equal(
    (await create(ADA, { "idempotency-key": "new" })).text,
    made[0]?.text,
    "though it is deleted since",
  );
  t.equal((await create({ name: "Eve" }, { "idempotency-key": "new" })).status, 400);
});

await eachEngine(t, "changes at once lose none of each other's keys", async (t, engine) => {
  const { call, create } = await shop(t, engine);
  const { json: ada } = await create({});
  const keys = Array.from({ length: 20 }, (_, index) => `key${index}`);
  const answers = await Promise.all(
    keys.map((key) => call("POST", `${CUSTOMERS}/${ada.id}`, { metadata: { [key]: "1" } })),
  );
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { metadata } = (await call("GET", `${CUSTOMERS}/${ada.id}`)).json;
  t.same(Object.keys(metadata).toSorted(), keys.toSorted());
});

await eachEngine(
  t,
  "over gRPC it is the same customer, and a part of it can be changed",
  async (t, engine) => {
    const { app, mine, call } = await shop(t, engine);
    const client = await connect(app.urls.grpc, { service: "CustomerService" });
    t.teardown(() => client.close());
    const over = async (method: string, request: object) => await client.call(method, request, mine.testKey);
    t.equal((await over("getCustomer", { id: "cus_nobody" })).error?.code, status.NOT_FOUND);
    t.equal((await over("createCustomer", { id: "cus_abc123" })).error?.code, status.ALREADY_EXISTS);
    t.equal((await over("createCustomer", { email: "ada" })).error?.code, status.INVALID_ARGUMENT);
    const { customer } = (await over("createCustomer", ADA)).answer;
    t.match(customer, { ...ADA, object: "customer" });
    const part = { id: customer.id, email: "", metadata: { seat: "" } };
    const changed = (await over("updateCustomer", part)).answer.customer;
    t.match(changed, { name: "Ada Lovelace", metadata: { plan: "professional" } });
    t.notOk(changed.email);
    const overJson = (await call("GET", `${CUSTOMERS}/${customer.id}`)).json;
    t.match(overJson, {
      email: null,
      name: "Ada Lovelace",
      metadata: { plan: "professional" },
      created: Number(customer.created),
    });
    t.same((await over("listCustomers", { limit: 1 })).answer.data, [changed]);
    t.match((await over("deleteCustomer", { id: customer.id })).answer, { id: customer.id, deleted: true });
    t.equal((await over("getCustomer", { id: customer.id })).answer.customer.deleted, true);
  },
);

/** A service with two merchants; calls are those of the first one's test key. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const call = async (method: string, path: string, body?: object, headers?: Record<string, string>) =>
    await app.call(method, path, mine.testKey, body, headers);
  const create = async (body: object, headers?: Record<string, string>) =>
    await call("POST", CUSTOMERS, body, headers);
  return { app, mine, other, clock, call, create };
}

function idsOf(answer: ApiAnswer): string[] {
  return answer.json.data.map(({ id }: { id: string }) => id);
}
