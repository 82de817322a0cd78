import { readdirSync } from "node:fs";

import { create, type DescField, type DescMessage, type DescService, type Message } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import * as fc from "fast-check";
import t from "tap";

import { fastValidator } from "../../../src/rpc/validation/fast-validator.js";
import { CreateCheckoutSessionRequestSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";

/** Every service of ours. */
async function services(): Promise<DescService[]> {
  const files = readdirSync("gen/calmonypay/v1").filter((name) => name.endsWith("_service_pb.ts"));
  const modules = files.map((name) => `../../../gen/calmonypay/v1/${name.replace(/ts$/, "js")}`);
  const all = await Promise.all(modules.map(async (module) => (await import(module)) as object));
  return all.flatMap((exports) => Object.values(exports)).filter(isService);
}

function isService(value: unknown): value is DescService {
  return (value as { kind?: unknown }).kind === "service";
}

const urls = ["https://shop.example/ok", "HTTP://a.b", "ftp://a.b", "https://a@b.c", "https://a b"];
const texts = [
  "",
  "gbp",
  "GBP",
  "eur",
  "xyz",
  "\u212Arw",
  "a",
  "a[b]",
  "a\tb",
  "é",
  "x".repeat(41),
  "x".repeat(251),
];
const text = fc.oneof(fc.constantFrom(...urls), fc.constantFrom(...texts), fc.string({ maxLength: 4 }));
const whole = fc.constantFrom(0n, 1n, 2n, -1n, 10n ** 9n, 10n ** 12n);

/** A value for a field, often at the edge of what its rules allow. */
function valueOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.fieldKind === "map") return fc.dictionary(text, elementOf(field, depth), { maxKeys: 3 });
  if (field.fieldKind === "list") return fc.array(elementOf(field, depth), { maxLength: 3 });
  return elementOf(field, depth);
}

function elementOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.message !== undefined)
    return depth > 4 ? fc.constant(create(field.message)) : messageOf(field.message, depth + 1);
  if (field.enum !== undefined) return fc.integer({ min: 0, max: 5 });
  const { scalar } = field;
  const known: Record<number, fc.Arbitrary<unknown>> = {
    9: text,
    8: fc.boolean(),
    3: whole,
    5: whole.map(Number),
  };
  return known[scalar ?? 0] ?? fc.constant(undefined);
}

function messageOf(desc: DescMessage, depth = 0): fc.Arbitrary<Message> {
  const fields = desc.fields.filter((field) => field.oneof === undefined);
  const values = fields.map((field) => fc.option(valueOf(field, depth), { nil: undefined, freq: 6 }));
  return fc.tuple(...values).map((all) => {
    const set = fields.map((field, index) => [field.localName, all[index]] as const);
    return create(desc, Object.fromEntries(set.filter(([, value]) => value !== undefined)));
  });
}

t.test("what is sure to keep the rules keeps them, for every request of every service", async (t) => {
  const validator = createValidator();
  for (const { methods } of await services()) {
    for (const { input } of methods) {
      const isSure = fastValidator(input);
      let sure = 0;
      const property = fc.property(messageOf(input), (message) => {
        if (!isSure(message)) return;
        sure++;
        const { kind } = validator.validate(input, message);
        if (kind !== "valid") t.fail(`${input.typeName} is not valid: ${JSON.stringify(message, text64)}`);
      });
      fc.assert(property, { numRuns: 200 });
      t.pass(`${input.typeName}: ${sure} were sure`);
    }
  }
});

const text64 = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

interface Parts {
  readonly currency: string;
  readonly name: string;
  readonly successUrl: string;
  readonly quantity: bigint;
  readonly metadata: Record<string, string>;
}

const RIGHT: Parts = {
  currency: "GBP",
  name: "Pro Plan — Monthly",
  successUrl: "https://shop.example/ok",
  quantity: 1n,
  metadata: { order: "№ 7" },
};

function orderOf(parts: Partial<Parts>): Message {
  const { currency, name, successUrl, quantity, metadata } = { ...RIGHT, ...parts };
  return create(CreateCheckoutSessionRequestSchema, {
    lineItems: ["gbp", currency].map((each) => ({
      priceData: { currency: each, unitAmount: 2999n, productData: { name } },
      quantity,
    })),
    successUrl,
    cancelUrl: "https://shop.example/no",
    metadata,
  });
}

t.test("an order as it should be is sure, and one that breaks a rule is not", (t) => {
  const isSure = fastValidator(CreateCheckoutSessionRequestSchema);
  t.ok(isSure(orderOf({})));
  t.notOk(isSure(orderOf({ currency: "eur" })));
  t.notOk(isSure(orderOf({ name: "a\tb" })));
  t.notOk(isSure(orderOf({ name: "" })));
  t.notOk(isSure(orderOf({ successUrl: "ftp://shop.example" })));
  t.notOk(isSure(orderOf({ metadata: { "a[b]": "v" } })));
  t.notOk(isSure(create(CreateCheckoutSessionRequestSchema)));
  t.end();
});

t.test("an order that is sure keeps every rule, also with one part that is strange", (t) => {
  const isSure = fastValidator(CreateCheckoutSessionRequestSchema);
  const validator = createValidator();
  const part: fc.Arbitrary<Partial<Parts>> = fc.oneof(
    fc.record({ currency: fc.oneof(text, fc.constantFrom("gbp", "Gbp", "GB\u212A")) }),
    fc.record({ name: text }),
    fc.record({
      successUrl: fc.oneof(
        text,
        text.map((end) => `https://${end}`),
      ),
    }),
    fc.record({ quantity: whole }),
    fc.record({ metadata: fc.dictionary(text, text, { maxKeys: 2 }) }),
  );
  let sure = 0;
  const property = fc.property(part, (parts) => {
    const order = orderOf(parts);
    if (!isSure(order)) return true;
    sure++;
    return validator.validate(CreateCheckoutSessionRequestSchema, order as never).kind === "valid";
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }));
  t.ok(sure > 100, "a check that never says yes would say nothing");
  t.end();
});
