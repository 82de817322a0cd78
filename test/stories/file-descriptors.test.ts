import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";

import t, { type Test } from "tap";

import { createTestMerchant, testConfig } from "../support/app.js";
import { chargeOf, INTENTS } from "../support/charges.js";
import { environmentOf } from "../support/command.js";
import { onSqlite } from "../support/database.js";
import { untilWritten } from "../support/serve.js";

/** More than a service has open at rest, and few enough to use up. */
const DESCRIPTORS = 90;

/** A first request to each face, and what it answers where nothing is wrong. */
const FIRST_USES: Readonly<
  Record<string, readonly [method: string, path: string, type: string, body: string, status: number]>
> = {
  sandbox: ["POST", "/sandbox/hosted/", "application/x-www-form-urlencoded", "merchantID=1", 400],
  Connect: ["POST", "/grpc.health.v1.Health/Check", "application/json", "{}", 200],
  "gRPC-Web": ["POST", "/grpc.health.v1.Health/Check", "application/grpc-web+proto", "\0\0\0\0\0", 200],
  "a doubtful request": ["POST", "/v1/checkout/sessions", "application/json", '{"line_items":[]}', 400],
  "a charge": ["POST", INTENTS, "application/json", JSON.stringify(chargeOf("pm_none")), 400],
  document: ["GET", "/openapi.json", "", "", 200],
  docs: ["GET", "/docs/swagger-ui.css", "", "", 200],
};

await onSqlite(
  t,
  "faces that are first used while no file can be opened work afterwards",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const port = await serveWithFewDescriptors(t, environmentOf(config));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.teardown(() => agent.destroy());
    const use = (face: string) => ask(agent, port, testKey, face);
    t.equal(await use("document"), 200, "a connection is open");
    const sockets = await useUpDescriptors(t, port);
    for (const face of Object.keys(FIRST_USES)) await use(face);
    for (const socket of sockets) socket.destroy();
    for (const [face, [, , , , status]] of Object.entries(FIRST_USES)) t.equal(await use(face), status, face);
  },
);

async function serveWithFewDescriptors(t: Test, env: Record<string, string>): Promise<number> {
  const limited = `ulimit -n ${DESCRIPTORS}; exec "$0" bin/calmony-pay serve`;
  const child: ChildProcess = spawn("sh", ["-c", limited, process.execPath], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: "pipe",
  });
  t.teardown(() => child.kill("SIGKILL"));
  child.stderr?.resume();
  const printed = await untilWritten(child.stdout, /^gRPC/m);
  return Number(/http:\/\/localhost:(\d+)/.exec(printed)?.[1]);
}

/** Opens connections until one is closed at once: the service could not accept it. */
async function useUpDescriptors(t: Test, port: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const refused: Socket[] = [];
  while (refused.length < 3) {
    if (sockets.length > 2 * DESCRIPTORS)
      throw new Error("The service has more descriptors than it was given.");
    const socket = connect(port, "127.0.0.1");
    t.teardown(() => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => refused.push(socket));
    await once(socket, "connect");
    sockets.push(socket);
  }
  return sockets;
}

/** The status; undefined where the connection ended without an answer. */
async function ask(agent: Agent, port: number, key: string, face: string): Promise<number | undefined> {
  const [method = "GET", path = "/", type = "", body = ""] = FIRST_USES[face] ?? [];
  const headers = { authorization: `Bearer ${key}`, ...(type === "" ? {} : { "content-type": type }) };
  return await new Promise((resolve) => {
    const sent = request({ agent, port, host: "127.0.0.1", method, path, headers }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode));
    });
    sent.once("error", () => resolve(undefined)).end(body);
  });
}
