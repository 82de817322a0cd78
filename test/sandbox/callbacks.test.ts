import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import t from "tap";

import { fieldText } from "../../src/cardstream/fields.js";
import type { HostedOrder } from "../../src/cardstream/hosted-form.js";
import { signed } from "../../src/cardstream/signed-message.js";
import { onSqlite } from "../support/database.js";
import { listen } from "../support/listen.js";
import { ACCOUNT, CARD, firstForm, formOf, type Stand, startStand } from "./stand.js";

/** Pays, goes back, and answers what was recorded of the callback. */
async function callbackOf(
  stand: Stand,
  order: Partial<HostedOrder> = {},
): Promise<string | null | undefined> {
  const page = await stand.enter(formOf(stand, order));
  await firstForm(await firstForm(page).submit(CARD)).submit();
  return (await stand.transactions())[0]?.callbackAnswer;
}

/** An address of this machine at which nobody listens any more. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}/callback`;
}

await onSqlite(t, "a callback that nobody takes does not keep the shopper", async (t, engine) => {
  const stand = await startStand(t, engine);
  t.equal(await callbackOf(stand, { callbackUrl: await closedAddress() }), "ECONNREFUSED");
  t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "0");
});

await onSqlite(t, "the answer to a callback is recorded, whatever it is", async (t, engine) => {
  const stand = await startStand(t, engine);
  stand.shop.callbackStatus = 500;
  t.equal(await callbackOf(stand), "500");
  t.equal(stand.shop.returns.length, 1);
});

await onSqlite(
  t,
  "a callback is not redirected: the result goes where the signed form said",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const paths: string[] = [];
    const elsewhere = await listen(t, (request, response) => {
      paths.push(request.url ?? "");
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    t.equal(await callbackOf(stand, { callbackUrl: `${elsewhere}/callback` }), "307");
    t.same(paths, ["/callback"]);
  },
);

await onSqlite(
  t,
  "a callback that is never answered keeps the shopper for five seconds at most",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    stand.shop.callbackStatus = 0;
    const started = performance.now();
    t.equal(await callbackOf(stand), "TimeoutError");
    t.ok(performance.now() - started < 10_000);
    t.equal(stand.shop.returns.length, 1);
  },
);

await onSqlite(t, "without a callbackURL there is no callback", async (t, engine) => {
  const stand = await startStand(t, engine);
  const fields = formOf(stand).filter(([name]) => name !== "callbackURL" && name !== "signature");
  const page = await stand.enter(signed(fields, ACCOUNT.secret));
  await firstForm(await firstForm(page).submit(CARD)).submit();
  t.same(stand.shop.callbacks, []);
  t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "0");
  t.match(await stand.transactions(), [{ callbackAnswer: null, callbackAt: null }]);
});

await onSqlite(
  t,
  "a gateway that cannot keep its books says so, and nothing of the reason",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    await stand.database.close();
    const page = await stand.enter(formOf(stand));
    t.match(page.status, /^50[03]$/);
    t.match(page.text, /65552/);
    t.notMatch(page.html, /closed|at .*\.js/);
    t.match(stand.logged(), /a request failed/);
  },
);
