import type { ChallengeDeed } from "./challenges/challenge-plan.js";
import type { EventRead, Reception } from "./webhooks/webhook-snapshots.js";

/** Something that happened, for the timeline of a counter-example. */
export interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Undefined where it concerns everybody: a replica was killed. */
  readonly session: string | undefined;
  readonly text: string;
  /** The id of the request that this line of a log is about. */
  readonly request?: string | undefined;
}

/** A message of the gateway that reached the service, and what the service answered. */
export interface Delivery {
  readonly session: string;
  readonly transaction: string;
  readonly via: "callback" | "return";
  /** When its answer came by the merchants' test clocks, as results are stamped: milliseconds since the epoch. */
  readonly at: number;
  /** 0 where no answer came. */
  readonly status: number;
}

/** An answer to a create. */
export interface Created {
  /** Number of the plan; each plan has one idempotency key. */
  readonly number: number;
  readonly session: string;
}

/** The session as its merchant read it. */
export interface SessionRead {
  readonly session: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly paymentIntent: string | null;
}

/** A merchant's decision about a held payment, which the service said it has carried out. */
export interface DecisionAnswer {
  readonly held: string;
  readonly resolution: string;
}

/** What a merchant ordered by one idempotency key, and what each answer to that said. */
export interface OrderAnswer {
  readonly what: "charge" | "refund" | "capture" | "cancel";
  readonly key: string;
  /** Id of the payment or the refund; null where it was refused, so that there is none. */
  readonly id: string | null;
  /** As the service says; `declined` and `refused` where it answered with an error. */
  readonly status: string;
  /** In minor units; null for all that is left. */
  readonly amount: number | null;
  /** The payment that it is about; null where it is a charge. */
  readonly from: string | null;
  /** True of a charge that the card's issuer grants only once its shopper has authenticated. */
  readonly needsShopper?: boolean | undefined;
}

/** What a shopper did about the challenge of a card's issuer. */
export interface ChallengeMet {
  readonly payment: string;
  readonly attempt: number;
  readonly deed: ChallengeDeed;
  /** True where nothing went wrong, as far as could be seen. */
  readonly isSure: boolean;
}

/** What the simulation saw from outside while it ran. Belongs to no process that is ever killed. */
export class History {
  readonly happenings: Happening[] = [];
  readonly deliveries: Delivery[] = [];
  readonly created: Created[] = [];
  readonly reads: SessionRead[] = [];
  readonly decisions: DecisionAnswer[] = [];
  readonly orders: OrderAnswer[] = [];
  readonly challenges: ChallengeMet[] = [];
  readonly receptions: Reception[] = [];
  readonly eventsRead: EventRead[] = [];
  readonly eventsStreamed: EventRead[] = [];
  /** Sessions of which the operator was told that nobody can tell what became of them. */
  readonly listed: string[] = [];
  /** Answers that no fault excuses. */
  readonly faultyAnswers: { readonly session: string | undefined; readonly text: string }[] = [];
  readonly injected = new Map<string, number>();
  /** How far, in milliseconds, the merchants' test clocks are ahead of the service's, or soon will be. */
  testClocksAhead = 0;

  note(session: string | undefined, text: string, request?: string): void {
    this.happenings.push({ at: Date.now(), session, text, request });
  }

  /** Writes down an answer of 500, which nothing excuses. `text` is the answer, with the id of its request. */
  blameFor500(session: string | undefined, what: string, text: string): void {
    this.faultyAnswers.push({ session, text: `${what} was answered 500: ${requestIdIn(text) ?? text}` });
  }

  count(fault: string): void {
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
  }
}

/** The first id of a request in a text, such as an error or its page. */
export function requestIdIn(text: string): string | undefined {
  return /\breq_[0-9A-Za-z]+/.exec(text)?.[0];
}
