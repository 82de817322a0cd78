import { apiKeys } from "./api-keys.js";
import { checkoutSessions } from "./checkout-sessions.js";
import { customers } from "./customers.js";
import { events } from "./events.js";
import { gatewayAccounts } from "./gateway-accounts.js";
import { gatewayResults } from "./gateway-results.js";
import { merchants } from "./merchants.js";
import { CreateCheckout1795300000000 } from "./migrations/1795300000000-checkout.js";
import { paymentIntents } from "./payment-intents.js";
import { paymentMethods } from "./payment-methods.js";
import { secretsKeyChecks } from "./secrets-key-check.js";

/** Every table. */
export const entities = [
  apiKeys,
  checkoutSessions,
  customers,
  events,
  gatewayAccounts,
  gatewayResults,
  merchants,
  paymentIntents,
  paymentMethods,
  secretsKeyChecks,
];

/** Every migration, by name and in order; never found by a search. */
export const migrations = [CreateCheckout1795300000000];
