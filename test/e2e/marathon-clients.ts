/** A Marathon with a master and an agent for clients by others, which print a line of JSON for each result. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MemoryStore } from '../../cluster/state/memory';
import { parseMarathonConfig } from '../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../frameworks/marathon/main';
import { deps, OneMachine } from './one-machine';

const run = promisify(execFile);
const RUN_MS = 120_000;
export const THIRD_PARTY = join(__dirname, '..', 'third-party');

export class MarathonForClients {
  readonly machine = new OneMachine();
  /** Hosts with ports. */
  master = '';
  agent = '';
  address = '';
  private marathon: Marathon | undefined;

  /** Credentials of Marathon are u and p. */
  async start(flags: readonly string[] = []): Promise<void> {
    this.master = new URL((await this.machine.startMaster()).http.url).host;
    const agent = await this.machine.startAgent('one', ['--hostname=127.0.0.1']);
    this.agent = new URL(agent.http.url).host;
    const own = [
      '--http_port=0',
      '--hostname=127.0.0.1',
      '--http_credentials=u:p',
      '--min_revive_offers_interval=500',
    ];
    const parsed = parseMarathonConfig({ args: [`--master=${this.master}`, ...own, ...flags], env: {} });
    if (!('config' in parsed)) throw new Error(parsed.help);
    this.marathon = await startMarathon(parsed.config, { ...deps, state: new MemoryStore() });
    this.address = `127.0.0.1:${new URL(this.marathon.http.url).port}`;
  }

  async stop(): Promise<void> {
    await this.marathon?.stop();
    await this.machine.stop();
  }
}

/** The results that a program prints. */
export async function results(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<unknown[]> {
  const options = { cwd: THIRD_PARTY, env: { ...process.env, ...env }, timeout: RUN_MS };
  const { stdout } = await run(program, [...args], options);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
