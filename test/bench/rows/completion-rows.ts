import type { BenchPlace } from "../bench-place.js";
import { type Contender, sampleOf } from "../contender.js";
import { httpRequest } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { type Driven, untilDone } from "../load/drive.js";
import type { Row } from "../row.js";
import { signedBody } from "../../support/gateway.js";
import { paidSession } from "./paid-session.js";
import { seededSessions } from "./seeded-sessions.js";

/** Completions under way at a time. */
const CONCURRENCY = 32;

/** The gateway's callbacks, each of which completes a session of its own. */
export function completionRows(server: () => Promise<string>): readonly Row[] {
  return [
    {
      kind: "pair",
      name: "completion by callback, server",
      wanted: 1.3,
      open: async () => [
        await completing(await server(), "service", "service"),
        await completing(await server(), "mysql2, one by one", "mysql-peer"),
      ],
    },
    {
      kind: "pair",
      name: "completion by callback, embedded",
      wanted: 0.5,
      open: async () => [
        await completing(undefined, "service", "service"),
        await looping("libsql in a loop"),
      ],
    },
  ];
}

/** A server that is posted callbacks. */
async function completing(server: string | undefined, name: string, program: string): Promise<Contender> {
  return await seededSessions({
    ...COMPLETED,
    server,
    name,
    program,
    measure: async (place, process, ids) => {
      // Taken from its end: the oldest session first, as the driver's loop has it.
      const requests = ids.map((id) => callbackOf(place, id)).toReversed();
      const opened = await httpLanes({
        ports: [process.ports.http],
        count: CONCURRENCY,
        next: () => requests.pop(),
        isRight: ({ status, body }) => status === 200 && body === "ok\n",
      });
      const sample = await sampleOf([process], () => untilDone(opened.lanes, ids.length));
      opened.close();
      return sample;
    },
  });
}

/** The driver alone. */
async function looping(name: string): Promise<Contender> {
  return await seededSessions({
    ...COMPLETED,
    server: undefined,
    name,
    program: "raw-sqlite",
    measure: (_place, process, ids) =>
      sampleOf([process], async (): Promise<Driven> => {
        const started = performance.now();
        await process.ask({ complete: ids });
        return { calls: ids.length, seconds: (performance.now() - started) / 1000 };
      }),
  });
}

/** Every session is complete, with one result, one intent and two events. */
const COMPLETED = {
  perSecond: 800,
  formsGiven: 1,
  left: (total: number) => ({ complete: total, results: total, intents: total, events: 3 * total }),
};

function callbackOf({ gatewayMerchantId, gatewaySecret }: BenchPlace, id: string): Buffer {
  const body = signedBody(paidSession(id, gatewayMerchantId), gatewaySecret);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return httpRequest("POST", "/callbacks/cardstream", headers, body);
}
