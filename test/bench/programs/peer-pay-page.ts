import { createHash } from "node:crypto";

import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

import { type Field, fieldText } from "../../../src/cardstream/fields.js";
import { hostedForm, hostedUrl } from "../../../src/cardstream/hosted-form.js";
import { attemptReference, nextAskAt } from "../../../src/domain/attempt.js";
import { currencyByCode } from "../../../src/domain/money.js";
import { closesAt, type LineItem } from "../../../src/domain/session.js";
import type { Sealer } from "../../../src/lib/seal.js";
import { STYLES } from "../../../src/web/answers/styles.js";

/** A page with its Content-Security-Policy. */
export interface PeerPage {
  readonly html: string;
  readonly policy: string;
}

/** Shows a session's form with the service's own signature. Undefined if none may be given out. */
export async function showPeerPage(pool: Pool, sealer: Sealer, id: string): Promise<PeerPage | undefined> {
  const found = await formOf(readerOf(pool), sealer, id, "");
  return found && pageOf(id, found.fields);
}

/**
 * Gives the form with this signature out, by the statements of one transaction, one after the other over mysql2. All
 * of them run behind the session's lock; a program that asks the gateway about earlier forms would have to read the
 * session before that. Undefined if no form, or another one, may be given out; else where it is posted.
 */
export async function givePeerForm(
  pool: Pool,
  sealer: Sealer,
  id: string,
  signature: string,
): Promise<string | undefined> {
  const connection = await pool.getConnection();
  try {
    await connection.query("start transaction");
    const found = await formOf(readerOf(connection), sealer, id, " for update");
    const isRight = found !== undefined && fieldText(found.fields, "signature") === signature;
    if (isRight) await noteForm(connection, found.session, Date.now());
    await connection.query(isRight ? "commit" : "rollback");
    return isRight ? hostedUrl(GATEWAY) : undefined;
  } finally {
    connection.release();
  }
}

type Row = RowDataPacket;
type Read = (sql: string, ...values: unknown[]) => Promise<Row[]>;

function readerOf(connection: Pool | PoolConnection): Read {
  return async (sql, ...values) => (await connection.query<Row[]>(sql, values))[0];
}

async function formOf(
  read: Read,
  sealer: Sealer,
  id: string,
  lock: string,
): Promise<{ readonly session: Row; readonly fields: Field[] } | undefined> {
  const [session] = await read(`select * from checkout_session where id = ?${lock}`, id);
  const now = Date.now();
  if (session === undefined || session["status"] !== "open" || now >= session["expires_at"]) return undefined;
  const held = await read(
    "select id from gateway_result where session_id = ? and outcome = 'held' and resolved_at is null limit 1",
    id,
  );
  const pending = await read("select * from pending_attempt where target_id = ?", id);
  if (held.length > 0 || pending.length > 0) return undefined;
  const [account] = await read(
    "select * from gateway_account where merchant_id = ? and livemode = ?",
    session["merchant_id"],
    session["livemode"],
  );
  if (account === undefined) return undefined;
  return { session, fields: signedForm(sealer, session, account) };
}

async function noteForm(connection: PoolConnection, session: Row, now: number): Promise<void> {
  await connection.query(
    "update checkout_session set forms_given = forms_given + 1, form_given_at = ? where id = ?",
    [now, session["id"]],
  );
  const expiresAt = Number(session["expires_at"]);
  const times = { givenAt: now, closesAt: closesAt({ status: "open", expiresAt, formsGiven: 1 }) };
  await connection.query("insert into pending_attempt set ?", {
    reference: attemptReference(String(session["id"]), Number(session["attempt"])),
    target_id: session["id"],
    merchant_id: session["merchant_id"],
    livemode: session["livemode"],
    given_at: times.givenAt,
    closes_at: times.closesAt,
    next_ask_at: nextAskAt(times, now),
    asked: 0,
    asked_at: null,
    certainty: null,
    unresolved_since: null,
    leased_until: 0,
  });
}

function signedForm(sealer: Sealer, session: Row, account: Row): Field[] {
  const currency = currencyByCode(String(session["currency"]));
  if (currency === undefined) throw new Error("An unknown currency.");
  const scope = {
    merchantId: String(session["merchant_id"]),
    livemode: session["livemode"] === 1,
    purpose: "gateway-secret",
  } as const;
  return hostedForm(
    {
      merchantID: String(account["gateway_merchant_id"]),
      secret: sealer.open(account["secret_sealed"] as Buffer, scope),
      countryCode: String(account["country_code"]),
    },
    {
      sessionId: String(session["id"]),
      attempt: Number(session["attempt"]),
      amount: Number(session["amount_total"]),
      currency,
      items: JSON.parse(String(session["line_items"])) as LineItem[],
      redirectUrl: `${PUBLIC_URL}/pay/${String(session["id"])}/return`,
      callbackUrl: `${PUBLIC_URL}/callbacks/cardstream`,
      cardOnFile: session["customer_id"] !== null || session["customer_creation"] !== null,
      asksWho: session["customer_creation"] !== null,
    },
  );
}

/** As long as the service's own. */
const PUBLIC_URL = "http://127.0.0.1:12345";

function pageOf(id: string, fields: readonly Field[]): PeerPage {
  const inputs = fields.map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}" /> `,
  );
  const form = `<form method="post" action="${PUBLIC_URL}/pay/${id}" accept-charset="utf-8">\n`;
  return { html: `${HEAD}${form}${inputs.join("")}${TAIL}`, policy: POLICY };
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const TITLE = "Taking you to the payment page";
const GATEWAY = "https://gateway.example";
const SCRIPT = "HTMLFormElement.prototype.submit.call(document.forms[0])";

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
<title>${TITLE}</title>
<style>${STYLES}</style>
</head>
<body>
<main><div class="sheet narrow"><h1>${TITLE}</h1><p>One moment, please.</p>
`;

const TAIL = `<button>Continue to payment</button>
</form></div></main>
<script>${SCRIPT}</script>
</body>
</html>
`;

const POLICY = [
  "default-src 'none'",
  `style-src ${hashSource(STYLES)}`,
  `script-src ${hashSource(SCRIPT)}`,
  `form-action ${PUBLIC_URL} ${GATEWAY}`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
