import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

/** A program that the tests use and npm cannot bring. */
export interface Need<Found> {
  what: string;
  /** Debian's packages that have it. */
  packages: string[];
  /** Brings it without installing anything; throws an error that says why it cannot. */
  bring?: () => void;
  /** What serves where they cannot be installed: a sentence. */
  instead?: string;
  /** True if its tests say that they do without it, where it cannot be installed. */
  isOptional?: boolean;
  find: () => Found | undefined;
}

/** An ordinary user's PATH leaves these out on Debian, and the database server is in one of them. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The first of these names that is a program on the PATH. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...SYSTEM_FOLDERS];
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => path.isAbsolute(file) && isExecutable(file));
}

/** Installs what is missing, in one go, where that is the machine's custom: Debian's apt, by root. */
export function installMissing(needs: readonly Need<unknown>[]): void {
  needs.forEach(bring);
  const refusal = reasonNotToInstall();
  const wanted = refusal === undefined ? needs : needs.filter(({ isOptional = false }) => !isOptional);
  const missing = wanted.filter((need) => need.find() === undefined);
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  if (refusal) throw new Error([sentence(missing), refusal, ...advice(missing)].join(" "));
  process.stderr.write(`${sentence(missing)} Installing ${packages.join(" ")} with apt-get.\n`);
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
  const stillMissing = missing.filter((need) => need.find() === undefined);
  if (stillMissing.length > 0) throw new Error(`${sentence(stillMissing)} apt-get did not bring it.`);
}

function bring(need: Need<unknown>): void {
  if (need.bring === undefined || need.find() !== undefined) return;
  process.stderr.write(`${sentence([need])} Unpacking it into a cache folder, which takes half a minute.\n`);
  need.bring();
  if (need.find() === undefined) throw new Error(`What was unpacked does not hold ${need.what}.`);
}

function sentence(missing: Need<unknown>[]): string {
  return `The tests need ${missing.map((need) => need.what).join(" and ")}, not found on this machine.`;
}

function advice(missing: Need<unknown>[]): string[] {
  const packages = missing.flatMap((need) => need.packages);
  return [
    `On Debian: sudo apt-get install --no-install-recommends ${packages.join(" ")}.`,
    ...missing.flatMap((need) => need.instead ?? []),
  ];
}

function reasonNotToInstall(): string | undefined {
  if (!existsSync("/etc/debian_version") || !findProgram("apt-get"))
    return "This is not a Debian machine: install it.";
  if (process.getuid?.() !== 0) return "Only root can install it with apt-get.";
  return undefined;
}

function apt(...args: string[]): void {
  // A fresh machine may still hold apt's lock for its own first update.
  const patient = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"];
  runProgram("apt-get", [...patient, ...args]);
}

/** Runs a program to its end. Throws an error with what it printed: of use only where it fails. */
export function runProgram(program: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: Infinity,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
  });
  if (error) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${stdout}${stderr}${program} ${args.join(" ")} failed.`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Absent or not ours to run: the same to whoever looks for a program.
  }
}
