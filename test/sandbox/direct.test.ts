import t from "tap";

import { fieldText, parseFields } from "../../src/cardstream/fields.js";
import { sign, signed } from "../../src/cardstream/signed-message.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { ask, found, paid, postFields, settle } from "./direct-calls.js";
import { ACCOUNT, CARD, formOf, payAndReturn, startStand } from "./stand.js";

await onSqlite(t, "a request that no account signed in full is told nothing but that", async (t, engine) => {
  const stand = await startStand(t, engine);
  const { xref } = await paid(stand);
  const request = [
    ["merchantID", ACCOUNT.merchantID],
    ["action", "CANCEL"],
    ["xref", xref],
  ] as const;
  const partial = `${sign(request, ACCOUNT.secret)}|merchantID,action,xref`;
  const strangers = [
    request,
    signed(request, "another secret"),
    [...request, ["signature", partial] as const],
    signed([["merchantID", "100856"], ...request.slice(1)], ACCOUNT.secret),
  ];
  for (const fields of strangers) {
    const response = await postFields(stand, "/direct/", fields);
    t.equal(response.status, 200);
    t.match(response.headers.get("content-type"), /^application\/x-www-form-urlencoded/);
    const answer = parseFields(Buffer.from(await response.arrayBuffer()));
    t.equal(fieldText(answer, "responseCode"), "65539");
    t.equal(fieldText(answer, "responseStatus"), "2");
    t.equal(fieldText(answer, "signature"), "", "no secret is used for a stranger");
    t.equal(fieldText(answer, "xref"), "");
  }
  t.match(await stand.transactions(), [{ state: "captured", amountReceived: 2000 }]);
});

await onSqlite(t, "a faulty request is told its code, signed, and is recorded nowhere", async (t, engine) => {
  const stand = await startStand(t, engine);
  const { xref } = await paid(stand);
  const books = await stand.books();
  const faults: readonly (readonly [request: Record<string, string>, code: string])[] = [
    [{ xref }, "66055"],
    [{ action: "CREDIT", xref }, "66311"],
    [{ action: "QUERY" }, "66085"],
    [{ action: "QUERY", xref: "26112215ZZ30ZZ00ZZ00ZZZ" }, "66341"],
    [{ action: "QUERY", xref: xref.toLowerCase() }, "66341"],
    [{ action: "QUERY", xref, amount: "1999" }, "65542"],
    [{ action: "CANCEL", xref, transactionUnique: "another" }, "65542"],
    [{ action: "CANCEL", xref, cardNumber: CARD.cardNumber }, "65542"],
    [{ action: "CAPTURE", xref, amount: "2001" }, "66312"],
    [{ action: "CAPTURE", xref, amount: "19.999" }, "66312"],
    [{ action: "CAPTURE", xref, currencyCode: "978" }, "65542"],
    [{ action: "REFUND_SALE", xref }, "65541"],
  ];
  for (const [request, responseCode] of faults) {
    const answer = await ask(stand, request);
    t.match(answer, { responseCode, responseStatus: "2", state: "finished", xref: request["xref"] });
    t.notOk("cardNumber" in answer || "transactionID" in answer);
  }
  t.equal(await stand.books(), books);
  t.notMatch(stand.logged(), CARD.cardNumber);
  t.notMatch(stand.logged(), xref);
});

await eachEngine(t, "QUERY answers what was answered first, as if just made", async (t, engine) => {
  const stand = await startStand(t, engine);
  const first = Object.fromEntries(await payAndReturn(stand, formOf(stand), CARD));
  const answer = await ask(stand, { action: "QUERY", xref: first["xref"] ?? "" });
  const { signature: _, requestID, ...rest } = first;
  t.match(answer, { ...rest, action: "QUERY:SALE", originalResponseCode: "0" });
  t.not(answer["requestID"], requestID);
  const declined = await paid(stand, 2000, { outcome: "decline" });
  t.match(await ask(stand, { action: "QUERY", xref: declined.xref }), {
    responseCode: "5",
    responseStatus: "1",
    responseMessage: "CARD DECLINED",
    state: "declined",
    amountReceived: "0",
    transactionUnique: declined.transactionUnique,
  });
  const stale = await paid(stand, 2000, { outcome: "in_progress" });
  t.match(await ask(stand, { action: "QUERY", xref: stale.xref }), {
    responseCode: "65536",
    state: "received",
  });
});

await eachEngine(t, "CANCEL takes a captured sale back, once, and QUERY says so", async (t, engine) => {
  const stand = await startStand(t, engine);
  const declined = await paid(stand, 2000, { outcome: "decline" });
  t.match(await ask(stand, { action: "CANCEL", xref: declined.xref }), { responseCode: "65541" });
  const { xref, id } = await paid(stand);
  const canceled = { state: "canceled", amountReceived: "0", transactionID: id, xref };
  const callbackURL = `${stand.shop.url}/callback`;
  stand.shop.callbacks.length = 0;
  t.match(await ask(stand, { action: "CANCEL", xref, callbackURL }), {
    ...canceled,
    action: "CANCEL:SALE",
    responseCode: "0",
    responseStatus: "0",
    amountRetained: "0",
  });
  t.equal(fieldText(stand.shop.callbacks[0] ?? [], "action"), "CANCEL:SALE", "a copy went to the callback");
  t.match(await ask(stand, { action: "CANCEL", xref }), { responseCode: "65541" });
  t.match(await ask(stand, { action: "QUERY", xref }), { ...canceled, action: "QUERY:SALE" });
  await settle(stand);
  t.match(await found(stand, (row) => row.id === id), { state: "canceled", amountReceived: 0 });
});

await onSqlite(t, "CAPTURE captures an approved sale, or takes less of a captured one", async (t, engine) => {
  const stand = await startStand(t, engine);
  const waiting = [
    ...formOf(stand).filter(([name]) => name !== "signature" && name !== "captureDelay"),
    ["captureDelay", "-1"],
  ] as const;
  const first = await payAndReturn(stand, signed(waiting, ACCOUNT.secret), CARD);
  t.equal(fieldText(first, "state"), "approved");
  t.match(await settle(stand), { settled: "0" }, "what is not captured is not settled");
  const xref = fieldText(first, "xref");
  t.match(await ask(stand, { action: "CAPTURE", xref }), {
    action: "CAPTURE:SALE",
    state: "captured",
    amountReceived: "2999",
    responseCode: "0",
  });
  t.match(await ask(stand, { action: "CAPTURE", xref, amount: "20.0" }), { amountReceived: "2000" });
  t.match(await ask(stand, { action: "CAPTURE", xref, amount: "2001" }), { responseCode: "66312" });
  await settle(stand, { state: "tendered" });
  t.match(await ask(stand, { action: "CAPTURE", xref, amount: "1" }), { responseCode: "65541" });
  t.match(await ask(stand, { action: "CANCEL", xref }), { responseCode: "65541" });
  t.match(await ask(stand, { action: "QUERY", xref }), { state: "tendered", amountReceived: "2000" });
});
