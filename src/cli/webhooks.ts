import { type Command, InvalidArgumentError, Option } from "commander";

import { listWebhookDeliveries } from "../checkout/webhooks/get-webhook-delivery.js";
import { listWebhookEndpoints } from "../checkout/webhooks/get-webhook-endpoint.js";
import { recoverWebhookEndpoint } from "../checkout/webhooks/recover-webhook-endpoint.js";
import { resendWebhookDelivery } from "../checkout/webhooks/resend-webhook-delivery.js";
import type { DeliveryStatus } from "../db/tables/webhook-deliveries.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import { jsonOption, merchantOption, modeOption, scopeOf } from "./options.js";
import { type Fields, isoTime, print, printList } from "./output.js";
import { withCheckout } from "./registry.js";

interface ScopeOptions {
  readonly merchant: string;
  readonly mode: string;
  readonly json: boolean;
}

interface DeliveryOptions extends ScopeOptions {
  readonly endpoint?: string;
  readonly event?: string;
  readonly status?: DeliveryStatus;
}

/** Rows listed: as many as a person reads, the newest first. */
const LISTED_MAX = 1000;

/** A page from the top. */
const TOP = { limit: LISTED_MAX, startingAfter: undefined, endingBefore: undefined };

/** `webhooks list|deliveries|resend|recover`. */
export function addWebhookCommands(webhooks: Command, env: NodeJS.ProcessEnv): void {
  scoped(webhooks.command("list"))
    .description("list a merchant's webhook endpoints, the newest first")
    .action(async (options: ScopeOptions) => await list(env, options));
  scoped(webhooks.command("deliveries"))
    .description("list a merchant's webhook deliveries, the newest first, with the last attempt of each")
    .option("--endpoint <id>", "only those to this endpoint, we_...")
    .option("--event <id>", "only those of this event, evt_...")
    .addOption(
      new Option("--status <status>", "only those that stand so").choices([
        "pending",
        "succeeded",
        "failed",
        "canceled",
      ]),
    )
    .action(async (options: DeliveryOptions) => await deliveries(env, options));
  scoped(webhooks.command("resend"))
    .description("send an event again at once, also if it was received")
    .argument("<id>", "the delivery, wd_...")
    .action(async (id: string, options: ScopeOptions) => await resend(env, id, options));
  scoped(webhooks.command("recover"))
    .description(
      "send again what an endpoint has not received since a time, and what it missed while disabled",
    )
    .argument("<id>", "the endpoint, we_...")
    .requiredOption("--since <time>", "such as 2026-11-29T10:00:00Z; events are kept for 30 days", timeOf)
    .action(async (id: string, options: ScopeOptions & { since: number }) => await recover(env, id, options));
}

function scoped(command: Command): Command {
  return command.addOption(merchantOption()).addOption(modeOption()).addOption(jsonOption());
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("It is no time such as 2026-11-29T10:00:00Z.");
  return time;
}

async function list(env: NodeJS.ProcessEnv, options: ScopeOptions): Promise<void> {
  await withCheckout(env, async (checkout) => {
    const { data } = await listWebhookEndpoints(checkout, scopeOf(options), TOP);
    const rows = data.map((endpoint) => ({
      id: endpoint.id,
      url: endpoint.url,
      events: endpoint.enabledEvents.join(","),
      status: endpoint.disabledReason === null ? "enabled" : `disabled (${endpoint.disabledReason})`,
      failing_since: endpoint.failingSince === null ? null : isoTime(endpoint.failingSince),
    }));
    printList(rows, options.json);
  });
}

async function deliveries(env: NodeJS.ProcessEnv, options: DeliveryOptions): Promise<void> {
  await withCheckout(env, async (checkout) => {
    const { endpoint: endpointId, event: eventId, status } = options;
    const filter = { endpointId, eventId, status };
    const { data } = await listWebhookDeliveries(checkout, scopeOf(options), filter, TOP);
    const rows = data.map(({ delivery, attempts: [last] }) => ({
      id: delivery.id,
      event: delivery.eventId,
      type: delivery.eventType,
      endpoint: delivery.endpointId,
      status: delivery.status,
      attempts: String(delivery.attemptCount),
      next: delivery.nextAttemptAt === null ? null : isoTime(delivery.nextAttemptAt),
      last_status: last === undefined || last.httpStatus === null ? null : String(last.httpStatus),
      last_error: last?.error ?? null,
    }));
    printList(rows, options.json);
  });
}

async function resend(env: NodeJS.ProcessEnv, id: string, options: ScopeOptions): Promise<void> {
  await withCheckout(env, async (checkout) => {
    const { delivery } = await resendWebhookDelivery(checkout, scopeOf(options), id, undefined);
    const fields: Fields = { id: delivery.id, event: delivery.eventId, status: delivery.status };
    print(fields, options.json);
  });
}

async function recover(
  env: NodeJS.ProcessEnv,
  id: string,
  options: ScopeOptions & { readonly since: number },
): Promise<void> {
  const { createDeliverMissing } = await import("../webhooks/fan-out.js");
  await withCheckout(env, async (checkout) => {
    const scope: MerchantScope = scopeOf(options);
    const from = { id, since: options.since };
    const deliverMissing = createDeliverMissing(checkout);
    const { recovered } = await recoverWebhookEndpoint(checkout, deliverMissing, scope, from, undefined);
    print({ id, recovered: String(recovered) }, options.json);
  });
}
