/**
 * The output of one task as text, from its agent: what is there, and what comes.
 */

import { StringDecoder } from 'node:string_decoder';
import { sandboxOf, type TaskPlace } from './agent-api';
import type { Api } from './api';
import { MissingOutput, SandboxFile } from './sandbox-file';

export interface LogChoice {
  readonly stderr: boolean;
  /** Lines at the end; all of them when undefined. */
  readonly tail: number | undefined;
}

export class TaskLog {
  private file: SandboxFile | undefined;
  private readonly decoder = new StringDecoder('utf8');

  constructor(
    private readonly api: Pick<Api, 'json'>,
    readonly task: TaskPlace,
    private readonly choice: LogChoice,
  ) {}

  /** The text that was written since the last call, in parts. A MissingOutput for a task that has not begun. */
  async *readNew(): AsyncGenerator<string, void> {
    this.file ??= await this.open();
    for await (const bytes of this.file.readNew()) {
      const text = this.decoder.write(bytes);
      if (text !== '') yield text;
    }
  }

  /** The same; nothing for a task that has not begun. */
  async *readBegun(): AsyncGenerator<string, void> {
    try {
      yield* this.readNew();
    } catch (error) {
      if (!(error instanceof MissingOutput)) throw error;
    }
  }

  private async open(): Promise<SandboxFile> {
    const { stderr, tail } = this.choice;
    const name = stderr ? 'stderr' : 'stdout';
    const path = `${await sandboxOf(this.api, this.task)}/${name}`;
    const file = new SandboxFile(this.api, path, `Task ${this.task.id} has no ${name}`);
    if (tail !== undefined) await file.skipToLast(tail);
    return file;
  }
}
