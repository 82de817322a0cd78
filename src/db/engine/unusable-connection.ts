/** A connection to a server that cannot be made to work as this service needs it: nothing is sent on it. */
export class UnusableConnection extends Error {
  override readonly name = "UnusableConnection";
  readonly code: string | undefined;
  readonly errno: number | undefined;

  /** `cause` is what the server or the driver said, where that is why. */
  constructor(message: string, cause?: NodeJS.ErrnoException) {
    super(message, { cause });
    this.code = cause?.code;
    this.errno = cause?.errno;
  }
}
