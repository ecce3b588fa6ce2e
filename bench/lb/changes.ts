/**
 * From an event of Marathon to traffic served, at 1,000 apps of 10 tasks: a server that comes, and an app that comes. And
 * beside it what a plain restart of HAProxy with `-sf` takes for the same configuration.
 */

import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findHaproxy } from '../../lb/edge/find-haproxy';
import { benchFolder, endWithBench } from '../leftovers';
import { benchApp, benchApps } from './apps';
import { type Figure, spread } from './figures';
import { ask, Cleanups, freePort, type Load, load, stand, until, webServer } from './kit';

const APPS = 1000;
const SERVER_CHANGES = 60;
const STRUCTURE_CHANGES = 12;
const RESTARTS = 8;

/** Waits for a number of `/metrics` or an answer, asking as often as it goes. */
async function timed(met: () => Promise<boolean>): Promise<number> {
  return await until('the change is served', met, 20_000);
}

export async function benchChanges(): Promise<Figure[]> {
  const cleanups = new Cleanups();
  const after = new Cleanups();
  try {
    const { figures, config } = await ourChanges(cleanups);
    await cleanups.run();
    return [...figures, await plainRestarts(config, after)];
  } finally {
    await cleanups.run();
    await after.run();
  }
}

async function ourChanges(cleanups: Cleanups): Promise<{ figures: Figure[]; config: string }> {
  const webs = await Promise.all(['a', 'b'].map((name) => webServer(name, cleanups)));
  const apps = benchApps(APPS);
  apps[0] = benchApp(0, 1, webs[0]?.port);
  const { marathon, front, metric, folder } = await stand(cleanups, [], apps);
  await until('everything is loaded', async () => (await metric('reloads')) === 1, 30_000);
  const host = { host: 'app-0.localhost' };
  await timed(async () => (await ask(front, '/', host)).status === 200);
  const traffic = load(front, 'app-0.localhost', { keptAlive: 2, fresh: 2, pauseMs: 5 });
  const ports = webs.map(({ port }) => port);
  const servers = await serverChanges(marathon, front, ports);
  const reloads = (await metric('reloads')) - 1;
  const structure = await structureChanges(marathon, front, ports[0] ?? 0);
  const { requests, failed } = await traffic.stop();
  const note = `${requests} requests meanwhile, ${failed} failed`;
  const config = readFileSync(join(folder, 'haproxy.cfg'), 'utf8');
  const size = `${APPS} apps x 10`;
  const figures: Figure[] = [
    {
      what: `event to traffic, a server comes, ${size}`,
      ...spread(servers),
      aim: 50,
      note: `${reloads} reloads`,
    },
    { what: `event to traffic, an app comes, ${size}`, ...spread(structure), aim: 500, note },
  ];
  return { figures, config };
}

type Played = Awaited<ReturnType<typeof stand>>['marathon'];

/** The one server of an app is replaced; served is what the new one answers. */
async function serverChanges(marathon: Played, front: number, ports: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 1; turn <= SERVER_CHANGES; turn++) {
    const port = ports[turn % 2] ?? 0;
    const name = ['a', 'b'][turn % 2] ?? '';
    marathon.changeOne(benchApp(0, 1, port));
    times.push(await timed(async () => (await ask(front, '/', { host: 'app-0.localhost' })).body === name));
    await sleep(120);
  }
  return times;
}

/** An app that was not there gets a host name. */
async function structureChanges(marathon: Played, front: number, port: number): Promise<number[]> {
  const times: number[] = [];
  const before = marathon.apps;
  for (let turn = 0; turn < STRUCTURE_CHANGES; turn++) {
    const app = benchApp(APPS + turn, 1, port);
    marathon.apps = [...before, app];
    marathon.publish('api_post_event', { appDefinition: { id: app['id'] } });
    const host = `app-${APPS + turn}.localhost`;
    times.push(await timed(async () => (await ask(front, '/', { host })).status === 200));
    await sleep(1500);
  }
  return times;
}

/** The same configuration, restarted with `-sf` each time: until what changed can be seen. */
async function plainRestarts(config: string, cleanups: Cleanups): Promise<Figure> {
  const folder = benchFolder('lb-bench-');
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  const { path } = await findHaproxy(undefined);
  const port = await freePort();
  const changed = config.replace(
    /^ {2}(stats socket|server-state-file|load-server-state-from-file|mworker-max-reloads).*\n/gm,
    '',
  );
  const file = join(folder, 'haproxy.cfg');
  const start = (turn: number, before: number[]): number => {
    const answer = `http-request return status 200 content-type text/plain string turn-${turn}`;
    writeFileSync(file, `${changed}\nfrontend probe\n  mode http\n  bind 127.0.0.1:${port}\n  ${answer}\n`);
    const words = ['-db', '-f', file, ...(before.length > 0 ? ['-sf', ...before.map(String)] : [])];
    const child = endWithBench(spawn(path, words, { stdio: 'ignore' }));
    cleanups.add(() => child.kill('SIGKILL'));
    return child.pid ?? 0;
  };
  let pids = [start(0, [])];
  await until('the plain HAProxy answers', async () => (await ask(port)).body === 'turn-0', 20_000);
  const traffic: Load = load(port, 'x', { keptAlive: 2, fresh: 2, pauseMs: 5 });
  const times: number[] = [];
  for (let turn = 1; turn <= RESTARTS; turn++) {
    const pid = start(turn, pids);
    times.push(await timed(async () => (await ask(port)).body === `turn-${turn}`));
    pids = [pid];
    await sleep(300);
  }
  const { requests, failed } = await traffic.stop();
  const note = `${requests} requests meanwhile, ${failed} failed`;
  return { what: 'beside it: a plain restart with -sf, the same configuration', ...spread(times), note };
}
