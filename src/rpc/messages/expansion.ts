import { Refusal } from "../../domain/refusal.js";

/** The fields that a call wants expanded, each with the fields to expand inside of it. */
export type Expansion = ReadonlyMap<string, Expansion>;

/** The expandable fields of each kind of object. */
interface Expandable {
  readonly [field: string]: Expandable;
}

const PAYMENT_METHOD: Expandable = { customer: {} };
const PAYMENT_INTENT: Expandable = { customer: {}, payment_method: PAYMENT_METHOD };
const CHECKOUT_SESSION: Expandable = {
  customer: {},
  payment_intent: PAYMENT_INTENT,
  payment_method: PAYMENT_METHOD,
  line_items: {},
};

const REFUND: Expandable = { payment_intent: PAYMENT_INTENT };

const KINDS = { PAYMENT_METHOD, PAYMENT_INTENT, CHECKOUT_SESSION, REFUND };

/**
 * Reads `expand` of a call that returns one object: paths such as `payment_intent.customer`. Throws a Refusal
 * that names the first path that cannot be expanded; call it before any change.
 */
export function expansionOf({ expand }: Expanding, kind: keyof typeof KINDS): Expansion {
  return read(expand, KINDS[kind]);
}

/**
 * Reads `expand` of a call that returns a list: paths such as `data.payment_intent.customer`. Throws as
 * `expansionOf`.
 */
export function listExpansionOf({ expand }: Expanding, kind: keyof typeof KINDS): Expansion {
  return read(expand, { data: KINDS[kind] }).get("data") ?? NOTHING;
}

const NOTHING: Expansion = new Map();

/** A request with the field `expand`. */
interface Expanding {
  readonly expand: readonly string[];
}

type Growing = Map<string, Growing>;

function read(paths: readonly string[], expandable: Expandable): Expansion {
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
