import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";

import { readSmallFile } from "./small-file.js";

const KEY_BYTES = 32;

/**
 * Reads a key of 32 bytes from its file, in base64. Undefined where there is no file; throws where it holds
 * no such key.
 */
export function readKeyFile(file: string): Buffer | undefined {
  try {
    return parseKey(readSmallFile(file).toString("utf8"), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Makes a key file, unless another process makes it first, and reads back what is there.
 *
 * The key is written completely, for its owner only, before an exclusive link puts it in place: nobody can
 * see half a key, and of two processes both get the key of the first.
 */
export function makeKeyFile(file: string): Buffer {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  writeDurably(draft, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // The other process was first.
  } finally {
    unlinkSync(draft);
  }
  keepEntry(path.dirname(file));
  return parseKey(readSmallFile(file).toString("utf8"), file);
}

/** The 32 bytes of a key in base64. `source` is where it was found, for the error. */
export function parseKey(text: string, source: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== KEY_BYTES || key.toString("base64") !== text.trim()) {
    throw new Error(`${source} must hold ${KEY_BYTES} bytes in base64 (openssl rand -base64 32).`);
  }
  return key;
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A file's name is safe only when its folder is: without the key, all that is sealed with it would be lost. */
function keepEntry(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
