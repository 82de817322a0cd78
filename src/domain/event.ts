/** The kinds of object that events are about, in the API's words. */
export type EventObjectKind =
  | "checkout.session"
  | "customer"
  | "held_payment"
  | "payment_intent"
  | "payment_method"
  | "refund"
  | "setup_intent"
  | "webhook_endpoint";

/** Every type of event, in Stripe's words where Stripe has them, and the kind of its object. */
export const EVENT_OBJECTS = {
  // Stripe's has a charge. Here a payment intent is all that there is of a charge.
  "charge.refunded": "payment_intent",
  // Stripe's tells that a payment has failed that was made later than its session was completed. So does a rejection.
  "checkout.session.async_payment_failed": "checkout.session",
  "checkout.session.completed": "checkout.session",
  "checkout.session.expired": "checkout.session",
  "customer.created": "customer",
  "customer.deleted": "customer",
  "customer.updated": "customer",
  "held_payment.accepted": "held_payment",
  "held_payment.created": "held_payment",
  "held_payment.dismissed": "held_payment",
  "held_payment.returned": "held_payment",
  "payment_intent.amount_capturable_updated": "payment_intent",
  // Stripe has none: there, a payment whose authorization lapses is canceled without notice.
  "payment_intent.authorization_expiring": "payment_intent",
  "payment_intent.canceled": "payment_intent",
  "payment_intent.created": "payment_intent",
  "payment_intent.payment_failed": "payment_intent",
  "payment_intent.processing": "payment_intent",
  "payment_intent.requires_action": "payment_intent",
  "payment_intent.settlement_rejected": "payment_intent",
  "payment_intent.settlement_unresolved": "payment_intent",
  "payment_intent.succeeded": "payment_intent",
  "payment_method.attached": "payment_method",
  "payment_method.detached": "payment_method",
  "refund.created": "refund",
  "refund.failed": "refund",
  "refund.updated": "refund",
  "setup_intent.setup_failed": "setup_intent",
  "setup_intent.succeeded": "setup_intent",
  "webhook_endpoint.disabled": "webhook_endpoint",
  "webhook_endpoint.test": "webhook_endpoint",
} as const satisfies Record<string, EventObjectKind>;

/** A type of event. */
export type EventType = keyof typeof EVENT_OBJECTS;

/** The kind of object of an event of this type. */
export type ObjectKindOf<Type extends EventType> = (typeof EVENT_OBJECTS)[Type];

/** Sent to its endpoint alone, whatever types that wants. */
export const TEST_EVENT = "webhook_endpoint.test" satisfies EventType;

/** All types, in alphabetical order. */
export const EVENT_TYPES: readonly EventType[] = (Object.keys(EVENT_OBJECTS) as EventType[]).toSorted();

/**
 * Whether a merchant may ask for this: a type, `*` for all, or a group of types such as `refund.*`. The test event is
 * not asked for.
 */
export function isEventPattern(pattern: string): boolean {
  return EVENT_TYPES.some((type) => type !== TEST_EVENT && (pattern === type || isGroupOf(pattern, type)));
}

/** Whether an event of this type is among those that `patterns` ask for. */
export function isWanted(type: EventType, patterns: readonly string[]): boolean {
  return type !== TEST_EVENT && patterns.some((pattern) => pattern === type || isGroupOf(pattern, type));
}

function isGroupOf(pattern: string, type: EventType): boolean {
  return pattern === "*" || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));
}
