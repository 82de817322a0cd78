import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** A chain of certificates has a few kilobytes, a key less than one. */
const BYTES_MAX = 1024 * 1024;

/**
 * Reads a file that a person has put there, such as a key or a certificate. Throws where it is no regular
 * file, or larger than a mebibyte: a pipe would be waited for, and a device never ends.
 */
export function readSmallFile(file: string): Buffer {
  // Without O_NONBLOCK the open itself would wait until somebody writes to a pipe.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    // The system itself says what is wrong with reading a folder.
    if (!stats.isFile() && !stats.isDirectory()) throw new Error(`${file} is not a regular file.`);
    return readAtMost(descriptor, file);
  } finally {
    closeSync(descriptor);
  }
}

/** By what comes, not by the size that the file has been given: files of the kernel's say 0. */
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
