import type { PlantedBug } from "./planted-bug.js";

/** Bugs about payments that are authorized, and captured or canceled later. */
export const CAPTURE_BUGS: readonly PlantedBug[] = [
  {
    name: "a capture is sent again after a lost reply",
    engine: "embedded",
    afterSales: true,
    changes: [
      {
        file: "checkout/captures/process-capture.js",
        from: "const answer = await sendOnce(checkout, sale, requested);",
        to: `let answer = await sendOnce(checkout, sale, requested);
          if (answer.kind === "no answer") answer = await sendOnce(checkout, sale, requested);`,
      },
    ],
  },
  {
    name: "a capture is accepted after a cancellation",
    engine: "embedded",
    afterSales: true,
    changes: [
      {
        file: "domain/payment-intent.js",
        from: 'capture: ["requires_capture"]',
        to: 'capture: ["requires_capture", "releasing"]',
      },
      {
        file: "domain/captures/authorization.js",
        from: "const left = amountCapturable(payment);",
        to: "const left = payment.amount;",
      },
    ],
  },
];
