import { setTimeout as sleep } from "node:timers/promises";

import type { CaptureTrouble, ChargeTrouble, RefundTrouble } from "./after-sales-plan.js";
import { CLAIM_OVER_MS, pointOf } from "./kills.js";
import { firstReplicaOf, type MoneyOrder, sendOrder } from "./money-orders.js";
import type { InterfaceFault } from "./gateway-orders.js";
import type { Environment } from "./environment.js";

/** Sends an order into a trouble: a replica dies over it, or the gateway fails at the very request that moves money. */
export async function sendIntoTrouble(
  environment: Environment,
  order: MoneyOrder,
  trouble: ChargeTrouble | CaptureTrouble | RefundTrouble,
): Promise<void> {
  const point = pointOf(trouble);
  await environment.fleet.whole();
  environment.history.note(undefined, `trouble for ${order.key}: ${trouble}`);
  if (point !== undefined) {
    await environment.fleet.arm(firstReplicaOf(order), point);
    await sendOrder(environment, order);
    await environment.fleet.whole();
    environment.fleet.forward(CLAIM_OVER_MS);
  } else if (order.what !== "refund") await failDirect(environment, order, faultOf(trouble));
  else if (trouble === "refund sent late") await delayRefund(environment, order);
  else await failRefund(environment, order, faultOf(trouble));
  if (point === undefined) environment.history.count(trouble);
}

function faultOf(trouble: string): InterfaceFault {
  return trouble.endsWith("500") ? "direct_error" : "direct_timeout";
}

async function failDirect(environment: Environment, order: MoneyOrder, fault: InterfaceFault): Promise<void> {
  await environment.gateway.setFault(order.merchant, fault);
  await sendOrder(environment, order);
  await environment.gateway.setFault(order.merchant, "none");
}

/** Its sender takes much longer than the others pause between two looks for refunds to go on with. */
async function delayRefund(environment: Environment, order: MoneyOrder): Promise<void> {
  const stopped = await environment.fleet.stopAt(firstReplicaOf(order), "refund to be sent");
  const sent = sendOrder(environment, order);
  const lateMs = environment.clocksJump ? LATE_MS : LATE_MS / 3;
  await Promise.race([stopped.waiting.then(() => sleep(lateMs)), sent]);
  stopped.goOn();
  await sent;
}

/** Long enough for the clock of each machine to have jumped to wherever it jumps. */
const LATE_MS = 3000;

/** The question before it is still answered. A refund that is refused, or has to wait, never gets as far as that. */
async function failRefund(environment: Environment, order: MoneyOrder, fault: InterfaceFault): Promise<void> {
  const stopped = await environment.fleet.stopAt(firstReplicaOf(order), "refund to be sent");
  const sent = sendOrder(environment, order);
  await Promise.race([stopped.waiting, sent]);
  await environment.gateway.setFault(order.merchant, fault);
  stopped.goOn();
  await sent;
  await environment.gateway.setFault(order.merchant, "none");
}
