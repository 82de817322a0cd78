import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Ample: a certificate chain has a few kilobytes, a key less than one. */
const BYTES_MAX = 1024 * 1024;

/**
 * Reads a file that the operator provides, such as a key or a certificate. Throws where it is larger than a
 * mebibyte, or no regular file: a read from a pipe blocks, and a device never ends.
 */
export function readSmallFile(file: string): Buffer {
  // Without O_NONBLOCK, opening a pipe blocks until it has a writer.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    // Reading a folder fails below, with the system's own message.
    if (!stats.isFile() && !stats.isDirectory()) throw new Error(`${file} is not a regular file.`);
    return readAtMost(descriptor, file);
  } finally {
    closeSync(descriptor);
  }
}

/** Counts the bytes read instead of trusting the file's size, which is 0 for files of the kernel. */
function readAtMost(descriptor: number, file: string): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES_MAX + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, null);
    length += read;
    if (length > BYTES_MAX) throw new Error(`${file} is larger than ${BYTES_MAX} bytes.`);
    if (read === 0) return Buffer.from(bytes.subarray(0, length));
  }
}
