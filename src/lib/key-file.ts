import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";

import { readSmallFile } from "./small-file.js";

const KEY_BYTES = 32;

/**
 * Reads a key of 32 bytes in base64 from its file. Undefined where the file does not exist; throws where it
 * holds no such key.
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
 * Makes a key file, unless another process makes it first, and returns the key that the file holds.
 *
 * The key is written completely, readable by its owner only, before an exclusive link gives the file its
 * name: no process reads half a key, and of two that make one both get the key of the first.
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

/**
 * Decodes a key of 32 bytes in base64. Throws where it is none; `source` names the file or variable for the
 * error.
 */
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

/**
 * Flushes the folder: only then is the file's name durable. Without the key, everything sealed with it is
 * lost.
 */
function keepEntry(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
