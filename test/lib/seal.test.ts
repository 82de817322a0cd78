import * as fc from "fast-check";
import t from "tap";

import { createSealer, type SealScope } from "../../src/lib/seal.js";
import { CODE_POINT } from "../support/any-text.js";

const KEY = Buffer.alloc(32, 7);
const sealer = createSealer(KEY);
const SCOPE: SealScope = { merchantId: "mer_1", livemode: true, purpose: "gateway-secret" };

const anyText = fc.string({ unit: CODE_POINT, maxLength: 300 });
const aScope: fc.Arbitrary<SealScope> = fc.record({
  merchantId: anyText,
  livemode: fc.boolean(),
  purpose: fc.constantFrom("gateway-secret", "gateway-message", "xref"),
});

t.test("a key of another length than 32 bytes is refused", async (t) => {
  for (const length of [0, 16, 31, 33, 64]) t.throws(() => createSealer(Buffer.alloc(length)), /32 bytes/);
});

t.test("what follows from the key differs by its use and by the key", async (t) => {
  const other = createSealer(Buffer.alloc(32, 8));
  const values = [sealer.checkValue, sealer.sandboxToken, other.checkValue, other.sandboxToken];
  t.equal(new Set(values).size, values.length);
  t.notOk(values.some((value) => value.includes(KEY.toString("hex"))));
});

t.test("one flipped bit, wherever it is, and nothing opens", async (t) => {
  const sealed = sealer.seal("Circle4Take40Idea", SCOPE);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const altered = Buffer.from(sealed);
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    t.throws(() => sealer.open(altered, SCOPE), `bit ${bit}`);
  }
});

t.test("bytes that were cut off or added are noticed", async (t) => {
  const sealed = sealer.seal("Circle4Take40Idea", SCOPE);
  for (let length = 0; length < sealed.length; length++) {
    t.throws(() => sealer.open(sealed.subarray(0, length), SCOPE), `${length} bytes`);
  }
  t.throws(() => sealer.open(Buffer.concat([sealed, Buffer.of(0)]), SCOPE));
});

t.test("what was sealed for one scope does not open in another", async (t) => {
  const sealed = sealer.seal("secret", SCOPE);
  t.throws(() => sealer.open(sealed, { ...SCOPE, merchantId: "mer_2" }), "another merchant");
  t.throws(() => sealer.open(sealed, { ...SCOPE, livemode: false }), "the other mode");
  t.throws(() => sealer.open(sealed, { ...SCOPE, purpose: "xref" }), "another purpose");
});

t.test("a fingerprint is the same for the same text, and differs by text, scope and key", async (t) => {
  const scope: SealScope = { ...SCOPE, purpose: "card-fingerprint" };
  const fingerprint = sealer.fingerprint("492942******0821", scope);
  t.match(fingerprint, /^[0-9a-f]{32}$/);
  t.equal(createSealer(KEY).fingerprint("492942******0821", scope), fingerprint);
  t.not(sealer.fingerprint("492942******0822", scope), fingerprint);
  for (const other of [{ merchantId: "mer_2" }, { livemode: false }, { purpose: "xref" as const }]) {
    t.not(sealer.fingerprint("492942******0821", { ...scope, ...other }), fingerprint, JSON.stringify(other));
  }
  t.not(createSealer(Buffer.alloc(32, 8)).fingerprint("492942******0821", scope), fingerprint);
});

t.test("no two scopes share a key, whatever characters are in a merchant's id", async () => {
  fc.assert(
    fc.property(aScope, aScope, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      return throws(() => sealer.open(sealer.seal("secret", a), b));
    }),
  );
});

t.test("another key opens nothing", async (t) => {
  const other = createSealer(Buffer.alloc(32, 8));
  t.throws(() => other.open(sealer.seal("secret", SCOPE), SCOPE));
});

t.test("any text comes back as it was", async () => {
  fc.assert(
    fc.property(anyText, aScope, (text, scope) => sealer.open(sealer.seal(text, scope), scope) === text),
  );
});

t.test("sealed bytes that a database hands over as a plain byte array open too", async (t) => {
  t.equal(sealer.open(new Uint8Array(sealer.seal("secret", SCOPE)), SCOPE), "secret");
});

t.test("two seals of one text differ, and neither shows it", async (t) => {
  const [one, two] = [sealer.seal("a gateway secret", SCOPE), sealer.seal("a gateway secret", SCOPE)];
  t.notOk(one.equals(two));
  t.notOk(one.includes("gateway"));
});

t.test("the check value tells keys apart and gives none away", async (t) => {
  t.equal(createSealer(Buffer.alloc(32, 7)).checkValue, sealer.checkValue);
  t.not(createSealer(Buffer.alloc(32, 8)).checkValue, sealer.checkValue);
  t.notMatch(sealer.checkValue, KEY.toString("hex"));
});

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true; // Which error it is does not matter here: nothing was opened.
  }
}
