import type { ConnectRouter, Interceptor } from "@connectrpc/connect";

import { CheckoutService } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import { HeldPaymentService } from "../../gen/calmonypay/v1/held_payment_service_pb.js";
import { TestHelpersService } from "../../gen/calmonypay/v1/test_helpers_service_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { findApiKeyByHash } from "../db/api-keys.js";
import { accessLog } from "./access-log.js";
import { authenticate } from "./authenticate.js";
import { checkoutHandlers } from "./checkout-handlers.js";
import { heldPaymentHandlers } from "./held-payment-handlers.js";
import { idempotency } from "./idempotency.js";
import { refusals } from "./refusals.js";
import { testHelpersHandlers } from "./test-clock-handlers.js";
import { validate } from "./validate.js";

/** The one table of services, for every face that serves them. */
export function createRoutes(checkout: Checkout): (router: ConnectRouter) => void {
  return (router) => {
    router.service(CheckoutService, checkoutHandlers(checkout));
    router.service(HeldPaymentService, heldPaymentHandlers(checkout));
    router.service(TestHelpersService, testHelpersHandlers(checkout));
  };
}

/**
 * What every call passes, outermost first: it is logged, then refused, authenticated, checked, and its
 * idempotency key noted, in that order.
 */
export function createInterceptors(checkout: Checkout, testMode: boolean): Interceptor[] {
  return [
    accessLog(checkout.log, checkout.clock),
    refusals(checkout.log),
    authenticate((hash) => findApiKeyByHash(checkout.db.manager, hash), testMode),
    validate(),
    idempotency(),
  ];
}
