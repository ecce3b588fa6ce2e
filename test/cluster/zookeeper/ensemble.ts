/**
 * Three ZooKeeper servers that agree with each other, each in a process of its own.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, JARS } from './server';

export class ZookeeperEnsemble {
  private readonly children = new Map<number, ChildProcess>();

  private constructor(
    private readonly folder: string,
    readonly ports: readonly number[],
  ) {}

  static async start(): Promise<ZookeeperEnsemble> {
    const folder = mkdtempSync(join(tmpdir(), 'zookeepers-'));
    const free = await Promise.all(Array.from({ length: 9 }, () => freePort()));
    const ensemble = new ZookeeperEnsemble(folder, free.slice(0, 3));
    const servers = ensemble.ports.map(
      (port, index) =>
        `server.${index + 1}=127.0.0.1:${free[3 + index]}:${free[6 + index]};127.0.0.1:${port}`,
    );
    for (const index of ensemble.ports.keys()) {
      mkdirSync(join(folder, `data-${index}`));
      writeFileSync(join(folder, `data-${index}`, 'myid'), `${index + 1}`);
      const lines = [
        ...[
          'tickTime=500',
          'initLimit=20',
          'syncLimit=10',
          'minSessionTimeout=500',
          'maxSessionTimeout=60000',
        ],
        ...['admin.enableServer=false', '4lw.commands.whitelist=*', 'standaloneEnabled=false'],
        ...[`dataDir=${join(folder, `data-${index}`)}`, ...servers, ''],
      ];
      writeFileSync(join(folder, `zoo-${index}.cfg`), lines.join('\n'));
      ensemble.run(index);
    }
    await ensemble.settled();
    return ensemble;
  }

  run(index: number): void {
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const args = ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${JARS}/*`, main];
    this.children.set(
      index,
      spawn('java', [...args, join(this.folder, `zoo-${index}.cfg`)], { stdio: 'ignore' }),
    );
  }

  async kill(index: number): Promise<void> {
    const child = this.children.get(index);
    this.children.delete(index);
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** What each server is: `leader`, `follower`, or empty when it serves nobody. */
  async modes(): Promise<string[]> {
    return await Promise.all(this.ports.map((port) => mode(port)));
  }

  /** Waits until all that run serve. */
  async settled(): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      const modes = await this.modes();
      if (modes.filter((mode) => mode !== '').length === this.children.size && modes.includes('leader'))
        return;
      if (Date.now() > end) throw new Error(`the ensemble does not come up: ${modes}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop(): Promise<void> {
    for (const index of [...this.children.keys()]) await this.kill(index);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function mode(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.on('error', () => resolve(''));
    socket.on('close', () => resolve(/Mode: (\w+)/.exec(text)?.[1] ?? ''));
  });
}
