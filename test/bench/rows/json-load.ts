import type { ServerProcess } from "../child.js";
import { HttpConnection } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { wrkLoop } from "../load/wrk.js";
import type { Load } from "../served.js";
import { createRequest, getRequest, isSessionOf, sessionTexts } from "./orders.js";

const CONNECTIONS = 32;

/** What calls servers with these headers. */
export type JsonLoad = (
  servers: readonly ServerProcess[],
  headers?: Readonly<Record<string, string>>,
) => Promise<Load>;

/** Creates sessions of one item. */
export const createLoad: JsonLoad = async (servers, headers) => repeated(servers, [createRequest(headers)]);

/** Creates sessions of ten items: each call costs the servers twice as much, and the load hardly more. */
export const createLongLoad: JsonLoad = async (servers, headers) =>
  repeated(servers, [createRequest(headers, TEN)], TEN);

const TEN = 10;

/** Reads a hundred sessions of the first server in turn. */
export const getLoad: JsonLoad = async (servers, headers) => {
  const connection = await HttpConnection.open(servers[0]?.ports.http ?? 0);
  const requests: Buffer[] = [];
  for (let made = 0; made < 100; made++) {
    const { body } = await connection.send(createRequest(headers));
    requests.push(getRequest((JSON.parse(body) as { id: string }).id, headers));
  }
  connection.close();
  return repeated(servers, requests);
};

function repeated(servers: readonly ServerProcess[], requests: readonly Buffer[], items = 1): Load {
  const texts = sessionTexts(items);
  const ports = servers.map((server) => server.ports.http);
  let turn = 0;
  const next = (): Buffer | undefined => requests[turn++ % requests.length];
  const work = { ports, connections: CONNECTIONS, requests, texts };
  return {
    open: () => httpLanes({ ports, count: CONNECTIONS, next, isRight: isSessionOf(texts) }),
    loop: (seconds) => wrkLoop(work, seconds),
  };
}
