import type { Command } from "commander";

import { checkPorts } from "../start/open-ports.js";
import type { AppUrls, Demonstration } from "../start/app.js";
import { firstCall } from "./first-call.js";
import { runService } from "./run-service.js";

/** `serve`: runs the service until SIGTERM or SIGINT. */
export function addServeCommand(command: Command, env: NodeJS.ProcessEnv): void {
  command.action(async () => {
    await runService(env, async (config, log) => {
      // Only this command needs the whole service; the others start in half the time without it.
      const { createApp } = await import("../start/app.js");
      await checkPorts(config);
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
    `Start here          ${http}/`,
    `API, payment pages  ${http}`,
    `gRPC                ${grpc}`,
    ...(metrics === undefined ? [] : [`Metrics             ${metrics}`]),
    ...(livePaymentsOff === undefined ? [] : [`Live payments       off: ${livePaymentsOff}`]),
    ...(demonstration === undefined ? [] : howToTry(http, demonstration)),
  ];
}

/** Only a key's hash is stored: a later start cannot show the key, but how to get another. */
function howToTry(url: string, { testKey }: Demonstration): string[] {
  return [
    "Another test key    bin/calmony-pay keys demo",
    `\nCreate a session, then open its url in a browser:\n\n${firstCall(url, testKey ?? "sk_test_...")}\n`,
  ];
}
