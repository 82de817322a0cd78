import { randomBytes } from "node:crypto";

import * as fc from "fast-check";
import t from "tap";

import { signatureHeaders } from "../../src/webhooks/sign.js";
import { verifyWithEach } from "../support/verify-webhook.js";

const secrets = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString("base64")}`);

function verify(body: string, headers: Record<string, string>, secret: string, seconds: number): void {
  verifyWithEach({ body, headers }, secret, seconds * 1000);
}

t.test("what is signed is verified by libraries that nobody changed, for any body", async () => {
  const events = fc.record({ id: fc.string(), data: fc.json() }).map((event) => JSON.stringify(event));
  const times = fc.integer({ min: 1_500_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(secrets, events, times, (secret, body, seconds) => {
      verify(body, signatureHeaders("evt_1", Buffer.from(body), [secret], seconds), secret, seconds);
    }),
  );
});

t.test("while a secret is rolled, receivers that know either of them verify", async () => {
  fc.assert(
    fc.property(secrets, secrets, (newer, older) => {
      const body = '{"object":"event"}';
      const headers = signatureHeaders("evt_1", Buffer.from(body), [newer, older], 1_700_000_000);
      for (const secret of [newer, older]) verify(body, headers, secret, 1_700_000_000);
    }),
    { numRuns: 20 },
  );
});

t.test("another body, another secret, another id and another time are refused", async (t) => {
  const [secret, other] = [0, 1].map(() => `whsec_${randomBytes(32).toString("base64")}`) as [string, string];
  const body = '{"object":"event"}';
  const now = 1_700_000_000;
  const headers = signatureHeaders("evt_1", Buffer.from(body), [secret], now);
  t.throws(() => verify(body.replace("event", "evenu"), headers, secret, now));
  t.throws(() => verify(body, headers, other, now));
  t.throws(() => verify(body, { ...headers, "webhook-id": "evt_2" }, secret, now));
  t.throws(() => verify(body, headers, secret, now + 301));
  t.doesNotThrow(() => verify(body, headers, secret, now + 299));
});
