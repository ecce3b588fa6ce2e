/** The laboratory as a whole: its hosts, its repository, its key. */

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { initOf, isRunning, killHost, removeHost, startHost } from './host';
import { indexRepository, makeImage } from './image';
import { makeBridge, removeBridge } from './network';
import { addressOf, FOLDER, GATEWAY, HOSTS, KEY, REPOSITORY, REPOSITORY_PORT } from './place';
import { run, tryRun } from './shell';

const SERVER = join(FOLDER, 'repository.pid');
const BOOT_MS = 60_000;
const SSH = [
  '-i',
  KEY,
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  'UserKnownHostsFile=/dev/null',
  '-o',
  'LogLevel=ERROR',
];

/** The names of all hosts, up or down. */
export function hosts(): string[] {
  const names = existsSync(HOSTS) ? readdirSync(HOSTS) : [];
  return names.sort((left, right) => Number(left.slice(1)) - Number(right.slice(1)));
}

/** Brings up hosts h1 to hN and waits until each takes commands. */
export async function bringUp(count: number, say: (text: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the laboratory needs root');
  mkdirSync(HOSTS, { recursive: true, mode: 0o700 });
  makeImage(say);
  if (!existsSync(KEY)) run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', KEY]);
  makeBridge();
  serveRepository();
  const names = Array.from({ length: count }, (_, index) => `h${index + 1}`);
  for (const name of names) startHost(name);
  for (const name of names) await untilReady(name);
}

/** Waits until a host takes commands over SSH. Throws an Error with the end of its console when it does not. */
export async function untilReady(name: string): Promise<void> {
  const end = Date.now() + BOOT_MS;
  while (!tryRun('ssh', [...sshArguments(name), '-o', 'ConnectTimeout=2', 'true'])) {
    if (Date.now() > end) {
      const text = readFileSync(join(HOSTS, name, 'console.log'), 'utf8').slice(-2000);
      throw new Error(`${name} does not boot:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** The arguments of ssh for a host, before the command. */
export function sshArguments(name: string): string[] {
  return [...SSH, `root@${addressOf(name)}`];
}

/** Adds a Debian package to the repository. */
export function addPackage(file: string): void {
  cpSync(file, join(REPOSITORY, basename(file)));
  indexRepository();
}

function serveRepository(): void {
  if (tryRun('curl', ['-sf', '-o', '/dev/null', `http://${GATEWAY}:${REPOSITORY_PORT}/Packages`])) return;
  const args = ['-m', 'http.server', '--bind', GATEWAY, '--directory', REPOSITORY, String(REPOSITORY_PORT)];
  const child = spawn('python3', args, { detached: true, stdio: 'ignore' });
  child.unref();
  writeFileSync(SERVER, String(child.pid));
}

/** Ends and removes all hosts, and the network. The image stays for the next time. */
export function bringDown(): void {
  for (const name of hosts()) {
    if (isRunning(name)) killHost(name);
    removeHost(name);
  }
  if (existsSync(SERVER)) {
    tryRun('kill', [readFileSync(SERVER, 'utf8')]);
    rmSync(SERVER);
  }
  removeBridge();
}

/** A line for each host. */
export function describeHosts(): string[] {
  return hosts().map((name) => {
    const state = isRunning(name) ? `up, first process ${initOf(name)}` : 'down';
    return `${name}  ${addressOf(name)}  ${state}`;
  });
}
