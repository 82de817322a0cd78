import t from "tap";

import { CUSTOMER, openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";

const CUSTOMERS = "/v1/customers";
const ADDRESS = {
  line1: "347 Lavender Road",
  line2: null,
  city: "Northampton",
  state: null,
  postal_code: "NN17 8YG",
  country: "GB",
};

await eachEngine(
  t,
  "a customer has a telephone number, a description and an address, until deleted",
  async (t, engine) => {
    const { call } = await openCardShop(t, engine);
    const wrong: [Record<string, unknown>, string][] = [
      [{ phone: "1".repeat(51) }, "phone"],
      [{ description: "a\u0007b" }, "description"],
      [{ address: { country: "GBR" } }, "address.country"],
      [{ address: { street: "x" } }, "address.street"],
    ];
    for (const [body, param] of wrong) {
      t.match(await call("POST", CUSTOMERS, body), { status: 400, json: { error: { param } } }, param);
    }
    const { line2: _, state: __, ...address } = ADDRESS;
    const details = { phone: "+44 20 7946 0000", description: "VIP" };
    const { json: customer } = await call("POST", CUSTOMERS, { ...details, address });
    t.match(customer, { ...details, address: ADDRESS });
    t.notOk("deleted" in customer, "nothing says that it is not deleted");
    const path = `${CUSTOMERS}/${customer.id}`;
    t.match((await call("POST", path, { phone: "", address: { city: "Leeds" } })).json, {
      phone: null,
      description: "VIP",
      address: { line1: null, city: "Leeds" },
    });
    t.equal((await call("POST", path, { clear_address: true })).json.address, null);
    await call("DELETE", path);
    t.match((await call("GET", path)).json, { deleted: true, description: null, phone: null, address: null });
  },
);

await eachEngine(t, "customers are found by their email address, the newest first", async (t, engine) => {
  const { call } = await openCardShop(t, engine);
  const ids: string[] = [];
  for (let at = 0; at < 3; at++)
    ids.unshift((await call("POST", CUSTOMERS, { email: "ada@example.com" })).json.id);
  await call("POST", CUSTOMERS, { email: "Ada@example.com" });
  const find = async (query: string) =>
    (await call("GET", `${CUSTOMERS}?email=ada%40example.com${query}`)).json;
  t.same(idsOf(await find("")), ids);
  const first = await find("&limit=2");
  t.match(first, { has_more: true, url: CUSTOMERS });
  t.same(idsOf(first), ids.slice(0, 2));
  t.same(idsOf(await find(`&starting_after=${ids[1]}`)), ids.slice(2));
  t.same(idsOf(await find(`&ending_before=${ids[1]}`)), ids.slice(0, 1));
  await call("DELETE", `${CUSTOMERS}/${ids[0]}`);
  t.same(idsOf(await find("")), ids.slice(1));
  t.same((await call("GET", `${CUSTOMERS}?email=nobody`)).json.data, []);
});

await eachEngine(t, "a customer's cards are listed and read by either address", async (t, engine) => {
  const { call, card } = await openCardShop(t, engine);
  const methods = "/v1/payment_methods";
  t.match(await call("GET", methods), { status: 400, json: { error: { param: "customer" } } });
  t.equal((await call("GET", `${methods}?customer=cus_nobody`)).status, 404);
  t.match(await call("GET", `${methods}?customer=${CUSTOMER}&type=link`), {
    status: 400,
    json: { error: { param: "type" } },
  });
  const listed = await call("GET", `${methods}?customer=${CUSTOMER}&type=card`);
  t.match(listed.json, { object: "list", data: [{ id: card, metadata: {} }], has_more: false, url: methods });
  const own = `${CUSTOMERS}/${CUSTOMER}/payment_methods`;
  t.match((await call("GET", `${own}?type=card`)).json, { data: listed.json.data, url: own });
  t.same((await call("GET", `${own}/${card}`)).json, listed.json.data[0]);
  t.equal((await call("GET", `${own}/pm_none`)).status, 404);
  await call("POST", `${methods}/${card}/detach`, {});
  t.equal((await call("GET", `${own}/${card}`)).status, 404, "it is attached no more");
});

function idsOf(page: { data: { id: string }[] }): string[] {
  return page.data.map(({ id }) => id);
}
