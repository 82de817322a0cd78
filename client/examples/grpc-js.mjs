// node grpc-js.mjs localhost:50051 sk_test_...
import { createClient } from "@calmony-pay/client";
import { grpcTransport } from "@calmony-pay/client/grpc-js";
import { ConnectError } from "@connectrpc/connect";
import { credentials } from "@grpc/grpc-js";

const [address, apiKey] = process.argv.slice(2);
const transport = grpcTransport({ address, apiKey, channelCredentials: credentials.createInsecure() });
const calmony = createClient(transport);

const { checkoutSession } = await calmony.checkout.createCheckoutSession({
  lineItems: [
    {
      priceData: { currency: "gbp", unitAmount: 2999n, productData: { name: "Pro Plan" } },
      quantity: 1n,
    },
  ],
  successUrl: "https://example.com/success",
  cancelUrl: "https://example.com/cancel",
});
console.log(checkoutSession.id, checkoutSession.url);

try {
  await calmony.checkout.getCheckoutSession({ id: "cs_unknown" });
} catch (error) {
  console.log(ConnectError.from(error).message);
}

// Every event from the first on, and then as they happen; this example is content with one.
await calmony.checkout.expireCheckoutSession({ id: checkoutSession.id });
for await (const { event } of calmony.events.streamEvents({
  after: 0n,
  types: ["checkout.session.expired"],
})) {
  if (event === undefined) continue; // A heartbeat.
  console.log(event.type);
  break;
}
transport.close();
