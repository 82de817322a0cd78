import type { JsonObject } from "@bufbuild/protobuf";

const STORES_CARD = { properties: { mode: { const: "setup" } }, required: ["mode"] };
const HAS_NO_ITEMS = { properties: { line_items: { maxItems: 0 } } };

/**
 * What the fields of a request have to do with each other, where no rule of a proto file can say it: by message. It is
 * said by `not`: linters let no schema that must hold name a few of the fields only.
 */
export const CONDITIONS: Readonly<Record<string, JsonObject>> = {
  // Only a session that stores a card has no items.
  "calmonypay.v1.CreateCheckoutSessionRequest": { not: { allOf: [{ not: STORES_CARD }, HAS_NO_ITEMS] } },
};
