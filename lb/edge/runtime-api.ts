/**
 * Sends commands to the running HAProxy worker over the Runtime API: servers, weights, maps and certificates.
 *
 * Always true: a removed server gets no new request from that moment on, and is deleted once it has none left.
 */

import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import type { Outcome } from '../core/refresh/refresh';
import type { Command } from '../core/reload/decide-reload';
import {
  printCommand,
  printPutBack,
  readFailures,
  type ServerCommand,
  serverPath,
  withoutUsedIds,
} from '../core/reload/print-command';
import { APP_MAP, HOST_MAP } from '../core/render/maps';
import { hasSameOptions, type ServerLine } from '../core/render/server-line';
import type { LbMachine } from './machine';
import { askSocket } from './master-socket';

/** HAProxy takes command lines of up to 16 kB. */
const LINE_MAX_BYTES = 12_000;
const SWEPT_AT_ONCE = 50;

interface PrintedCommand {
  readonly command: ServerCommand;
  readonly lines: readonly string[];
}

export class RuntimeApi {
  /** Removed servers that still finish their requests, by name, with the line they had; undefined when not known. */
  private leaving = new Map<string, ServerLine | undefined>();
  /** Commands and sweeps run one after the other: a server must not be deleted while it is put back. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    /** The path of the socket; a function when it may change. */
    private readonly socket: string | (() => string),
    private readonly mapFolder: string | undefined,
    private readonly machine: LbMachine,
    private readonly log: Logger,
  ) {
    machine.performBy({ sweep: () => void this.sweepAll() });
  }

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
      const batch: PrintedCommand[] = [];
      for (const command of commands) {
        if (command.kind !== 'map') batch.push({ command, lines: await this.linesOf(command) });
        else await this.replaceMap(command.map, command.text);
      }
      const why = await this.send(batch);
      if (why !== undefined) return { ok: false, why };
      this.tellLeaving();
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
    for (const name of names) this.leaving.set(name, undefined);
    this.tellLeaving();
  }

  private tellLeaving(): void {
    this.machine.post({ kind: 'servers.leaving', count: this.leaving.size });
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

  private async linesOf(command: ServerCommand): Promise<string[]> {
    const path = serverPath(command);
    if (command.kind === 'remove') this.leaving.set(path, command.server);
    if (command.kind !== 'add' || !this.leaving.has(path)) return printCommand(command);
    if ((await this.sweep([path])).length > 0) return printCommand(command);
    const before = this.leaving.get(path);
    if (before === undefined || !hasSameOptions(before, command.server))
      throw new Error(`${path} still finishes the requests it had before`);
    this.leaving.delete(path);
    return printPutBack(command);
  }

  /** Sends commands in batches; returns the first failure. */
  private async send(commands: readonly PrintedCommand[]): Promise<string | undefined> {
    let batch: PrintedCommand[] = [];
    let size = 0;
    for (const command of commands) {
      const bytes = command.lines.reduce((sum, line) => sum + line.length + 1, 0);
      if (size + bytes > LINE_MAX_BYTES) {
        const why = await this.sendBatch(batch);
        if (why !== undefined) return why;
        batch = [];
        size = 0;
      }
      batch.push(command);
      size += bytes;
    }
    return await this.sendBatch(batch);
  }

  private async sendBatch(batch: readonly PrintedCommand[]): Promise<string | undefined> {
    if (batch.length === 0) return undefined;
    const failures = readFailures(await this.ask(batch.flatMap(({ lines }) => lines).join(';')));
    const sent = batch.map(({ command }) => command);
    const again = withoutUsedIds(sent, failures);
    const left = again ? readFailures(await this.ask(again.flatMap(printCommand).join(';'))) : failures;
    return left[0]?.text;
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

  private async sweepAll(): Promise<void> {
    const names = [...this.leaving.keys()];
    let deleted = 0;
    try {
      for (let start = 0; start < names.length; start += SWEPT_AT_ONCE) {
        const some = names.slice(start, start + SWEPT_AT_ONCE);
        deleted += (await this.inTurn(() => this.sweep(some))).length;
      }
    } catch (error) {
      this.log.debug({ error: errorText(error) }, 'removed servers cannot be deleted yet; it is tried again');
    }
    this.machine.post({ kind: 'servers.swept', deleted, left: this.leaving.size });
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

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'no answer'
  );
}
