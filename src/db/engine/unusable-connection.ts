/** A connection that cannot be set up as this service needs it: no statement is sent on it. */
export class UnusableConnection extends Error {
  override readonly name = "UnusableConnection";
  readonly code: string | undefined;
  readonly errno: number | undefined;
  /** True where the connection broke. */
  readonly fatal: boolean;

  /** `cause` is the error of the server or driver, if there was one. */
  constructor(message: string, cause?: NodeJS.ErrnoException) {
    super(message, { cause });
    this.code = cause?.code;
    this.errno = cause?.errno;
    this.fatal = cause !== undefined && "fatal" in cause && cause.fatal === true;
  }
}
