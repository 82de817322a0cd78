import t from "tap";

import { eachEngine, onSqlite } from "../support/database.js";
import { ask, paid } from "./direct-calls.js";
import { ACCOUNT, CARD, formOf, payAndReturn, type Stand, startStand } from "./stand.js";

type Row = Record<string, string>;

const TOKEN = { "x-p3-token": ACCOUNT.restToken };

function search(stand: Stand, condition: string, headers: Record<string, string> = TOKEN, name = "_where") {
  const query = new URLSearchParams({ [name]: condition });
  return fetch(`${stand.url}/rest/transactions?${query.toString()}`, { headers });
}

async function rows(stand: Stand, condition: string): Promise<Row[]> {
  return (await (await search(stand, condition)).json()) as Row[];
}

const basic = (pair: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
});

await onSqlite(t, "without the merchant's own token nothing is told", async (t, engine) => {
  const stand = await startStand(t, engine);
  const { transactionUnique } = await paid(stand);
  const strangers = [
    {},
    { "x-p3-token": "" },
    { "x-p3-token": `${ACCOUNT.restToken}x` },
    { "x-p3-token": ACCOUNT.secret },
    { "x-p3-token": "100856.a-token-of-the-stand" },
    { authorization: `Bearer ${ACCOUNT.restToken}` },
    basic(`__token__:${ACCOUNT.merchantID}.`),
    basic("%%%"),
  ];
  for (const headers of strangers) {
    const answer = await search(stand, `(transactionUnique='${transactionUnique}')`, headers);
    t.equal(answer.status, 401, JSON.stringify(headers));
    t.notMatch(await answer.text(), transactionUnique);
  }
  t.notMatch(stand.logged(), "a-token-of-the-stand");
});

await onSqlite(t, "a condition that is not understood is refused, not guessed", async (t, engine) => {
  const stand = await startStand(t, engine);
  const conditions = [
    "",
    "()",
    "(transactionUnique)",
    "(transactionUnique=)",
    "(transactionUnique=cs_1)",
    "(transactionUnique!='cs_1')",
    "(transactionUnique='cs_1' or amount='1')",
    "(transactionUnique='cs_1') and (state='captured')",
    "(transactionUnique='a','b')",
    "(transactionUnique in ())",
    "(orderRef='cs_1')",
    "(transactionUnique='a''b')",
  ];
  for (const condition of conditions) t.equal((await search(stand, condition)).status, 400, condition);
});

await eachEngine(t, "all transactions of a reference are found, whatever they came to", async (t, engine) => {
  const stand = await startStand(t, engine);
  const form = formOf(stand);
  await payAndReturn(stand, form, { ...CARD, outcome: "decline" });
  stand.clock.time += 1000;
  await payAndReturn(stand, form, CARD);
  stand.clock.time += 1000;
  await payAndReturn(stand, form, { ...CARD, cardNumber: "5301250070000191", cardCVV: "419" });
  await payAndReturn(stand, formOf(stand, { attempt: 2 }), CARD);
  const reference = "cs_0StandStandStandStandStand00-1";
  const answer = await search(stand, `(transactionUnique in ('${reference}'))`);
  t.match(answer.headers.get("content-type"), /^application\/json/);
  const found = (await answer.json()) as Row[];
  t.match(found, [
    { action: "SALE", responseCode: "5", state: "declined", transactionUnique: reference },
    { action: "SALE", responseCode: "65554", state: "finished", transactionUnique: reference },
    { action: "SALE", responseCode: "0", state: "captured", amountReceived: "2999", amount: "2999" },
  ]);
  t.equal(found.length, 3);
  t.ok(found.every((row) => row["merchantID"] === ACCOUNT.merchantID));
  t.notOk(found.some((row) => "signature" in row || "redirectURL" in row));
  t.same(await rows(stand, `(transactionUnique='${reference}')`), found);
  t.same(await (await search(stand, `transactionUnique = '${reference}'`, TOKEN, "w")).json(), found);
  t.equal(
    (await rows(stand, `(transactionUnique in ('${reference}', 'cs_0StandStandStandStandStand00-2'))`))
      .length,
    4,
  );
  t.same(await rows(stand, "(transactionUnique='cs_unknown-1')"), []);
  await ask(stand, { action: "CANCEL", xref: found[2]?.["xref"] ?? "" });
  t.match((await rows(stand, `(transactionUnique='${reference}')`))[2], {
    state: "canceled",
    amountReceived: "0",
  });
});

await onSqlite(
  t,
  "the token comes in its own header, under its own scheme, or as a password",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const ways = [
      TOKEN,
      { authorization: `x-p3-token ${ACCOUNT.restToken}` },
      basic(`__token__:${ACCOUNT.restToken}`),
      basic(`${ACCOUNT.merchantID}:${ACCOUNT.restToken}`),
    ];
    for (const headers of ways) {
      const answer = await search(stand, "(transactionUnique='x')", headers);
      t.equal(answer.status, 200);
      t.equal(answer.headers.get("x-p3-token"), ACCOUNT.restToken);
    }
  },
);
