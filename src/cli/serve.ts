import type { Command } from "commander";

import type { AppUrls, Demonstration } from "../start/app.js";
import { runService } from "./run-service.js";

/** `serve`: runs the service until SIGTERM or SIGINT. */
export function addServeCommand(command: Command, env: NodeJS.ProcessEnv): void {
  command.action(async () => {
    await runService(env, async (config, log) => {
      // Only this command needs the whole service; the others start in half the time without it.
      const { createApp } = await import("../start/app.js");
      const app = await createApp(config, { log });
      return { listen: async () => announcement(await app.listen()), close: () => app.close() };
    });
  });
}

function announcement(urls: AppUrls): string[] {
  const { http, grpc, metrics, livePaymentsOff, demonstration } = urls;
  return [
    ...(demonstration?.testKey === undefined
      ? []
      : [`Test key of a demonstration merchant: ${demonstration.testKey}`]),
    `API, payment pages  ${http}`,
    `gRPC                ${grpc}`,
    ...(metrics === undefined ? [] : [`Metrics             ${metrics}`]),
    ...(livePaymentsOff === undefined ? [] : [`Live payments       off: ${livePaymentsOff}`]),
    ...(demonstration === undefined ? [] : howToTry(http, demonstration)),
  ];
}

/** Only a key's hash is stored: for a lost key, the operator makes another. */
function howToTry(url: string, { merchantId, testKey }: Demonstration): string[] {
  const another = `bin/calmony-pay keys create --merchant ${merchantId} --mode test`;
  if (testKey === undefined) return [`Another test key    ${another}`];
  return [
    `Another test key    ${another}`,
    `\nCreate a session, then open its url in a browser:\n\n${curlLine(url, testKey)}\n`,
  ];
}

/** One line, to paste into a shell. */
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
