import t from "tap";

import { outcomeOfAmount } from "../../src/sandbox/payments/expected-outcome.js";
import { eachEngine, onSqlite, until } from "../support/database.js";
import { charge, storeCard } from "./card-charges.js";
import { ask, found, setFaults, settle } from "./direct-calls.js";
import { startStand } from "./stand.js";

await onSqlite(
  t,
  "a charge that cannot be made is told its code, and is recorded nowhere",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const xref = await storeCard(stand);
    const books = await stand.books();
    const faults: readonly (readonly [changes: Record<string, string>, code: string])[] = [
      [{ xref: "26112215ZZ30ZZ00ZZ00ZZZ" }, "66341"],
      [{ amount: "12.001" }, "66312"],
      [{ amount: "0" }, "66312"],
      [{ action: "VERIFY" }, "66312"],
      [{ currencyCode: "XXX" }, "66313"],
      [{ cardNumber: "4929421234600821" }, "65542"],
      [{ callbackURL: "nowhere" }, "66331"],
      [{ type: "3" }, "66342"],
      [{ cloneFields: "orderRef" }, "66057"],
      [{ cloneFields: "!countryCode" }, "66070"],
    ];
    for (const [changes, responseCode] of faults) {
      const answer = await charge(stand, xref, changes);
      t.match(answer, { responseCode, responseStatus: "2", state: "finished" }, JSON.stringify(changes));
    }
    t.equal(await stand.books(), books);
  },
);

await eachEngine(
  t,
  "a charge clones what it does not say, is told twice, and can be asked about",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const xref = await storeCard(stand);
    stand.shop.callbacks.length = 0;
    const callbackURL = `${stand.shop.url}/callback`;
    const answer = await charge(stand, xref, { callbackURL });
    t.match(answer, {
      action: "SALE",
      type: "2",
      amount: "1200",
      amountReceived: "1200",
      currencyCode: "826",
      countryCode: "GB",
      responseCode: "0",
      state: "captured",
      initiator: "merchant",
      rtAgreementType: "unscheduled",
      cardNumberMask: "492942******0821",
      cardExpiryDate: "1228",
      cv2Check: "not checked",
      orderRef: "pi_0stored",
    });
    t.not(answer["xref"], xref, "every transaction has its own");
    t.notOk("redirectURL" in answer || "formResponsive" in answer, "nothing of the page");
    t.same(Object.fromEntries(stand.shop.callbacks[0] ?? []), answer, "the callback is a copy");
    const row = await found(stand, ({ id }) => id === answer["transactionID"]);
    t.match(row, { action: "SALE", pageId: null, callbackAnswer: "200" });
    t.match(await ask(stand, { action: "QUERY", xref: row.xref }), {
      action: "QUERY:SALE",
      responseCode: "0",
    });
    await settle(stand);
    t.match(await ask(stand, { action: "REFUND_SALE", xref: row.xref, transactionUnique: "re_1" }), {
      responseCode: "0",
      amountReceived: "1200",
    });
  },
);

await onSqlite(t, "what is said anew is not cloned, an address as a whole", async (t, engine) => {
  const stand = await startStand(t, engine);
  const xref = await storeCard(stand);
  const first = await charge(stand, xref, {
    customerTown: "York",
    customerPostcode: "YO1 7HH",
    merchantData: "a",
  });
  const chain = first["xref"] ?? "";
  t.match(await charge(stand, chain), {
    customerTown: "York",
    customerPostcode: "YO1 7HH",
    merchantData: "a",
  });
  const moved = await charge(stand, chain, { customerTown: "Leeds" });
  t.equal(moved["customerTown"], "Leeds");
  t.notOk("customerPostcode" in moved);
  t.notOk("merchantData" in (await charge(stand, chain, { cloneFields: "!merchantData" })));
});

