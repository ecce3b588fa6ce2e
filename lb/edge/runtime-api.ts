/**
 * Orders to the running HAProxy worker over its socket: servers, weights, maps and certificates.
 *
 * Always true: a server that is removed takes no new request from that moment, and is deleted once it has none left.
 */

import type { Logger } from '../../cluster/runtime/log';
import type { Command } from '../core/decide';
import { APP_MAP, HOST_MAP } from '../core/maps';
import type { Outcome } from './haproxy';
import { askSocket } from './master-socket';

/** HAProxy's line of commands may be 16 kB. */
const LINE_MAX_BYTES = 12_000;
const SWEEP_MS = 100;

interface Leaving {
  readonly backend: string;
  readonly server: string;
  /** The server's line while it was wanted, if we added it or know it. */
  readonly line: string | undefined;
}

export class RuntimeApi {
  private leaving = new Map<string, Leaving>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Orders given, and servers that still finish their requests. */
  orders = 0;

  constructor(
    private readonly socket: string,
    private readonly mapFolder: string | undefined,
    private readonly log: Logger,
  ) {}

  get leavingCount(): number {
    return this.leaving.size;
  }

  /** Carries the commands out in order. At the first that fails it says why; a reload then sets things right. */
  async perform(commands: readonly Command[]): Promise<Outcome> {
    try {
      const lines: string[] = [];
      for (const command of commands) {
        if (command.kind !== 'map') lines.push(...(await this.linesOf(command)));
        else await this.replaceMap(command.map, command.text);
      }
      const why = await this.send(lines);
      if (why !== undefined) return { ok: false, why };
      this.orders += commands.length;
      if (this.leaving.size > 0) this.sweepSoon();
      return { ok: true };
    } catch (error) {
      return { ok: false, why: (error as Error).message };
    }
  }

  /** The new worker has read the configuration: what was leaving is gone. */
  forget(): void {
    this.leaving = new Map();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The answer to one command. */
  ask(command: string): Promise<string> {
    return askSocket(this.socket, command);
  }

  /** Puts a new certificate in the place of one that is loaded. */
  async replaceCertificate(path: string, pem: string): Promise<Outcome> {
    const set = await this.ask(`set ssl cert ${path} <<\n${pem.trim()}\n`);
    if (!/transaction (created|updated)/i.test(set)) return { ok: false, why: firstLine(set) };
    const commit = await this.ask(`commit ssl cert ${path}`);
    if (/Success!/.test(commit)) return { ok: true };
    await this.ask(`abort ssl cert ${path}`);
    return { ok: false, why: firstLine(commit) };
  }

  private async linesOf(command: Exclude<Command, { kind: 'map' }>): Promise<string[]> {
    const name = `${command.backend}/${command.server}`;
    switch (command.kind) {
      case 'add':
        return await this.addLines(name, command);
      case 'remove':
        this.leaving.set(name, { backend: command.backend, server: command.server, line: undefined });
        return [`set server ${name} state maint`];
      case 'drain':
        return [`set server ${name} state ${command.out ? 'maint' : 'ready'}`];
      case 'weight':
        return [`set server ${name} weight ${command.weight}`];
    }
  }

  private async addLines(name: string, command: Extract<Command, { kind: 'add' }>): Promise<string[]> {
    if (this.leaving.has(name) && !(await this.remove(name)))
      throw new Error(`${name} still finishes the requests it had before`);
    const ready = command.draining ? [] : [`enable server ${name}`];
    const health = / check /.test(`${command.line} `) ? [`enable health ${name}`] : [];
    return [`add server ${name} ${command.line}`, ...health, ...ready];
  }

  /** Sends lines together; returns the first complaint. */
  private async send(lines: readonly string[]): Promise<string | undefined> {
    let batch: string[] = [];
    let size = 0;
    const flush = async (): Promise<string | undefined> => {
      if (batch.length === 0) return undefined;
      const answer = await this.ask(batch.join(';'));
      batch = [];
      size = 0;
      return answer.split('\n').find((line) => line.trim() !== '' && !isGood(line));
    };
    for (const line of lines) {
      if (size + line.length > LINE_MAX_BYTES) {
        const why = await flush();
        if (why !== undefined) return why;
      }
      batch.push(line);
      size += line.length + 1;
    }
    return await flush();
  }

  private async replaceMap(map: 'hosts' | 'apps', text: string): Promise<void> {
    const path = `${this.mapFolder ?? ''}/${map === 'hosts' ? HOST_MAP : APP_MAP}`;
    const prepared = await this.ask(`prepare map ${path}`);
    const version = /version created: (\d+)/i.exec(prepared)?.[1];
    if (version === undefined) throw new Error(`map ${path}: ${firstLine(prepared)}`);
    const lines = text.split('\n').filter(Boolean);
    for (let at = 0; at < lines.length; at += 100) {
      const part = lines.slice(at, at + 100).join('\n');
      const answer = await this.ask(`add map @${version} ${path} <<\n${part}\n`);
      if (answer.trim() !== '') throw new Error(`map ${path}: ${firstLine(answer)}`);
    }
    const committed = await this.ask(`commit map @${version} ${path}`);
    if (committed.trim() !== '') throw new Error(`map ${path}: ${firstLine(committed)}`);
  }

  private sweepSoon(): void {
    if (this.timer !== undefined || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sweep().catch((error: Error) => this.log.debug({ error: error.message }, 'servers stay for now'));
    }, SWEEP_MS);
    this.timer.unref();
  }

  private async sweep(): Promise<void> {
    for (const name of [...this.leaving.keys()]) await this.remove(name);
    if (this.leaving.size > 0) this.sweepSoon();
  }

  /** Deletes a server that has no request left. */
  private async remove(name: string): Promise<boolean> {
    const answer = await this.ask(`del server ${name}`);
    const gone = /deleted|No such server|not found/i.test(answer);
    if (gone) this.leaving.delete(name);
    return gone;
  }
}

function isGood(line: string): boolean {
  return /^(New server registered\.|Server deleted\.)/.test(line.trim());
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'no answer'
  );
}
