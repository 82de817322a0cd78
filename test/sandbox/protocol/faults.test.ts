import t from "tap";

import { type Field, fieldText } from "../../../src/cardstream/fields.js";
import { verifyResult, isSigned } from "../../../src/cardstream/signed-message.js";
import type { BrowserPage } from "../../support/browser.js";
import { eachEngine, onSqlite, until } from "../../support/database.js";
import { ask, paid, postFields, setFaults } from "../direct-calls.js";
import { ACCOUNT, CARD, firstForm, formOf, type Stand, startStand } from "../stand.js";

/** Pays with this fault chosen on the page; answers the page that ends it. */
async function payWith(
  stand: Stand,
  fault: string,
  typed: Record<string, string> = {},
): Promise<BrowserPage> {
  const page = await stand.enter(formOf(stand));
  return await firstForm(page).submit({ ...CARD, ...typed, fault });
}

const details = (html: string): string => /<details class="faults"[^>]*>/.exec(html)?.[0] ?? "";

const code = (fields: readonly Field[] | undefined): string => fieldText(fields ?? [], "responseCode");

await onSqlite(t, "a fault that is not known is refused, on the page and over HTTP", async (t, engine) => {
  const stand = await startStand(t, engine);
  for (const fault of [
    "everything",
    "callback_delayed:x",
    "callback_dropped:5",
    "direct_timeout:86400001",
    ",",
    "forged,",
  ]) {
    const page = await payWith(stand, fault);
    t.equal(page.status, 422, fault);
    t.match(page.html, /id="fault-error"[^>]*>Choose one/);
    t.match(await setFaults(stand, fault), { responseCode: "65537", responseStatus: "2" });
  }
  t.same(await stand.transactions(), []);
  const unsigned: Field[] = [
    ["merchantID", ACCOUNT.merchantID],
    ["action", "FAULTS"],
    ["faults", "forged"],
  ];
  t.match(await (await postFields(stand, "/faults", unsigned, "PUT")).text(), /responseCode=65539/);
  t.match(await (await postFields(stand, "/faults", formOf(stand), "PUT")).text(), /responseCode=66311/);
  t.match(await (await postFields(stand, "/faults", unsigned)).text(), /responseCode=65539/);
  t.equal((await fetch(`${stand.url}/faults`)).status, 405);
});

await onSqlite(t, "a callback is dropped, and the browser brings the result", async (t, engine) => {
  const stand = await startStand(t, engine);
  await firstForm(await payWith(stand, "callback_dropped")).submit();
  t.same(stand.shop.callbacks, []);
  t.equal(code(stand.shop.returns[0]), "0");
  t.match(await stand.transactions(), [{ faults: "callback_dropped", callbackAnswer: null }]);
});

await onSqlite(t, "a redirect is lost, and the callback brings the result", async (t, engine) => {
  const stand = await startStand(t, engine);
  const page = await payWith(stand, "redirect_lost");
  t.same(page.forms, []);
  t.equal(page.status, 200);
  t.equal(code(stand.shop.callbacks[0]), "0");
});

await eachEngine(t, "a late callback does not keep the shopper, and comes", async (t, engine) => {
  const stand = await startStand(t, engine);
  for (const fault of ["callback_delayed:300", "callback_after_redirect:300"]) {
    stand.shop.callbacks.length = 0;
    const page = await payWith(stand, fault);
    await firstForm(page).submit();
    t.equal(stand.shop.callbacks.length, 0, "the browser was first");
    await until("the callback comes", () => stand.shop.callbacks.length === 1);
    t.same(stand.shop.callbacks[0], stand.shop.returns.at(-1));
    stand.clock.time += 10_000_000;
  }
  await until("both answers are recorded", async () =>
    (await stand.transactions()).every(({ callbackAnswer }) => callbackAnswer === "200"),
  );
});

await onSqlite(
  t,
  "a callback that is still to come is not sent once the gateway closes",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    await payWith(stand, "callback_delayed:86400000");
    await stand.close();
    t.same(stand.shop.callbacks, []);
  },
);

await onSqlite(t, "a callback comes twice, and both are the same", async (t, engine) => {
  const stand = await startStand(t, engine);
  await payWith(stand, "callback_doubled,redirect_lost");
  t.equal(stand.shop.callbacks.length, 2);
  t.same(stand.shop.callbacks[0], stand.shop.callbacks[1]);
  t.match(await stand.transactions(), [{ callbackAnswer: "200, 200" }]);
});

await onSqlite(t, "another amount is received, and the gateway's books say so too", async (t, engine) => {
  const stand = await startStand(t, engine);
  await payWith(stand, "wrong_amount");
  const result = verifyResult(stand.shop.callbacks[0] ?? [], [ACCOUNT.secret]);
  t.match(result, { responseCode: 0, amount: 2999, amountReceived: 3000 });
  const [row] = await stand.transactions();
  t.equal(row?.amountReceived, 3000);
  t.match(await ask(stand, { action: "QUERY", xref: row?.xref ?? "" }), { amountReceived: "3000" });
  stand.clock.time += 10_000_000;
  await payWith(stand, "wrong_amount", { outcome: "decline" });
  t.equal(fieldText(stand.shop.callbacks[1] ?? [], "amountReceived"), "0");
});

