import { GrpcConnection } from "./grpc-connection.js";
import type { Lanes } from "./lane.js";

/** What the lanes of one contender call, and what they must get. */
export interface GrpcWork {
  readonly port: number;
  readonly connections: number;
  /** Calls under way at a time on each connection. */
  readonly streams: number;
  readonly path: string;
  /** The request with its gRPC prefix. */
  readonly message: Buffer;
  readonly isRight: (answer: Buffer) => boolean;
}

/** Opens connections of HTTP/2, several lanes each. */
export async function grpcLanes(work: GrpcWork): Promise<Lanes> {
  const { port, path, message, isRight } = work;
  const connections = await Promise.all(
    Array.from({ length: work.connections }, () => GrpcConnection.open(port, path, message)),
  );
  const lanes = connections.flatMap((connection) =>
    Array.from({ length: work.streams }, () => async () => {
      if (!isRight(await connection.call())) throw new Error("A wrong answer.");
    }),
  );
  return { lanes, close: () => connections.forEach((connection) => connection.close()) };
}
