import type { Test } from "tap";

import type { Config } from "../../src/start/config.js";
import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import type { TestEngine } from "./database.js";
import { type Message, paidMessage, signedBody } from "./gateway.js";
import { anOrder } from "./orders.js";
import { callback, type Session } from "./results.js";
import { type GatewayReply, type ScriptedGateway, startGateway } from "./scripted-gateway.js";

export const HELD = "/v1/held_payments";

/** A service at a gateway of the test's own, a live session, and a payment of it that is held. */
export interface HeldStory {
  readonly app: TestApp;
  readonly config: Config;
  readonly mine: TestMerchant;
  readonly other: TestMerchant;
  readonly gateway: ScriptedGateway;
  readonly session: Session;
  /** What the gateway said of the payment. */
  readonly message: Message;
  /** Id of the held payment. */
  readonly id: string;
}

/** Half of the session's money came in, unless `changes` says otherwise. */
export async function holdPayment(
  t: Test,
  engine: TestEngine,
  changes: Record<string, string | undefined> = { amountReceived: "1500" },
  parts: TestParts = {},
): Promise<HeldStory> {
  const gateway = await startGateway(t);
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config, parts);
  const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  const session = json as Session;
  const message = paidMessage(session, mine.live.gatewayMerchantId, changes);
  await callback(app, signedBody(message, mine.live.secret));
  const { json: list } = await app.call("GET", HELD, mine.liveKey);
  return { app, config, mine, other, gateway, session, message, id: list.data[0]?.id };
}

/** Another session of the story's merchant, and a payment of it that is held. */
export async function holdAnother(story: HeldStory): Promise<HeldStory> {
  const { app, mine } = story;
  const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  const session = json as Session;
  const message = paidMessage(session, mine.live.gatewayMerchantId, { amountReceived: "1500" });
  await callback(app, signedBody(message, mine.live.secret));
  const { json: list } = await app.call("GET", `${HELD}?limit=1`, mine.liveKey);
  return { ...story, session, message, id: list.data[0].id };
}

/** Resolves it, as its merchant does. */
export async function resolve(
  { app, mine, id }: Pick<HeldStory, "app" | "mine" | "id">,
  body: object,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  return await app.call("POST", `${HELD}/${id}/resolve`, mine.liveKey, body, headers);
}

/** Makes the gateway answer about the payment: to each action what the script says, in turn; its last word stays. */
export function scriptGateway(
  story: HeldStory,
  script: Record<string, (Record<string, string> | "hang up")[]>,
): void {
  const turns = new Map(Object.entries(script).map(([action, replies]) => [action, [...replies]]));
  story.gateway.answer(({ fields }) => {
    const replies = turns.get(fields["action"] ?? "") ?? [];
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    return reply === undefined || reply === "hang up" ? "hang up" : saying(story, reply);
  });
}

/** The gateway's answer about the payment, with these fields in place of its own. */
export function saying({ message, mine }: HeldStory, changes: Record<string, string>): GatewayReply {
  return { body: signedBody({ ...message, ...changes }, mine.live.secret) };
}

/** What the gateway was told, in order. */
export function actionsOf({ gateway }: HeldStory): string[] {
  return gateway.requests.map(({ fields }) => fields["action"] ?? "");
}
