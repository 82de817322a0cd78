/** Marks in the output of a process that runs several test files where one of them has ended. */
export interface FileMark {
  readonly file: string;
  readonly ms: number;
}

/** The text of the comment that marks it. */
export function fileMark(file: string, ms: number): string {
  return `end of ${file} # time=${Math.round(ms)}ms`;
}

/** What a comment of tap's output marks; undefined where it is some other comment. */
export function readFileMark(comment: string): FileMark | undefined {
  const [, file, ms] = /^# end of (\S+) # time=(\d+)ms\n?$/.exec(comment) ?? [];
  return file === undefined ? undefined : { file, ms: Number(ms) };
}
