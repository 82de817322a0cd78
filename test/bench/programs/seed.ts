import { openDatabase } from "../../../src/db/data-source.js";
import type { Database } from "../../../src/db/engine/database.js";
import { checkoutSessions } from "../../../src/db/tables/checkout-sessions.js";
import { insertRows } from "../../../src/db/query/insert.js";
import { entities, migrations } from "../../../src/start/schema.js";
import { inTransaction } from "../../../src/db/transaction.js";
import { LIFE_MAX_MS } from "../../../src/domain/session.js";
import { newId } from "../../../src/lib/ids.js";
import { createLog } from "../../../src/lib/log.js";
import type { BenchPlace } from "../bench-place.js";

/** What a program with a database is asked between measurements. */
export type SeedQuestion = { readonly seed: number; readonly formsGiven: number } | { readonly count: true };

/** How many rows the sessions of a database have left. */
export interface Left {
  readonly complete: number;
  readonly results: number;
  readonly intents: number;
  readonly events: number;
  /** Sessions whose form was given out once. */
  readonly forms: number;
  readonly pending: number;
}

/** Opens the contender's database beside the contender. */
export async function openBeside({ url, dataDir }: BenchPlace): Promise<Database> {
  return await openDatabase({ url, dataDir, entities, migrations, log: createLog("silent") });
}

/** Makes open sessions, or counts what they have left. */
export async function answerSeed(db: Database, place: BenchPlace, question: SeedQuestion): Promise<unknown> {
  if ("count" in question) return await counts(db);
  const ids = Array.from({ length: question.seed }, () => newId("cs", Date.now()));
  for (let at = 0; at < ids.length; at += CHUNK) {
    const rows = ids
      .slice(at, at + CHUNK)
      .map((id) => openSession(id, place.merchantId, question.formsGiven));
    await inTransaction(db, "READ COMMITTED", (tx) => insertRows(tx, checkoutSessions, ...rows));
  }
  return ids;
}

/** SQLite takes no more than some 32 000 values in a statement. */
const CHUNK = 200;

function openSession(id: string, merchantId: string, formsGiven: number) {
  const now = Date.now();
  return {
    id,
    merchantId,
    livemode: true,
    status: "open" as const,
    currency: "gbp",
    amountTotal: 2999,
    lineItems: [{ name: "Pro Plan — Monthly", unitAmount: 2999, quantity: 1 }],
    successUrl: "https://yourapp.com/checkout/success",
    cancelUrl: "https://yourapp.com/checkout/cancel",
    customerId: null,
    customerCreation: null,
    clientReferenceId: null,
    metadata: {},
    options: null,
    attempt: 1,
    formsGiven,
    formGivenAt: formsGiven === 0 ? null : now,
    reversalStartedAt: null,
    createdAt: now,
    expiresAt: now + LIFE_MAX_MS,
    expiredAt: null,
    completedAt: null,
    completedLate: false,
    completedBy: null,
    paymentIntentId: null,
    paymentMethodId: null,
    billingSealed: null,
    pendingPayment: null,
    lastDecline: null,
    amountReceived: null,
  };
}

async function counts(db: Database): Promise<Left> {
  const count = async (table: string): Promise<number> => {
    const [row] = (await db.manager.query(`select count(*) as n from ${table}`)) as { n: number | string }[];
    return Number(row?.n);
  };
  return {
    complete: await count("checkout_session where status = 'complete'"),
    results: await count("gateway_result"),
    intents: await count("payment_intent"),
    events: await count("event where type not like 'customer.%'"),
    forms: await count("checkout_session where forms_given = 1"),
    pending: await count("pending_attempt"),
  };
}
