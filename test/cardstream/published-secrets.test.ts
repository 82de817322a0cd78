import t from "tap";

import { isPublishedSecret } from "../../src/cardstream/published-secrets.js";
import { vectors } from "../support/signature-vectors.js";

t.test("a secret of one's own is not published", async (t) => {
  t.notOk(isPublishedSecret("a secret of one's own"));
});

t.test("every secret of the published vectors is known as published", async (t) => {
  const secrets = new Set(vectors.map(({ secret }) => secret));
  secrets.delete(""); // No secret at all: refused elsewhere.
  t.ok(secrets.size > 3);
  for (const secret of secrets) t.ok(isPublishedSecret(secret), secret);
});
