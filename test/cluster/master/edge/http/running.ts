/**
 * A master in this process, asked over HTTP. Its registry is in memory and its port chosen by the system.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masterFlags } from '../../../../../cluster/master/config';
import { type RunningMaster, startMaster } from '../../../../../cluster/master/main';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { HttpClient, type HttpRequest } from '../../../../../cluster/runtime/http/client';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../../cluster/state/memory';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export class MasterAtWork {
  readonly client = new HttpClient();
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-master-'));
  private files = 0;
  private master: RunningMaster | undefined;
  /** Why the master gave up, if it did. */
  resigned: string | undefined;

  /** Puts a text into a file of its own and gives its path. */
  file(text: string): string {
    const path = join(this.folder, `file-${this.files++}`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async start(...args: string[]): Promise<RunningMaster> {
    const given = ['--port=0', '--in_memory', ...args];
    const { flags } = parseFlags(masterFlags, { command: 'test', about: '', args: given, env: {} });
    const onEnd = (reason: string): void => {
      this.resigned = reason;
    };
    const deps = { log: silentLogger, clock: systemClock(), state: new MemoryStore(), onEnd };
    const master = await startMaster(flags, deps);
    this.master = master;
    while (!(await this.ask('/state', {}, 'ops:pw')).text.includes('"elected_time"')) {
      await new Promise((soon) => setTimeout(soon, 2));
    }
    return master;
  }

  get url(): string {
    return this.master?.http.url ?? '';
  }

  /** Asks as a user (`name:secret`), or as nobody. */
  async ask(path: string, request: Omit<HttpRequest, 'url'> = {}, user?: string): Promise<Answer> {
    const headers = { ...request.headers, ...(user === undefined ? {} : { authorization: basic(user) }) };
    const {
      status,
      headers: got,
      body,
    } = await this.client.request({ ...request, headers, url: this.url + path });
    return { status, headers: got, text: body.toString() };
  }

  /** One call of a v1 API in JSON. */
  call(path: '/api/v1' | '/api/v1/scheduler', call: object, user?: string): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.ask(path, { method: 'POST', headers, body: JSON.stringify(call) }, user);
  }

  async stop(): Promise<void> {
    await this.master?.stop();
    this.master = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    await this.client.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString('base64')}`;
}
