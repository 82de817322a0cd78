import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection that has sent a request and reads whatever comes. */
export async function openRequest(port: number, request: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  await once(socket, "ready");
  return socket;
}

/** Something that a test waits for until a handler says that it has come. */
export class Signal {
  readonly arrived: Promise<void>;
  #resolve: () => void = () => {};

  constructor() {
    this.arrived = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  readonly arrive = (): void => this.#resolve();
}
