import t from "tap";

import { type Field, fieldText } from "../../src/cardstream/fields.js";
import { isSigned, sign, signed } from "../../src/cardstream/signed-message.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { ACCOUNT, CARD, firstForm, formOf, type Stand, startStand } from "./stand.js";

/** The fields of the stand's usual form under other values, unsigned; undefined leaves a field out. */
function changed(stand: Stand, changes: Record<string, string | undefined>): Field[] {
  const fields = formOf(stand).filter(([name]) => name !== "signature");
  const kept = fields.filter(([name]) => !(name in changes));
  const added = Object.entries(changes).flatMap(([name, value]): Field[] =>
    value === undefined ? [] : [[name, value]],
  );
  return [...kept, ...added];
}

const STRANGERS: readonly { what: string; form: (stand: Stand) => Field[] }[] = [
  {
    what: "a live account, whose merchantID no sandbox account has",
    form: (stand) => signed(changed(stand, { merchantID: "100856" }), "the secret of a live account"),
  },
  { what: "a form without a signature", form: (stand) => changed(stand, {}) },
  {
    what: "a form signed with another secret",
    form: (stand) => signed(changed(stand, {}), "another secret"),
  },
  {
    what: "a form changed after it was signed",
    form: (stand) => formOf(stand).map(([name, value]) => [name, name === "amount" ? "1" : value]),
  },
  {
    what: "a partial signature, even one that covers every field",
    form: (stand) => {
      const fields = changed(stand, {});
      const names = fields.map(([name]) => name).join(",");
      return [...fields, ["signature", `${sign(fields, ACCOUNT.secret)}|${names}`]];
    },
  },
];

await eachEngine(
  t,
  "a form that no sandbox account signed in full is refused, and nothing is recorded",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const { what, form } of STRANGERS) {
      const page = await stand.enter(form(stand));
      t.equal(page.status, 400, what);
      t.match(page.text, /65539/, what);
      t.same(page.forms, [], what);
    }
    t.equal(await stand.books(), "[[],[],[]]");
    t.same(stand.shop.callbacks, []);
  },
);

await onSqlite(t, "a body that is no form is refused", async (t, engine) => {
  const stand = await startStand(t, engine);
  const post = async (body: string | Buffer) => {
    const answer = await fetch(`${stand.url}/hosted/`, { method: "POST", body });
    return `${answer.status} ${/\b6\d{4}\b/.exec(await answer.text())?.[0]}`;
  };
  t.equal(await post(""), "400 66048");
  t.equal(await post("amount=1&amount=2"), "400 65544");
  t.equal(await post("amount=%zz"), "400 65539", "PHP reads it as it stands, and nobody signed it");
  t.equal(
    await post(Buffer.from([0x61, 0xff])),
    "400 65539",
    "a byte that is not UTF-8 is one that nobody signed",
  );
  t.match(await post(`a=${"x".repeat(64 * 1024)}`), /^413/);
  t.equal(await stand.books(), "[[],[],[]]");
});

const FAULTS: readonly { changes: Record<string, string | undefined>; code: string; message: string }[] = [
  { changes: { action: undefined }, code: "66055", message: "ERROR CODE (RC_MISSING_ACTION)" },
  { changes: { action: "VERIFY" }, code: "66312", message: "ERROR CODE (RC_INVALID_AMOUNT)" },
  { changes: { action: "REFUND" }, code: "66311", message: "ERROR CODE (RC_INVALID_ACTION)" },
  { changes: { type: "3" }, code: "66342", message: "ERROR CODE (RC_INVALID_TYPE)" },
  { changes: { amount: undefined }, code: "66056", message: "ERROR CODE (RC_MISSING_AMOUNT)" },
  { changes: { amount: "29.999" }, code: "66312", message: "ERROR CODE (RC_INVALID_AMOUNT)" },
  { changes: { amount: "0" }, code: "66312", message: "ERROR CODE (RC_INVALID_AMOUNT)" },
  { changes: { amount: "-5" }, code: "66312", message: "ERROR CODE (RC_INVALID_AMOUNT)" },
  { changes: { amount: "100000000000" }, code: "66312", message: "ERROR CODE (RC_INVALID_AMOUNT)" },
  { changes: { currencyCode: "" }, code: "66057", message: "ERROR CODE (RC_MISSING_CURRENCYCODE)" },
  { changes: { currencyCode: "000" }, code: "66313", message: "ERROR CODE (RC_INVALID_CURRENCYCODE)" },
  { changes: { countryCode: undefined }, code: "66070", message: "ERROR CODE (RC_MISSING_COUNTRYCODE)" },
  { changes: { countryCode: "Britain" }, code: "66326", message: "ERROR CODE (RC_INVALID_COUNTRYCODE)" },
  { changes: { callbackURL: "/callback" }, code: "66331", message: "ERROR CODE (RC_INVALID_CALLBACKURL)" },
  { changes: { duplicateDelay: "10000" }, code: "66334", message: "ERROR CODE (RC_INVALID_DUPLICATEDELAY)" },
  {
    changes: { transactionUnique: "x".repeat(256) },
    code: "66327",
    message: "ERROR CODE (RC_INVALID_TRANSACTIONUNIQUE)",
  },
];

