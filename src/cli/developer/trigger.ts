import { type Command, InvalidArgumentError } from "commander";

import { EVENT_TYPES, type EventType } from "../../domain/event.js";
import { apiOption, keyOption, serviceUrl } from "../options.js";
import { type ApiObject, type MerchantApi, merchantApi } from "./merchant-api.js";
import { write } from "../output.js";
import { fail } from "../registry.js";
import { SCENARIOS, until } from "./scenarios.js";

interface TriggerOptions {
  readonly api?: string;
  readonly key: string;
}

/** `trigger`. */
export function addTriggerCommand(trigger: Command, env: NodeJS.ProcessEnv): void {
  trigger
    .argument("<type>", "the type of event, such as checkout.session.completed", typeOf)
    .addOption(keyOption())
    .addOption(apiOption())
    .addHelpText("after", `\nTypes:\n${EVENT_TYPES.map((type) => `  ${type}`).join("\n")}`)
    .action(async (type: EventType, { api, key }: TriggerOptions) => {
      try {
        await cause(merchantApi(serviceUrl(env, api), key), type);
      } catch (error) {
        fail(error);
      }
    });
}

function typeOf(text: string): EventType {
  const type = EVENT_TYPES.find((each) => each === text);
  if (type === undefined) throw new InvalidArgumentError("There is no such type of event.");
  return type;
}

/** Causes an event, and prints it with all that happened on the way. */
async function cause(api: MerchantApi, type: EventType): Promise<void> {
  const after = await newestSequence(api);
  const happened = async (): Promise<void> => void (await waitFor(api, type, after));
  await SCENARIOS[type](api, happened);
  for (const event of await waitFor(api, type, after)) {
    write(
      `${String(event["sequence"]).padStart(6)}  ${String(event["type"]).padEnd(30)}  ${String(event["id"])}`,
    );
  }
}

async function newestSequence(api: MerchantApi): Promise<number> {
  const [newest] = await eventsOf(api, "limit=1");
  return Number(newest?.["sequence"] ?? 0);
}

/** The events after that sequence, once one of this type is among them. */
async function waitFor(api: MerchantApi, type: EventType, after: number): Promise<readonly ApiObject[]> {
  return await until(
    async () => {
      const events = await eventsOf(api, `after=${after}&limit=100`);
      return events.some((event) => event["type"] === type) ? events : undefined;
    },
    type,
    EVENT_WAIT_MS,
  );
}

/** A refund is given up by a background job, which looks every few seconds. */
const EVENT_WAIT_MS = 60_000;

async function eventsOf(api: MerchantApi, query: string): Promise<readonly ApiObject[]> {
  return (await api.call("GET", `/v1/events?${query}`))["data"] as readonly ApiObject[];
}
