import type { EngineName } from "../plan.js";

/** A bug that a tired programmer could write, as changes of the compiled service. */
export interface PlantedBug {
  readonly name: string;
  /** Where it can show: one writer at a time hides what several would do to each other. */
  readonly engine: EngineName;
  readonly changes: readonly Change[];
}

/** `from` stands in the file exactly once, or the bug no longer fits the service. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SESSIONS = "db/checkout-sessions.js";
const MIGRATION = "db/migrations/1795300000000-checkout.js";
const INTENTS_MIGRATION = "db/migrations/1795301100000-payment-intents.js";
const RECORD = "checkout/record-result.js";
const CALLBACK = "web/callback.js";

/** The bugs that the simulation must find, each within a thousand sessions. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "no row lock and no unique key",
    engine: "mariadb",
    changes: [
      { file: SESSIONS, from: "return await lockForUpdate(query).", to: "return await query." },
      // At SERIALIZABLE a server would lock the row for every reader.
      {
        file: RECORD,
        from: 'inTransaction(checkout.db, "SERIALIZABLE", async (tx)',
        to: 'inTransaction(checkout.db, "READ COMMITTED", async (tx)',
      },
      { file: MIGRATION, from: 'unique: [["session_id"]],', to: "" },
      { file: INTENTS_MIGRATION, from: 'unique: [["session_id"]],', to: "" },
      {
        file: MIGRATION,
        from: 'unique: [["merchant_id", "livemode", "transaction_key", "outcome"]],',
        to: "",
      },
    ],
  },
  {
    name: "answer before commit",
    engine: "embedded",
    changes: [
      {
        file: CALLBACK,
        from: '{ body, via: "callback" }',
        to: '{ body, via: "callback", verified: () => sendText(response, 200, "ok") }',
      },
      { file: CALLBACK, from: "else\n", to: "else if (!response.headersSent)\n" },
      {
        file: "checkout/apply-gateway-result.js",
        from: 'await checkout.reached("result verified");',
        to: 'message.verified?.(); await checkout.reached("result verified");',
      },
    ],
  },
  {
    name: "decline after success reopens",
    engine: "embedded",
    changes: [
      {
        file: SESSIONS,
        from: '{ attempt: () => "attempt + 1", formsGiven: 0 }',
        to: '{ attempt: () => "attempt + 1", formsGiven: 0, status: "open" }',
      },
    ],
  },
  {
    name: "amount not compared",
    engine: "embedded",
    changes: [
      {
        file: "domain/judgement.js",
        from: "(result, { amount }) => result.amount === amount && result.amountReceived === amount",
        to: "() => true",
      },
    ],
  },
  {
    name: "retry outside the transaction",
    engine: "mariadb",
    changes: [
      {
        file: "db/transaction.js",
        from: "givenUp = error;",
        to: "if (!trial.over) return await query(...call);",
      },
    ],
  },
  {
    name: "dedupe by session instead of transaction",
    engine: "embedded",
    changes: [
      {
        file: RECORD,
        from: 'session.status === "complete" && session.completedBy !== result.transactionKey',
        to: "false",
      },
    ],
  },
];
