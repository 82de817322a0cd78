// The peer over gRPC: a server as the documentation of @grpc/grpc-js has it, with the same messages.
import {
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";

import { MemorySessions } from "./memory-sessions.js";
import { ready } from "./ready.js";

const sessions = new MemorySessions<object>();

const definition = await load("calmonypay/v1/checkout_service.proto", {
  includeDirs: ["proto", "proto/third_party"],
});
// oxlint-disable-next-line typescript/no-explicit-any -- the loader makes classes that no type knows.
const { calmonypay } = loadPackageDefinition(definition) as any;
const implementation = {
  createCheckoutSession(call: ServerUnaryCall<Order, object>, callback: sendUnaryData<object>) {
    const order = call.request;
    const amount = totalOf(order);
    const session = sessions.add((id, now) => ({
      id,
      object: "checkout.session",
      status: "CHECKOUT_SESSION_STATUS_OPEN",
      url: `https://hpp.example.com/pay/${id}`,
      successUrl: order.successUrl,
      cancelUrl: order.cancelUrl,
      created: Math.floor(now / 1000),
      livemode: true,
      currency: order.lineItems[0]?.priceData.currency,
      amountTotal: amount,
      expiresAt: Math.floor(now / 1000) + 86_400,
      metadata: order.metadata,
      paymentStatus: "CHECKOUT_SESSION_PAYMENT_STATUS_UNPAID",
      mode: "CHECKOUT_SESSION_MODE_PAYMENT",
      amountSubtotal: amount,
      totalDetails: {},
      paymentMethodTypes: ["PAYMENT_METHOD_TYPE_CARD"],
      paymentMethodOptions: { card: { requestThreeDSecure: "THREE_D_SECURE_REQUEST_AUTOMATIC" } },
      uiMode: "CHECKOUT_SESSION_UI_MODE_HOSTED",
    }));
    callback(null, { checkoutSession: session });
  },
};
const server = new Server();
server.addService(calmonypay.v1.CheckoutService.service, implementation);
const grpc = await new Promise<number>((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) resolve(port);
    else reject(error);
  });
});
ready({ grpc });

interface Order {
  readonly lineItems: readonly {
    readonly priceData: { readonly currency: string; readonly unitAmount: { toNumber(): number } };
    readonly quantity: { toNumber(): number };
  }[];
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly metadata: Readonly<Record<string, string>>;
}

function totalOf({ lineItems }: Order): number {
  return lineItems.reduce(
    (total, { priceData, quantity }) => total + priceData.unitAmount.toNumber() * quantity.toNumber(),
    0,
  );
}
