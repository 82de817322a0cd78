import t from "tap";

import { encodeFields, type Field, fieldText, parseFields } from "../../src/cardstream/fields.js";
import { isSigned } from "../../src/cardstream/signed-message.js";
import { insertSandboxPage, sandboxPages } from "../../src/sandbox/tables/sandbox-pages.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine, onSqlite, until } from "../support/database.js";
import { ACCOUNT, CARD, firstForm, formOf, type Stand, startStand } from "./stand.js";

await eachEngine(t, "the same form leads to the same page, whoever posts it at once", async (t, engine) => {
  const stand = await startStand(t, engine);
  const form = formOf(stand);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(stand, "/hosted/", form)));
  const actions = answers.map(({ text }) => /action="([^"]+)"/.exec(text)?.[1]);
  t.equal(new Set(actions).size, 1);
  t.match(actions[0], /\/hosted\/hpp_[0-9a-f]{40}$/);
  t.equal(await stand.database.manager.count(sandboxPages), 1);
  const other = await post(stand, "/hosted/", formOf(stand, { attempt: 2 }));
  t.notOk(other.text.includes(String(actions[0])), "another attempt has a page of its own");
  t.equal(await stand.database.manager.count(sandboxPages), 2);
});

await eachEngine(
  t,
  "one order gets a hundred transactions, all of its attempts together",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const pages = [1, 2].map(async (attempt) => await stand.enter(formOf(stand, { attempt })));
    const [first, second] = await Promise.all(pages);
    for (let count = 0; count < 50; count += 1) {
      for (const page of [first, second]) {
        const answer = page && (await firstForm(page).submit({ outcome: "cancel" }));
        t.equal(answer?.status, 200);
      }
    }
    const before = await stand.books();
    for (const typed of [{ outcome: "cancel" }, CARD]) {
      const refused = first && (await firstForm(first).submit(typed));
      t.match(refused, { status: 429, text: /no more of one order/ });
    }
    t.equal(await stand.books(), before, "nothing is written any more");
    const others = await stand.enter(formOf(stand, { sessionId: "cs_0OtherOtherOtherOtherOther0" }));
    t.equal((await firstForm(others).submit({ outcome: "cancel" })).status, 200, "other orders go on");
  },
);

await onSqlite(t, "what a shopper's browser has seen is no request of a server", async (t, engine) => {
  const stand = await startStand(t, engine);
  const form = formOf(stand);
  const page = await stand.enter(form);
  await firstForm(await firstForm(page).submit({ outcome: "cancel" })).submit();
  const result = stand.shop.returns[0] ?? [];
  const [books, callbacks] = [await stand.books(), stand.shop.callbacks.length];
  for (const message of [form, result]) {
    for (const [path, method] of [
      ["/direct/", "POST"],
      ["/settle", "POST"],
      ["/faults", "POST"],
      ["/faults", "PUT"],
    ] as const) {
      const { status, text } = await post(stand, path, message, method);
      t.equal(status, 200);
      const answer = parseFields(Buffer.from(text));
      t.not(fieldText(answer, "responseCode"), "0", `${method} ${path}`);
      t.notOk(isSigned(answer, [ACCOUNT.secret]), "an answer that could be posted on is not signed");
    }
  }
  t.match(await post(stand, "/hosted/", result), { status: 400, text: /65544/ }, "a result is no form");
  t.equal(await stand.books(), books);
  t.equal(stand.shop.callbacks.length, callbacks, "and no merchant is told");
});

await eachEngine(t, "pages that nobody can use any more are deleted", async (t, engine) => {
  const now = Date.UTC(2026, 10, 22, 15, 30);
  const day = 86_400_000;
  const stand = await startStand(t, engine);
  await stand.close();
  for (const [id, age] of [
    ["hpp_old", 8 * day],
    ["hpp_new", 6 * day],
  ] as const) {
    const row = { id, gatewayMerchantId: ACCOUNT.merchantID, fields: [], createdAt: now - age };
    await inTransaction(stand.database, "READ COMMITTED", (tx) => insertSandboxPage(tx, row));
  }
  const next = await startStand(t, engine);
  await until("the first round", async () => (await next.database.manager.count(sandboxPages)) === 1);
  t.match(await next.database.manager.find(sandboxPages), [{ id: "hpp_new" }]);
});

async function post(stand: Stand, path: string, fields: readonly Field[], method: "POST" | "PUT" = "POST") {
  const body = encodeFields(fields);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${stand.url}${path}`, { method, headers, body });
  return { status: answer.status, text: await answer.text() };
}
