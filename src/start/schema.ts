import { apiKeys } from "../db/tables/api-keys.js";
import { checkoutSessions } from "../db/tables/checkout-sessions.js";
import { customers } from "../db/tables/customers.js";
import { eventSequences } from "../db/tables/event-sequences.js";
import { events } from "../db/tables/events.js";
import { formerGatewayAccounts, gatewayAccounts } from "../db/tables/gateway-accounts.js";
import { gatewayResults } from "../db/tables/gateway-results.js";
import { idempotencyKeys } from "../db/tables/idempotency-keys.js";
import { merchants } from "../db/tables/merchants.js";
import { CreateCheckout1795300000000 } from "../db/migrations/1795300000000-checkout.js";
import { CreateSandbox1795300500000 } from "../db/migrations/1795300500000-sandbox.js";
import { KeepFormerGatewayAccount1795300900000 } from "../db/migrations/1795300900000-former-gateway-account.js";
import { ChangeCustomers1795301000000 } from "../db/migrations/1795301000000-customers.js";
import { ChangePaymentIntents1795301100000 } from "../db/migrations/1795301100000-payment-intents.js";
import { AddCharges1795301400000 } from "../db/migrations/1795301400000-charges.js";
import { CreateRefunds1795301200000 } from "../db/migrations/1795301200000-refunds.js";
import { NoteBegunReturns1795301300000 } from "../db/migrations/1795301300000-begun-returns.js";
import { IndexSessionsByStatus1795302000000 } from "../db/migrations/1795302000000-sessions-by-status.js";
import { CreateWriteCheck1795303000000 } from "../db/migrations/1795303000000-write-check.js";
import { NameReversals1795304000000 } from "../db/migrations/1795304000000-reversal-results.js";
import { DropFormerSecretColumns1795305000000 } from "../db/migrations/1795305000000-former-secret-columns.js";
import { ClearNames1795306000000 } from "../db/migrations/1795306000000-clear-names.js";
import { AttemptCall1795307000000 } from "../db/migrations/1795307000000-attempt-call.js";
import { KeepEvents1795308000000 } from "../db/migrations/1795308000000-events.js";
import { CreateWebhooks1795309000000 } from "../db/migrations/1795309000000-webhooks.js";
import { CustomerDetails1795311000000 } from "../db/migrations/1795311000000-customer-details.js";
import { SessionMode1795312000000 } from "../db/migrations/1795312000000-session-mode.js";
import { SaleTexts1795313000000 } from "../db/migrations/1795313000000-sale-texts.js";
import { FollowSettlement1795325000000 } from "../db/migrations/1795325000000-settlement.js";
import { SavedCards1795335000000 } from "../db/migrations/1795335000000-saved-cards.js";
import { SessionMoney1795314000000 } from "../db/migrations/1795314000000-session-money.js";
import { CaptureMethod1795315000000 } from "../db/migrations/1795315000000-capture-method.js";
import { CreatePendingCaptures1795316000000 } from "../db/migrations/1795316000000-pending-captures.js";
import { SandboxCaptures1795317000000 } from "../db/migrations/1795317000000-sandbox-captures.js";
import { ShopperSteps1795320000000 } from "../db/migrations/1795320000000-shopper-steps.js";
import { SessionDetails1795310000000 } from "../db/migrations/1795310000000-session-details.js";
import { paymentIntents } from "../db/tables/payment-intents.js";
import { paymentMethods } from "../db/tables/payment-methods.js";
import { refunds } from "../db/tables/refunds.js";
import { sandboxAccounts } from "../sandbox/tables/sandbox-accounts.js";
import { sandboxFaults } from "../sandbox/tables/sandbox-faults.js";
import { pendingCaptures } from "../db/tables/pending-captures.js";
import { pendingAttempts } from "../db/tables/pending-attempts.js";
import { pendingSettlements } from "../db/tables/pending-settlements.js";
import { sandboxLastUses } from "../sandbox/tables/sandbox-last-uses.js";
import { sandboxPages } from "../sandbox/tables/sandbox-pages.js";
import { sandboxTransactions } from "../sandbox/tables/sandbox-transactions.js";
import { secretsKeyChecks } from "../db/tables/secrets-key-check.js";
import { shopperSteps } from "../db/tables/shopper-steps.js";
import { webhookAttempts } from "../db/tables/webhook-attempts.js";
import { webhookDeliveries } from "../db/tables/webhook-deliveries.js";
import { webhookEndpoints } from "../db/tables/webhook-endpoints.js";
import { writeChecks } from "../db/engine/write-check.js";

/** Every table. */
export const entities = [
  apiKeys,
  checkoutSessions,
  customers,
  eventSequences,
  events,
  formerGatewayAccounts,
  gatewayAccounts,
  gatewayResults,
  idempotencyKeys,
  merchants,
  paymentIntents,
  paymentMethods,
  refunds,
  sandboxAccounts,
  sandboxFaults,
  pendingAttempts,
  pendingCaptures,
  pendingSettlements,
  sandboxLastUses,
  sandboxPages,
  sandboxTransactions,
  secretsKeyChecks,
  shopperSteps,
  webhookAttempts,
  webhookDeliveries,
  webhookEndpoints,
  writeChecks,
];

/** Every migration, in order; listed, not found by a search of the file system. */
export const migrations = [
  CreateCheckout1795300000000,
  CreateSandbox1795300500000,
  KeepFormerGatewayAccount1795300900000,
  ChangeCustomers1795301000000,
  ChangePaymentIntents1795301100000,
  CreateRefunds1795301200000,
  NoteBegunReturns1795301300000,
  AddCharges1795301400000,
  IndexSessionsByStatus1795302000000,
  CreateWriteCheck1795303000000,
  NameReversals1795304000000,
  DropFormerSecretColumns1795305000000,
  ClearNames1795306000000,
  AttemptCall1795307000000,
  KeepEvents1795308000000,
  CreateWebhooks1795309000000,
  SessionDetails1795310000000,
  CustomerDetails1795311000000,
  SessionMode1795312000000,
  SaleTexts1795313000000,
  SessionMoney1795314000000,
  CaptureMethod1795315000000,
  CreatePendingCaptures1795316000000,
  SandboxCaptures1795317000000,
  ShopperSteps1795320000000,
  FollowSettlement1795325000000,
  SavedCards1795335000000,
];
