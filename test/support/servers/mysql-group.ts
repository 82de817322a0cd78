import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { GroupMember } from "./group-member.js";
import { freePorts } from "../free-ports.js";
import { SERVERS } from "./server-programs.js";
import { keptFolder } from "./kept-folder.js";
import type { ServerGroup } from "./server-group.js";

/** Three MySQL servers in Group Replication, of which one takes writes at any time. */
export type MysqlGroup = ServerGroup<GroupMember>;

const MEMBERS = 3;

/** A member that comes back has to catch up, and a machine may be busy. */
const WHOLE_WITHIN_MS = 120_000;
const POLL_MS = 100;

/** Starts a private, empty group that goes away with the run, however the run ends. */
export async function startGroup(): Promise<MysqlGroup> {
  const program = SERVERS.mysql.find();
  if (program === undefined) throw new Error("There is no MySQL server to start on this machine.");
  const folder = keptFolder("calmony-pay-group-");
  const ports = await freePorts(2 * MEMBERS);
  const places = Array.from({ length: MEMBERS }, (_, index) => ({
    number: index + 1,
    port: ports[2 * index] as number,
    groupPort: ports[2 * index + 1] as number,
  }));
  const members = places.map(
    (place) => new GroupMember(program, path.join(folder.path, `member-${place.number}`), place, places),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
    await folder.remove();
  };
  try {
    await Promise.all(members.map((member) => member.create()));
    for (const [index, member] of members.entries()) await member.join(index === 0);
    await whole(members);
    return { ...groupOf(members), title: await titleOf(members), folder: folder.path, members, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function groupOf(members: readonly GroupMember[]): Omit<MysqlGroup, "title" | "folder" | "members" | "stop"> {
  const primary = () => theOne(members, true);
  const secondary = () => theOne(members, false);
  return {
    primary,
    secondary,
    whole: () => whole(members),
    handOver: async () => {
      const { id } = await (await secondary()).state();
      const from = await primary();
      await from.ask((connection) => connection.query("select group_replication_set_as_primary(?)", [id]));
    },
    rebuild: async (member) => {
      const donor = members.find((each) => each !== member) as GroupMember;
      member.signal("SIGKILL");
      await member.ended();
      await member.create();
      await member.cloneFrom(donor);
      await member.start();
    },
  };
}

/** A member that takes part and is writable, or is not. */
async function theOne(members: readonly GroupMember[], writable: boolean): Promise<GroupMember> {
  const isIt = async (member: GroupMember): Promise<GroupMember> => {
    const state = await member.state();
    if (state.state !== "ONLINE" || state.writable !== writable) throw new Error("It is another one.");
    return member;
  };
  return await until(`a ${writable ? "primary" : "secondary"}`, () =>
    Promise.any(members.map(isIt)).catch(() => undefined),
  );
}

async function whole(members: readonly GroupMember[]): Promise<void> {
  await until("the whole group", async () => {
    const states = await Promise.all(members.map((member) => member.state().catch(() => undefined)));
    const all = states.every((state) => state?.state === "ONLINE" && state.online === members.length);
    return (all && states.filter((state) => state?.writable).length === 1) || undefined;
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WHOLE_WITHIN_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  throw new Error(`There is not ${what} within ${WHOLE_WITHIN_MS / 1000} s.`);
}

async function titleOf(members: readonly GroupMember[]): Promise<string> {
  const [first] = members;
  const rows = await first?.ask(
    async (connection) => (await connection.query("select version() as version"))[0],
  );
  const [row] = rows as { version: string }[];
  return `a group of ${members.length} MySQL ${row?.version}`;
}