await onSqlite(
  t,
  "a signed form with a fault goes back to the merchant as a signed result",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const { changes, code, message } of FAULTS) {
      const what = JSON.stringify(changes).slice(0, 60);
      const page = await stand.enter(signed(changed(stand, changes), ACCOUNT.secret));
      const back = await firstForm(page).submit();
      t.equal(back.url, "https://shop.example/thanks", what);
      const result = stand.shop.returns.at(-1) ?? [];
      t.ok(isSigned(result, [ACCOUNT.secret]), what);
      t.equal(fieldText(result, "responseCode"), code, what);
      t.equal(fieldText(result, "responseStatus"), "2", what);
      t.equal(fieldText(result, "responseMessage"), message, what);
      t.equal(
        fieldText(result, "transactionUnique"),
        changes["transactionUnique"] ?? "cs_0StandStandStandStandStand00-1",
      );
    }
    t.equal(await stand.books(), "[[],[],[]]", "none of them became a transaction");
  },
);

await onSqlite(
  t,
  "a fault is told on a page where the result could not be posted back",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const codeOf = async (changes: Record<string, string | undefined>) => {
      const page = await stand.enter(signed(changed(stand, changes), ACCOUNT.secret));
      t.same(page.forms, []);
      return `${page.status} ${/\b6\d{4}\b/.exec(page.text)?.[0]}`;
    };
    t.equal(await codeOf({ redirectURL: undefined }), "400 66074");
    t.equal(await codeOf({ redirectURL: "javascript:alert(1)" }), "400 66330");
    t.equal(await codeOf({ redirectURL: "/return" }), "400 66330");
    t.equal(await codeOf({ "bad.name": "1" }), "400 65544", "PHP would receive another name");
    t.equal(await stand.books(), "[[],[],[]]");
  },
);

await onSqlite(t, "other addresses and methods are refused", async (t, engine) => {
  const stand = await startStand(t, engine);
  const status = async (path: string, method = "GET") => {
    const answer = await fetch(stand.url + path, { method });
    return answer.status === 405 ? `405 ${answer.headers.get("allow")}` : answer.status;
  };
  t.equal(await status("/hosted/"), "405 POST");
  t.equal(await status("/hosted/", "DELETE"), "405 POST");
  t.equal(await status("/hosted/hpp_0000000aaaaaaaaaaaaaaaaaaaaa", "PUT"), "405 GET, HEAD, POST");
  t.equal(await status("/hosted/hpp_0000000aaaaaaaaaaaaaaaaaaaaa"), 404);
  t.equal(await status("/hosted/hpp_0000000aaaaaaaaaaaaaaaaaaaaa", "POST"), 404);
  t.equal(await status("/hosted/../../etc/passwd"), 404);
  t.equal(await status("/direct/"), "405 POST");
  t.equal(await status("/direct", "POST"), 404);
  t.equal(await status("/"), 404);
});

const UNREAD = "4111111111111111"; // A number that card schemes use in examples; not on the gateway's list.

await eachEngine(
  t,
  "a card that is not published is refused unread: no answer, log or book holds it",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    for (const cardNumber of [UNREAD, "4111 1111 1111 1111", `${UNREAD}0`, "4929421234600820", "x"]) {
      const again = await firstForm(page).submit({ ...CARD, cardNumber });
      t.equal(again.status, 422, cardNumber);
      t.match(again.text, /not one of the published test cards/);
      t.notMatch(again.html, cardNumber === "x" ? 'value="x"' : cardNumber);
      t.equal(fieldText(firstForm(again).fields, "cardNumber"), "");
    }
    t.notMatch(stand.logged(), /4111 ?1111/);
    t.notMatch(await stand.books(), /4111 ?1111/);
    t.same(await stand.transactions(), []);
    t.same(stand.shop.callbacks, []);
  },
);

await onSqlite(
  t,
  "what was typed wrongly is said beside its input, and can be mended on the spot",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    const cases: readonly { typed: Record<string, string>; wrong: Record<string, RegExp> }[] = [
      { typed: { cardNumber: " " }, wrong: { cardNumber: /Enter the number/ } },
      { typed: { cardExpiryMonth: "0" }, wrong: { cardExpiryMonth: /1 to 12/ } },
      { typed: { cardExpiryMonth: "13" }, wrong: { cardExpiryMonth: /1 to 12/ } },
      { typed: { cardExpiryYear: "228" }, wrong: { cardExpiryYear: /two or four digits/ } },
      { typed: { cardExpiryYear: "1928" }, wrong: { cardExpiryYear: /two or four digits/ } },
      { typed: { cardExpiryMonth: "10", cardExpiryYear: "26" }, wrong: { cardExpiryYear: /past/ } },
      { typed: { cardCVV: "35" }, wrong: { cardCVV: /3 digits/ } },
      { typed: { cardCVV: "3a6" }, wrong: { cardCVV: /3 digits/ } },
      { typed: { cardNumber: "374245455400001", cardCVV: "488" }, wrong: { cardCVV: /4 digits/ } },
      { typed: { outcome: "whatever" }, wrong: { outcome: /Choose one/ } },
    ];
    for (const { typed, wrong } of cases) {
      const again = await firstForm(page).submit({ ...CARD, ...typed });
      t.equal(again.status, 422, JSON.stringify(typed));
      const marked = [...again.html.matchAll(/<p class="wrong" id="(\w+)-error">([^<]*)</g)];
      t.same(
        marked.map(([, name]) => name),
        Object.keys(wrong),
        JSON.stringify(typed),
      );
      t.match(marked[0]?.[2], Object.values(wrong)[0]);
    }
    t.same(await stand.transactions(), []);
    const again = await firstForm(page).submit({ ...CARD, cardCVV: "", outcome: "decline" });
    t.equal(fieldText(firstForm(again).fields, "outcome"), "decline", "the choice is not lost");
    t.match(
      again.html,
      /id="cardCVV"[^>]*aria-invalid="true" aria-describedby="cardCVV-error"[^>]*autofocus/s,
    );
    await firstForm(again).submit(CARD);
    t.equal((await stand.transactions())[0]?.responseCode, 5);
  },
);
