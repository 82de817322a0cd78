import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, Interceptor, ServiceImpl } from "@connectrpc/connect";

import { CheckoutService } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import { CustomerService } from "../../gen/calmonypay/v1/customer_service_pb.js";
import { EventService } from "../../gen/calmonypay/v1/event_service_pb.js";
import { HeldPaymentService } from "../../gen/calmonypay/v1/held_payment_service_pb.js";
import { PaymentIntentService } from "../../gen/calmonypay/v1/payment_intent_service_pb.js";
import { PaymentMethodService } from "../../gen/calmonypay/v1/payment_method_service_pb.js";
import { RefundService } from "../../gen/calmonypay/v1/refund_service_pb.js";
import { SetupIntentService } from "../../gen/calmonypay/v1/setup_intent_service_pb.js";
import { TestHelpersService } from "../../gen/calmonypay/v1/test_helpers_service_pb.js";
import { WebhookDeliveryService } from "../../gen/calmonypay/v1/webhook_delivery_service_pb.js";
import { WebhookEndpointService } from "../../gen/calmonypay/v1/webhook_endpoint_service_pb.js";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as AlphaServerReflection } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import type { CheckoutContext } from "../checkout/context.js";
import type { DeliverMissing } from "../checkout/webhooks/recover-webhook-endpoint.js";
import { accessLog } from "./interceptors/access-log.js";
import { isOpen } from "./interceptors/authenticate.js";
import { checkoutHandlers } from "./handlers/checkout-handlers.js";
import { customerHandlers } from "./handlers/customer-handlers.js";
import { eventHandlers } from "./handlers/event-handlers.js";
import { createEventPages } from "./handlers/event-pages.js";
import { healthHandlers } from "./handlers/health-handlers.js";
import { heldPaymentHandlers } from "./handlers/held-payment-handlers.js";
import { idempotency } from "./interceptors/idempotency-key.js";
import { paymentIntentHandlers } from "./handlers/payment-intent-handlers.js";
import { paymentMethodHandlers } from "./handlers/payment-method-handlers.js";
import { reflectionHandlers } from "./handlers/reflection-handlers.js";
import { refundHandlers } from "./handlers/refund-handlers.js";
import { setupIntentHandlers } from "./handlers/setup-intent-handlers.js";
import { errorInterceptor } from "./interceptors/error-interceptor.js";
import { timeLimit } from "./interceptors/time-limit.js";
import { testHelpersHandlers } from "./handlers/testing-handlers.js";
import { webhookDeliveryHandlers } from "./handlers/webhook-delivery-handlers.js";
import { webhookEndpointHandlers } from "./handlers/webhook-endpoint-handlers.js";

/** Registers every service, for all protocols. */
export function createRoutes(
  checkout: CheckoutContext,
  deliverMissing: DeliverMissing,
): (router: ConnectRouter) => void {
  // The protocols share one: each registers the services for itself.
  const pages = createEventPages(checkout);
  return (router) => {
    const services: DescService[] = [];
    const serve = <T extends DescService>(service: T, handlers: ServiceImpl<T>): void => {
      services.push(service);
      router.service(service, handlers);
    };
    serve(CheckoutService, checkoutHandlers(checkout));
    serve(CustomerService, customerHandlers(checkout));
    serve(EventService, eventHandlers(checkout, pages));
    serve(HeldPaymentService, heldPaymentHandlers(checkout));
    serve(PaymentIntentService, paymentIntentHandlers(checkout));
    serve(PaymentMethodService, paymentMethodHandlers(checkout));
    serve(RefundService, refundHandlers(checkout));
    serve(SetupIntentService, setupIntentHandlers(checkout));
    serve(TestHelpersService, testHelpersHandlers(checkout));
    serve(WebhookDeliveryService, webhookDeliveryHandlers(checkout));
    serve(WebhookEndpointService, webhookEndpointHandlers(checkout, deliverMissing));
    // These describe all services, themselves included: they read the list when they are called.
    serve(Health, healthHandlers(checkout.readiness, services));
    serve(ServerReflection, reflectionHandlers(services));
    serve(AlphaServerReflection, reflectionHandlers(services));
  };
}

/**
 * The interceptors of an admitted call (see authenticate.ts), outermost first: access log, error conversion,
 * time limit, idempotency key. The message is validated after them, see validate.ts.
 */
export function createInterceptors(checkout: CheckoutContext): Interceptor[] {
  return [accessLog(checkout.log, isOpen), errorInterceptor(checkout.log), timeLimit(), idempotency()];
}
