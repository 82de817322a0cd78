import * as fc from "fast-check";

import { endOf, type RefundAttemptResult } from "../../src/domain/refund.js";
import {
  isCall,
  nextReversalStep,
  type ReversalCall,
  reversalOutcome,
  type Sale,
  type RequestedReversal,
} from "../../src/domain/reversal-step.js";

/** What happens in one round of work on a payment's refunds. */
export const happening = fc.record({
  /** What becomes of a request that moves money, should one be sent. */
  request: fc.constantFrom("answered", "lost on its way", "answer lost", "refused"),
  question: fc.constantFrom("answered", "answered", "answered", "lost"),
  /** True where the gateway's night moves settlement on before. */
  settles: fc.constantFrom(false, false, false, true),
  waits: fc.constantFrom(0, 15_000, 120_000),
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** The refund that is worked on, what the gateway was told for it, and when. */
interface Current {
  readonly amount: number;
  readonly requested: RequestedReversal | null;
  readonly requestedAt: number | null;
}

/** A payment and its refunds, each worked on until its end is known and before the next, as the use case does. */
export function playRefunds(received: number, amounts: readonly number[], story: readonly Happening[]) {
  const gateway = createGateway(received);
  const pending: Current[] = [];
  const books = { reserved: 0, succeeded: 0 };
  for (const amount of amounts) {
    if (books.reserved + amount > received) continue;
    books.reserved += amount;
    pending.push({ amount, requested: null, requestedAt: null });
  }
  let now = 0;
  for (const { request, question, settles, waits } of story) {
    now += waits;
    if (settles) gateway.settle();
    const [current] = pending;
    if (current === undefined || question === "lost") continue;
    const sale = gateway.sale();
    const work = (): RefundAttemptResult => {
      if (current.requested !== null) return reversalOutcome(sale, current.amount, current.requested);
      const step = nextReversalStep(sale, current.amount);
      if (!isCall(step)) return step.kind;
      pending[0] = tell(current, step, sale, now);
      return gateway.answer(current.amount, request);
    };
    const end = endOf(work(), pending[0]?.requestedAt ?? null, now);
    if (end === undefined) continue;
    pending.shift();
    if (end === "succeeded") books.succeeded += current.amount;
    else books.reserved -= current.amount;
  }
  const inDoubt = pending.find(({ requested }) => requested !== null)?.amount ?? 0;
  return { ...books, inDoubt, givenBack: gateway.givenBack() };
}

function tell(current: Current, { kind: request }: ReversalCall, sale: Sale, requestedAt: number): Current {
  const requested = { request, kept: sale.amountReceived ?? null, refunded: sale.amountRefunded ?? null };
  return { ...current, requested, requestedAt };
}

const NEXT: Readonly<Record<string, string>> = { captured: "tendered", tendered: "accepted" };

/** The gateway's side: what it received, and what of it has gone back before and after settlement. */
function createGateway(received: number) {
  const books = { state: "captured", kept: received, refunded: 0 };
  return {
    givenBack: () => received - books.kept + books.refunded,

    settle(): void {
      books.state = NEXT[books.state] ?? books.state;
    },

    answer(amount: number, what: Happening["request"]): RefundAttemptResult {
      if (what === "refused") return "refused";
      if (what === "lost on its way") return "unknown";
      if (books.state === "accepted") books.refunded += amount;
      else books.kept -= amount;
      if (books.kept === 0) books.state = "canceled";
      return what === "answered" ? "returned" : "unknown";
    },

    sale(): Sale {
      const { state, kept, refunded } = books;
      const amountRefunded = state === "accepted" ? refunded : undefined;
      return { state, amountReceived: kept, amountRetained: kept, amountRefunded };
    },
  };
}
