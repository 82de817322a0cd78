import * as fc from "fast-check";
import t from "tap";

import {
  changed,
  checkedCustomerId,
  type Customer,
  customerFrom,
  tombstone,
} from "../../src/domain/customer.js";
import { Refusal } from "../../src/domain/refusal.js";
import { CODE_POINT } from "../support/any-text.js";

const ADA: Customer = {
  merchantId: "mer_1",
  livemode: false,
  id: "cus_ada",
  email: "ada@example.com",
  name: "Ada",
  phone: null,
  description: null,
  address: null,
  metadata: { plan: "pro", seat: "4" },
  createdAt: 1_718_000_000_000,
  deletedAt: null,
};

t.test("an id that cannot be one is refused", async (t) => {
  for (const id of ["", "cus_", "cs_1", "CUS_1", "cus_ä", "cus_a b", "cus_a\n", `cus_${"a".repeat(61)}`]) {
    t.throws(() => checkedCustomerId(id), Refusal, id);
  }
  for (const id of ["cus_1", "cus_A-z_0", `cus_${"a".repeat(60)}`]) t.equal(checkedCustomerId(id), id);
});

t.test("a change that cannot be is refused by the name of its field", async (t) => {
  const keys = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`key ${index}`, "1"]));
  const wrong: [object, string][] = [
    [{ email: "ada" }, "email"],
    [{ email: "@example.com" }, "email"],
    [{ email: "a da@example.com" }, "email"],
    [{ email: "ada@exa@mple.com" }, "email"],
    [{ email: `${"a".repeat(320)}@b` }, "email"],
    [{ name: "A\u0007da" }, "name"],
    [{ name: "💶".repeat(257) }, "name"],
    [{ metadata: keys }, "metadata"],
  ];
  for (const [change, field] of wrong) {
    t.equal(
      fieldOf(() => changed(ADA, change)),
      field,
      JSON.stringify(change).slice(0, 99),
    );
  }
});

t.test("what is not given stays, and an empty text is none", async (t) => {
  t.same(changed(ADA, {}), ADA);
  t.same(changed(ADA, { email: undefined, name: "Ada L." }), { ...ADA, name: "Ada L." });
  t.same(changed(ADA, { email: "", name: "" }), { ...ADA, email: null, name: null });
  t.equal(changed(ADA, { name: "💶".repeat(256) }).name?.length, 512, "characters are counted, not halves");
});

t.test("metadata is merged with what the customer has", async (t) => {
  t.same(changed(ADA, { metadata: { plan: "", team: "a" } }).metadata, { seat: "4", team: "a" });
});

t.test("a customer is made of whatever a shopper gave, as far as it can be", async (t) => {
  const nobody = { name: null, email: null };
  t.same(customerFrom(null), nobody);
  t.same(customerFrom({ name: " \u0007\n ", email: "ada@" }), nobody);
  t.same(customerFrom({ name: "Ada\r\nLovelace", email: "ada@example.com" }), {
    name: "Ada Lovelace",
    email: "ada@example.com",
  });
  t.equal(customerFrom({ name: "💶".repeat(300), email: null }).name, "💶".repeat(256));
  const text = fc.string({ unit: CODE_POINT, maxLength: 400 });
  fc.assert(
    fc.property(text, text, (name, email) => {
      const { name: kept, email: address } = customerFrom({ name, email });
      const again = changed(ADA, { name: kept ?? "", email: address ?? "" });
      return again.name === kept && again.email === address;
    }),
  );
});

t.test("a deleted customer keeps its id and nothing that says who it was", async (t) => {
  const gone = tombstone(ADA, 1_718_000_001_000);
  t.same(gone, { ...ADA, email: null, name: null, metadata: {}, deletedAt: 1_718_000_001_000 });
});

/** The field that a refusal names. */
function fieldOf(refused: () => unknown): string | undefined {
  try {
    refused();
  } catch (error) {
    if (error instanceof Refusal) return error.violations[0]?.field;
  }
  return undefined;
}
