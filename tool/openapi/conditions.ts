import type { JsonObject } from "@bufbuild/protobuf";

/** What the fields of a request have to do with each other, where no rule of a proto file can say it: by message. */
export const CONDITIONS: Readonly<Record<string, JsonObject>> = {
  // Only a session that stores a card has no items.
  "calmonypay.v1.CreateCheckoutSessionRequest": {
    if: { properties: { mode: { const: "setup" } }, required: ["mode"] },
    else: { properties: { line_items: { minItems: 1 } }, required: ["line_items"] },
  },
};
