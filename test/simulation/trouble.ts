import { setTimeout as sleep } from "node:timers/promises";

import type { Conversation } from "./conversation.js";
import type { DatabaseLine } from "./database-line.js";
import type { ReplicaFleet } from "./replica-fleet.js";
import { pointOf } from "./kills.js";
import type { LockHolder } from "./lock-holder.js";
import { ATTEMPT_KILLS, type Trouble } from "./plan.js";

/** Brings trouble to machines, lines and locks. */
export interface Troublemaker {
  /** Starts the trouble; what takes longer goes on beside the conversation. */
  make(trouble: Trouble, conversation: Conversation): Promise<void>;
}

/** `lines` are those of the replicas to a server's database; there are none on the embedded engine. */
export function createTroublemaker(
  fleet: ReplicaFleet,
  lines: readonly DatabaseLine[],
  locks: LockHolder,
): Troublemaker {
  const lineOf = ({ plan }: Conversation): DatabaseLine => {
    const line = lines[plan.replica % lines.length];
    if (line === undefined) throw new Error("There is no line to the embedded database.");
    return line;
  };
  const cutting = new Set<DatabaseLine>();
  return {
    async make(trouble, conversation) {
      conversation.note(`trouble: ${trouble}`);
      const { replica, delayMs } = conversation.plan;
      const point = pointOf(trouble);
      if (point !== undefined) {
        await fleet.whole();
        // Pages are opened at the next replica: there the attempt is asked about.
        await fleet.arm(ATTEMPT_KILLS.includes(trouble) ? replica + 1 : replica, point);
      } else if (trouble === "killed at a random moment") {
        await fleet.whole();
        conversation.beside(sleep(delayMs / 10).then(() => fleet.kill(replica)));
      } else if (trouble === "database line cut") {
        const line = lineOf(conversation);
        if (cutting.has(line)) return;
        cutting.add(line);
        conversation.count(trouble);
        conversation.beside(cut(line, delayMs).then(() => cutting.delete(line)));
      } else if (trouble === "database connections dropped") {
        conversation.count(trouble);
        conversation.beside(shake(lineOf(conversation), delayMs));
      } else if (trouble === "reply to COMMIT lost") {
        conversation.count(trouble);
        lineOf(conversation).loseNextCommit();
      } else if (trouble === "deadlock") {
        conversation.beside((await locks.deadlock(conversation))());
      } else {
        conversation.beside((await locks.holdTooLong(conversation))());
      }
    },
  };
}

async function cut(line: DatabaseLine, delayMs: number): Promise<void> {
  await sleep(delayMs / 20);
  await line.cut();
  await sleep(200 + delayMs);
  await line.mend();
}

async function shake(line: DatabaseLine, delayMs: number): Promise<void> {
  for (let times = 0; times < 4; times++) {
    await sleep(delayMs / 40);
    line.dropConnections();
  }
}
