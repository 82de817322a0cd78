import { type Command, InvalidArgumentError } from "commander";

import { EventSchema } from "../../gen/calmonypay/v1/event_pb.js";
import type { CheckoutContext } from "../checkout/context.js";
import { streamEvents } from "../checkout/events/stream-events.js";
import { wantedTypes } from "../checkout/events/wanted-types.js";
import { requireMerchant } from "../checkout/merchants/create-api-key.js";
import { createEventPages, type EventOfPage } from "../rpc/handlers/event-pages.js";
import { createJsonDialect } from "../transcode/json/dialect.js";
import { plainStyle } from "../transcode/json/plain-dialect.js";
import { jsonOption, merchantOption, modeOption, scopeOf } from "./options.js";
import { isoTime, write } from "./output.js";
import { withCheckout } from "./registry.js";

interface TailOptions {
  readonly merchant: string;
  readonly mode: string;
  readonly after?: number;
  readonly types?: string;
  readonly json: boolean;
}

/** `events tail`. */
export function addEventCommands(events: Command, env: NodeJS.ProcessEnv): void {
  events
    .command("tail")
    .description(
      "print each event of a merchant as it happens, until Ctrl-C: its sequence, time, type and ids",
    )
    .addOption(merchantOption())
    .addOption(modeOption())
    .option(
      "--after <sequence>",
      "begin with the event after this one; 0: the first that is kept",
      readSequence,
    )
    .option("--types <types>", "only these, separated by commas; refund.* stands for a group")
    .addOption(jsonOption())
    .action(async (options: TailOptions) => {
      await withCheckout(env, (checkout) => tail(checkout, options));
    });
}

async function tail(checkout: CheckoutContext, options: TailOptions): Promise<void> {
  await requireMerchant(checkout, options.merchant);
  const patterns = options.types === undefined ? [] : options.types.split(",").map((type) => type.trim());
  const wanted = { after: options.after, types: wantedTypes(patterns, "types") };
  const line = options.json ? jsonLine() : textLine;
  const pages = createEventPages(checkout);
  try {
    for await (const { event } of streamEvents(checkout, scopeOf(options), wanted, pages, untilStopped())) {
      if (event !== undefined) write(line(event));
    }
  } finally {
    // The database is closed next: a look under way would complain of that, beside the error that ends the command.
    await checkout.feed.close();
  }
}

/** Aborts with Ctrl-C or SIGTERM. */
function untilStopped(): AbortSignal {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return stopped.signal;
}

/** The event as the API answers it. */
function jsonLine(): (event: EventOfPage) => string {
  const { write: json } = createJsonDialect(plainStyle).message(EventSchema);
  return ({ message }) => json(message);
}

function textLine({ message, sequence, type }: EventOfPage): string {
  const time = isoTime(Number(message.created) * 1000);
  const objectId = message.data?.object.value?.id ?? "";
  return [sequence, time, type, objectId, message.id].join("  ");
}

function readSequence(text: string): number {
  const sequence = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(sequence)) return sequence;
  throw new InvalidArgumentError("A sequence is a whole number.");
}
