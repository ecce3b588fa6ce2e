/**
 * A file in a sandbox, read in parts as it grows.
 */

import { StartError } from '../cluster/runtime/lifecycle';
import { type Api, ApiError } from './api';

/** The part that is read at once. */
export const READ_BYTES = 64 * 1024;

/** Without a character at the end that the next part completes. */
export function wholeCharacters(data: string): string {
  return data.replace(/(?<=[^\uFFFD])\uFFFD{1,3}$/, '');
}

export class SandboxFile {
  private offset = 0;

  constructor(
    private readonly api: Pick<Api, 'json'>,
    private readonly path: string,
  ) {}

  /** All that was written since the last call. */
  async *readNew(): AsyncGenerator<string, void> {
    for (let text = await this.readPart(); text !== ''; text = await this.readPart()) {
      this.offset += Buffer.byteLength(text);
      yield text;
    }
  }

  private async readPart(): Promise<string> {
    const query = new URLSearchParams({
      path: this.path,
      offset: String(this.offset),
      length: String(READ_BYTES),
    });
    const read = this.api.json('GET', `/files/read?${query.toString()}`).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404)
        throw new StartError(`The agent does not have ${this.path}`);
      throw error;
    });
    return wholeCharacters(((await read) as { data: string }).data);
  }
}