await onSqlite(t, "VERIFY takes nothing, and its card can be charged", async (t, engine) => {
  const stand = await startStand(t, engine);
  const xref = await storeCard(stand);
  const verified = await charge(stand, xref, {
    action: "VERIFY",
    amount: "0",
    type: "1",
    rtAgreementType: "cardonfile",
    initiator: "consumer",
  });
  t.match(verified, { responseCode: "0", state: "verified", amountReceived: "0" });
  t.match(await charge(stand, verified["xref"] ?? ""), { responseCode: "0", amountReceived: "1200" });
  await settle(stand);
  t.match(await found(stand, (row) => row.action === "VERIFY"), { state: "verified" });
});

await eachEngine(t, "the same charge is made once, and another one is another", async (t, engine) => {
  const stand = await startStand(t, engine);
  const xref = await storeCard(stand);
  const same = { transactionUnique: "pi_0same-1" };
  const answers = await Promise.all(Array.from({ length: 4 }, () => charge(stand, xref, same)));
  const codes = answers.map(({ responseCode = "" }) => responseCode).toSorted((a, b) => a.length - b.length);
  t.same(codes, ["0", "65554", "65554", "65554"]);
  t.match(await charge(stand, xref, { ...same, amount: "1201" }), { responseCode: "0" });
  t.match(await charge(stand, xref, { transactionUnique: "pi_0same-2" }), { responseCode: "0" });
  stand.clock.time += 301_000;
  t.match(await charge(stand, xref, same), { responseCode: "0" }, "the window is over");
  stand.clock.time += 600_000;
  t.match(await charge(stand, xref, { ...same, duplicateDelay: "9999" }), { responseCode: "65554" });
});

await onSqlite(
  t,
  "a card is kept for thirteen months after the newest payment in its chain",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const xref = await storeCard(stand);
    const start = stand.clock.time;
    const after = (months: number): number =>
      new Date(start).setUTCMonth(new Date(start).getUTCMonth() + months);
    stand.clock.time = after(12);
    const newest = (await charge(stand, xref))["xref"] ?? "";
    stand.clock.time = after(13);
    t.match(await charge(stand, xref), { responseCode: "66341" });
    t.match(await charge(stand, newest), { responseCode: "0" });
    stand.clock.time = after(25) - 1000;
    t.match(await charge(stand, newest), { responseCode: "0" });
    stand.clock.time = after(25);
    t.match(await charge(stand, newest), { responseCode: "66341" });
  },
);

await onSqlite(
  t,
  "where amounts decide they come to what is published, and 3-D Secure is never passed unseen",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const xref = await storeCard(stand);
    t.match(await charge(stand, xref, { amount: "12000" }), { responseCode: "0" }, "as long as they do not");
    await setFaults(stand, "amount_bands");
    for (const amount of [100, 2499, 4999, 5000, 9999, 10_000, 14_999, 15_000, 19_999]) {
      const { responseCode, state } = outcomeOfAmount(amount);
      const answer = await charge(stand, xref, { amount: String(amount) });
      t.match(answer, { responseCode: String(responseCode), state }, String(amount));
    }
    for (const amount of [20_000, 24_999, 25_000, 29_999]) {
      const answer = await charge(stand, xref, { amount: String(amount) });
      t.match(answer, { responseCode: "65", responseStatus: "1", amountReceived: "0" }, String(amount));
    }
  },
);

await eachEngine(t, "the faults of the direct endpoint hit charges", async (t, engine) => {
  const stand = await startStand(t, engine);
  const xref = await storeCard(stand);
  const sales = async () => (await stand.transactions()).length - 1;
  await setFaults(stand, "direct_error");
  await t.rejects(charge(stand, xref), /500/);
  t.equal(await sales(), 0, "nothing was done");
  await setFaults(stand, "direct_timeout:1");
  await t.rejects(charge(stand, xref));
  t.equal(await sales(), 1, "it was done, and the answer is lost");
  await setFaults(stand, "wrong_amount");
  t.match(await charge(stand, xref), { amount: "1200", amountReceived: "1201" });
  await setFaults(stand, "callback_delayed:200,callback_doubled");
  stand.shop.callbacks.length = 0;
  await charge(stand, xref, { callbackURL: `${stand.shop.url}/callback` });
  t.equal(stand.shop.callbacks.length, 0);
  await until("both callbacks came", () => stand.shop.callbacks.length === 2);
});
