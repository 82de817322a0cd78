import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Relays connections to a database server, and can cut, stall or drop them as networks and failovers do. */
export interface DatabaseRelay {
  /** The database's URL by way of this relay. */
  readonly url: string;
  /** Ends every connection, and accepts none until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Ends every connection; new ones are accepted. */
  dropConnections(): void;
  /** Relays nothing, either way, and ends nothing: like a stopped server, or a network that swallows packets. */
  freeze(): void;
  /** Relays nothing on connections that are opened from now on; those that are open work. */
  freezeNewConnections(): void;
  thaw(): void;
  /** Relays each answer to a statement so many milliseconds late, on connections that are opened later as well. */
  slowStatements(milliseconds: number): void;
  /** Relays nothing on the connections of this moment, ever again; new connections work. */
  silenceConnections(): void;
  /** Relays the next COMMIT to the server, and ends its connection instead of relaying the response. */
  loseNextCommit(): void;
  /** Keeps the next COMMIT from the server, and ends its connection once `meanwhile` is over. */
  dropNextCommit(meanwhile: () => Promise<unknown>): void;
  /** The texts that clients send from now on, each as often as the server is waited for: several statements are one. */
  record(): readonly string[];
}

interface State {
  loseCommit: boolean;
  frozen: boolean;
  drop: (() => Promise<unknown>) | undefined;
  sent: string[];
  /** How many milliseconds late the answer to a statement is. */
  lateMs: number;
  /** Connections to the server on which a statement was sent: what came before is how a client logs in. */
  readonly working: WeakSet<Socket>;
}

/** The test or simulation at whose end the relay closes. */
interface Ending {
  teardown(takeDown: () => unknown): void;
}

/** A statement begins with this byte. MySQL then has numbers of attributes: none, in one set. */
const COM_QUERY = "\u0003";
const COM_QUERY_WITH_ATTRIBUTES = "\u0003\u0000\u0001";

/**
 * COMMIT as the protocol sends it, alone or behind other statements, but not the word in READ COMMITTED. And
 * the insert of a session that is sent alone, which the server commits by itself.
 */
const COMMITS = [
  ...[COM_QUERY, COM_QUERY_WITH_ATTRIBUTES].flatMap((head) => [
    `${head}COMMIT`,
    `${head}INSERT INTO \`checkout_session\``,
  ]),
  ";\nCOMMIT",
];

export async function openDatabaseRelay(t: Ending, serverUrl: string): Promise<DatabaseRelay> {
  const server = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const state = nothingWrong();
  const listener = createServer((client) => {
    const upstream = connect(Number(server.port || 3306), server.hostname);
    const recorded = recorder((text) => state.sent.push(text));
    let losing = false;
    closeTogether(client, upstream, sockets);
    if (state.frozen) for (const socket of [client, upstream]) socket.pause();
    client.on("data", (chunk: Buffer) => {
      recorded(chunk);
      if (beginsCommand(chunk)) state.working.add(upstream);
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
    upstream.on("data", (chunk) => (losing ? client.destroy() : relay(state, upstream, client, chunk)));
  });
  const dropConnections = () => sockets.forEach((socket) => socket.destroy());
  let port = 0;
  const mend = async () => {
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    port = (listener.address() as AddressInfo).port;
  };
  const cut = async () => {
    const closed = once(listener, "close");
    listener.close();
    dropConnections();
    await closed;
  };
  await mend();
  t.teardown(() => (listener.listening ? cut() : undefined));
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  const silenceConnections = () => sockets.forEach((socket) => socket.pause());
  const freeze = () => {
    state.frozen = true;
    silenceConnections();
  };
  const thaw = () => {
    state.frozen = false;
    sockets.forEach((socket) => socket.resume());
  };
  return {
    url: url.href,
    cut,
    mend,
    dropConnections,
    freeze,
    freezeNewConnections: () => (state.frozen = true),
    thaw,
    slowStatements: (milliseconds) => (state.lateMs = milliseconds),
    silenceConnections,
    loseNextCommit: () => (state.loseCommit = true),
    dropNextCommit: (meanwhile) => (state.drop = meanwhile),
    record: () => (state.sent = []),
  };
}

function nothingWrong(): State {
  const working = new WeakSet<Socket>();
  return { loseCommit: false, frozen: false, drop: undefined, sent: [], lateMs: 0, working };
}

/** The fourth byte numbers a packet: a command begins with zero, what answers the server does not. */
function beginsCommand(chunk: Buffer): boolean {
  return chunk[3] === 0;
}

function relay({ lateMs, working }: State, upstream: Socket, client: Socket, chunk: Buffer): void {
  if (lateMs === 0 || !working.has(upstream)) client.write(chunk);
  else setTimeout(() => client.write(chunk), lateMs);
}

/**
 * Calls back with the text of each statement of one connection. A packet is a length of three bytes, a number that
 * is zero for a command, and what it says.
 */
function recorder(found: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
      const packet = rest.subarray(4, 4 + rest.readUIntLE(0, 3));
      if (rest[3] === 0 && packet[0] === COM_QUERY.charCodeAt(0)) found(packet.subarray(1).toString());
      rest = rest.subarray(4 + packet.length);
    }
  };
}

/** Keeps both sockets in `sockets` while they are open; the end of one ends the other. */
function closeTogether(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
    sockets.add(from);
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on("error", () => {}); // Cut on purpose; close follows.
  }
}
