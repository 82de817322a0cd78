import * as fc from "fast-check";
import t from "tap";

import { attemptReference, parseAttemptReference } from "../../src/domain/attempt-reference.js";

const NOT_OURS = [
  "",
  "-1",
  "cs_",
  "cs_abc",
  "cs_abc-",
  "cs_-1",
  "cs_abc-0",
  "cs_abc-01",
  "cs_abc-1000000",
  "cs_abc-1.5",
  "cs_abc--1",
  "cs_abc-1-2",
  "cs_abc-1 ",
  " cs_abc-1",
  "cs_abc-1\n",
  "cs_abc-١",
  "cs_äbc-1",
  "cs_a_c-1",
  "CS_abc-1",
  "re_abc-1",
  "pi_-1",
  "pi_abc",
  `cs_${"a".repeat(61)}-1`,
];

for (const text of NOT_OURS) {
  t.test(`${JSON.stringify(text.slice(0, 20))} names no attempt`, async (t) => {
    t.equal(parseAttemptReference(text), undefined);
  });
}

t.test("a reference leads back to its subject and attempt", async () => {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const random = fc.string({ unit: fc.constantFrom(...Array.from(letters)), minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(random, fc.integer({ min: 1, max: 999_999 }), (text, attempt) => {
      const read = parseAttemptReference(attemptReference(`cs_${text}`, attempt));
      return read?.targetId === `cs_${text}` && read.attempt === attempt;
    }),
  );
});

t.test("no other text than its own leads to a subject and attempt", async () => {
  const nearly = fc.stringMatching(/^(cs|pi)_[0-9A-Za-z-]{1,8}-?[0-9]{0,7}$/);
  fc.assert(
    fc.property(nearly, (text) => {
      const read = parseAttemptReference(text);
      return read === undefined || attemptReference(read.targetId, read.attempt) === text;
    }),
  );
});

t.test("a reference tells what it is made for", async (t) => {
  t.same(parseAttemptReference("cs_abc-1"), { kind: "session", targetId: "cs_abc", attempt: 1 });
  t.same(parseAttemptReference("pi_abc-12"), { kind: "payment_intent", targetId: "pi_abc", attempt: 12 });
});
