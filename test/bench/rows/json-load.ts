import type { ServerProcess } from "../child.js";
import { type HttpAnswer, HttpConnection } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { wrkLoop } from "../load/wrk.js";
import type { Load } from "../served.js";
import { createRequest, getRequest, isSession, SESSION_TEXTS } from "./orders.js";

const CONNECTIONS = 32;

/** What calls servers with these headers. */
export type JsonLoad = (
  servers: readonly ServerProcess[],
  headers?: Readonly<Record<string, string>>,
) => Promise<Load>;

/** Creates sessions. */
export const createLoad: JsonLoad = async (servers, headers) => repeated(servers, [createRequest(headers)]);

/** The same by the lightest load there is: later answers are as long as the first one, since ids and times have the same length. */
export const lightCreateLoad: JsonLoad = async (servers, headers) => {
  const request = createRequest(headers);
  const first = await firstAnswer(servers, request);
  if (!isSession(first)) throw new Error(`A wrong answer: ${first.status} ${first.body}`);
  return repeated(servers, [request], first.bytes);
};

/** Reads a hundred sessions of the first server in turn. */
export const getLoad: JsonLoad = async (servers, headers) => {
  const requests: Buffer[] = [];
  for (let made = 0; made < 100; made++) {
    const { body } = await firstAnswer(servers, createRequest(headers));
    requests.push(getRequest((JSON.parse(body) as { id: string }).id, headers));
  }
  return repeated(servers, requests);
};

async function firstAnswer([server]: readonly ServerProcess[], request: Buffer): Promise<HttpAnswer> {
  const connection = await HttpConnection.open(server?.ports.http ?? 0);
  const answer = await connection.send(request);
  connection.close();
  return answer;
}

function repeated(
  servers: readonly ServerProcess[],
  requests: readonly Buffer[],
  answerBytes?: number,
): Load {
  const ports = servers.map((server) => server.ports.http);
  let turn = 0;
  const next = (): Buffer | undefined => requests[turn++ % requests.length];
  const work = { ports, connections: CONNECTIONS, requests, texts: SESSION_TEXTS, answerBytes };
  return {
    open: () => httpLanes({ ports, count: CONNECTIONS, next, isRight: isSession }),
    loop: (seconds) => wrkLoop(work, seconds),
  };
}
