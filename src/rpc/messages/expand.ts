import type { CheckoutSession } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import type { Customer } from "../../../gen/calmonypay/v1/customer_pb.js";
import type { PaymentIntent } from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import type { PaymentMethod } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { Refund } from "../../../gen/calmonypay/v1/refund_pb.js";
import type { SetupIntent } from "../../../gen/calmonypay/v1/setup_intent_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { storedBilling } from "../../checkout/customers/get-payment-method.js";
import { viewPayments } from "../../checkout/payments/payment-intents.js";
import { findSetupIntents } from "../../checkout/sessions/get-setup-intent.js";
import { findCustomers } from "../../db/tables/customers.js";
import { findPaymentIntents } from "../../db/tables/payment-intents.js";
import { findPaymentMethods } from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { customerMessage } from "./customer-message.js";
import { paymentIntentMessage } from "./payment-intent-message.js";
import { paymentMethodMessage } from "./payment-method-message.js";
import { setupIntentMessage } from "./setup-intent-message.js";

/**
 * The context to read objects with, and the caller: objects of others are not found, and their ids stay
 * unexpanded.
 */
interface Reader {
  readonly checkout: CheckoutContext;
  readonly caller: MerchantScope;
}

/** Expands the wanted fields of sessions. Reads each kind of object once, however many sessions there are. */
export async function expandSessions(
  reader: Reader,
  sessions: readonly CheckoutSession[],
  wanted: Expansion,
): Promise<void> {
  if (wanted.size === 0) return;
  await Promise.all([
    place(wanted.get("customer"), sessions, {
      idOf: ({ customer }) => customer,
      read: (ids) => readCustomers(reader, ids),
      put: (session, customer) => (session.customerExpanded = customer),
    }),
    place(wanted.get("payment_intent"), sessions, {
      idOf: ({ paymentIntent }) => paymentIntent,
      read: (ids, inside) => readPaymentIntents(reader, ids, inside),
      put: (session, intent) => (session.paymentIntentExpanded = intent),
    }),
    place(wanted.get("payment_method"), sessions, {
      idOf: ({ paymentMethod }) => paymentMethod,
      read: (ids, inside) => readPaymentMethods(reader, ids, inside),
      put: (session, method) => (session.paymentMethodExpanded = method),
    }),
    place(wanted.get("setup_intent"), sessions, {
      idOf: ({ setupIntent }) => setupIntent,
      read: (ids, inside) => readSetupIntents(reader, ids, inside),
      put: (session, intent) => (session.setupIntentExpanded = intent),
    }),
  ]);
}

/** Expands the wanted fields of payment intents, or of setup intents, which name a customer and a card as well. */
export async function expandIntents(
  reader: Reader,
  intents: readonly (PaymentIntent | SetupIntent)[],
  wanted: Expansion,
): Promise<void> {
  await Promise.all([
    place(wanted.get("customer"), intents, {
      idOf: ({ customer }) => customer,
      read: (ids) => readCustomers(reader, ids),
      put: (intent, customer) => (intent.customerExpanded = customer),
    }),
    place(wanted.get("payment_method"), intents, {
      idOf: ({ paymentMethod }) => paymentMethod,
      read: (ids, inside) => readPaymentMethods(reader, ids, inside),
      put: (intent, method) => (intent.paymentMethodExpanded = method),
    }),
  ]);
}

/** Expands the wanted fields of payment methods. */
export async function expandPaymentMethods(
  reader: Reader,
  methods: readonly PaymentMethod[],
  wanted: Expansion,
): Promise<void> {
  await place(wanted.get("customer"), methods, {
    idOf: ({ customer }) => customer,
    read: (ids) => readCustomers(reader, ids),
    put: (method, customer) => (method.customerExpanded = customer),
  });
}

/** Expands the wanted fields of refunds. */
export async function expandRefunds(
  reader: Reader,
  refunds: readonly Refund[],
  wanted: Expansion,
): Promise<void> {
  await place(wanted.get("payment_intent"), refunds, {
    idOf: ({ paymentIntent }) => paymentIntent,
    read: (ids, inside) => readPaymentIntents(reader, ids, inside),
    put: (refund, intent) => (refund.paymentIntentExpanded = intent),
  });
}

/** An expandable field of a message. */
interface Place<Message, Object> {
  readonly idOf: (message: Message) => string | undefined;
  /** Reads objects of one kind; `inside` is what to expand in them in turn. */
  readonly read: (ids: readonly string[], inside: Expansion) => Promise<Object[]>;
  readonly put: (message: Message, object: Object) => void;
}

