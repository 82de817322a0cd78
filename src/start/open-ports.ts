import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";

import type { Config } from "./config.js";
import { StartFailure, StartLimit } from "./start-limit.js";
import type { Answering } from "../web/ports/admission.js";
import type { Connections } from "../web/connections/connections.js";
import { type OpenPort, openHttp2Port, openHttpPort } from "../web/ports/ports.js";

type Address = Pick<Config, "host" | "port" | "grpcPort" | "tls">;

/**
 * Opens the ports of `PORT` and `GRPC_PORT`. Throws a StartFailure, with neither open, where one cannot be
 * opened.
 */
export async function openBothPorts(
  config: Address,
  answering: Answering,
  connections: Connections,
  limit: StartLimit,
): Promise<{ readonly http: OpenPort; readonly grpc: OpenPort }> {
  const host = await addressOf(config, limit);
  return await limit.during("HOST", LATE, async () => {
    // Binds both before either reads: a process that then fails to start has answered no client.
    const http = openHttpPort(host, config.port, config.tls, answering, connections);
    const grpc = openHttp2Port(host, config.grpcPort, config.tls, answering, connections);
    await Promise.allSettled([http, grpc]);
    try {
      return { http: await named("PORT", config, http), grpc: await named("GRPC_PORT", config, grpc) };
    } catch (error) {
      await Promise.allSettled([closeIfOpen(http), closeIfOpen(grpc)]);
      throw error;
    }
  });
}

/** Opens the port of `PORT` alone, for a process without gRPC. */
export async function openOnePort(
  config: Address,
  answering: Answering,
  connections: Connections,
  limit: StartLimit,
): Promise<OpenPort> {
  const host = await addressOf(config, limit);
  return await limit.during("HOST", LATE, () =>
    named("PORT", config, openHttpPort(host, config.port, config.tls, answering, connections)),
  );
}

/**
 * Opens the ports of `PORT` and `GRPC_PORT` and closes them again, before anything is created: a start whose port is
 * taken leaves nothing behind. Throws a StartFailure where one cannot be opened.
 */
export async function checkPorts(config: Address, limit = new StartLimit()): Promise<void> {
  const host = await addressOf(config, limit);
  await limit.during("HOST", LATE, async () => {
    await named("PORT", config, openAndClose(host, config.port));
    await named("GRPC_PORT", config, openAndClose(host, config.grpcPort));
  });
}

async function openAndClose(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port });
  await once(server, "listening");
  server.close();
  await once(server, "close");
}

const LATE = "its ports do not open.";

/** Resolves `HOST` to an address. */
async function addressOf({ host }: Address, limit: StartLimit): Promise<string> {
  return await limit.during("HOST", `no name server answers for ${host}.`, async () => {
    try {
      return (await lookup(host)).address;
    } catch (error) {
      throw new StartFailure(`HOST: ${host} is neither an address nor a name that resolves to one.`, {
        cause: error,
      });
    }
  });
}

/** Turns the error of a port that cannot be opened into a StartFailure that names the variable and the cause. */
async function named<T>(variable: "PORT" | "GRPC_PORT", config: Address, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const port = variable === "PORT" ? config.port : config.grpcPort;
    const { code, message } = error as NodeJS.ErrnoException;
    const isHost = code !== undefined && NOT_OF_THIS_MACHINE.has(code);
    if (isHost)
      throw new StartFailure(`HOST: ${config.host} is not an address of this machine.`, { cause: error });
    const why = (code !== undefined && REASONS[code]?.(port)) || message;
    throw new StartFailure(`${variable}: ${why}`, { cause: error });
  }
}

const NOT_OF_THIS_MACHINE = new Set(["EADDRNOTAVAIL", "EINVAL", "EAFNOSUPPORT"]);

const REASONS: Readonly<Record<string, (port: number) => string>> = {
  EADDRINUSE: (port) => `port ${port} is taken already.`,
  EACCES: (port) => `this user may not open port ${port}.`,
};

async function closeIfOpen(opening: Promise<OpenPort>): Promise<void> {
  await (await opening).close();
}
