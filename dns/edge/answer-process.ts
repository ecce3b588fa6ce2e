/**
 * The program of a process that only answers. Its settings, the sockets and the zone come from the process that started it,
 * and it ends with that.
 */

import { randomInt } from 'node:crypto';
import { Socket as UdpSocket } from 'node:dgram';
import { Server } from 'node:net';
import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import { Metrics } from '../../cluster/runtime/metrics';
import { refuseInspector } from '../../cluster/runtime/no-inspector';
import type { DnsConfig } from '../config';
import type { FromChild, ToChild } from './child-processes';
import { createDnsServer, type DnsServer } from './dns-server';

const COUNTS_MS = 1000;

if (process.send) {
  refuseInspector();
  run();
}

function run(): void {
  const metrics = new Metrics();
  let answerer: DnsServer | undefined;
  let heardAt = 0;
  const create = (config: DnsConfig, secret: string): DnsServer =>
    createDnsServer(config, {
      log: createLogger({ level: config.logLevel }),
      clock: systemClock(),
      metrics,
      secret: Buffer.from(secret, 'hex'),
      seed: randomInt(2 ** 32),
      heardAt: () => heardAt,
      why: undefined,
    });
  process.on('message', (message: ToChild, handle: unknown) => {
    if (message.kind === 'config') answerer = create(message.config, message.secret);
    else if (message.kind === 'change') answerer?.responder.apply(message.change);
    else if (message.kind === 'heard') heardAt = message.at;
    else if (handle instanceof UdpSocket) answerer?.serve({ udp: [handle], tcp: [] });
    else if (handle instanceof Server) answerer?.serve({ udp: [], tcp: [handle] });
  });
  reportCounts(metrics);
  // The process that started this one decides when it ends: signals of the terminal reach both.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
}

function reportCounts(metrics: Metrics): void {
  let before: Record<string, number> = {};
  setInterval(() => {
    const now = metrics.snapshot();
    const grown = Object.fromEntries(
      Object.entries(now)
        .map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
        .filter(([, by]) => by > 0),
    );
    before = now;
    const message: FromChild = { kind: 'counts', grown };
    if (Object.keys(grown).length > 0 && process.connected) process.send?.(message);
  }, COUNTS_MS);
}
