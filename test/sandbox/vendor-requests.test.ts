import t from "tap";

import { type Field, fieldText } from "../../src/cardstream/fields.js";
import { isSigned, sign, signed } from "../../src/cardstream/signed-message.js";
import { TEST_CARDS } from "../../src/sandbox/payments/test-cards.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { ask, found, paid, setFaults, settle } from "./direct-calls.js";
import { ACCOUNT, CARD, firstForm, formOf, startStand } from "./stand.js";

// What the vendor's own clients send, and this service does not.

/** A sale as the vendor's guide and its PHP SDK write one. */
const SALE = {
  action: "SALE",
  type: "1",
  amount: "1001",
  currencyCode: "826",
  countryCode: "826",
  orderRef: "Test purchase",
  customerName: "Test Customer",
  customerAddress: "16 Test Street",
  remoteAddress: "203.0.113.7",
  ...CARD,
};

await eachEngine(t, "a server pays with a published card, refunds and repeats it", async (t, engine) => {
  const stand = await startStand(t, engine);
  const sale = await ask(stand, { ...SALE, transactionUnique: "one" });
  t.match(sale, {
    responseCode: "0",
    state: "captured",
    amountReceived: "1001",
    currencyCode: "826",
    cardNumberMask: "492942******0821",
    cv2Check: "matched",
    threeDSEnabled: "N",
    initiator: "consumer",
    remoteAddress: "203.0.113.7",
  });
  t.notOk("cardNumber" in sale || "cardCVV" in sale || "threeDSAuthenticated" in sale);
  t.match(await ask(stand, { ...SALE, transactionUnique: "one" }), { responseCode: "65554" }, "a duplicate");
  const xref = sale["xref"] ?? "";
  const again = { action: "SALE", xref, transactionUnique: "two", amount: "20.5", cardCVV: "356" };
  t.match(await ask(stand, again), { responseCode: "0", amount: "2050", amountReceived: "2050" });
  await settle(stand);
  const refund = { action: "REFUND_SALE", xref, amount: "1.01", transactionUnique: "re" };
  t.match(await ask(stand, refund), { responseCode: "0", amountRefunded: "101" });
  t.notMatch(await stand.books(), CARD.cardNumber);
  t.notMatch(stand.logged(), CARD.cardNumber);
});

await onSqlite(t, "VERIFY and PREAUTH take nothing, REFUND gives to the card", async (t, engine) => {
  const stand = await startStand(t, engine);
  const verified = await ask(stand, { ...SALE, action: "VERIFY", amount: "0" });
  t.match(verified, { responseCode: "0", state: "verified", amountReceived: "0" });
  const ahead = await ask(stand, { ...SALE, action: "PREAUTH", amount: "1.01" });
  t.match(ahead, { responseCode: "0", state: "reversed", amountReceived: "0", authorisationCode: /^\d{6}$/ });
  const sale = { action: "SALE", type: "1", amount: "500", transactionUnique: "after" };
  t.match(await ask(stand, { ...sale, xref: ahead["xref"] ?? "" }), { responseCode: "0", state: "captured" });
  const refund = { ...SALE, action: "REFUND", amount: "300", transactionUnique: "re" };
  t.match(await ask(stand, refund), {
    responseCode: "0",
    responseMessage: "REFUNDACCEPTED",
    state: "captured",
  });
  const stored = { action: "REFUND", xref: verified["xref"] ?? "", amount: "200", transactionUnique: "re2" };
  t.match(await ask(stand, stored), { responseCode: "0", amountReceived: "200", action: "REFUND" });
  await settle(stand);
  t.match(await found(stand, ({ transactionUnique }) => transactionUnique === "re"), { state: "accepted" });
  await setFaults(stand, "refund_refused");
  t.match(await ask(stand, { ...refund, transactionUnique: "re3" }), { responseCode: "65541" });
  await setFaults(stand, "card_declined");
  t.match(await ask(stand, { ...SALE, transactionUnique: "declined" }), {
    responseCode: "5",
    state: "declined",
  });
});

await onSqlite(t, "a card that a server gives is refused by its field's code, unread", async (t, engine) => {
  const stand = await startStand(t, engine);
  const faults: readonly (readonly [changes: Record<string, string>, code: string])[] = [
    [{ cardNumber: "" }, "66058"],
    [{ cardNumber: "4111111111111111" }, "66314"],
    [{ cardExpiryMonth: "13" }, "66315"],
    [{ cardExpiryYear: "20" }, "66316"],
    [{ cardExpiryYear: "" }, "66060"],
    [{ cardCVV: "35" }, "66320"],
    [{ type: "9" }, "66944"],
    [{ amount: "10.999" }, "66312"],
    [{ amount: "1.0.0" }, "66312"],
    [{ amount: "0.00" }, "66312"],
    [{ action: "VERIFY" }, "66312"],
  ];
  const books = await stand.books();
  for (const [changes, responseCode] of faults) {
    const answer = await ask(stand, { ...SALE, ...changes });
    t.match(answer, { responseCode, responseStatus: "2" }, JSON.stringify(changes));
  }
  t.equal(await stand.books(), books);
  t.notMatch(stand.logged(), /4111111111111111/);
  const short = { ...SALE, cardCVV: "", cardExpiryMonth: "", cardExpiryYear: "", cardExpiryDate: "1228" };
  t.match(await ask(stand, short), { responseCode: "0", cv2Check: "not checked", cardExpiryDate: "1228" });
});

