import { type BenchPlace, openPlace } from "../bench-place.js";
import type { ServerProcess } from "../child.js";
import type { Contender } from "../contender.js";
import { HttpConnection } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import type { Lanes } from "../load/lane.js";
import type { Row } from "../row.js";
import { served } from "../served.js";
import { createRequest, getRequest, isSession } from "./orders.js";

const CONNECTIONS = 32;

/** Whole requests of merchants with MariaDB behind them. */
export function databaseRows(server: () => Promise<string>): readonly Row[] {
  return [
    {
      kind: "pair",
      name: "create session, MariaDB",
      wanted: 0.9,
      open: async () => both(await server(), openCreate),
    },
    {
      kind: "pair",
      name: "get session, MariaDB",
      wanted: 0.9,
      open: async () => both(await server(), openGet),
    },
  ];
}

type Open = (place: BenchPlace, server: ServerProcess) => Promise<Lanes>;

async function both(server: string, open: Open): Promise<readonly [Contender, Contender]> {
  return [
    await withPlace(server, "service", "service", open),
    await withPlace(server, "fastify + mysql2", "mysql-peer", open),
  ];
}

async function withPlace(server: string, name: string, program: string, open: Open): Promise<Contender> {
  const place = await openPlace(server);
  const contender = await served({
    name,
    program,
    options: place,
    open: async ([process]) => {
      if (process === undefined) throw new Error("No server was started.");
      return await open(place, process);
    },
  });
  return {
    ...contender,
    close: async () => {
      await contender.close();
      await place.remove();
    },
  };
}

const openCreate: Open = async ({ key }, { ports }) => {
  const request = createRequest({ authorization: `Bearer ${key}` });
  return await httpLanes({
    ports: [ports.http],
    count: CONNECTIONS,
    next: () => request,
    isRight: isSession,
  });
};

const openGet: Open = async ({ key }, { ports }) => {
  const authorization = `Bearer ${key}`;
  const connection = await HttpConnection.open(ports.http);
  const requests: Buffer[] = [];
  for (let made = 0; made < 100; made++) {
    const { body } = await connection.send(createRequest({ authorization }));
    requests.push(getRequest((JSON.parse(body) as { id: string }).id, { authorization }));
  }
  connection.close();
  let next = 0;
  return await httpLanes({
    ports: [ports.http],
    count: CONNECTIONS,
    next: () => requests[next++ % requests.length],
    isRight: isSession,
  });
};
