/**
 * A Docker engine for tests: a daemon on a host that the test makes for itself, with folders of its own and one image, made
 * of busybox.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findPlugin } from '../../../../cluster/agent/containerizer/network/configured-networks';
import { searchPath } from '../../../../cluster/agent/containerizer/network/run-program';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { Host } from '../containerizer/network/host';

const BUSYBOX = '/bin/busybox';
const APPLETS = ['sh', 'cat', 'echo', 'env', 'hostname', 'httpd', 'mkdir', 'sleep', 'touch', 'wget'];
const START_MS = 60_000;

/** True on a machine where an engine can be started. */
export const hasEngine =
  process.getuid?.() === 0 &&
  existsSync(BUSYBOX) &&
  holderProgram() !== undefined &&
  ['dockerd', 'docker', 'containerd', 'ip', 'iptables', 'nsenter', 'curl'].every((name) =>
    findPlugin(name, searchPath()),
  );

export const IMAGE = 'busybox:test';

export class TestEngine {
  readonly host = new Host();
  readonly socket = join(this.host.folder, 'docker.sock');
  private daemon: ChildProcess | undefined;

  /** An engine that answers, with its image. */
  static async start(...flags: readonly string[]): Promise<TestEngine> {
    const engine = new TestEngine();
    try {
      await engine.run(...flags);
      engine.importImage();
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** Starts the daemon, and waits until it answers. */
  async run(...flags: readonly string[]): Promise<void> {
    const at = (name: string): string => join(this.host.folder, name);
    // An engine that was killed has left them, and another process may have such a pid by now.
    for (const name of ['docker.pid', 'exec/containerd/containerd.pid']) rmSync(at(name), { force: true });
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '-p', at('docker.pid')];
    this.daemon = this.host.start('dockerd', ...places, '-H', `unix://${this.socket}`, ...flags);
    const until = Date.now() + START_MS;
    while (!this.answers()) {
      if (Date.now() > until) throw new Error('dockerd does not answer');
      await setTimeout(200);
    }
  }

  private answers(): boolean {
    try {
      return this.docker('version', '--format', 'up') !== '';
    } catch {
      return false;
    }
  }

  /** Runs the command line. */
  docker(...args: readonly string[]): string {
    return execFileSync('docker', ['-H', `unix://${this.socket}`, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  private importImage(): void {
    const root = join(this.host.folder, 'image');
    mkdirSync(join(root, 'bin'), { recursive: true });
    copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
    for (const name of APPLETS) symlinkSync('busybox', join(root, 'bin', name));
    const archive = join(this.host.folder, 'image.tar');
    execFileSync('tar', ['cf', archive, '-C', root, '.']);
    this.docker('import', '--change', 'CMD ["echo", "of the image"]', archive, IMAGE);
  }

  /** The names of its containers, also of those that have ended. */
  containers(): string[] {
    return this.docker('ps', '--all', '--format', '{{.Names}} {{.State}}').split('\n').filter(Boolean);
  }

  /** Ends the daemon; its containers end with it unless it is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { daemon } = this;
    if (!daemon) return;
    this.daemon = undefined;
    const exited = daemon.exitCode === null && daemon.signalCode === null ? once(daemon, 'exit') : undefined;
    daemon.kill(signal);
    await exited;
  }

  /** Stops the daemon, which says nothing then, until it goes on by SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.daemon?.kill(signal);
  }

  /** A port of this process is the same one on the host of the engine, until the function that this resolves with is called. */
  async passOn(port: number): Promise<() => Promise<void>> {
    const path = join(this.host.folder, `port-${port}`);
    const near = createServer((socket) => passBytes(socket, connect(port, '127.0.0.1'))).listen(path);
    await once(near, 'listening');
    const code = `const net = require('node:net');
      net.createServer((socket) => {
        const other = net.connect('${path}');
        for (const end of [socket, other]) end.on('error', () => undefined);
        socket.pipe(other).pipe(socket);
      }).listen(${port}, '127.0.0.1', () => console.log('up'))`;
    const [file = '', ...args] = this.host.command(process.execPath, '-e', code);
    const far = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(far.stdout, 'data');
    return async () => {
      far.kill('SIGKILL');
      await once(far, 'exit');
      near.close();
    };
  }

  /** Ends and removes all of its containers. */
  clear(): void {
    for (const line of this.containers()) this.docker('rm', '-f', line.split(' ')[0] ?? '');
  }

  async close(): Promise<void> {
    if (this.daemon) this.clear();
    await this.end('SIGTERM');
    await this.host.close();
  }
}

function passBytes(one: Socket, other: Socket): void {
  for (const end of [one, other]) end.on('error', () => undefined);
  one.pipe(other).pipe(one);
}
