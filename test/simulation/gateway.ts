// The gateway of the simulation: the sandbox as a process of its own, never killed, its books in a file of its own.
import { createProgram } from "../../src/cli/program.js";

process.on("disconnect", () => process.exit()); // The simulation is gone.
await createProgram(process.env).parseAsync(["sandbox"], { from: "user" });
