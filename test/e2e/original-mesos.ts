/**
 * The original Mesos 1.11, where it is set up: `MESETA_ORIGINAL_MESOS` names a folder whose `python` runs Python 2.7 with the
 * original's library. A master of it (with an agent, if wanted) and schedulers on its C++ driver, as processes of their own.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { LineProgram } from './line-program';
import { freePort } from './masters';

const SCRIPTS = join(__dirname, '..', 'third-party', 'original-mesos');
const FOLDER = process.env['MESETA_ORIGINAL_MESOS'];
/** The folder that has the original; empty without one. */
export const ORIGINAL_FOLDER = FOLDER ?? '';

/** Why its tests are skipped; undefined when they are not. */
export const missingOriginal =
  FOLDER === undefined
    ? 'MESETA_ORIGINAL_MESOS does not say where it is'
    : existsSync(join(FOLDER, 'python'))
      ? undefined
      : `there is no ${join(FOLDER, 'python')}`;

function python(script: string, args: readonly string[], env: Record<string, string> = {}): LineProgram {
  return new LineProgram(join(ORIGINAL_FOLDER, 'python'), [join(SCRIPTS, script), ...args], env);
}

/** Makes a program of the agent that the library does not have, so that it can launch. */
function standIn(folder: string, name: string): void {
  const words = [join(ORIGINAL_FOLDER, 'python'), join(SCRIPTS, `${name}.py`)];
  writeFileSync(join(folder, `mesos-${name}`), `#!/bin/sh\nexec ${words.join(' ')}\n`, { mode: 0o755 });
}

/** A scheduler on the C++ driver; see driver.py for what it says and obeys. */
export function startDriver(master: string, name: string, kind: '' | 'plain' = ''): LineProgram {
  return python('driver.py', [master, name, kind]);
}

interface MasterOptions {
  readonly agents?: 0 | 1;
  /** Flags as variables, such as MESOS_CREDENTIALS. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** The original's master on a port of its own, which it keeps over restarts, with its registry. */
export class OriginalMaster {
  private constructor(
    readonly http: { readonly port: number },
    private program: LineProgram,
    private readonly begin: () => LineProgram,
    private readonly folder: string,
  ) {}

  static async start({ agents = 0, flags = {} }: MasterOptions = {}): Promise<OriginalMaster> {
    const folder = mkdtempSync(join(tmpdir(), 'meseta-original-'));
    for (const name of ['containerizer', 'executor']) standIn(folder, name);
    const port = await freePort();
    const begin = (): LineProgram =>
      python('master.py', [], {
        LIBPROCESS_IP: '127.0.0.1',
        LIBPROCESS_PORT: String(port),
        MESOS_WORK_DIR: folder,
        MESOS_RUNTIME_DIR: join(folder, 'run'),
        MESOS_LAUNCHER_DIR: folder,
        MESOS_NUM_SLAVES: String(agents),
        MESOS_LAUNCHER: 'posix',
        MESOS_ISOLATION: 'posix/cpu,posix/mem',
        MESOS_SYSTEMD_ENABLE_SUPPORT: 'false',
        ...flags,
      });
    const master = new OriginalMaster({ port }, begin(), begin, folder);
    await master.program.line('registered');
    await eventually('its agent', async () => (await master.agents()) >= agents);
    return master;
  }

  /** Kills it, and starts it again. */
  async restart(): Promise<void> {
    this.program.end();
    await this.program.close();
    this.program = this.begin();
    await this.program.line('registered');
  }

  get place(): string {
    return `127.0.0.1:${this.http.port}`;
  }

  get url(): string {
    return `http://${this.place}`;
  }

  /** How many agents are registered. */
  async agents(): Promise<number> {
    const page = (await (await fetch(`${this.url}/master/slaves`)).json()) as { slaves: object[] };
    return page.slaves.length;
  }

  async stop(): Promise<void> {
    await this.program.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Paths that a master of the original in a process of its own answers without its name in front. */
const OWN = /^\/(api\/v1|state|slaves|frameworks|tasks|redirect|health)/;

/** Puts `/master` in front of paths: the master that comes with a driver answers only with it. */
export async function startPrefix(master: string): Promise<{ place: string; stop: () => void }> {
  const { hostname, port } = new URL(master);
  const server: Server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const path = OWN.test(url) ? `/master${url}` : url;
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    sent.on('error', () => outgoing.destroy());
    outgoing.on('close', () => sent.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { place: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, stop };
}
