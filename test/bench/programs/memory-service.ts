// The service's own faces and rules over handlers that keep sessions in memory: no key, no log, no database.
import { createServer } from "node:http";

import type { DescMethod, DescMethodUnary } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";

import { CheckoutService } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { SessionOrder } from "../../../src/checkout/sessions/create-session.js";
import { type CheckoutSession, LIFE_MAX_MS } from "../../../src/domain/session.js";
import { totalOf } from "../../../src/domain/money.js";
import { sessionMessage } from "../../../src/rpc/messages/checkout-session-message.js";
import { orderOf } from "../../../src/rpc/messages/session-order.js";
import { checkRules } from "../../../src/rpc/interceptors/validate.js";
import { createGrpcServer } from "../../../src/transcode/grpc/grpc-server.js";
import { createInvoker } from "../../../src/transcode/call/invoke.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import { createTranscoder } from "../../../src/transcode/http/transcoder.js";
import { createConnections } from "../../../src/web/connections/connections.js";
import { openHttp2Port } from "../../../src/web/ports/ports.js";
import { madeMethods } from "../../transcode/support/made-service.js";
import { MemorySessions } from "./memory-sessions.js";
import { listening, options, ready } from "./ready.js";

const { otherRules = 0 } = options() as { readonly otherRules?: number };
const sessions = new MemorySessions<CheckoutSession>();

const invoker = createInvoker({ routes, check: checkRules });
const transcoder = createTranscoder({ invoker, dialect: plainDialect });
const http = await listening(createServer({ keepAliveTimeout: 75_000 }, transcoder));
const takeStream = createGrpcServer({ invoker });
const { port: grpc } = await openHttp2Port(
  "127.0.0.1",
  0,
  undefined,
  { listener: transcoder, takeStream },
  createConnections(),
);
ready({ http, grpc });

function routes(router: ConnectRouter): void {
  for (const method of otherMethods()) {
    router.rpc(method as DescMethodUnary, ({ $typeName }) => ({ $typeName }));
  }
  router.service(CheckoutService, {
    createCheckoutSession(request) {
      const order = orderOf(request);
      const session = sessions.add((id, now) => newSession(order, id, now));
      return { checkoutSession: sessionMessage(session, urlOf(session.id), null) };
    },
    getCheckoutSession({ id }) {
      const session = sessions.find(id);
      if (session === undefined) throw new ConnectError("No such session.", Code.NotFound);
      return { checkoutSession: sessionMessage(session, urlOf(id), null) };
    },
  });
}

/** So many other addresses below the same beginning, which nobody calls. */
function otherMethods(): DescMethod[] {
  const numbers = Array.from({ length: otherRules }, (_, number) => number);
  return madeMethods(
    numbers.map((number) => ({ pattern: { case: "get", value: `/v1/checkout/others${number}/{f_int32}` } })),
  );
}

function newSession(order: SessionOrder, id: string, now: number): CheckoutSession {
  return {
    id,
    merchantId: "mer_bench",
    livemode: true,
    status: "open",
    mode: null,
    currency: order.lineItems[0]?.currency ?? "",
    amountTotal: totalOf(order.lineItems),
    lineItems: order.lineItems,
    successUrl: order.successUrl,
    cancelUrl: order.cancelUrl,
    customerId: order.customerId,
    customerCreation: order.customerCreation,
    clientReferenceId: order.clientReferenceId,
    metadata: order.metadata,
    options: order.options,
    attempt: 1,
    formsGiven: 0,
    createdAt: now,
    expiresAt: order.expiresAt ?? now + LIFE_MAX_MS,
    completedAt: null,
    completedLate: false,
    completedBy: null,
    paymentIntentId: null,
    paymentMethodId: null,
    billingSealed: null,
    pendingPayment: null,
    lastDecline: null,
    amountReceived: null,
    cardChoice: null,
  };
}

function urlOf(id: string): string {
  return `https://hpp.example.com/pay/${id}`;
}
