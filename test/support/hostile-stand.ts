import type { Test } from "tap";

import { type ApiAnswer, createTestMerchant, startTestApp, type TestApp, testConfig } from "./app.js";
import type { TestEngine } from "./database.js";
import { type Message, signedBody } from "./gateway.js";
import { type GatewayRequest, startGateway } from "./scripted-gateway.js";

const MINUTE = 60_000;

/** What the gateway is to answer a request with; it keeps no books of its own. */
export type Script = (fields: GatewayRequest["fields"]) => Message | "hang up";

/** A live merchant at a gateway that does what a test says, and a clock that the test moves. */
export interface HostileStand {
  readonly app: TestApp;
  readonly account: { readonly gatewayMerchantId: string; readonly secret: string };
  readonly requests: readonly GatewayRequest[];
  /** A call with the merchant's live key. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>;
  readonly answer: (script: Script) => void;
  readonly held: () => Promise<{ reason: string }[]>;
  readonly pass: (minutes: number) => void;
}

export async function openHostileStand(t: Test, engine: TestEngine): Promise<HostileStand> {
  const gateway = await startGateway(t);
  const time = { ahead: 0 };
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const { live, liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config, { clock: { now: () => Date.now() + time.ahead } });
  const call: HostileStand["call"] = (method, path, body) => app.call(method, path, liveKey, body);
  return {
    app,
    account: live,
    requests: gateway.requests,
    call,
    answer: (script) =>
      gateway.answer(({ fields }) => {
        const message = script(fields);
        return message === "hang up" ? message : { body: signedBody(message, live.secret) };
      }),
    held: async () => (await call("GET", "/v1/held_payments")).json.data,
    pass: (minutes) => void (time.ahead += minutes * MINUTE),
  };
}
