import { type DescField, type DescMessage, getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldRules,
  field as fieldOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import t from "tap";

import { LIMITS } from "../../src/start/http-handlers.js";
import { services } from "../support/services.js";

/** The most UTF-16 units that a character takes, each of which JSON may write as `\\ud83d`. */
const ESCAPED_CHARACTER = "\\ud83d\\ude00".length;

/** Texts that a pattern or a list of words bounds instead of a length. */
const BOUNDED_OTHERWISE: Record<string, number> = { currency: 3, id: 64 };

/**
 * What an order may say besides itself. Full of it for each of a hundred items, a request would have 35 MB: that is
 * refused as too large.
 */
const BESIDES: ReadonlySet<string> = new Set([
  "ProductData.description",
  "ProductData.images",
  "ProductData.metadata",
  "CreateCheckoutSessionRequest.payment_intent_data",
  "CreateCheckoutSessionRequest.setup_intent_data",
]);

/** The longest JSON of a type as a value, in which texts are as long as they may be with every character escaped. */
function longest(desc: DescMessage): object {
  const fields = desc.fields.filter(({ name }) => !BESIDES.has(`${desc.name}.${name}`));
  return Object.fromEntries(fields.map((field) => [field.name, longestOf(field)]));
}

function longestOf(field: DescField): unknown {
  const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
  const type = rules?.type;
  if (field.fieldKind === "map") {
    const map = type?.case === "map" ? type.value : undefined;
    const key = text(field, map?.keys);
    const value = text(field, map?.values);
    // Keys of one length that differ.
    return Object.fromEntries(times(map?.maxPairs).map((at) => [`${at}`.padEnd(key.length, "x"), value]));
  }
  if (field.fieldKind === "list") {
    const list = type?.case === "repeated" ? type.value : undefined;
    return times(list?.maxItems).map(() => one(field, list?.items));
  }
  return one(field, rules);
}

function one(field: DescField, rules: FieldRules | undefined): unknown {
  if (field.message !== undefined) return longest(field.message);
  if (field.scalar === ScalarType.STRING) return text(field, rules);
  return "x".repeat(60); // A number, or an enum's longest name.
}

function text({ name, parent }: DescField, rules: FieldRules | undefined): string {
  const max = rules?.type.case === "string" ? Number(rules.type.value.maxLen) : 0;
  const length = max === 0 ? BOUNDED_OTHERWISE[name] : max;
  if (length === undefined) throw new Error(`${parent.name}.${name} has no greatest length`);
  return "x".repeat(length * ESCAPED_CHARACTER);
}

function times(max: bigint | undefined): number[] {
  if (max === undefined || max === 0n) throw new Error("a list or a map has no greatest number of elements");
  return Array.from({ length: Number(max) }, (_, at) => at);
}

t.test(
  "the longest request that keeps all rules, escaped and indented, is below the limit of a body",
  async (t) => {
    const sizes = services
      .flatMap(({ methods }) => methods.map(({ input }) => input))
      .map((desc) => [desc.name, JSON.stringify(longest(desc), null, 4).length] as const)
      .toSorted(([, a], [, b]) => b - a);
    const [name, largest = 0] = sizes[0] ?? [];
    t.comment(`${name}: ${largest} bytes`);
    t.ok(largest < LIMITS.requestBytesMax, `${name} of ${largest} bytes fits`);
    t.ok(largest * 2 > LIMITS.requestBytesMax, "and the limit is no larger than it needs to be");
  },
);
