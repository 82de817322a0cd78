import { apiKeys } from "./api-keys.js";
import { checkoutSessions } from "./checkout-sessions.js";
import { customers } from "./customers.js";
import { events } from "./events.js";
import { formerGatewayAccounts } from "./former-gateway-accounts.js";
import { gatewayAccounts } from "./gateway-accounts.js";
import { gatewayResults } from "./gateway-results.js";
import { idempotencyKeys } from "./idempotency-keys.js";
import { merchants } from "./merchants.js";
import { CreateCheckout1795300000000 } from "./migrations/1795300000000-checkout.js";
import { CreateSandbox1795300500000 } from "./migrations/1795300500000-sandbox.js";
import { KeepFormerGatewayAccount1795300900000 } from "./migrations/1795300900000-former-gateway-account.js";
import { ChangeCustomers1795301000000 } from "./migrations/1795301000000-customers.js";
import { ChangePaymentIntents1795301100000 } from "./migrations/1795301100000-payment-intents.js";
import { AddCharges1795301400000 } from "./migrations/1795301400000-charges.js";
import { CreateRefunds1795301200000 } from "./migrations/1795301200000-refunds.js";
import { NoteBegunReturns1795301300000 } from "./migrations/1795301300000-begun-returns.js";
import { IndexSessionsByStatus1795302000000 } from "./migrations/1795302000000-sessions-by-status.js";
import { CreateWriteCheck1795303000000 } from "./migrations/1795303000000-write-check.js";
import { NameReversals1795304000000 } from "./migrations/1795304000000-reversal-results.js";
import { DropFormerSecretColumns1795305000000 } from "./migrations/1795305000000-former-secret-columns.js";
import { paymentIntents } from "./payment-intents.js";
import { paymentMethods } from "./payment-methods.js";
import { refunds } from "./refunds.js";
import { sandboxAccounts } from "./sandbox-accounts.js";
import { sandboxFaults } from "./sandbox-faults.js";
import { pendingAttempts } from "./pending-attempts.js";
import { sandboxLastUses } from "./sandbox-last-uses.js";
import { sandboxPages } from "./sandbox-pages.js";
import { sandboxTransactions } from "./sandbox-transactions.js";
import { secretsKeyChecks } from "./secrets-key-check.js";
import { writeChecks } from "./write-check.js";

/** Every table. */
export const entities = [
  apiKeys,
  checkoutSessions,
  customers,
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
  sandboxLastUses,
  sandboxPages,
  sandboxTransactions,
  secretsKeyChecks,
  writeChecks,
];

/** Every migration, by name and in order; never found by a search. */
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
];