await eachEngine(
  t,
  "a forged success has nothing behind it, and its signature is not good",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    for (const fault of ["forged", "partial_signature"]) {
      const end = await firstForm(page).submit({ ...CARD, outcome: "decline", fault });
      t.match(end.text, /Nothing was paid/);
      await firstForm(end).submit();
      const callback = stand.shop.callbacks.at(-1) ?? [];
      t.equal(code(callback), "0");
      t.equal(fieldText(callback, "amountReceived"), "2999");
      t.notOk(isSigned(callback, [ACCOUNT.secret]), fault);
      t.same(stand.shop.returns.at(-1), callback);
      t.equal(fieldText(callback, "signature").includes("|"), fault === "partial_signature");
    }
    t.same(await stand.transactions(), []);
    await firstForm(page).submit({ ...CARD, fault: "none" });
    t.match(await stand.transactions(), [{ responseCode: 0, faults: "" }], "the card can still be charged");
  },
);

await eachEngine(
  t,
  "a merchant's faults last until they are changed, and the page can overrule them",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    t.match(await setFaults(stand, "forged"), { action: "FAULTS", responseCode: "0", faults: "forged" });
    t.match(await setFaults(stand, "callback_dropped, redirect_lost"), {
      faults: "callback_dropped,redirect_lost",
    });
    await paid(stand).catch(() => undefined);
    t.same([stand.shop.callbacks, stand.shop.returns], [[], []]);
    t.match(await stand.transactions(), [{ faults: "callback_dropped,redirect_lost" }]);
    stand.clock.time += 10_000_000;
    await firstForm(await payWith(stand, "none")).submit();
    t.equal(stand.shop.callbacks.length, 1);
    t.match(await setFaults(stand, ""), { responseCode: "0" });
    stand.clock.time += 10_000_000;
    await firstForm(await payWith(stand, "")).submit();
    t.equal(stand.shop.callbacks.length, 2);
  },
);

await eachEngine(
  t,
  "the direct endpoint fails before its work, or does it and is silent",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const { xref } = await paid(stand);
    const cancel = { action: "CANCEL", xref };
    await setFaults(stand, "direct_error");
    await t.rejects(ask(stand, cancel), /Answered 500/);
    t.match(await stand.transactions(), [{ state: "captured" }]);
    await setFaults(stand, "direct_timeout:300");
    await t.rejects(ask(stand, cancel), /fetch failed/);
    t.match(await stand.transactions(), [{ state: "canceled" }], "only the answer was lost");
    await setFaults(stand, "");
    t.match(await ask(stand, { action: "QUERY", xref }), { state: "canceled" });
  },
);

await eachEngine(t, "the direct endpoint refuses to give money back, and nothing else", async (t, engine) => {
  const stand = await startStand(t, engine);
  const { xref } = await paid(stand);
  await setFaults(stand, "refund_refused");
  const back = [
    { action: "CANCEL" },
    { action: "CAPTURE", amount: "1" },
    { action: "REFUND_SALE", amount: "1" },
  ];
  for (const order of back) t.match(await ask(stand, { ...order, xref }), { responseCode: "65541", xref });
  t.match(await ask(stand, { action: "QUERY", xref }), { state: "captured", amountReceived: "2000" });
  t.match(await ask(stand, { action: "CANCEL", xref: "unknown" }), { responseCode: "66341" });
  await setFaults(stand, "");
  t.match(await ask(stand, { action: "CANCEL", xref }), { state: "canceled" });
});

await onSqlite(t, "the search fails, or is silent", async (t, engine) => {
  const stand = await startStand(t, engine);
  const search = () =>
    fetch(`${stand.url}/rest/transactions?_where=${encodeURIComponent("(transactionUnique='x')")}`, {
      headers: { "x-p3-token": ACCOUNT.restToken },
    });
  await setFaults(stand, "search_error");
  t.equal((await search()).status, 500);
  await setFaults(stand, "search_timeout:300");
  await t.rejects(search(), /fetch failed/);
  await setFaults(stand, "");
  t.equal((await search()).status, 200);
});

await onSqlite(t, "the faults stay out of the way until somebody opens them", async (t, engine) => {
  const stand = await startStand(t, engine);
  const page = await stand.enter(formOf(stand));
  t.ok(details(page.html));
  t.notMatch(details(page.html), /open/);
  t.notMatch(page.html, /direct_timeout|search_error/, "only faults of the payment are offered");
  const again = await firstForm(page).submit({ ...CARD, cardCVV: "", fault: "forged" });
  t.match(details(again.html), /open/);
  t.equal(fieldText(firstForm(again).fields, "fault"), "forged", "the choice is not lost");
});
