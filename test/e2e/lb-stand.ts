/**
 * The stand of `bench/lb/kit.ts` for end-to-end tests: with --health-check, and with everything gone after each test.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as kit from '../../bench/lb/kit';
import { systemClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import type { LbConfig } from '../../lb/config';
import type { RunningLb } from '../../lb/main';

export { ask, freePort, until } from '../../bench/lb/kit';

export const deps = { log: silentLogger, clock: systemClock() };
export const cleanups = new kit.Cleanups();

/** A small web server that answers with its name. */
export function backend(name: string): Promise<kit.WebServer> {
  return kit.webServer(name, cleanups);
}

export function lbConfig(marathon: string, workDir: string, more: readonly string[] = []): LbConfig {
  return kit.lbConfig(marathon, workDir, ['--health-check', ...more]);
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lb-test-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A load balancer that follows a Marathon of the test. */
export function stand(more: readonly string[] = []): Promise<kit.Stand> {
  return kit.stand(cleanups, ['--health-check', ...more]);
}

/**
 * Waits until the load balancer serves the host, and until the old worker of the reload has stopped: until then both
 * workers take connections, each with its own configuration.
 */
export async function settled(lb: RunningLb, host: string): Promise<void> {
  const path = '/_haproxy_getvhostmap';
  await kit.until('the API knows the host', async () =>
    (await kit.ask(lb.http.port, path)).body.includes(host),
  );
  await sleep(100);
}
