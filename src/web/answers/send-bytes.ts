import type { ServerResponse } from "node:http";

import type { HttpResponse } from "../../lib/http.js";

/**
 * Sends a large body, after the head was sent, and ends the response. The next piece is written once the
 * client has taken the one before, and other requests have had their turn.
 *
 * Many responses may share `bytes`. TLS keeps an encrypted copy of what is written until the client takes it,
 * so writing all of it would cost a full copy for each client.
 */
export function sendBytes(response: HttpResponse, bytes: Buffer): void {
  const sender = response as ServerResponse; // HTTP/2's differs in types only.
  let sent = 0;
  const sendOn = (): void => {
    if ("stream" in response ? response.stream.destroyed : response.destroyed) return; // The client is gone.
    const piece = bytes.subarray(sent, (sent += PIECE_BYTES));
    if (sent >= bytes.length) sender.end(piece);
    else sender.write(piece, (error) => error ?? sendInTurn(sendOn));
  };
  sendOn();
}

/** Writing one piece to the system takes some 20 microseconds. */
const PIECE_BYTES = 64 * 1024;

/** Pieces that may be written now, of all responses. */
let waiting: (() => void)[] = [];

/** libuv accepts one connection in each round of the event loop: short, so that new clients are let in. */
const TURN_MS = 2;

function sendInTurn(send: () => void): void {
  if (waiting.push(send) === 1) setImmediate(turn);
}

/** Writes pieces for 2 ms; between two turns the event loop reads what has arrived. */
function turn(): void {
  const began = performance.now();
  let done = 0;
  for (const send of waiting) {
    if (performance.now() - began >= TURN_MS) break;
    done++;
    send();
  }
  waiting = waiting.slice(done);
  if (waiting.length > 0) setImmediate(turn);
}
