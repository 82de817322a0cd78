import type { Command } from "commander";

import type { AppUrls } from "../app.js";
import { type Config, readConfig } from "../config.js";
import { createLog, type Log } from "../lib/log.js";
import { closeOnSignal } from "./close-on-signal.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** `serve`: runs the service until SIGTERM or SIGINT. */
export function addServeCommand(command: Command, env: NodeJS.ProcessEnv): void {
  command.action(async () => {
    try {
      const config = readConfig(env);
      await serve(config, createLog(config.logLevel, process.stderr));
    } catch (error) {
      fail(error);
    }
  });
}

async function serve(config: Config, log: Log): Promise<void> {
  // Only this command needs the whole service; the others start in half the time without it.
  const { createApp } = await import("../app.js");
  const app = await createApp(config, { log });
  try {
    if (app.demonstration !== undefined)
      write(`Test key of a demonstration merchant: ${app.demonstration.testKey}`);
    const urls = await app.listen();
    announce(urls, app.demonstration?.testKey);
    closeOnSignal(app, log);
  } catch (error) {
    await app.close();
    throw error;
  }
}

function announce(urls: AppUrls, testKey: string | undefined): void {
  write(`API, payment pages  ${urls.http}`);
  write(`gRPC                ${urls.grpc}`);
  if (urls.metrics !== undefined) write(`Metrics             ${urls.metrics}`);
  if (testKey !== undefined)
    write(`\nCreate a session, then open its url in a browser:\n\n${curlLine(urls.http, testKey)}\n`);
}

/** One line, to be pasted. */
function curlLine(url: string, testKey: string): string {
  const order = {
    line_items: [
      {
        price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: "Pro Plan — Monthly" } },
        quantity: 1,
      },
    ],
    success_url: "https://example.com/success",
    cancel_url: "https://example.com/cancel",
  };
  const headers = `-H "Authorization: Bearer ${testKey}" -H "Content-Type: application/json"`;
  return `curl -X POST ${url}/v1/checkout/sessions ${headers} -d '${JSON.stringify(order)}'`;
}
