import type { Delivery, Created, SessionRead } from "./chronicle.js";

/** A transaction in the gateway's own books. */
export interface Charge {
  readonly transaction: string;
  readonly session: string;
  readonly attempt: number;
  readonly code: number;
  /** In minor units; 0 where nothing was taken. */
  readonly received: number;
  readonly currency: string;
  readonly at: number;
}

/** What the gateway says has happened: the truth that everything else is held to. */
export type Ledger = readonly Charge[];

export interface SessionRecord {
  readonly id: string;
  /** Number of the plan that created it. */
  readonly number: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly completedBy: string | null;
  readonly paymentIntent: string | null;
  readonly expiredAt: number | null;
}

export interface ResultRecord {
  readonly session: string | null;
  readonly transaction: string;
  readonly outcome: string;
  readonly heldReason: string | null;
}

export interface IntentRecord {
  readonly id: string;
  readonly session: string;
  readonly amount: number;
  readonly currency: string;
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
  readonly events: readonly EventRecord[];
}

/** What the service has answered. */
export interface Answers {
  readonly created: readonly Created[];
  readonly deliveries: readonly Delivery[];
  /** In the order in which they were read; the last one of each session after everything had settled. */
  readonly reads: readonly SessionRead[];
  /** Answers that no fault excuses. */
  readonly faulty: readonly { readonly session: string | undefined; readonly text: string }[];
}

/** Everything that the checker looks at. */
export interface Snapshots {
  readonly ledger: Ledger;
  readonly books: Books;
  readonly answers: Answers;
}

/** What a merchant asked for, as far as the checker compares it. */
export interface Ordered {
  readonly number: number;
  readonly amount: number;
  readonly currency: string;
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
  | "no faulty answer";