async function place<Message, Object extends { readonly id: string }>(
  inside: Expansion | undefined,
  messages: readonly Message[],
  { idOf, read, put }: Place<Message, Object>,
): Promise<void> {
  const ids = new Set(messages.flatMap((message) => idOf(message) ?? []));
  if (inside === undefined || ids.size === 0) return;
  const objects = new Map((await read([...ids], inside)).map((object) => [object.id, object]));
  for (const message of messages) {
    const object = objects.get(idOf(message) ?? "");
    if (object !== undefined) put(message, object);
  }
}

async function readCustomers({ checkout, caller }: Reader, ids: readonly string[]): Promise<Customer[]> {
  return (await findCustomers(checkout.db.manager, caller, ids)).map(customerMessage);
}

async function readPaymentMethods(
  reader: Reader,
  ids: readonly string[],
  inside: Expansion,
): Promise<PaymentMethod[]> {
  const { checkout, caller } = reader;
  const rows = await findPaymentMethods(checkout.db.manager, caller, ids);
  const messages = rows.map((row) => paymentMethodMessage(row, storedBilling(checkout, row)));
  await expandPaymentMethods(reader, messages, inside);
  return messages;
}

async function readPaymentIntents(
  reader: Reader,
  ids: readonly string[],
  inside: Expansion,
): Promise<PaymentIntent[]> {
  const { checkout, caller } = reader;
  const rows = await findPaymentIntents(checkout.db.manager, caller, ids);
  const messages = (await viewPayments(checkout, rows)).map(paymentIntentMessage);
  await expandIntents(reader, messages, inside);
  return messages;
}

async function readSetupIntents(
  reader: Reader,
  ids: readonly string[],
  inside: Expansion,
): Promise<SetupIntent[]> {
  const messages = (await findSetupIntents(reader.checkout, reader.caller, ids)).map(setupIntentMessage);
  await expandIntents(reader, messages, inside);
  return messages;
}

/** The fields that a call wants expanded, each with the fields to expand inside of it. */
export type Expansion = ReadonlyMap<string, Expansion>;

/** The expandable fields of each kind of object. */
interface Expandable {
  readonly [field: string]: Expandable;
}

const PAYMENT_METHOD: Expandable = { customer: {} };
/** The latest charge is always an object. */
const PAYMENT_INTENT: Expandable = { customer: {}, payment_method: PAYMENT_METHOD, latest_charge: {} };
const SETUP_INTENT: Expandable = { customer: {}, payment_method: PAYMENT_METHOD };
const CHECKOUT_SESSION: Expandable = {
  customer: {},
  payment_intent: PAYMENT_INTENT,
  payment_method: PAYMENT_METHOD,
  setup_intent: SETUP_INTENT,
  line_items: {},
};

const REFUND: Expandable = { payment_intent: PAYMENT_INTENT };

const KINDS = { PAYMENT_METHOD, PAYMENT_INTENT, SETUP_INTENT, CHECKOUT_SESSION, REFUND };

/**
 * Reads `expand` of a call that returns one object: paths such as `payment_intent.customer`. Throws a Refusal
 * that names the first path that cannot be expanded; call it before any change.
 */
export function expansionOf({ expand }: Expanding, kind: keyof typeof KINDS): Expansion {
  return readPaths(expand, KINDS[kind]);
}

/**
 * Reads `expand` of a call that returns a list: paths such as `data.payment_intent.customer`. Throws as
 * `expansionOf`.
 */
export function listExpansionOf({ expand }: Expanding, kind: keyof typeof KINDS): Expansion {
  return readPaths(expand, { data: KINDS[kind] }).get("data") ?? NOTHING;
}

const NOTHING: Expansion = new Map();

/** A request with the field `expand`. */
interface Expanding {
  readonly expand: readonly string[];
}

type Growing = Map<string, Growing>;

function readPaths(paths: readonly string[], expandable: Expandable): Expansion {
  if (paths.length === 0) return NOTHING;
  const wanted: Growing = new Map();
  for (const [index, path] of paths.entries()) add(wanted, expandable, path, `expand[${index}]`);
  return wanted;
}

function add(wanted: Growing, expandable: Expandable, path: string, param: string): void {
  let known = expandable;
  let inside = wanted;
  for (const name of path.split(".")) {
    const next = Object.hasOwn(known, name) ? known[name] : undefined;
    if (next === undefined) {
      throw new Refusal("PARAMETER_INVALID", `This property cannot be expanded: ${path}.`, param);
    }
    known = next;
    inside = inside.get(name) ?? grow(inside, name);
  }
}

function grow(wanted: Growing, name: string): Growing {
  const inside: Growing = new Map();
  wanted.set(name, inside);
  return inside;
}
