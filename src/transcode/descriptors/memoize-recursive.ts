import type { DescMessage } from "@bufbuild/protobuf";

/** The function that was compiled for a type. */
export type PerTypeFunction<Args extends unknown[], Result> = (
  desc: DescMessage,
) => (...args: Args) => Result;

/**
 * Compiles a function for each type once, when it is first asked for. A type may hold itself: whoever asks
 * for its function while that is being compiled gets one that calls it later.
 */
export function memoizeRecursive<Args extends unknown[], Result>(
  compile: (desc: DescMessage, of: PerTypeFunction<Args, Result>) => (...args: Args) => Result,
): PerTypeFunction<Args, Result> {
  const compiled = new WeakMap<DescMessage, (...args: Args) => Result>();
  const of: PerTypeFunction<Args, Result> = (desc) => {
    const known = compiled.get(desc);
    if (known !== undefined) return known;
    compiled.set(desc, (...args) => of(desc)(...args));
    try {
      const own = compile(desc, of);
      compiled.set(desc, own);
      return own;
    } catch (error) {
      compiled.delete(desc); // What stands there would only call itself.
      throw error;
    }
  };
  return of;
}
