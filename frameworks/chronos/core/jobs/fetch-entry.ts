/** Artifacts that the agent fetches into the sandbox: `fetch`, and `uris` in its deprecated form. */

import { type Codec, flag, objectOf, text } from './codec';

export interface FetchEntry {
  readonly uri: string;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly extract: boolean;
  readonly output_file: string;
}

export const fetchEntry: Codec<FetchEntry> = objectOf<FetchEntry>({
  uri: { codec: text, isRequired: true },
  executable: { codec: flag, fallback: false },
  cache: { codec: flag, fallback: false },
  extract: { codec: flag, fallback: true },
  output_file: { codec: text, fallback: '', isHidden: true },
});
