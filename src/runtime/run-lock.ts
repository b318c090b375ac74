import { UserError } from "./errors.ts";
import { fileExists, makeDirectory, readText } from "./files.ts";
import { nodeModule } from "./platform.ts";

/** A folder that a training writes into is its own as long as it runs. */

const NAME = "lock.json";
/** How often whoever has a lock shows that it is alive, and how long nothing may be seen of one on another machine. */
const beat = 5_000;
const longestSilence = 60_000;
/** How long two that take over what a third has left wait to see who was last. */
const settling = 50;

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the system says: a number of it may come again. Empty where it does not say. */
  readonly began: string;
}

/** Takes a folder, which is made where it is not there; gives what lets go of it, and leaves no folder behind that nothing was put into. */
export async function takeFolder(folder: string): Promise<() => Promise<void>> {
  const made = await missingFolders(folder);
  await makeDirectory(folder);
  const unlock = await lockFolder(folder);
  return async () => {
    await unlock();
    await removeEmpty(made);
  };
}

/** From the folder itself up, those that are not there. */
async function missingFolders(folder: string): Promise<readonly string[]> {
  const parent = nodeModule("node:path").dirname(folder);
  if (await fileExists(folder)) return [];
  return [folder, ...(parent === folder ? [] : await missingFolders(parent))];
}

async function removeEmpty(folders: readonly string[]): Promise<void> {
  try {
    for (const folder of folders) await nodeModule("node:fs/promises").rmdir(folder);
  } catch {
    // There is something in it.
  }
}

/** Refuses while another training has it; what a crash has left is taken over. */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const { rm, utimes, writeFile } = nodeModule("node:fs/promises");
  const path = folder + "/" + NAME;
  const own: Owner = {
    host: nodeModule("node:os").hostname(),
    pid: process.pid,
    began: await beginOf(process.pid),
  };
  const text = JSON.stringify(own);
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST"))
      throw new UserError(
        `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    const other = await ownerOf(path);
    if (other !== undefined && (await isAlive(other, path))) throw inUse(folder, other);
    await writeFile(path, text);
    await new Promise((settle) => setTimeout(settle, settling));
    const last = await ownerOf(path);
    if (last === undefined || JSON.stringify(last) !== text) throw inUse(folder, last);
  }
  const alive = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beat);
  alive.unref();
  return async () => {
    clearInterval(alive);
    await rm(path, { force: true });
  };
}

function inUse(folder: string, owner: Owner | undefined): UserError {
  const who = owner === undefined ? "another process" : `process ${owner.pid} on ${owner.host}`;
  return new UserError(`${folder} is in use: ${who} trains there.`, [
    "Wait until it has ended, or train in another folder with --run-dir.",
  ]);
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    const { host, pid, began } = JSON.parse(await readText(path)) as Partial<Owner>;
    if (typeof host === "string" && Number.isSafeInteger(pid) && typeof began === "string")
      return { host, pid: pid!, began };
  } catch {
    // Torn, or gone by now: nobody's.
  }
  return undefined;
}

/** Of this machine the process itself is looked at, of another one whether it has shown itself. */
async function isAlive({ host, pid, began }: Owner, path: string): Promise<boolean> {
  if (host !== nodeModule("node:os").hostname()) {
    const { mtimeMs } = await nodeModule("node:fs/promises").stat(path);
    return Date.now() - mtimeMs < longestSilence;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One that may not be signalled is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return began === (await beginOf(pid));
}

/** The time since the start of the machine at which a process began; Linux alone tells it in a file. */
async function beginOf(pid: number): Promise<string> {
  try {
    const text = await readText("/proc/" + pid + "/stat");
    // The name in brackets may have anything in it; the time is the twentieth word after it.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
