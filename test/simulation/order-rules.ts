import { grouped } from "./evidence.js";
import type { OrderAnswer } from "./history.js";
import type { Snapshots, Violation } from "./snapshots.js";

/** Each order by one key one payment or refund, however often it was sent; and nothing that nobody ordered. */
export function ordersOnce({ books, answers }: Snapshots): Violation[] {
  const rule = "each order carried out once";
  const stored = new Set([...books.intents, ...books.refunds].map(({ id }) => id));
  const answered = new Set(answers.orders.map(({ id }) => id));
  const freed = new Set(
    books.refunds.filter(({ status }) => status === "failed").map(({ payment }) => payment),
  );
  const wrong = [...grouped(answers.orders, ({ key }) => key)].flatMap(([key, orders]): Violation[] => {
    const ids = [...new Set(answersThatStay(orders, freed).map(({ id }) => id))];
    const [id] = ids;
    if (ids.length === 1 && (id === null || id === undefined || stored.has(id))) return [];
    const names = ids.map((each) => each ?? "a refusal").join(" and ");
    const known = ids.filter((each) => stored.has(each ?? "")).join(", ");
    const says = `has answered "${key}" with ${names}, of which are stored: ${known}`;
    return [{ rule, session: undefined, says }];
  });
  const direct = books.intents.filter(({ session }) => session === null);
  const unordered = [...direct, ...books.refunds]
    .filter(({ id }) => !answered.has(id))
    .map(({ id }): Violation => ({ rule, session: undefined, says: `has ${id}, which nobody was answered` }));
  return [...wrong, ...unordered];
}

/**
 * A refusal is not kept: where a refund of the payment has failed meanwhile, what it had reserved is free
 * again, and the order may be carried out when it is sent once more. Once it is carried out it is never
 * refused.
 */
function answersThatStay(orders: readonly OrderAnswer[], freed: ReadonlySet<string>): readonly OrderAnswer[] {
  const carriedOut = orders.findIndex(({ id }) => id !== null);
  const from = orders[0]?.from ?? "";
  return carriedOut > 0 && freed.has(from) ? orders.slice(carriedOut) : orders;
}

/** A refund that was answered to have ended has ended so. */
export function refundsStay({ books, answers }: Snapshots): Violation[] {
  const refunds = new Map(books.refunds.map((refund) => [refund.id, refund]));
  return answers.orders.flatMap(({ what, id, status, amount }): Violation[] => {
    const refund = refunds.get(id ?? "");
    if (what !== "refund" || refund === undefined) return [];
    const isSame =
      (status === "pending" || status === refund.status) && (amount ?? refund.amount) === refund.amount;
    const says = `has answered ${id} as ${amount} ${status}, and stored it as ${refund.amount} ${refund.status}`;
    return isSame ? [] : [{ rule: "what was read stays true", session: undefined, says }];
  });
}

/** The merchants' lists say what the database says. */
export function paymentsListedAsRecorded({ books, answers }: Snapshots): Violation[] {
  const rule = "payments and refunds listed as recorded";
  const recorded = [
    ...books.intents.map(({ id, session, status, amount, received, refunded, currency, settlement }) =>
      JSON.stringify([
        id,
        session,
        status,
        amount,
        settlement === "rejected" ? 0 : received,
        refunded,
        currency,
      ]),
    ),
    ...books.refunds.map(({ id, payment, status, amount }) => JSON.stringify([id, payment, status, amount])),
  ];
  const listed = [
    ...answers.payments.map(({ id, session, status, amount, received, refunded, currency }) =>
      JSON.stringify([id, session, status, amount, received, refunded, currency]),
    ),
    ...answers.refunds.map(({ id, payment, status, amount }) =>
      JSON.stringify([id, payment, status, amount]),
    ),
  ];
  return [
    ...without(recorded, listed).map((text): Violation => ({
      rule,
      session: undefined,
      says: `does not list ${text}`,
    })),
    ...without(listed, recorded).map((text): Violation => ({
      rule,
      session: undefined,
      says: `lists ${text}`,
    })),
  ];
}

/** What is in `all` more often than in `others`. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = new Map([...grouped(others, (text) => text)].map(([text, each]) => [text, each.length]));
  return all.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
