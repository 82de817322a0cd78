import type { IncomingMessage } from "node:http";

/**
 * Drops what an HTTP/1.1 client still sends of a request that is answered: closing a connection with unread bytes
 * resets it, and a client that writes before it reads would never see the response.
 *
 * Node by itself reads as fast as the client sends, up to 2 MB of each connection before it looks at the next one.
 * Here all discarded bodies together have a small part of the process's time, in turns. A body that is too
 * large is read no further, and its connection ends five seconds later: if it ended at once, the client would have the
 * next one at once.
 */
export function discardBody(request: IncomingMessage): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BYTES_MAX) continueInTurn(request);
    else endLater(request.pause());
  });
  request.on("close", () => waiting.delete(request));
  request.resume(); // A reader may have paused it because it was too large.
}

/** Bytes that a client may still have in transit when its request is refused. */
const BYTES_MAX = 16 * 1024 * 1024;

function endLater(request: IncomingMessage): void {
  const late = setTimeout(() => request.destroy(), HELD_MS).unref();
  request.once("close", () => clearTimeout(late));
}

const HELD_MS = 5000;

/** 100 MB a second, in pieces of up to 64 KB that take some 50 µs each. */
const TURN_MS = 10;
const PIECES_PER_TURN = 16;

/** The requests that wait for their turn, the first to come first. */
const waiting = new Set<IncomingMessage>();
let piecesLeft = PIECES_PER_TURN;
let timer: NodeJS.Timeout | undefined;

function continueInTurn(request: IncomingMessage): void {
  timer ??= setInterval(nextTurn, TURN_MS).unref();
  if (piecesLeft > 0) piecesLeft--;
  else waiting.add(request.pause());
}

function nextTurn(): void {
  if (waiting.size === 0 && piecesLeft === PIECES_PER_TURN) {
    clearInterval(timer);
    timer = undefined;
  }
  piecesLeft = PIECES_PER_TURN;
  for (const request of waiting) {
    if (piecesLeft === 0) return;
    piecesLeft--;
    waiting.delete(request);
    request.resume();
  }
}
