import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import { runProgram } from "./packages.js";

/** A MySQL server, and how it is told where its own files are. */
export interface UnpackedMysql {
  readonly command: readonly [string, ...string[]];
  readonly settings: readonly string[];
  /** A data directory that is made once, and copied. */
  readonly template?: string;
}

/** MySQL as `unpackMysql` left it, or undefined. */
export function unpackedMysql(): UnpackedMysql | undefined {
  const libraries = existsSync(path.join(ROOT, "usr/sbin/mysqld")) ? libraryFolder() : undefined;
  if (libraries === undefined) return undefined;
  const share = path.join(ROOT, "usr/share/mysql");
  return {
    command: loadedFrom(
      libraries,
      path.join(ROOT, "usr/sbin/mysqld"),
      path.join(ROOT, "usr/lib/mysql/private"),
    ),
    settings: [
      `--lc-messages-dir=${share}`,
      `--character-sets-dir=${path.join(share, "charsets")}`,
      `--plugin-dir=${path.join(ROOT, "usr/lib/mysql/plugin")}`,
      "--secure-file-priv=NULL",
    ],
    template: path.join(FOLDER, "template"),
  };
}

/**
 * The command that runs a program with the newer libc that came with MySQL; undefined where that was not unpacked. For
 * a program that this machine's own libc is too old for.
 */
export function withNewerLibc(program: string): readonly [string, ...string[]] | undefined {
  const libraries = unpackedMysql() === undefined ? undefined : libraryFolder();
  return libraries === undefined ? undefined : loadedFrom(libraries, program);
}

/** A program that wants a newer libc than the machine may have is started through the loader beside that libc. */
function loadedFrom(libraries: string, program: string, ...more: string[]): [string, ...string[]] {
  const loader = readdirSync(libraries).find((name) => /^ld-linux.*\.so\.\d$/.test(name)) ?? "";
  return [path.join(libraries, loader), "--library-path", [libraries, ...more].join(":"), program];
}

/**
 * Unpacks MySQL out of Debian's unstable suite into the user's cache: 55 MB to fetch, 330 MB on the disk. Nothing
 * is installed, and no root is needed; apt checks Debian's signatures. Throws an error that says why where that is
 * not possible.
 */
export function unpackMysql(): void {
  const mirror = debianMirror();
  const keyring = KEYRINGS.find((file) => existsSync(file));
  if (keyring === undefined) throw new Error("Debian's archive keyring is not on this machine.");
  mkdirSync(FOLDER, { recursive: true });
  // Whole or not at all: another run may do the same meanwhile.
  const folder = mkdtempSync(path.join(FOLDER, "unpacking-"));
  try {
    const apt = aptFolder(folder, `deb [signed-by=${keyring}] ${mirror} sid main\n`);
    runProgram("apt-get", [...apt, "update"]);
    runProgram("apt-get", [...apt, "-y", "install", "--download-only", "mysql-server-core"]);
    const archives = path.join(folder, "cache/archives");
    for (const name of readdirSync(archives).filter((file) => file.endsWith(".deb"))) {
      runProgram("dpkg-deb", ["-x", path.join(archives, name), path.join(folder, "root")]);
    }
    rmSync(ROOT, { recursive: true, force: true });
    rmSync(path.join(FOLDER, "template"), { recursive: true, force: true });
    renameSync(path.join(folder, "root"), ROOT);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CACHE = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
const FOLDER = path.join(CACHE, "calmony-pay", "mysql");
const ROOT = path.join(FOLDER, "root");

/** The name ends with `.pgp` from Debian 13 on. */
const KEYRINGS = ["pgp", "gpg"].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`);

/** `usr/lib/x86_64-linux-gnu`, or what another processor has. */
function libraryFolder(): string | undefined {
  const lib = path.join(ROOT, "usr/lib");
  const name = readdirSync(lib).find((folder) => folder.endsWith("-linux-gnu"));
  return name && path.join(lib, name);
}

/** The mirror that this machine takes its own release from. */
function debianMirror(): string {
  const system = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const release = /^VERSION_CODENAME=(\w+)/m.exec(system)?.[1];
  if (!/^ID=debian$/m.test(system) || release === undefined) throw new Error("This is not a Debian machine.");
  const mirror = sourceLists().flatMap((text) => mirrorsOf(text, release))[0];
  if (mirror === undefined) throw new Error(`No source of apt has the release ${release}.`);
  return mirror;
}

function sourceLists(): string[] {
  const parts = "/etc/apt/sources.list.d";
  const files = existsSync(parts) ? readdirSync(parts).map((name) => path.join(parts, name)) : [];
  return ["/etc/apt/sources.list", ...files]
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
}

/** Both ways in which apt's sources are written: a line each, or a paragraph of fields. */
function mirrorsOf(text: string, release: string): string[] {
  const lines = [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/gm)]
    .filter(([, , suite]) => suite === release)
    .map(([, uri = ""]) => uri);
  const paragraphs = text
    .split(/\n\s*\n/)
    .filter((paragraph) => new RegExp(`^Suites:.*\\s${release}(\\s|$)`, "m").test(paragraph))
    .map((paragraph) => /^URIs:\s*(\S+)/m.exec(paragraph)?.[1] ?? "");
  return [...lines, ...paragraphs].filter((uri) => uri !== "");
}

/** Options by which apt works in a folder of its own, and knows nothing of what is installed. */
function aptFolder(folder: string, source: string): string[] {
  for (const name of ["etc", "state/lists/partial", "cache/archives/partial", "root"]) {
    mkdirSync(path.join(folder, name), { recursive: true });
  }
  const [list, status] = [path.join(folder, "sources.list"), path.join(folder, "status")];
  writeFileSync(list, source);
  writeFileSync(status, "");
  const settings = {
    "Dir::Etc": path.join(folder, "etc"),
    "Dir::Etc::SourceList": list,
    "Dir::Etc::SourceParts": "-",
    // A machine behind a mirror with a password keeps it here.
    "Dir::Etc::netrc": "/etc/apt/auth.conf",
    "Dir::Etc::netrcparts": "/etc/apt/auth.conf.d",
    "Dir::State": path.join(folder, "state"),
    "Dir::State::Lists": path.join(folder, "state/lists"),
    "Dir::State::status": status,
    "Dir::Cache": path.join(folder, "cache"),
    "Debug::NoLocking": "1",
    "APT::Install-Recommends": "false",
    // Its own user may not write into the cache of root.
    "APT::Sandbox::User": "root",
    "Acquire::Retries": "3",
  };
  return ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}
