/**
 * A real browser, by playwright-core and Debian's Chromium. Tests that need it are skipped by name without it.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/bin/chromium';
const WORDS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** An answer as the browser got it, also where its page may not see it. */
export interface Seen {
  status(): number;
  url(): string;
  text(): Promise<string>;
}

/** What tests use of a tab. */
export interface Page {
  goto(url: string): Promise<Seen | null>;
  setContent(html: string): Promise<void>;
  evaluate<T>(script: string): Promise<T>;
  on(event: 'response', hear: (response: Seen) => void): unknown;
  close(): Promise<void>;
}

interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

interface Library {
  readonly chromium: {
    launchPersistentContext(folder: string, options: object): Promise<Context>;
  };
}

function load(): Library | undefined {
  try {
    return createRequire(__filename)('playwright-core') as Library;
  } catch {
    return undefined;
  }
}

const library = existsSync(PROGRAM) ? load() : undefined;

/** A test that is skipped where there is no browser. */
export const hasBrowser = library !== undefined;
export const withBrowser = hasBrowser ? test : test.skip;

export interface Chromium {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** Starts a browser for which `names` are this machine. */
export async function startChromium(names: readonly string[]): Promise<Chromium> {
  if (library === undefined) throw new Error(`${PROGRAM} or playwright-core is missing`);
  const folder = mkdtempSync(join(tmpdir(), 'meseta-chromium-'));
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',');
  const context = await library.chromium.launchPersistentContext(folder, {
    executablePath: PROGRAM,
    args: [...WORDS, `--host-resolver-rules=${rules}`],
  });
  return {
    newPage: () => context.newPage(),
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
