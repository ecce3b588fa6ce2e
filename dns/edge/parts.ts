/**
 * The parts of a DNS process: the answering side, the source of names, further processes, and those who watch the zone.
 */

import { randomBytes, randomInt } from 'node:crypto';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { ProcessDeps } from '../../cluster/runtime/process';
import type { DnsConfig } from '../config';
import { type BuilderStatus, NO_STATUS } from '../core/supervisor/supervisor';
import type { Children } from './child-processes';
import { createDnsServer, type DnsServer } from './dns-server';
import { addGauges } from './gauges';
import { Watchers } from './watch';
import type { ZoneBuilder } from './zone-builder';

export type DnsDeps = Pick<ProcessDeps, 'log' | 'clock' | 'onEnd'> & { readonly metrics: Metrics };

export interface DnsParts {
  /** The key of cookies (RFC 7873); the child processes have it, too. */
  readonly secret: Buffer;
  readonly answerer: DnsServer;
  readonly watchers: Watchers;
  children: Children | undefined;
  status: BuilderStatus;
  source: ZoneBuilder | undefined;
}

export function dnsParts(config: DnsConfig, { log, clock, metrics }: DnsDeps): DnsParts {
  const secret = randomBytes(32);
  const why = async (name: string): Promise<readonly string[]> => {
    const body = await parts.source?.ask('why', name);
    const lines: unknown = JSON.parse(body ? Buffer.from(body).toString() : '[]');
    return Array.isArray(lines) ? lines.map(String) : [];
  };
  const answerer = createDnsServer(config, {
    log,
    clock,
    metrics,
    secret,
    seed: randomInt(2 ** 32),
    why,
    heardAt: () => parts.status.heardAt,
  });
  const parts: DnsParts = {
    secret,
    answerer,
    watchers: new Watchers(),
    children: undefined,
    status: NO_STATUS,
    source: undefined,
  };
  addGauges(metrics, clock, parts);
  return parts;
}
