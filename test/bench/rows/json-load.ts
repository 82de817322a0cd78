import type { ServerProcess } from "../child.js";
import { type HttpAnswer, HttpConnection } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { wrkLoop } from "../load/wrk.js";
import type { Load } from "../served.js";
import { createRequest, getRequest, isSessionOf, sessionTexts } from "./orders.js";

/** To each server: two replicas are as busy as one then. */
const CONNECTIONS = 32;

/** What calls servers with these headers. */
export type JsonLoad = (
  servers: readonly ServerProcess[],
  headers?: Readonly<Record<string, string>>,
) => Promise<Load>;

/** Creates sessions. */
export const createLoad: JsonLoad = async (servers, headers) =>
  repeated(servers, { requests: [createRequest(headers)] });

/**
 * Creates sessions of ten items by the lightest load there is: later answers are as long as the first one,
 * since ids and times have the same length. Each call costs a server twice as much as one of one item, and
 * the load hardly more.
 */
export const lightCreateLoad: JsonLoad = async (servers, headers) => {
  const request = createRequest(headers, TEN);
  const first = await firstAnswer(servers, request);
  const isRight = isSessionOf(TEN);
  if (!isRight(first)) throw new Error(`A wrong answer: ${first.status} ${first.body}`);
  return repeated(servers, { requests: [request], items: TEN, answerBytes: first.bytes });
};

const TEN = 10;

/** Reads a hundred sessions of the first server in turn. */
export const getLoad: JsonLoad = async (servers, headers) => {
  const requests: Buffer[] = [];
  for (let made = 0; made < 100; made++) {
    const { body } = await firstAnswer(servers, createRequest(headers));
    requests.push(getRequest((JSON.parse(body) as { id: string }).id, headers));
  }
  return repeated(servers, { requests });
};

async function firstAnswer([server]: readonly ServerProcess[], request: Buffer): Promise<HttpAnswer> {
  const connection = await HttpConnection.open(server?.ports.http ?? 0);
  const answer = await connection.send(request);
  connection.close();
  return answer;
}

/** What is sent in turn, and how many items every session has. */
interface BackgroundJob {
  readonly requests: readonly Buffer[];
  readonly items?: number;
  readonly answerBytes?: number;
}

function repeated(
  servers: readonly ServerProcess[],
  { requests, items = 1, answerBytes }: BackgroundJob,
): Load {
  const ports = servers.map((server) => server.ports.http);
  let turn = 0;
  const next = (): Buffer | undefined => requests[turn++ % requests.length];
  const connections = CONNECTIONS * ports.length;
  const work = { ports, connections, requests, texts: sessionTexts(items), answerBytes };
  return {
    open: () => httpLanes({ ports, count: connections, next, isRight: isSessionOf(items) }),
    loop: (seconds) => wrkLoop(work, seconds),
  };
}
