import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import t from "tap";

import { CreateCheckoutSessionRequestSchema as Schema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import { matchesRegex } from "../../../src/rpc/validation/regex.js";

/** What the rules of the proto files say of patterns, as it is written there. */
function written(): string[] {
  const folder = "proto/calmonypay/v1";
  const texts = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, "utf8"));
  const found = texts.flatMap((text) => Array.from(text.matchAll(/pattern: "(.*)"|matches\(r?'(.*?)'\)/g)));
  return found.map(([, rule, expression]) => (rule ?? expression ?? "").replaceAll("\\\\", "\\"));
}

t.test("every pattern of the proto files is one that both kinds of expression know", async (t) => {
  const patterns = written();
  t.ok(patterns.length >= 5);
  for (const pattern of patterns) {
    t.doesNotThrow(() => matchesRegex(pattern, ""), pattern);
    // The two differ in these: white space, word characters, line ends, and classes by name.
    t.notMatch(pattern, /\\[sSwWbB]|\[:|\(\?|\\[AzZQ]|(?<!\\)\.(?!\w)/, pattern);
  }
});

const character = fc.constantFrom(...Array.from("hHtTpPsS:/?#@\\ .aegbpuro%[]é\n\r\t\u0085\u2028\u{1F600}"));
const text = fc.string({ unit: character, maxLength: 12 });
const url = fc.oneof(
  text,
  fc.tuple(fc.constantFrom("https://", "HTTP://"), text).map((both) => both.join("")),
);
const currency = fc.oneof(text, fc.constantFrom("gbp", "GBP", "Eur", "xyz", "gbpx", ""));

const order: fc.Arbitrary<MessageInitShape<typeof Schema>> = fc.record({
  successUrl: url,
  cancelUrl: url,
  metadata: fc.dictionary(text, text, { maxKeys: 2 }),
  lineItems: fc.array(
    fc.record({
      priceData: fc.record({
        currency,
        unitAmount: fc.constant(1n),
        productData: fc.record({ name: text }),
      }),
      quantity: fc.constant(1n),
    }),
    { maxLength: 2 },
  ),
});

t.test(
  "a request breaks the same rules by the engine's expressions and by protovalidate's own",
  async (t) => {
    const own = createValidator();
    const native = createValidator({ regexMatch: matchesRegex });
    const property = fc.property(order, (init) => {
      const message = create(Schema, init);
      t.same(broken(native.validate(Schema, message)), broken(own.validate(Schema, message)));
      return t.passing();
    });
    fc.assert(property, { numRuns: 500 });
  },
);

function broken(result: ReturnType<ReturnType<typeof createValidator>["validate"]>): string[] {
  if (result.kind === "error") throw result.error;
  return result.kind === "valid" ? [] : result.violations.map(String);
}
