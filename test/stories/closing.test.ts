import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect as connectSocket } from "node:net";

import { status } from "@grpc/grpc-js";
import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { environmentOf } from "../support/command.js";
import { eachEngine, onSqlite, signal, until } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";
import { takeForm } from "../support/pay-page.js";
import { startGateway } from "../support/scripted-gateway.js";
import { serve } from "../support/serve.js";
import { http2Client, type Http2Client } from "../support/http2-client.js";

/** What callers came to see, up to the moment at which the service was gone. */
interface Tally {
  answered: number;
  readonly failed: string[];
}

/** What a call came to: undefined where it was answered, else what went wrong; `GONE` where nobody listens any more. */
type Outcome = string | typeof GONE | undefined;

const GONE = Symbol("gone");
const LANES = 8;

await eachEngine(t, "a service that is told to end under load fails no request", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const service = await serve(t, environmentOf(config));
  const calls = {
    "JSON over HTTP/1.1": overHttp1(service.url, testKey),
    "JSON over HTTP/2": overHttp2(`http://${service.grpc}`, testKey),
    gRPC: await overGrpc(service.grpc, testKey),
  };
  const faces = Object.entries(calls).map(([name, { call, close }]) => {
    t.teardown(close);
    const tally: Tally = { answered: 0, failed: [] };
    const lanes = Array.from({ length: LANES }, () => untilGone(tally, call));
    return { name, tally, over: Promise.all(lanes) };
  });
  await until("every face answers", () => faces.every(({ tally }) => tally.answered > 50));
  t.equal(await service.stop("SIGTERM"), 0);
  for (const { name, tally, over } of faces) {
    await over;
    t.same(tally.failed, [], name);
  }
  const db = await engine.open({});
  const [row] = await db.manager.query("SELECT count(*) AS sessions FROM checkout_session");
  const answered = faces.reduce((sum, { tally }) => sum + tally.answered, 0);
  t.equal(Number(row.sessions), answered, "each answer stands for a session, and each session was answered");
});

await eachEngine(t, "a request that is under way when the service closes is answered", async (t, engine) => {
  const config = testConfig(engine);
  const { liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const sent = signal();
  const body = JSON.stringify(anOrder());
  const call = request(`${app.local}/v1/checkout/sessions`, {
    method: "POST",
    agent,
    headers: headers(liveKey),
  });
  call.write(body.slice(0, 10), sent.give);
  const answer = once(call, "response") as Promise<[{ statusCode: number; headers: Record<string, string> }]>;
  await sent.given;
  await fetch(`${app.local}/healthz`);
  const closed = app.close();
  call.end(body.slice(10));
  const [{ statusCode, headers: received }] = await answer;
  t.equal(statusCode, 200);
  t.equal(received["connection"], "close");
  await closed;
});

await onSqlite(
  t,
  "a service ends in time, with its code, while a gateway that it asks says nothing",
  async (t, engine) => {
    const gateway = await startGateway(t);
    gateway.answer(() => "silence");
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const service = await serve(t, { ...environmentOf(config), SANDBOX_URL: gateway.url });
    const post = async (path: string, body: object): Promise<{ readonly id: string }> => {
      const url = `${service.url}/v1/${path}`;
      const answer = await fetch(url, {
        method: "POST",
        headers: headers(testKey),
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { readonly id: string };
    };
    const { id } = await post("checkout/sessions", anOrder());
    await takeForm({ local: service.url }, id);
    await post("test_helpers/clock/advance", { seconds: 60 });
    await until("it asks what became of the attempt", () =>
      gateway.requests.some(({ url }) => url.startsWith("/rest/transactions")),
    );
    const began = performance.now();
    t.equal(await service.stop("SIGTERM"), 0);
    const ms = performance.now() - began;
    t.ok(ms < 10_000, `${ms} ms`);
  },
);

await onSqlite(
  t,
  "a connection without any request does not keep a service from closing",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const socket = connectSocket(app.urls.port, "127.0.0.1");
    const closed = once(socket, "close");
    await once(socket, "connect");
    await fetch(`${app.local}/healthz`);
    const began = performance.now();
    await app.close();
    t.ok(performance.now() - began < 5000);
    await closed;
  },
);

/** Calls again and again until nobody listens any more. */
async function untilGone(tally: Tally, call: () => Promise<Outcome>): Promise<void> {
  while (tally.failed.length <= LANES) {
    const outcome = await call();
    if (outcome === GONE) return;
    if (outcome === undefined) tally.answered++;
    else tally.failed.push(outcome);
  }
}

function headers(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}`, "content-type": "application/json" };
}

function failure(error: NodeJS.ErrnoException): Outcome {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code === "ECONNREFUSED" ? GONE : String(error);
}

function overHttp1(url: string, key: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const options = { method: "POST", agent, headers: headers(key) };
  const call = (): Promise<Outcome> =>
    new Promise((resolve) => {
      const sent = request(`${url}/v1/checkout/sessions`, options);
      sent.on("error", (error) => resolve(failure(error)));
      sent.on("response", ({ statusCode }) =>
        resolve(statusCode === 200 ? undefined : `status ${statusCode}`),
      );
      sent.on("response", (response) => response.resume());
      sent.end(JSON.stringify(anOrder()));
    });
  return { call, close: () => agent.destroy() };
}

function overHttp2(url: string, key: string) {
  const client: Http2Client = http2Client(url);
  const wanted = { ":method": "POST", ":path": "/v1/checkout/sessions", ...headers(key) };
  const call = async (): Promise<Outcome> => {
    try {
      const code = await client.call(wanted, JSON.stringify(anOrder()));
      return code === 200 ? undefined : `status ${code}`;
    } catch (error) {
      return failure(error as NodeJS.ErrnoException);
    }
  };
  return { call, close: () => client.close() };
}

async function overGrpc(address: string, key: string) {
  const client = await connect(address);
  const call = async (): Promise<Outcome> => {
    const { error } = await client.call("createCheckoutSession", anOrder(), key);
    if (error === undefined) return undefined;
    return error.code === status.UNAVAILABLE && error.message.includes("ECONNREFUSED") ? GONE : error.message;
  };
  return { call, close: () => client.close() };
}
