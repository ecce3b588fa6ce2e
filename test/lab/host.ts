/**
 * A host: a disk of its own above the image, and a systemd that boots from it.
 */

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, disconnect } from './network';
import { addressOf, folderOf, IMAGE, KEY, namespaceOf } from './place';
import { run, tryRun } from './shell';

/** A host that fills its disk fills no other one. */
const DISK = '6G';
const STOP_MS = 30_000;
/** The signal by which systemd shuts down, as when the power button is pressed. */
const POWER_OFF = 'RTMIN+4';

/** Makes the disk of a host, if there is none, and boots it. */
export function startHost(name: string): void {
  if (isRunning(name)) return;
  makeDisk(name);
  connect(name);
  const root = join(folderOf(name), 'root');
  const log = openSync(join(folderOf(name), 'console.log'), 'a');
  const options = [
    '--boot',
    '--register=no',
    '--keep-unit',
    `--network-namespace-path=/run/netns/${namespaceOf(name)}`,
  ];
  const child = spawn('systemd-nspawn', ['-D', root, `--hostname=${name}`, ...options], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  writeFileSync(join(folderOf(name), 'pid'), String(child.pid));
}

function makeDisk(name: string): void {
  const folder = folderOf(name);
  const [disk, image, root] = [join(folder, 'disk'), join(folder, 'disk.img'), join(folder, 'root')];
  if (!existsSync(image)) {
    for (const path of [disk, root]) mkdirSync(path, { recursive: true });
    run('truncate', ['-s', DISK, image]);
    run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=1', image]);
  }
  if (tryRun('mountpoint', ['-q', root])) return;
  if (!tryRun('mountpoint', ['-q', disk])) run('mount', ['-o', 'loop', image, disk]);
  for (const part of ['upper', 'work']) mkdirSync(join(disk, part), { recursive: true });
  const layers = `lowerdir=${IMAGE},upperdir=${join(disk, 'upper')},workdir=${join(disk, 'work')}`;
  run('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  const ssh = join(root, 'root', '.ssh');
  mkdirSync(ssh, { recursive: true, mode: 0o700 });
  cpSync(`${KEY}.pub`, join(ssh, 'authorized_keys'));
  writeFileSync(join(root, 'etc', 'hostname'), `${name}\n`);
  writeFileSync(join(root, 'etc', 'hosts'), `127.0.0.1 localhost\n${addressOf(name)} ${name}\n`);
}

/** The process of systemd-nspawn; undefined for a host that is down. */
function supervisorOf(name: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folderOf(name), 'pid'), 'utf8'));
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return line.includes(join(folderOf(name), 'root')) ? pid : undefined;
  } catch {
    return undefined;
  }
}

export const isRunning = (name: string): boolean => supervisorOf(name) !== undefined;

/** The first process of a host, as this machine numbers it. Throws an Error for one that is down. */
export function initOf(name: string): number {
  const supervisor = supervisorOf(name);
  if (supervisor === undefined) throw new Error(`${name} is down: start it first`);
  return Number(run('pgrep', ['-P', String(supervisor)]).split('\n')[0]);
}

/** Shuts a host down in order; one that does not end is killed. */
export async function stopHost(name: string): Promise<void> {
  if (!isRunning(name)) return;
  run('kill', ['-s', POWER_OFF, String(initOf(name))]);
  const end = Date.now() + STOP_MS;
  while (isRunning(name) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 200));
  if (isRunning(name)) killHost(name);
}

/** Ends all processes of a host at once, as by pulling its plug. */
export function killHost(name: string): void {
  const supervisor = supervisorOf(name);
  run('kill', ['-9', String(initOf(name))]);
  if (supervisor === undefined) return;
  // It ends by itself once the first process has ended.
  const wait = `--pid=${supervisor}`;
  if (!tryRun('timeout', ['10', 'tail', wait, '-f', '/dev/null'])) tryRun('kill', ['-9', String(supervisor)]);
}

/** No process of the host runs until it is resumed. */
export function pauseHost(name: string): void {
  signalAll(name, 'STOP');
}

export function resumeHost(name: string): void {
  signalAll(name, 'CONT');
}

/** All processes of the host but its first one, which takes no such signal. */
function signalAll(name: string, signal: string): void {
  const space = `/proc/${initOf(name)}/ns/pid`;
  const own = run('readlink', [space]).trim();
  const pids = run('ps', ['-e', '-o', 'pid=']).split('\n').filter(Boolean);
  for (const pid of pids.map((text) => text.trim())) {
    if (Number(pid) !== initOf(name) && namespaceOfProcess(pid) === own) tryRun('kill', [`-${signal}`, pid]);
  }
}

function namespaceOfProcess(pid: string): string | undefined {
  try {
    return run('readlink', [`/proc/${pid}/ns/pid`]).trim();
  } catch {
    return undefined;
  }
}

/** Removes a host that is down, with its disk. */
export function removeHost(name: string): void {
  const folder = folderOf(name);
  for (const mount of ['root', 'disk']) {
    if (tryRun('mountpoint', ['-q', join(folder, mount)])) run('umount', [join(folder, mount)]);
  }
  disconnect(name);
  rmSync(folder, { recursive: true, force: true });
}
