import { create, type Message } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";

import { CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import { type JsonEntry, compiledReader } from "../../../src/transcode/json/compiled-json-reader.js";
import type { JsonRecord } from "../../../src/transcode/json/json-text.js";

const wrong = {
  unknown: (key: string) => new Error(`unknown ${key}`),
  twice: (key: string, other: string) => new Error(`${key} and ${other}`),
};

/** Readers of two fields, one of which has two names, that keep what they are given. */
const entries = new Map<string, JsonEntry>(
  [
    ["name", undefined],
    ["payment_intent", "paymentIntent"],
    ["paymentIntent", "payment_intent"],
    ['it\'s "a" name', undefined],
  ].map(([key = "", other]) => [
    key,
    { name: key, other, set: (message, json) => void Object.assign(message, { [key]: json }) },
  ]),
);

/** The message, and the key and count that the reading ended with; or the error and the key that it stopped at. */
function read(json: JsonRecord) {
  const message: Message & Partial<Record<string, unknown>> = create(CustomerSchema);
  const [reading, at] = [{ depth: 0, keys: 0 }, { key: "" }];
  try {
    compiledReader(entries, wrong)?.(json, message, reading, at);
  } catch (error) {
    return { key: at.key, error: (error as Error).message };
  }
  return { message, keys: reading.keys };
}

t.test("a key that nobody knows, and one beside its other spelling, end the reading there", async (t) => {
  t.same(read({ name: "a", constructor: 1, more: 2 }), { key: "constructor", error: "unknown constructor" });
  t.same(read({ name: "a", paymentIntent: 1, payment_intent: 2 }), {
    key: "paymentIntent",
    error: "paymentIntent and payment_intent",
  });
});

t.test("each member goes to its field's reader, and each key counts", async () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  const known = fc.subarray(["name", "paymentIntent", 'it\'s "a" name']);
  fc.assert(
    fc.property(known, value, (keys, one) => {
      const json = Object.fromEntries(keys.map((key) => [key, one]));
      const { message, keys: count } = read(json);
      return count === keys.length && keys.every((key) => message?.[key] === one);
    }),
  );
});