await onSqlite(
  t,
  "each published card is approved from a server, but for the declined one",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const { number, cvv, declines } of TEST_CARDS) {
      const card = { cardNumber: number, cardCVV: cvv, transactionUnique: number.slice(-6) };
      t.match(await ask(stand, { ...SALE, ...card }), { responseCode: declines ? "5" : "0" }, number);
    }
    const [stored] = await stand.transactions();
    t.match(stored, { pageId: null, cardHash: /^[0-9a-f]{64}$/ });
  },
);

await onSqlite(
  t,
  "a stored card that is always declined declines the merchant's charges",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const card = { cardNumber: "4000300011112220", cardCVV: "123", outcome: "approve" };
    const { xref } = await paid(stand, 2000, card);
    const again = { action: "SALE", xref, type: "1", amount: "700", transactionUnique: "later" };
    t.match(await ask(stand, again), { responseCode: "5", cardNumberMask: "400030******2220" });
  },
);

await onSqlite(
  t,
  "the form is taken at each of the gateway's addresses, and shown in a shop's frame",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const [index, path] of ["/hosted/", "/hosted/modal/", "/paymentform/"].entries()) {
      const form = formOf(stand, { attempt: index + 1 });
      const body = new URLSearchParams(form.map(([name, value]): [string, string] => [name, value]));
      const answer = await fetch(stand.url + path, { method: "POST", body });
      t.equal(answer.status, 200, path);
      t.match(answer.headers.get("content-security-policy"), /frame-ancestors \*$/);
      t.notOk(answer.headers.has("x-frame-options"));
      t.match(await answer.text(), /Pay by card/);
    }
  },
);

await eachEngine(
  t,
  "a partly signed form is taken, and what it signs cannot be changed",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const bare = formOf(stand).filter(([name]) => name !== "signature");
    const names = [...new Set(bare.map(([name]) => name.replace(/\[.*/, "")))];
    const partly = (
      fields: readonly Field[],
      covered: readonly string[],
      hash = sign(bare, ACCOUNT.secret),
    ): Field[] => [...fields, ["signature", `${hash}|${covered.join(",")}`]];
    const image: Field[] = [
      ["x", "12"],
      ["y", "7"],
    ];
    const cheaper = bare.map(([name, value]): Field => [name, name === "amount" ? "1" : value]);
    for (const [what, form] of Object.entries({
      "another amount": partly([...cheaper, ...image], names),
      "a field more in the list": partly([...bare, ...image], [...names, "x"]),
      "a field less in the list": partly(bare, names.slice(1)),
      "an empty list": partly(bare, []),
      "no hash": partly(bare, names, ""),
      "the list signs itself": partly(bare, [...names, "signature"], "0".repeat(128)),
      "another secret": partly(bare, names, sign(bare, "another")),
    })) {
      t.match((await stand.enter(form)).text, /65539/, what);
    }
    t.equal(await stand.books(), "[[],[],[]]");
    const page = await stand.enter(partly([...bare, ...image], names));
    await firstForm(await firstForm(page).submit(CARD)).submit();
    const [result = []] = stand.shop.returns;
    t.ok(isSigned(result, [ACCOUNT.secret]), "results are signed in full");
    t.match(Object.fromEntries(result), { responseCode: "0", amountReceived: "2999", x: "12" });
    const { signature = "" } = Object.fromEntries(result);
    const replayed = result.filter(([name]) => name !== "signature");
    const listed = [...new Set(replayed.map(([name]) => name.replace(/\[.*/, "")))];
    t.match(
      (await stand.enter([...replayed, ["signature", `${signature}|${listed.join(",")}`]])).text,
      /65544/,
    );
  },
);

await onSqlite(t, "an amount with a decimal point is in major units, of any currency", async (t, engine) => {
  const stand = await startStand(t, engine);
  const amounts: readonly (readonly [currency: string, amount: string, minor: string])[] = [
    ["826", "10.99", "1099"],
    ["826", "10.0", "1000"],
    ["826", "10", "10"],
    ["826", "0.5", "50"],
    ["826", "10.", "1000"],
    ["826", "7.500", "750"],
    ["392", "1200.0", "1200"],
    ["KWD", "2.999", "2999"],
  ];
  for (const [index, [currencyCode, amount, minor]] of amounts.entries()) {
    const fields = formOf(stand, { attempt: index + 1 })
      .filter(([name]) => name !== "signature")
      .map(([name, value]): Field => {
        if (name === "amount") return [name, amount];
        return [name, name === "currencyCode" ? currencyCode : value];
      });
    const page = await stand.enter(signed(fields, ACCOUNT.secret));
    await firstForm(await firstForm(page).submit(CARD)).submit();
    const result = stand.shop.returns.at(-1) ?? [];
    t.equal(fieldText(result, "amountReceived"), minor, `${amount} ${currencyCode}`);
    t.equal(fieldText(result, "amount"), minor);
  }
});

await onSqlite(t, "PREAUTH on the page takes nothing", async (t, engine) => {
  const stand = await startStand(t, engine);
  const fields = formOf(stand)
    .filter(([name]) => name !== "signature")
    .map(([name, value]): Field => [name, name === "action" ? "PREAUTH" : value]);
  const page = await stand.enter(signed(fields, ACCOUNT.secret));
  await firstForm(await firstForm(page).submit(CARD)).submit();
  const result = Object.fromEntries(stand.shop.returns.at(-1) ?? []);
  t.match(result, { action: "PREAUTH", responseCode: "0", state: "reversed", amountReceived: "0" });
});
