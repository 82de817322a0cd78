import { createHash } from "node:crypto";

import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

import type { Field } from "../../../src/cardstream/fields.js";
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

/**
 * Gives a session's form out with the service's own signature, by the statements of one transaction, one after
 * the other over mysql2. All of them run behind the session's lock; a program that asks the gateway about earlier
 * forms would have to read the session before that. Undefined if no form may be given out.
 */
export async function openPeerPage(pool: Pool, sealer: Sealer, id: string): Promise<PeerPage | undefined> {
  const connection = await pool.getConnection();
  try {
    await connection.query("start transaction");
    const fields = await giveForm(connection, sealer, id);
    await connection.query(fields === undefined ? "rollback" : "commit");
    return fields && pageOf(fields);
  } finally {
    connection.release();
  }
}

type Row = RowDataPacket;

async function giveForm(
  connection: PoolConnection,
  sealer: Sealer,
  id: string,
): Promise<Field[] | undefined> {
  const read = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await connection.query<Row[]>(sql, values))[0];
  const [session] = await read("select * from checkout_session where id = ? for update", id);
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
  await noteForm(connection, session, now);
  return signedForm(sealer, session, account);
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

function pageOf(fields: readonly Field[]): PeerPage {
  const inputs = fields.map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}" /> `,
  );
  return { html: `${HEAD}${inputs.join("")}${TAIL}`, policy: POLICY };
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const TITLE = "Taking you to the payment page";
const GATEWAY = "https://gateway.example";
const SCRIPT = "document.forms[0].submit()";

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
<form method="post" action="${hostedUrl(GATEWAY)}" accept-charset="utf-8">
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
  `form-action ${GATEWAY}`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
