import type { Difference } from "../../src/domain/settlement/compare-accounts.js";
import type { ChallengeMet, Created, DecisionAnswer, Delivery, OrderAnswer, SessionRead } from "./history.js";
import type { PaymentAnswer, RefundAnswer } from "./payment-lists.js";
import type { WebhookSnapshots } from "./webhooks/webhook-snapshots.js";

/** A sale in the gateway's own books. */
export interface Charge {
  readonly transaction: string;
  /** What it was made for: a session, or the payment of a direct charge. */
  readonly session: string;
  readonly attempt: number;
  readonly code: number;
  /** Where it stands in the end. */
  readonly state: string;
  /** In minor units, whatever became of it afterwards; 0 where nothing was taken. */
  readonly received: number;
  /** How much went back, and in how many goes: by a cancel and by refunds; a capture of less is none. */
  readonly returned: number;
  readonly returns: number;
  /** Refunds as transactions of their own. */
  readonly refunds: readonly { readonly reference: string; readonly amount: number }[];
  readonly currency: string;
  readonly at: number;
  /** Of a sale that was only authorized. */
  readonly authorized?: AuthorizedSale;
  /** True where only the card was verified, for no money. */
  readonly verified?: boolean;
}

export interface AuthorizedSale {
  readonly state: string;
  /** How much may be captured, in minor units. */
  readonly amount: number;
  /** How many captures came too late, or twice. */
  readonly refusedCaptures: number;
}

/** What the gateway says has happened: the truth that everything else is held to. */
export type Ledger = readonly Charge[];

export interface SessionRecord {
  readonly id: string;
  /** Number of the plan that created it. */
  readonly number: number;
  /** `setup` where only the card is stored. */
  readonly mode: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly completedBy: string | null;
  readonly paymentIntent: string | null;
  readonly expiredAt: number | null;
}

export interface ResultRecord {
  readonly id: string;
  readonly session: string | null;
  /** Of a direct charge, or of a refund. */
  readonly payment: string | null;
  /** The refund, or the returned held payment, that it tells of. */
  readonly reversal: string | null;
  readonly transaction: string;
  readonly outcome: string;
  readonly heldReason: string | null;
  /** `callback`, `return`, or how it was found: `query`, `search`. */
  readonly via: string;
  /** Milliseconds since the epoch, by the clock of the replica that recorded it. */
  readonly receivedAt: number;
  /** What was decided about a held one. */
  readonly resolution: string | null;
}

export interface IntentRecord {
  readonly id: string;
  /** Null where a stored card was charged. */
  readonly session: string | null;
  readonly status: string;
  readonly amount: number;
  readonly received: number;
  readonly refunded: number;
  readonly currency: string;
  /** True where it is, or was, authorized to be captured by a request of its own. */
  readonly isAuthorization: boolean;
  readonly cancellationReason: string | null;
  /** Whether the gateway pays it out; null before it has succeeded. */
  readonly settlement: string | null;
  /** The transaction that its newest deciding result tells of. */
  readonly decidedBy: string | null;
}

export interface RefundRecord {
  readonly id: string;
  readonly payment: string;
  readonly amount: number;
  readonly status: string;
}

export interface EventRecord {
  readonly type: string;
  readonly object: string;
}

/** What is in the service's database. */
export interface Books {
  readonly sessions: readonly SessionRecord[];
  readonly results: readonly ResultRecord[];
  readonly intents: readonly IntentRecord[];
  readonly refunds: readonly RefundRecord[];
  readonly events: readonly EventRecord[];
  /** Sessions and payments of attempts that the gateway is still to be asked about. */
  readonly pending: readonly string[];
}

/** A held payment as its merchant sees it in the list. */
export interface HeldAnswer {
  readonly id: string;
  readonly session: string | null;
  readonly transaction: string | null;
  readonly reason: string;
  readonly amount: number | null;
  readonly received: number | null;
  readonly possible: readonly string[];
  readonly resolution: string | null;
}

/** What all merchants had in their lists in the end. */
export interface Lists {
  readonly held: readonly HeldAnswer[];
  readonly payments: readonly PaymentAnswer[];
  readonly refunds: readonly RefundAnswer[];
}

/** What the service has answered. */
export interface Answers extends Lists {
  readonly created: readonly Created[];
  readonly deliveries: readonly Delivery[];
  /** In the order in which they were read; the last one of each session after everything had settled. */
  readonly reads: readonly SessionRead[];
  readonly decisions: readonly DecisionAnswer[];
  /** Sessions that the operator saw as unresolved while nobody could ask for them. */
  readonly listed: readonly string[];
  /** Each charge and refund by its key, as often as it was sent; the last time after everything had settled. */
  readonly orders: readonly OrderAnswer[];
  readonly challenges: readonly ChallengeMet[];
  /** Answers that no fault excuses. */
  readonly faulty: readonly { readonly session: string | undefined; readonly text: string }[];
}

/** Everything that the checker looks at. */
export interface Snapshots {
  readonly ledger: Ledger;
  readonly books: Books;
  readonly answers: Answers;
  readonly webhooks: WebhookSnapshots;
  /** What the operator's report says otherwise than the ledger. */
  readonly accounts: readonly Difference[];
}

/** What a merchant asked for, as far as the checker compares it. */
export interface Ordered {
  readonly number: number;
  readonly amount: number;
  readonly currency: string;
  /** False where the gateway could be searched for it only once the operator had seen it as unresolved. */
  readonly searchable: boolean;
}

/** Something that must never be. */
export interface Violation {
  readonly rule: Rule;
  readonly session: string | undefined;
  readonly says: string;
}

export type Rule =
  | "one intent per session"
  | "money equal to the unit"
  | "no lost success"
  | "charged twice is held and listed"
  | "each anomaly in exactly one place"
  | "each acknowledged message durable"
  | "idempotent creates created once"
  | "nothing recorded that was not taken"
  | "what was read stays true"
  | "each event once"
  | "nothing left unresolved"
  | "what nobody can tell of is listed"
  | "held payments listed as recorded"
  | "money given back once"
  | "decisions stay"
  | "one charge per payment"
  | "captured once, or released"
  | "paid once its shopper authenticates, and only then"
  | "refunds equal to the ledger"
  | "no refund above the payment"
  | "each refund made once"
  | "each refund on record"
  | "each order carried out once"
  | "payments and refunds listed as recorded"
  | "each event received"
  | "delivered is what was answered"
  | "one event, one delivery for each endpoint"
  | "received bytes stay the same"
  | "nothing received that is not recorded"
  | "each request signed"
  | "sequences without gaps"
  | "events read on once and in order"
  | "settlement as the gateway says"
  | "report equal to the ledger"
  | "no faulty answer";
