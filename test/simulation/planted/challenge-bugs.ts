import type { PlantedBug } from "./planted-bug.js";

/** Bugs about charges whose shopper has to authenticate. */
export const CHALLENGE_BUGS: readonly PlantedBug[] = [
  {
    name: "the answer of another payment's authentication is accepted",
    engine: "embedded",
    afterSales: true,
    changes: [
      // The reference is taken from what the browser brings, as the vendor's samples do.
      {
        file: "checkout/shopper/answer-challenge.js",
        from: "continueSale(account, { ref,",
        to: 'continueSale(account, { ref: response.find(([name]) => name === "threeDSRef")?.[1] ?? ref,',
      },
      // What the gateway answers is taken to be about the payment that was asked for.
      {
        file: "checkout/charges/apply-answer.js",
        from: '{ body: answer.body, via: "direct" }',
        to: '{ body: answer.body, via: "direct", asked: charge.id.startsWith("pi_") ? charge : undefined }',
      },
      {
        file: "checkout/gateway-messages/verify-message.js",
        from: "verifyMessage(checkout, fields, { pathTargetId }) {",
        to: "verifyMessage(checkout, fields, { pathTargetId, asked }) {",
      },
      {
        file: "checkout/gateway-messages/verify-message.js",
        from: "const target = await findPaymentTarget(checkout, parseAttemptReference(name));",
        to: `const target = asked === undefined
          ? await findPaymentTarget(checkout, parseAttemptReference(name)) : { intent: asked };`,
      },
      {
        file: "domain/classification.js",
        from: '{ reason: "order_mismatch", holds: isOfOrder }',
        to: '{ reason: "order_mismatch", holds: () => true }',
      },
    ],
  },
];
