import type { DescMessage } from "@bufbuild/protobuf";

/** Returns the function compiled for a type. */
export type PerTypeFunction<Args extends unknown[], Result> = (
  desc: DescMessage,
) => (...args: Args) => Result;

/**
 * Compiles a function for each type once, at first use. For a type that contains itself, a request during its
 * own compilation gets a function that calls the compiled one later.
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
      compiled.delete(desc); // The placeholder would call itself forever.
      throw error;
    }
  };
  return of;
}
