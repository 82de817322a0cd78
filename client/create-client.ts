import { createClient as createServiceClient, type Client, type Transport } from "@connectrpc/connect";

import { CheckoutService } from "../gen/calmonypay/v1/checkout_service_pb.js";
import { CustomerService } from "../gen/calmonypay/v1/customer_service_pb.js";
import { EventService } from "../gen/calmonypay/v1/event_service_pb.js";
import { HeldPaymentService } from "../gen/calmonypay/v1/held_payment_service_pb.js";
import { PaymentIntentService } from "../gen/calmonypay/v1/payment_intent_service_pb.js";
import { PaymentMethodService } from "../gen/calmonypay/v1/payment_method_service_pb.js";
import { RefundService } from "../gen/calmonypay/v1/refund_service_pb.js";
import { SetupIntentService } from "../gen/calmonypay/v1/setup_intent_service_pb.js";
import { TestHelpersService } from "../gen/calmonypay/v1/test_helpers_service_pb.js";
import { WebhookDeliveryService } from "../gen/calmonypay/v1/webhook_delivery_service_pb.js";
import { WebhookEndpointService } from "../gen/calmonypay/v1/webhook_endpoint_service_pb.js";

/** All services of the API, over one transport. */
export interface CalmonyPay {
  readonly checkout: Client<typeof CheckoutService>;
  readonly customers: Client<typeof CustomerService>;
  readonly events: Client<typeof EventService>;
  readonly heldPayments: Client<typeof HeldPaymentService>;
  readonly paymentIntents: Client<typeof PaymentIntentService>;
  readonly paymentMethods: Client<typeof PaymentMethodService>;
  readonly refunds: Client<typeof RefundService>;
  readonly setupIntents: Client<typeof SetupIntentService>;
  readonly testHelpers: Client<typeof TestHelpersService>;
  readonly webhookDeliveries: Client<typeof WebhookDeliveryService>;
  readonly webhookEndpoints: Client<typeof WebhookEndpointService>;
}

/**
 * Creates clients of all services over a transport, such as `connectTransport` or `grpcTransport` of this package makes
 * with the API key. A call that fails throws a `ConnectError`: its `code` is the gRPC code, and its details are found
 * by `error.findDetails`.
 */
export function createClient(transport: Transport): CalmonyPay {
  return {
    checkout: createServiceClient(CheckoutService, transport),
    customers: createServiceClient(CustomerService, transport),
    events: createServiceClient(EventService, transport),
    heldPayments: createServiceClient(HeldPaymentService, transport),
    paymentIntents: createServiceClient(PaymentIntentService, transport),
    paymentMethods: createServiceClient(PaymentMethodService, transport),
    refunds: createServiceClient(RefundService, transport),
    setupIntents: createServiceClient(SetupIntentService, transport),
    testHelpers: createServiceClient(TestHelpersService, transport),
    webhookDeliveries: createServiceClient(WebhookDeliveryService, transport),
    webhookEndpoints: createServiceClient(WebhookEndpointService, transport),
  };
}
