import type { EventObjectKind } from "../../domain/event.js";

/**
 * What an event keeps of its object's row: all that its message is made of, and no secret. A sealed value that the
 * message needs stays sealed, as text; of one that it does not need is kept only whether there is one.
 */
export function storedObject(kind: EventObjectKind, row: object): unknown {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !LEFT_OUT[kind].includes(name))
      .map(([name, value]) => [
        name,
        Buffer.isBuffer(value) ? storedBytes(kind, name, value) : (value as unknown),
      ]),
  );
}

/** Line items are not in a session's message unless asked for. */
const LEFT_OUT: Record<EventObjectKind, readonly string[]> = {
  "checkout.session": ["lineItems"],
  customer: [],
  held_payment: ["messageSealed"],
  payment_intent: [],
  payment_method: [],
  refund: [],
  webhook_endpoint: ["secretSealed", "previousSecretSealed"],
};

function storedBytes(kind: EventObjectKind, name: string, value: Buffer): string {
  return kind === "payment_method" && name === "billingSealed" ? value.toString("base64") : "";
}

/** A row that was stored by `storedObject`: it has the fields that its message is made of. */
export function readObject(kind: EventObjectKind, stored: unknown): object {
  const row = stored as Record<string, unknown>;
  if (kind === "checkout.session") return { ...row, lineItems: [] };
  if (kind !== "payment_method" || typeof row["billingSealed"] !== "string") return row;
  return { ...row, billingSealed: Buffer.from(row["billingSealed"], "base64") };
}
