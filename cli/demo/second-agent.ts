/**
 * An agent in a process of its own, which the demonstration kills and starts again.
 *
 * Always true: a kill leaves its tasks at work; `stop` takes them away.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
/** The agent has an address of its own, as those of the cluster have, where the loopback network has several. */
const ADDRESS = process.platform === 'linux' ? '127.0.0.9' : '127.0.0.1';
const RESOURCES = 'cpus:1;mem:512;disk:1024;ports:[30500-30599]';

export interface SecondAgentOptions {
  /** The master as host:port. */
  readonly master: string;
  readonly workDir: string;
  /** An attribute by which apps find it, such as `act:two`. */
  readonly attributes: string;
}

export class SecondAgent {
  private constructor(
    private readonly args: readonly string[],
    private process: ChildProcess,
  ) {}

  static async start({ master, workDir, attributes }: SecondAgentOptions): Promise<SecondAgent> {
    const usual = ['/usr/local/bin', '/usr/bin', '/bin'];
    const PATH = [dirname(process.execPath), ...usual].join(':');
    const args = [
      BIN,
      'agent',
      `--master=${master}`,
      `--ip=${ADDRESS}`,
      `--port=${await freePort()}`,
      `--work_dir=${workDir}`,
      `--resources=${RESOURCES}`,
      `--attributes=${attributes}`,
      `--executor_environment_variables=${JSON.stringify({ PATH })}`,
      '--registration_backoff_factor=0secs',
    ];
    return new SecondAgent(args, launch(args));
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Kills the process with SIGKILL; resolves when it is gone. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Starts the process again, in its folder and at its address. */
  restart(): void {
    this.process = launch(this.args);
  }

  /** Takes the agent out of the cluster, and ends its tasks and the process. */
  stop(): Promise<void> {
    return this.end('SIGUSR1');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }
}

/** The process does not get the Ctrl-C of our terminal: it ends its tasks when this process ends. */
function launch(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
  const end = (): void => void child.kill('SIGUSR1');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** A port of that address that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, ADDRESS);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return typeof bound === 'object' && bound ? bound.port : 0;
}
