import type { Connection } from "mysql2/promise";

/** One server of a group. Its process may be frozen, killed and started again with what it has stored. */
export interface GroupServer {
  readonly port: number;
  /** For `root`. */
  readonly url: string;
  /** Sends a signal to the server itself. */
  signal(name: NodeJS.Signals): void;
  ended(): Promise<void>;
  /** Starts it again; it joins the group by itself. */
  start(): Promise<void>;
  /** Does `work` as `root`, by a connection of its own. */
  ask<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
}

/** Three servers that keep the same data, of which clients use one at any time. */
export interface ServerGroup<Server extends GroupServer = GroupServer> {
  /** "a group of three MySQL 9.7.4-2", as the servers say it. */
  readonly title: string;
  /** Where the servers keep their data. */
  readonly folder: string;
  readonly members: readonly Server[];
  /** The server that clients use; waits until there is one. */
  primary(): Promise<Server>;
  /** Another than the primary. */
  secondary(): Promise<Server>;
  /** Hands the primary's work over to another one, as an operator plans it. */
  handOver(): Promise<void>;
  /** Gives a secondary an empty data directory, which it fills from another server's. */
  rebuild(member: Server): Promise<void>;
  /** Resolves once all servers take part. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}
