import { setTimeout as sleep } from "node:timers/promises";

import type { ChargeTrouble, RefundTrouble } from "./after-sales-plan.js";
import { CLAIM_OVER_MS, pointOf } from "./kills.js";
import { firstReplicaOf, type MoneyOrder, sendOrder } from "./money-orders.js";
import type { InterfaceFault } from "./gateway-orders.js";
import type { Stage } from "./environment.js";

/** Sends an order into a trouble: a replica dies over it, or the gateway fails at the very request that moves money. */
export async function sendIntoTrouble(
  stage: Stage,
  order: MoneyOrder,
  trouble: ChargeTrouble | RefundTrouble,
): Promise<void> {
  const point = pointOf(trouble);
  await stage.fleet.whole();
  stage.chronicle.note(undefined, `trouble for ${order.key}: ${trouble}`);
  if (point !== undefined) {
    await stage.fleet.arm(firstReplicaOf(order), point);
    await sendOrder(stage, order);
    await stage.fleet.whole();
    stage.fleet.forward(CLAIM_OVER_MS);
  } else if (order.what === "charge") await failCharge(stage, order, faultOf(trouble));
  else if (trouble === "refund sent late") await delayRefund(stage, order);
  else await failRefund(stage, order, faultOf(trouble));
  if (point === undefined) stage.chronicle.count(trouble);
}

function faultOf(trouble: string): InterfaceFault {
  return trouble.endsWith("500") ? "direct_error" : "direct_timeout";
}

async function failCharge(stage: Stage, order: MoneyOrder, fault: InterfaceFault): Promise<void> {
  await stage.gateway.setFault(order.merchant, fault);
  await sendOrder(stage, order);
  await stage.gateway.setFault(order.merchant, "none");
}

/** Its sender takes longer than the others pause between two looks for refunds to go on with. */
async function delayRefund(stage: Stage, order: MoneyOrder): Promise<void> {
  const stopped = await stage.fleet.stopAt(firstReplicaOf(order), "refund to be sent");
  const sent = sendOrder(stage, order);
  await Promise.race([stopped.waiting.then(() => sleep(LATE_MS)), sent]);
  stopped.goOn();
  await sent;
}

/** Long enough for the clock of each machine to have jumped to wherever it jumps. */
const LATE_MS = 3000;

/** The question before it is still answered. A refund that is refused, or has to wait, never gets as far as that. */
async function failRefund(stage: Stage, order: MoneyOrder, fault: InterfaceFault): Promise<void> {
  const stopped = await stage.fleet.stopAt(firstReplicaOf(order), "refund to be sent");
  const sent = sendOrder(stage, order);
  await Promise.race([stopped.waiting, sent]);
  await stage.gateway.setFault(order.merchant, fault);
  stopped.goOn();
  await sent;
  await stage.gateway.setFault(order.merchant, "none");
}
