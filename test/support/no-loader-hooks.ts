/**
 * Loaded before everything else into tap and the test files that it runs. Tap lists the modules that a file loads, for
 * its coverage and its watching, by loader hooks: a thread through which each import passes. It costs 0.8 s of CPU a
 * file, 2 s where a file loads the whole service, a quarter of all that a run of the tests takes; and nothing here asks
 * for the list, nor replaces a module by `t.mockImport`.
 */
import module from "node:module";

module.register = () => {};
// Beside or instead of it, from Node 24.13 on.
if ("registerHooks" in module) module.registerHooks = () => ({ deregister: () => {} });
module.syncBuiltinESMExports();
