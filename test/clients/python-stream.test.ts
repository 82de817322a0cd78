import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";

import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";

import { file_calmonypay_v1_event_service } from "../../gen/calmonypay/v1/event_service_pb.js";
import { onSqlite, until } from "../support/database.js";
import { lastSequence, openEventShop, upTo } from "../support/event-shop.js";
import { PYTHON_WITH_GRPC } from "../support/python.js";
import { resetConnection } from "../support/reset-connection.js";

const PROGRAM = path.resolve("test/clients/follow_events.py");
const CUTS = 50;

await onSqlite(
  t,
  "a program in Python that is cut off fifty times has each event once, and in order",
  async (t, engine) => {
    const python = PYTHON_WITH_GRPC.find();
    if (python === undefined) {
      t.pass("Python has no grpcio here: event-streams.test.ts tells it with the stack of Node.");
      return;
    }
    const { app, key, customers } = await openEventShop(t, engine);
    const line = await openLine(t, Number(app.urls.grpc.split(":").pop()));
    const { told, complaints } = follow(t, python, [line.address, key, describe(t), "0"]);
    for (let cut = 0; cut < CUTS; cut++) {
      const before = told.length;
      await customers(1 + (cut % 3));
      await until("some more is told", () => told.length > before || complaints.exit !== undefined);
      line.cut();
    }
    await customers(1);
    const end = await lastSequence(app, key);
    await until("the rest is told", () => told.length >= end || complaints.exit !== undefined);
    t.equal(complaints.exit, undefined, complaints.lines.join("\n"));
    t.same(
      told.map((text) => Number(text.split(" ")[0])),
      upTo(end),
    );
    t.ok(complaints.lines.length >= CUTS / 2, `it noticed ${complaints.lines.length} of ${CUTS} cuts`);
  },
);

/** The program, what it has printed, and what it has complained of; `exit` once it has ended by itself. */
function follow(t: Test, python: string, args: readonly string[]) {
  const child = spawn(python, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const complaints: { readonly lines: string[]; exit: number | null | undefined } = {
    lines: [],
    exit: undefined,
  };
  child.once("exit", (code) => (complaints.exit = code));
  t.teardown(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const told: string[] = [];
  createInterface(child.stdout).on("line", (text) => told.push(text));
  createInterface(child.stderr).on("line", (text) => complaints.lines.push(text));
  return { told, complaints };
}

/** A file of the descriptors that the program needs, as `buf build` writes it. */
function describe(t: Test): string {
  const folder = mkdtempSync(path.join("dist", "descriptors-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "calmonypay.binpb");
  const all = new Set<DescFile>();
  const add = (one: DescFile): void => {
    one.dependencies.forEach(add); // In front of the files that import them.
    all.add(one);
  };
  add(file_calmonypay_v1_event_service);
  const set = create(FileDescriptorSetSchema, { file: [...all].map(({ proto }) => proto) });
  writeFileSync(file, toBinary(FileDescriptorSetSchema, set));
  return file;
}

/** A line to a port of this machine that can be cut. */
async function openLine(
  t: Test,
  port: number,
): Promise<{ readonly address: string; readonly cut: () => void }> {
  const sockets = new Set<Socket>();
  const cut = (): void => {
    sockets.forEach(resetConnection);
    sockets.clear();
  };
  const listener = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => undefined));
    client.on("close", () => upstream.destroy()).pipe(upstream);
    upstream.on("close", () => client.destroy()).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    listener.close();
    cut();
  });
  return { address: `127.0.0.1:${(listener.address() as AddressInfo).port}`, cut };
}
