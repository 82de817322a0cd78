import { CheckoutService } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import { CustomerService } from "../../gen/calmonypay/v1/customer_service_pb.js";
import { HeldPaymentService } from "../../gen/calmonypay/v1/held_payment_service_pb.js";
import { PaymentIntentService } from "../../gen/calmonypay/v1/payment_intent_service_pb.js";
import { PaymentMethodService } from "../../gen/calmonypay/v1/payment_method_service_pb.js";
import { RefundService } from "../../gen/calmonypay/v1/refund_service_pb.js";
import { SetupIntentService } from "../../gen/calmonypay/v1/setup_intent_service_pb.js";
import { TestHelpersService } from "../../gen/calmonypay/v1/test_helpers_service_pb.js";
import { WebhookDeliveryService } from "../../gen/calmonypay/v1/webhook_delivery_service_pb.js";
import { WebhookEndpointService } from "../../gen/calmonypay/v1/webhook_endpoint_service_pb.js";

/** All services of the merchants' API. */
export const services = [
  CheckoutService,
  CustomerService,
  HeldPaymentService,
  PaymentIntentService,
  PaymentMethodService,
  RefundService,
  SetupIntentService,
  TestHelpersService,
  WebhookDeliveryService,
  WebhookEndpointService,
];
