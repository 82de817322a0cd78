import type { HandlerContext } from "@connectrpc/connect";

/** Tells the caller of an idempotent call that this is the first answer to it again. */
export function markReplayed(context: HandlerContext, replayed: boolean): void {
  if (replayed) context.responseHeader.set("idempotent-replayed", "true");
}
