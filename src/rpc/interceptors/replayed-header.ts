import type { HandlerContext } from "@connectrpc/connect";

/** Sets the header that marks a replayed response of an idempotent call. */
export function markReplayed(context: HandlerContext, replayed: boolean): void {
  if (replayed) context.responseHeader.set("idempotent-replayed", "true");
}
