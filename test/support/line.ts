import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A line to a database server that can be cut, as networks and failovers do. */
export interface Line {
  /** The server's address by way of this line. */
  readonly url: string;
  /** Ends every connection, and takes none until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Ends every connection; new ones are taken. */
  shake(): void;
  /**
   * Lets nothing through, either way, and ends nothing: as a server that is stopped, or a network that
   * swallows packets.
   */
  freeze(): void;
  thaw(): void;
  /** The same, for good, with the connections that there are; new ones are as good as ever. */
  forget(): void;
  /** Lets the next COMMIT through to the server, and ends its connection instead of bringing the answer back. */
  loseNextCommit(): void;
  /** Keeps the next COMMIT from the server, and ends its connection once `meanwhile` is over. */
  dropNextCommit(meanwhile: () => Promise<unknown>): void;
}

interface State {
  loseCommit: boolean;
  frozen: boolean;
  drop: (() => Promise<unknown>) | undefined;
}

/** Whatever ends, a test or a simulation: then the line is taken down. */
interface Ending {
  teardown(takeDown: () => unknown): void;
}

/**
 * The statement as the protocol sends it, by itself or behind others: not a part of READ COMMITTED. And a
 * session's row that is sent alone: the server commits it by itself.
 */
const COMMITS = ["\u0003COMMIT", ";\nCOMMIT", "\u0003INSERT INTO `checkout_session`"];

export async function openLine(t: Ending, serverUrl: string): Promise<Line> {
  const server = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const state: State = { loseCommit: false, frozen: false, drop: undefined };
  const listener = createServer((client) => {
    const upstream = connect(Number(server.port || 3306), server.hostname);
    let losing = false;
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("error", () => {}); // Cut on purpose; close follows.
    }
    for (const socket of [client, upstream]) {
      if (state.frozen) socket.pause();
    }
    client.on("data", (chunk) => {
      const { drop } = state;
      if (drop !== undefined && COMMITS.some((commit) => chunk.includes(commit))) {
        state.drop = undefined;
        upstream.removeAllListeners("close").destroy();
        void drop().then(() => client.destroy());
        return;
      }
      if (state.loseCommit && COMMITS.some((commit) => chunk.includes(commit))) {
        state.loseCommit = false;
        losing = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => (losing ? client.destroy() : client.write(chunk)));
  });
  const shake = () => sockets.forEach((socket) => socket.destroy());
  let port = 0;
  const mend = async () => {
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    port = (listener.address() as AddressInfo).port;
  };
  const cut = async () => {
    const closed = once(listener, "close");
    listener.close();
    shake();
    await closed;
  };
  await mend();
  t.teardown(() => (listener.listening ? cut() : undefined));
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  const forget = () => sockets.forEach((socket) => socket.pause());
  const freeze = () => {
    state.frozen = true;
    forget();
  };
  const thaw = () => {
    state.frozen = false;
    sockets.forEach((socket) => socket.resume());
  };
  const loseNextCommit = () => (state.loseCommit = true);
  const dropNextCommit = (meanwhile: () => Promise<unknown>) => (state.drop = meanwhile);
  return { url: url.href, cut, mend, shake, freeze, thaw, forget, loseNextCommit, dropNextCommit };
}
