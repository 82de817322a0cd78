/**
 * Loaded before everything else into tap and the test files that it runs: takes from tap what costs most and what
 * nothing here asks for. `t.mockImport` does not work without the first.
 */
import asyncHooks from "node:async_hooks";
import module from "node:module";

// Tap lists the modules that a file loads, for its coverage and its watching, by loader hooks: a thread through which
// each import passes. It costs 0.8 s of CPU a file, 2 s where a file loads the whole service.
module.register = () => {};
// Beside or instead of it, from Node 24.13 on.
if ("registerHooks" in module) module.registerHooks = () => ({ deregister: () => {} });

// Tap follows every promise there is, to tell which test threw what nobody caught: a tenth of the CPU of a story, more
// the longer a process lasts. Without it such an error ends the process, and the file has failed all the same.
const none = { enable: () => none, disable: () => none };
asyncHooks.createHook = () => none;

module.syncBuiltinESMExports();
