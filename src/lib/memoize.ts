/** Calls `make` once for each key object and remembers the value for as long as the key is referenced. */
export function memoize<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}

/** Returns the function made for a key object. */
export type FunctionOf<Key extends object, Args extends unknown[], Result> = (
  key: Key,
) => (...args: Args) => Result;

/**
 * Makes a function for each key object once, at first use. `make` may ask for the functions of other keys; for a key
 * that leads back to itself it gets a function that calls the finished one later.
 */
export function memoizeRecursive<Key extends object, Args extends unknown[], Result>(
  make: (key: Key, of: FunctionOf<Key, Args, Result>) => (...args: Args) => Result,
): FunctionOf<Key, Args, Result> {
  const made = new WeakMap<Key, (...args: Args) => Result>();
  const of: FunctionOf<Key, Args, Result> = (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    made.set(key, (...args) => of(key)(...args));
    try {
      const own = make(key, of);
      made.set(key, own);
      return own;
    } catch (error) {
      made.delete(key); // The placeholder would call itself forever.
      throw error;
    }
  };
  return of;
}
