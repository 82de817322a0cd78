import type { Test } from "tap";

import { type TestEngine, until } from "./database.js";
import { openPaid, type PaidParts, type PaidStory } from "./refunds.js";

/** The three ways on which money goes back. */
export const WAYS = [
  { way: "captured by less", amount: 500, settled: false, request: "CAPTURE:SALE" },
  { way: "cancelled", amount: 2000, settled: false, request: "CANCEL:SALE" },
  { way: "refunded", amount: 500, settled: true, request: "REFUND_SALE" },
] as const;

type Way = (typeof WAYS)[number];

/** A paid story in which money goes back on this way. */
export async function openOn(t: Test, engine: TestEngine, way: Way, parts: PaidParts): Promise<PaidStory> {
  const story = await openPaid(t, engine, parts);
  if (way.settled) await story.desk.settle();
  return story;
}

/** What the gateway was told and has carried out, questions aside. */
export function requestsOf({ told }: Pick<PaidStory, "told">): string[] {
  return told().filter((action) => !action.startsWith("QUERY"));
}

export async function untilEnded({ list }: Pick<PaidStory, "list">): Promise<void> {
  await until("no refund is pending", async () => (await list()).every(({ status }) => status !== "pending"));
}

/** By the merchant's books and the gateway's. */
export async function isBackOnce(
  t: Test,
  story: Pick<PaidStory, "list" | "readPayment" | "sale" | "told" | "events">,
  { amount, settled, request }: Way,
): Promise<void> {
  t.match(await story.list(), [{ status: "succeeded", amount }]);
  t.match(await story.readPayment(), { amount_received: 2000, amount_refunded: amount });
  t.same(requestsOf(story), [request]);
  t.same(await story.events(), ["refund.created", "charge.refunded", "refund.updated"]);
  const { amountReceived, amountRefunded } = await story.sale();
  t.equal(amountReceived - amountRefunded, 2000 - amount);
  t.equal(amountRefunded, settled ? amount : 0);
}
