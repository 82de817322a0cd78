/**
 * Code that is made from a descriptor. V8 learns from what each piece of code meets: a function that all
 * types share meets all of them, and looks up each property anew; one of a type's own finds it at its place,
 * in half the time or less.
 *
 * Only names of proto files get into the code, and these in quotes.
 */
export class CodeGenerator {
  readonly #values: unknown[] = [];

  /** The name by which the code knows a value. */
  name(value: unknown): string {
    return `c${this.#values.push(value) - 1}`;
  }

  /** The function that an expression stands for. Undefined in a process that runs no code made from text. */
  compile(expression: string): Compiled | undefined {
    const names = this.#values.map((_, index) => `c${index}`);
    try {
      // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- see above.
      return new Function(...names, `"use strict"; return ${expression}`)(...this.#values) as Compiled;
    } catch (error) {
      if (error instanceof EvalError) return undefined; // `--disallow-code-generation-from-strings`
      throw error;
    }
  }
}

/** Whoever compiles it knows what it takes and gives. */
type Compiled = (...values: never[]) => unknown;

/** A property of the object that has this name in the code. */
export function propertySource(object: string, { localName }: { readonly localName: string }): string {
  return `${object}[${JSON.stringify(localName)}]`;
}
