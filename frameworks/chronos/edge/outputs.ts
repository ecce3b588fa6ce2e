/** The last lines that tasks printed, read from their sandboxes at the agents; a few at once, and with a bound. */

import { errorText } from '../../../cluster/model/error-text';
import { HttpClient } from '../../../cluster/runtime/http/client';
import type { Logger } from '../../../cluster/runtime/log';
import type { ChronosEffect } from '../core/state/effects';

type ReadOutput = Extract<ChronosEffect, { kind: 'read-output' }>;

export interface OutputOptions {
  /** Of each of the two files; 0 reads nothing. */
  readonly bytesMax: number;
  readonly log: Logger;
  readonly onOutput: (taskId: string, output: string) => void;
}

const AT_ONCE_MAX = 8;
/** Reads that wait; further ones are left out, since the output is a help and not a record. */
const WAITING_MAX = 10_000;
const TIMEOUT_MS = 5000;

export class Outputs {
  private readonly client = new HttpClient();
  private readonly abort = new AbortController();
  private readonly waiting: ReadOutput[] = [];
  private running = 0;

  constructor(private readonly options: OutputOptions) {}

  read(effect: ReadOutput): void {
    if (this.options.bytesMax === 0 || this.waiting.length >= WAITING_MAX) return;
    this.waiting.push(effect);
    this.startMore();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.waiting.length = 0;
    await this.client.close();
  }

  private startMore(): void {
    while (this.running < AT_ONCE_MAX) {
      const effect = this.waiting.shift();
      if (!effect) return;
      this.running++;
      void this.perform(effect);
    }
  }

  private async perform({ taskId, sandbox }: ReadOutput): Promise<void> {
    try {
      const stdout = await this.tail(sandbox, 'stdout');
      const stderr = await this.tail(sandbox, 'stderr');
      const output = joinTails(stdout, stderr);
      if (output !== '' && !this.abort.signal.aborted) this.options.onOutput(taskId, output);
    } catch (error) {
      this.options.log.debug(
        { task: taskId, reason: errorText(error) },
        'the output of a task cannot be read',
      );
    }
    this.running--;
    if (!this.abort.signal.aborted) this.startMore();
  }

  /** The whole last lines of a file, at most so many bytes. */
  private async tail(sandbox: string, file: string): Promise<string> {
    const { bytesMax } = this.options;
    const { offset: size } = await this.readFile(sandbox, file, { offset: -1, length: 0 });
    const offset = Math.max(0, size - bytesMax);
    const { data } = await this.readFile(sandbox, file, { offset, length: bytesMax });
    return offset === 0 ? data : fromWholeLine(data);
  }

  private async readFile(
    sandbox: string,
    file: string,
    part: { readonly offset: number; readonly length: number },
  ): Promise<{ readonly offset: number; readonly data: string }> {
    const url = new URL(sandbox);
    url.pathname = url.pathname.replace(/browse$/, 'read');
    url.searchParams.set('path', `${url.searchParams.get('path') ?? ''}/${file}`);
    for (const [name, value] of Object.entries(part)) url.searchParams.set(name, String(value));
    const request = { url: url.toString(), timeoutMs: TIMEOUT_MS, signal: this.abort.signal };
    const { status, body } = await this.client.request(request);
    if (status !== 200) throw new Error(`the agent answered with status ${status}`);
    return JSON.parse(body.toString('utf8')) as { offset: number; data: string };
  }
}

/** Without the part of a line at the beginning; a single long line stays. */
function fromWholeLine(data: string): string {
  const end = data.indexOf('\n');
  return end < 0 || end === data.length - 1 ? data : data.slice(end + 1);
}

function joinTails(stdout: string, stderr: string): string {
  if (stderr === '') return stdout;
  const separator = stdout === '' || stdout.endsWith('\n') ? '' : '\n';
  return `${stdout}${separator}stderr:\n${stderr}`;
}
