/**
 * A place for tests of the fetcher: a folder with a sandbox, and fetches into it.
 */

import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fetcher, type FetcherSettings } from '../../../../../cluster/agent/containerizer/fetcher/fetcher';
import { DEFAULT_SCHEMES } from '../../../../../cluster/agent/containerizer/fetcher/uris';
import type { CommandInfo } from '../../../../../cluster/api/generated/mesos';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { expectNothingLeft } from '../../../../leftovers';

const DIST = join(__dirname, '..', '..', '..', '..', '..', 'dist');

/** False where the agent is not built. */
export const isBuilt = existsSync(join(DIST, 'cluster/agent/containerizer/fetcher/process/fetch-process.js'));

export class FetchPlace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-fetch-')));
  readonly cacheDir = join(this.root, 'cache');
  private count = 0;

  fetcher(settings: Partial<FetcherSettings> = {}): Fetcher {
    return new Fetcher({
      cacheDir: this.cacheDir,
      cacheBytes: 1_000_000,
      stallMs: 10_000,
      timeoutMs: 60_000,
      schemes: new Set(DEFAULT_SCHEMES.split(',')),
      limits: { bytesMax: 10_000_000, filesMax: 100 },
      hadoop: 'hadoop',
      caFile: undefined,
      s3: undefined,
      frameworksHome: undefined,
      workDir: this.root,
      clock: systemClock(),
      log: silentLogger,
      ...settings,
    });
  }

  sandbox(): string {
    const folder = join(this.root, `sandbox${++this.count}`);
    mkdirSync(folder);
    return folder;
  }

  /** Fetches into a sandbox, a new one without it. */
  async fetch(
    uris: readonly (string | CommandInfo.URI)[],
    {
      fetcher = this.fetcher(),
      directory = this.sandbox(),
      user = undefined as string | undefined,
      signal = new AbortController().signal,
    } = {},
  ): Promise<Sandbox> {
    const stdout = openSync(join(directory, 'stdout'), 'a');
    const stderr = openSync(join(directory, 'stderr'), 'a');
    const all = uris.map((uri) => (typeof uri === 'string' ? { value: uri } : uri));
    const order = { containerId: 'c1', uris: all, directory, user };
    let error = '';
    try {
      await fetcher.fetch(order, { stdout, stderr }, signal);
    } catch (thrown) {
      error = (thrown as Error).message;
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
    return new Sandbox(directory, error);
  }

  async close(): Promise<void> {
    try {
      await expectNothingLeft({ root: this.root });
    } finally {
      rmSync(this.root, { recursive: true, force: true });
    }
  }
}

/** A sandbox after a fetch. */
export class Sandbox {
  constructor(
    readonly folder: string,
    /** The reason when it failed. */
    readonly error: string,
  ) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  get log(): string {
    return this.text('stderr');
  }
}
