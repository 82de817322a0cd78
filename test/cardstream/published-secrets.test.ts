import t from "tap";

import { isPublishedSecret } from "../../src/cardstream/published-secrets.js";
import { vectors } from "../support/signature-vectors.js";

t.test("every secret of the published signatures is known as published", async (t) => {
  const secrets = new Set(vectors.map(({ secret }) => secret).filter((secret) => secret !== ""));
  t.ok(secrets.size >= 4);
  for (const secret of secrets) t.equal(isPublishedSecret(secret), true, secret);
});

t.test("a secret of one's own is not", async (t) => {
  for (const secret of ["", "Circle4Take40Ide", "circle4take40idea", "toString"]) {
    t.equal(isPublishedSecret(secret), false, secret);
  }
});
