import { setTimeout as sleep } from "node:timers/promises";

import { type Command, InvalidArgumentError } from "commander";

import { newWebhookSecret } from "../../checkout/webhooks/webhook-secret.js";
import { signatureHeaders } from "../../webhooks/sign.js";
import { type ApiObject, type MerchantApi, merchantApi } from "./merchant-api.js";
import { apiOption, keyOption, serviceUrl } from "../options.js";
import { write } from "../output.js";
import { fail } from "../registry.js";
import { parseUrl } from "../../lib/hosts/parse-url.js";

interface ListenOptions {
  readonly forwardTo: string;
  readonly key: string;
  readonly api?: string;
  readonly events: readonly string[];
  readonly after?: number;
}

/** `listen`. */
export function addListenCommand(listen: Command, env: NodeJS.ProcessEnv): void {
  listen
    .requiredOption(
      "--forward-to <url>",
      "where to post events, such as http://localhost:3000/webhooks",
      urlOf,
    )
    .addOption(keyOption())
    .addOption(apiOption())
    .option("--events <types>", "only these types or groups of types, separated by commas", listOf, [])
    .option(
      "--after <sequence>",
      "begin with the events after this sequence instead of with new ones",
      sequenceOf,
    )
    .action(async (options: ListenOptions) => {
      const stopping = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
      try {
        await forwardAll(merchantApi(serviceUrl(env, options.api), options.key), options, stopping.signal);
      } catch (error) {
        fail(error);
      }
    });
}

function urlOf(text: string): string {
  if (/^https?:$/.test(parseUrl(text)?.protocol ?? "")) return text;
  throw new InvalidArgumentError("It must be an absolute http or https URL.");
}

function listOf(text: string): string[] {
  return text.split(",").map((type) => type.trim());
}

function sequenceOf(text: string): number {
  const sequence = Number(text);
  if (Number.isSafeInteger(sequence) && sequence >= 0 && text !== "") return sequence;
  throw new InvalidArgumentError("It must be a whole number, at least 0.");
}

/** Forwards events until `stopping` aborts. A stream that breaks off is opened again from the last event on. */
async function forwardAll(api: MerchantApi, options: ListenOptions, stopping: AbortSignal): Promise<void> {
  const secret = newWebhookSecret();
  let after = options.after ?? (await newestSequence(api));
  write(`Secret of these requests: ${secret}`);
  write(`Forwarding to ${options.forwardTo}. Ctrl-C ends it.`);
  while (!stopping.aborted) {
    try {
      for await (const message of api.stream(streamPath(after, options.events), stopping)) {
        const event = message["event"] as ApiObject | null;
        if (event !== null) write(await forward(options.forwardTo, secret, event));
        after = Number(message["sequence"]);
      }
    } catch (error) {
      if (stopping.aborted) return;
      process.stderr.write(`${String(error instanceof Error ? error.message : error)} Trying again.\n`);
    }
    await sleep(AGAIN_AFTER_MS, undefined, { signal: stopping }).catch(() => undefined); // Ended by Ctrl-C.
  }
}

const AGAIN_AFTER_MS = 1000;

/** Also shows at once whether the key and the address are right. */
async function newestSequence(api: MerchantApi): Promise<number> {
  const [newest] = (await api.call("GET", "/v1/events?limit=1"))["data"] as readonly ApiObject[];
  return Number(newest?.["sequence"] ?? 0);
}

function streamPath(after: number, types: readonly string[]): string {
  const query = new URLSearchParams({ after: String(after) });
  for (const type of types) query.append("types", type);
  return `/v1/events/stream?${query.toString()}`;
}

/** Posts one event once, as the service would. Returns the line that says what came of it. */
async function forward(url: string, secret: string, event: ApiObject): Promise<string> {
  const body = Buffer.from(JSON.stringify(event));
  const id = String(event["id"]);
  const headers = {
    "content-type": "application/json",
    ...signatureHeaders(id, body, [secret], Math.floor(Date.now() / 1000)),
  };
  const started = performance.now();
  const outcome = await fetch(url, {
    method: "POST",
    headers,
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).then(
    async (answer) => {
      await answer.body?.cancel();
      return String(answer.status);
    },
    (error: unknown) =>
      `no answer (${String(error instanceof Error ? (error.cause ?? error.message) : error)})`,
  );
  const ms = Math.round(performance.now() - started);
  return `${new Date().toISOString().slice(11, 19)}  ${String(event["type"]).padEnd(30)}  ${id}  ${outcome}  ${ms} ms`;
}

/** As long as the service waits for an endpoint. */
const ANSWER_WITHIN_MS = 15_000;
