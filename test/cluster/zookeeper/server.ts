/**
 * A real ZooKeeper for tests, out of the packages of Debian: started on a free port with its data in a folder
 * of its own.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../bench/free-port';

export { freePort } from '../../../bench/free-port';

export const JARS = '/usr/share/java';

/** What is missing for a real server; undefined when nothing is. */
export function missingForZookeeper(): string | undefined {
  if (!existsSync(join(JARS, 'zookeeper.jar'))) return 'zookeeper';
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'java';
  }
}

export class ZookeeperServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly javaArgs: readonly string[],
  ) {}

  static async start(javaArgs: readonly string[] = []): Promise<ZookeeperServer> {
    const folder = mkdtempSync(join(tmpdir(), 'zookeeper-'));
    const server = new ZookeeperServer(folder, await freePort(), javaArgs);
    const lines = [
      ...['tickTime=500', 'minSessionTimeout=500', 'maxSessionTimeout=60000', 'maxClientCnxns=0'],
      ...['admin.enableServer=false', `dataDir=${server.folder}/data`, `clientPort=${server.port}`],
      ...['clientPortAddress=127.0.0.1', '4lw.commands.whitelist=*', ''],
    ];
    writeFileSync(join(server.folder, 'zoo.cfg'), lines.join('\n'));
    await server.run();
    return server;
  }

  /** Starts again on the same port, with the same data. */
  async run(): Promise<void> {
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const args = [
      ...['-Xmx128m', '-XX:+UseSerialGC', ...this.javaArgs],
      ...['-cp', `${JARS}/*`, main, join(this.folder, 'zoo.cfg')],
    ];
    this.child = spawn('java', args, { stdio: 'ignore' });
    const end = Date.now() + 60_000;
    while (!(await this.answers())) {
      if (Date.now() > end) throw new Error('ZooKeeper does not come up');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Forgets everything, as an ensemble that was made anew. */
  wipe(): void {
    rmSync(join(this.folder, 'data'), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('ruok'));
      socket.setTimeout(1000, () => socket.destroy());
      socket.on('data', (bytes) => {
        socket.destroy();
        resolve(bytes.toString() === 'imok');
      });
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
  }
}
