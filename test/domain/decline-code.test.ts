import { readFileSync } from "node:fs";

import t from "tap";

import { declineCodeOf, declineCodes, declineMessage } from "../../src/domain/decline-code.js";

t.test("a code that nobody knows is a decline like any other", async (t) => {
  for (const code of [3, 6, 99, 500, 9999]) t.equal(declineCodeOf(code), "generic_decline");
  for (const code of [65539, 65545, 66343]) t.equal(declineCodeOf(code), "processing_error");
  t.equal(declineMessage("generic_decline"), "The card was declined.");
  t.equal(declineMessage("toString"), "The card was declined.");
});

t.test("the acquirers' codes are said in the words of the field", async (t) => {
  t.equal(declineCodeOf(5), "do_not_honor");
  t.equal(declineCodeOf(51), "insufficient_funds");
  t.equal(declineCodeOf(54), "expired_card");
  t.equal(declineCodeOf(65), "authentication_required");
  t.equal(declineCodeOf(66341), "expired_token");
});

t.test("every word has its line in the documentation", async (t) => {
  const docs = readFileSync("docs/declines.md", "utf8");
  for (const word of declineCodes()) t.ok(docs.includes(`| \`${word}\` `), word);
});
