import type { Command } from "commander";

import type { PendingAttemptRow } from "../db/tables/pending-attempts.js";
import { listUnresolvedAttempts } from "../db/tables/due-attempts.js";
import { parseAttemptReference, type TargetKind } from "../domain/attempt.js";
import { jsonOption } from "./options.js";
import { type Fields, isoTime, printList } from "./output.js";
import { withRegistry } from "./registry.js";

/** Rows listed: as many as a person reads. The oldest come first, until they are resolved. */
const LISTED_MAX = 1000;

/** `sessions unresolved`. */
export function addSessionCommands(sessions: Command, env: NodeJS.ProcessEnv): void {
  sessions
    .command("unresolved")
    .description("list payment attempts whose outcome is unknown: look them up at the gateway")
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        printList((await listUnresolvedAttempts(db.manager, LISTED_MAX)).map(shown), options.json);
      });
    });
}

function shown(row: PendingAttemptRow): Fields {
  return {
    session: targetOf(row, "session"),
    payment_intent: targetOf(row, "payment_intent"),
    transaction_unique: row.reference,
    merchant: row.merchantId,
    mode: row.livemode ? "live" : "test",
    standing: row.certainty,
    form_given: isoTime(row.givenAt),
    unresolved_since: row.unresolvedSince === null ? null : isoTime(row.unresolvedSince),
    next_asked: row.nextAskAt === null ? null : isoTime(row.nextAskAt),
  };
}

function targetOf({ reference, targetId }: PendingAttemptRow, kind: TargetKind): string | null {
  return parseAttemptReference(reference)?.kind === kind ? targetId : null;
}
