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
/** How often servers that leave are looked at: soon at first, seldom while they keep connections. */
const SWEEP_FIRST_MS = 100;
const SWEEP_LAST_MS = 3000;
const SWEPT_AT_ONCE = 50;

export class RuntimeApi {
  /** Servers that finish their requests, by name, with the line they had while they were wanted. */
  private leaving = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private sweepMs = SWEEP_FIRST_MS;
  private stopped = false;
  /** Orders and sweeps take turns: a server must not be deleted while it is put back. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Orders given, and servers that still finish their requests. */
  orders = 0;

  constructor(
    /** The socket's path; a function when it may move. */
    private readonly socket: string | (() => string),
    private readonly mapFolder: string | undefined,
    private readonly log: Logger,
  ) {}

  get leavingCount(): number {
    return this.leaving.size;
  }

  /** Carries the commands out in order. At the first that fails it says why; a reload then sets things right. */
  perform(commands: readonly Command[]): Promise<Outcome> {
    return this.inTurn(() => this.performNow(commands));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async performNow(commands: readonly Command[]): Promise<Outcome> {
    try {
      const lines: string[] = [];
      for (const command of commands) {
        if (command.kind !== 'map') lines.push(...(await this.linesOf(command)));
        else await this.replaceMap(command.map, command.text);
      }
      const why = await this.send(lines);
      if (why !== undefined) return { ok: false, why };
      this.orders += commands.length;
      this.sweepMs = SWEEP_FIRST_MS;
      this.sweepSoon();
      return { ok: true };
    } catch (error) {
      return { ok: false, why: (error as Error).message };
    }
  }

  /** The new worker has read the configuration: what was leaving is gone. */
  forget(): void {
    this.leaving = new Map();
  }

  /** Servers that an earlier load balancer took out to delete them; their lines are not known. */
  adoptLeaving(names: readonly string[]): void {
    for (const name of names) this.leaving.set(name, '');
    this.sweepSoon();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The answer to one command. */
  ask(command: string): Promise<string> {
    return askSocket(typeof this.socket === 'string' ? this.socket : this.socket(), command);
  }

  /** Whether any request or connection has lasted for longer than this: a reload would set an end to it. */
  async hasLong(olderMs: number): Promise<boolean> {
    return longestSession(await this.ask('show sess')) * 1000 >= olderMs;
  }

  /** Puts a new certificate in the place of one that is loaded. */
  async replaceCertificate(path: string, pem: string): Promise<Outcome> {
    // An empty line would end the certificate, and the rest would be taken for commands.
    const lines = pem.split(/[\r\n]+/).filter((line) => line.trim() !== '');
    const set = await this.ask(`set ssl cert ${path} <<\n${lines.join('\n')}\n`);
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
        this.leaving.set(name, command.line);
        return [`set server ${name} state maint`];
      case 'drain':
        return [`set server ${name} state ${command.disabled ? 'maint' : 'ready'}`];
      case 'weight':
        return [`set server ${name} weight ${command.weight}`];
    }
  }

  private async addLines(name: string, command: Extract<Command, { kind: 'add' }>): Promise<string[]> {
    const { line, weight, draining } = command;
    const ready = draining ? [] : [`set server ${name} state ready`];
    const before = this.leaving.get(name);
    if (before !== undefined && (await this.sweep([name])).length === 0) {
      if (before !== line) throw new Error(`${name} still finishes the requests it had before`);
      this.leaving.delete(name);
      return [`set server ${name} weight ${weight ?? 1}`, ...ready];
    }
    const health = / check /.test(`${line} `) ? [`enable health ${name}`] : [];
    const full = weight === undefined ? line : `${line} weight ${weight}`;
    return [`add server ${name} ${full}`, ...health, ...ready];
  }

  /** Sends lines together; returns the first complaint. */
  private async send(lines: readonly string[]): Promise<string | undefined> {
    let batch: string[] = [];
    let size = 0;
    const flush = async (): Promise<string | undefined> => {
      if (batch.length === 0) return undefined;
      const sent = batch;
      batch = [];
      size = 0;
      const complaints = complaintsOf(await this.ask(sent.join(';')));
      const again = withoutUsedIds(sent, complaints);
      return again ? complaintsOf(await this.ask(again.join(';')))[0] : complaints[0];
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
    for (let start = 0; start < lines.length; start += 100) {
      const part = lines.slice(start, start + 100).join('\n');
      const answer = await this.ask(`add map @${version} ${path} <<\n${part}\n`);
      if (answer.trim() !== '') throw new Error(`map ${path}: ${firstLine(answer)}`);
    }
    const committed = await this.ask(`commit map @${version} ${path}`);
    if (committed.trim() !== '') throw new Error(`map ${path}: ${firstLine(committed)}`);
  }

  private sweepSoon(): void {
    if (this.timer !== undefined || this.stopped || this.leaving.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sweepAll().catch((error: Error) =>
        this.log.debug({ error: error.message }, 'servers stay for now'),
      );
    }, this.sweepMs);
    this.timer.unref();
  }

  private async sweepAll(): Promise<void> {
    const names = [...this.leaving.keys()];
    for (let start = 0; start < names.length; start += SWEPT_AT_ONCE) {
      const gone = await this.inTurn(() => this.sweep(names.slice(start, start + SWEPT_AT_ONCE)));
      if (gone.length > 0) this.sweepMs = SWEEP_FIRST_MS;
    }
    this.sweepMs = Math.min(SWEEP_LAST_MS, this.sweepMs * 1.5);
    this.sweepSoon();
  }

  /** Deletes those of these leaving servers that have no request left. Returns which. */
  private async sweep(names: readonly string[]): Promise<string[]> {
    const candidates = names.filter((name) => this.leaving.has(name));
    if (candidates.length === 0) return [];
    const answer = await this.ask(candidates.map((name) => `del server ${name}`).join(';'));
    const verdicts = answer.split('\n').filter((line) => line.trim() !== '');
    const gone = candidates.filter((_, index) =>
      /deleted|No such server|not found/i.test(verdicts[index] ?? ''),
    );
    for (const name of gone) this.leaving.delete(name);
    return gone;
  }
}

const SECONDS = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

/** The age of the oldest session in the answer to `show sess`, in seconds; our own is none. */
export function longestSession(answer: string): number {
  let longest = 0;
  for (const line of answer.split('\n')) {
    const age = / age=(\S+)/.exec(line)?.[1];
    if (age === undefined || line.includes(' fe=GLOBAL ')) continue;
    let seconds = 0;
    for (const [, count, unit] of age.matchAll(/(\d+)([dhms])/g))
      seconds += Number(count) * SECONDS[unit as keyof typeof SECONDS];
    longest = Math.max(longest, seconds);
  }
  return longest;
}

function complaintsOf(answer: string): string[] {
  return answer.split('\n').filter((line) => line.trim() !== '' && !isGood(line));
}

/**
 * What to send once more when the only complaint is about ids: a server that leaves, or one that came before, may have the
 * id that the file gives to a new one. HAProxy then chooses; the next reload takes the file's. Undefined when something
 * else is wrong.
 */
export function withoutUsedIds(sent: readonly string[], complaints: readonly string[]): string[] | undefined {
  const usedIds = new Set(complaints.flatMap((line) => /custom id (\d+) already used/.exec(line)?.[1] ?? []));
  const others = complaints.filter((line) => !/custom id \d+ already used|no such server/i.test(line));
  if (usedIds.size === 0 || others.length > 0) return undefined;
  const refused = new Set(
    sent.flatMap((line) => {
      const [, name, id] = /^add server (\S+) .*\bid (\d+)\b/.exec(line) ?? [];
      return name !== undefined && usedIds.has(id ?? '') ? [name] : [];
    }),
  );
  const again = sent.filter((line) => refused.has(line.split(' ')[2] ?? ''));
  return again.map((line) => line.replace(/ id \d+\b/, ''));
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
