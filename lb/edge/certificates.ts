/**
 * Watches the certificate files and replaces changed certificates while HAProxy runs.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../cluster/runtime/log';
import type { Balancer } from './balancer';
import type { Handover } from './handover';
import type { RuntimeApi } from './runtime-api';

const LOOK_MS = 1000;

export class Certificates {
  private known = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  swaps = 0;

  constructor(
    private readonly balancer: Balancer,
    private readonly runtime: RuntimeApi,
    private readonly handover: Handover,
    private readonly log: Logger,
  ) {}

  /** `adopted`: HAProxy has loaded the files that an earlier run recorded; some may have changed since then. */
  start(adopted: boolean): void {
    this.known = adopted ? new Map(this.handover.certificates) : this.stamps();
    this.handover.keep({ certificates: [...this.known] });
    const look = (): void => {
      this.look()
        .catch((error: Error) =>
          this.log.error({ error: error.message }, 'looking for changed certificates failed'),
        )
        .finally(() => {
          if (this.timer !== undefined) this.timer = setTimeout(look, LOOK_MS).unref();
        });
    };
    this.timer = setTimeout(look, LOOK_MS).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Replaces certificates that changed since the last look. A file that is missing keeps its last state. */
  async look(): Promise<void> {
    const before = [...this.known].join('\n');
    await this.replaceChanged();
    if ([...this.known].join('\n') !== before) this.handover.keep({ certificates: [...this.known] });
  }

  private async replaceChanged(): Promise<void> {
    const now = this.stamps();
    const paths = new Set(this.paths());
    const changed = [...now].filter(
      ([path, stamp]) => this.known.has(path) && this.known.get(path) !== stamp,
    );
    const other = [...now.keys()].some((path) => !this.known.has(path) && !paths.has(path));
    let reload = other ? 'a certificate was added' : '';
    for (const [path, stamp] of now) if (!this.known.has(path)) this.known.set(path, stamp);
    for (const [path, stamp] of changed) {
      const pem = readIfThere(path);
      if (pem === undefined) continue;
      this.known.set(path, stamp);
      const outcome = await this.runtime.replaceCertificate(path, pem);
      if (outcome.ok) {
        this.swaps++;
        this.log.info({ path }, 'a certificate was replaced');
      } else {
        this.log.warn({ path, why: outcome.why }, 'a certificate cannot be replaced while HAProxy runs');
        reload = `the certificate ${path} changed`;
      }
    }
    const folders = [...paths].map((path) => `${path}/`);
    for (const path of this.known.keys())
      if (!paths.has(path) && !folders.some((folder) => path.startsWith(folder))) this.known.delete(path);
    if (reload !== '') await this.balancer.reloadAgain(reload);
  }

  private paths(): string[] {
    // The configuration of an adopted HAProxy has no model yet.
    if (this.balancer.adopting) return [...this.known.keys()];
    const { httpsIn } = this.balancer.model;
    const labels = httpsIn?.rules.flatMap(({ certificates }) => certificates) ?? [];
    const fronts = this.balancer.model.frontends.flatMap(({ certificates }) => certificates);
    return [...new Set([...(httpsIn?.certificates ?? []), ...labels, ...fronts])];
  }

  /** Files with time of change, size and inode. */
  private stamps(): Map<string, string> {
    const stamps = new Map<string, string>();
    const add = (path: string): void => {
      try {
        const stat = statSync(path);
        if (stat.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
        else stamps.set(path, `${stat.mtimeMs} ${stat.size} ${stat.ino}`);
      } catch {
        // The file is missing; HAProxy still has it loaded.
      }
    };
    for (const path of this.paths()) add(path);
    return stamps;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
