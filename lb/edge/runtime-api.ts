/**
 * Sends commands to the running HAProxy worker over the Runtime API: servers, weights, maps and certificates.
 *
 * Always true: a removed server gets no new request from that moment on, and is deleted once it has none left.
 */

import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import type { Command } from '../core/decide';
import { APP_MAP, HOST_MAP } from '../core/maps';
import type { Outcome } from './haproxy';
import { askSocket } from './master-socket';

/** HAProxy takes command lines of up to 16 kB. */
const LINE_MAX_BYTES = 12_000;
/** Interval of attempts to delete removed servers; it grows while they keep connections. */
const SWEEP_FIRST_MS = 100;
const SWEEP_LAST_MS = 3000;
const SWEPT_AT_ONCE = 50;

export class RuntimeApi {
  /** Removed servers that still finish their requests, by name, with the line they had. */
  private leaving = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private sweepMs = SWEEP_FIRST_MS;
  private stopped = false;
  /** Commands and sweeps run one after the other: a server must not be deleted while it is put back. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Number of commands that were carried out. */
  orders = 0;

  constructor(
    /** The path of the socket; a function when it may change. */
    private readonly socket: string | (() => string),
    private readonly mapFolder: string | undefined,
    private readonly log: Logger,
  ) {}

  get leavingCount(): number {
    return this.leaving.size;
  }

  /** Carries out the commands in order and ends at the first that fails; a reload then repairs the rest. */
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
      return { ok: false, why: errorText(error) };
    }
  }

  /** Forgets the removed servers after a reload: the new worker does not have them. */
  forget(): void {
    this.leaving = new Map();
  }

  /** Takes over servers that an earlier load balancer removed; their lines are unknown. */
  adoptLeaving(names: readonly string[]): void {
    for (const name of names) this.leaving.set(name, '');
    this.sweepSoon();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Sends one command and returns the answer. */
  ask(command: string): Promise<string> {
    return askSocket(typeof this.socket === 'string' ? this.socket : this.socket(), command);
  }

  /** True when a request or connection has lasted longer than this, which a reload would end. */
  async hasLong(olderMs: number): Promise<boolean> {
    return longestSession(await this.ask('show sess')) * 1000 >= olderMs;
  }

  /** Replaces a loaded certificate. */
  async replaceCertificate(path: string, pem: string): Promise<Outcome> {
    // An empty line ends the certificate, and HAProxy would take the rest for commands.
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

  /** Sends lines in batches; returns the first error. */
  private async send(lines: readonly string[]): Promise<string | undefined> {
    let batch: string[] = [];
    let size = 0;
    const flush = async (): Promise<string | undefined> => {
      if (batch.length === 0) return undefined;
      const sent = batch;
      batch = [];
      size = 0;
      const errors = errorsOf(await this.ask(sent.join(';')));
      const again = withoutUsedIds(sent, errors);
      return again ? errorsOf(await this.ask(again.join(';')))[0] : errors[0];
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
        this.log.debug({ error: error.message }, 'removed servers cannot be deleted yet; it is tried again'),
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

  /** Deletes the removed servers among these that have no request left, and returns them. */
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

/** The age in seconds of the oldest session in the answer to `show sess`, without sessions of the Runtime API. */
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

function errorsOf(answer: string): string[] {
  return answer.split('\n').filter((line) => line.trim() !== '' && !isGood(line));
}

/**
 * Commands to send again without ids, when the only errors are about ids in use: a server that is being removed, or an
 * earlier one, may have the id that the file gives to a new server. HAProxy then chooses an id, until the next reload.
 * Undefined when there are other errors.
 */
export function withoutUsedIds(sent: readonly string[], errors: readonly string[]): string[] | undefined {
  const usedIds = new Set(errors.flatMap((line) => /custom id (\d+) already used/.exec(line)?.[1] ?? []));
  const others = errors.filter((line) => !/custom id \d+ already used|no such server/i.test(line));
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
