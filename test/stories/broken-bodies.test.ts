import { once } from "node:events";
import { connect, type Socket } from "node:net";

import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { onSqlite, type TestEngine } from "../support/database.js";
import { data, headers, prefaceWithWindow, reset } from "../support/http2-frames.js";
import { anOrder } from "../support/orders.js";
import { resetConnection } from "../support/reset-connection.js";

const EXPIRE = "/calmonypay.v1.CheckoutService/ExpireCheckoutSession";

const ofJson = (id: string): string => `/v1/checkout/sessions/${id}/expire`;

/** How a client leaves. */
const ENDS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.end(),
  (socket) => socket.destroy(),
  resetConnection,
];

await onSqlite(
  t,
  "a request whose body breaks off is no call, over either HTTP version",
  async (t, engine) => {
    const { create, statusOf, expire, http1, http2 } = await service(t, engine);
    // A call that takes an empty body, and one whose fields have all come: both lack the end.
    const cases = ["", "{}"].map((body) => [ofJson, () => body] as const);
    for (const [pathOf, bodyOf] of [
      ...cases,
      [() => EXPIRE, (id: string) => JSON.stringify({ id })],
    ] as const) {
      const [session, other] = [await create(), await create()];
      const [path, body] = [pathOf(session), bodyOf(session)];
      for (const end of [reset(1, 0), reset(1), undefined]) await http2(path, body, end);
      for (const end of ENDS) {
        await http1(path, `content-length: ${body.length + 1}`, body, end);
        await http1(path, "transfer-encoding: chunked", chunk(body), end);
      }
      t.equal(await expire(other), "expired", "a whole one is a call, and is written after the others");
      t.equal(await statusOf(session), "open", `${path} with "${body}"`);
    }
  },
);

function chunk(body: string): string {
  return body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
}

async function service(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const said = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
  const session = async (method: string, path: string, body?: unknown) =>
    (await app.call(method, `/v1/checkout/sessions${path}`, testKey, body)).json;
  const dial = async (port: number): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    t.teardown(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return {
    create: async (): Promise<string> => (await session("POST", "", anOrder())).id,
    statusOf: async (id: string): Promise<string> => (await session("GET", `/${id}`)).status,
    expire: async (id: string): Promise<string> => (await session("POST", `/${id}/expire`, {})).status,
    /** Begins a request, and ends it by `end`, or with its connection, once the server is at work. */
    http2: async (path: string, body: string, end: Buffer | undefined): Promise<void> => {
      const socket = await dial(Number(app.urls.grpc.split(":")[1]));
      const part = body === "" ? Buffer.alloc(0) : data(1, body);
      socket.write(Buffer.concat([prefaceWithWindow(65_535), headers(1, "POST", path, false, said), part]));
      await once(socket, "data");
      if (end === undefined) return void socket.destroy();
      socket.write(Buffer.concat([end, headers(3, "GET", "/healthz", true)]));
      while (!String((await once(socket, "data"))[0]).includes("ok"));
    },
    http1: async (
      path: string,
      framing: string,
      body: string,
      end: (socket: Socket) => void,
    ): Promise<void> => {
      const socket = await dial(app.urls.port);
      const lines = Object.entries({ host: "a", expect: "100-continue", ...said }).map((line) =>
        line.join(": "),
      );
      socket.write([`POST ${path} HTTP/1.1`, ...lines, framing, "", ""].join("\r\n"));
      await once(socket, "data"); // It is at work, and says: go on.
      socket.write(body);
      end(socket);
    },
  };
}
