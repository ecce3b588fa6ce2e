/**
 * `npm run bench -- dns`: ours beside NSD and a bare Node echo, in one run on one machine.
 *
 * Absolute numbers differ from run to run; the ratios are what counts. Servers run on one core and the load on another.
 * `BENCH_SECONDS` is how long each load lasts (default 3), `BENCH_ROUNDS` of how many the median is taken (default 3),
 * `BENCH_TASKS` the size of the large cluster (default 100,000), `BENCH_PARTS` what is measured
 *   (`small,scaling,large,changes`).
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from '../leftovers';
import { requirePrograms } from '../programs';
import { moved, type PaperMaster, startPaperMaster } from './cluster';
import { Client, type Measured, median, pause, percentile, ready, runLoad, writeQuestions } from './load';
import { benchScaling } from './scaling';
import { memoryOf, type ServerProcess, startEcho, startNsd, startOriginal, startOurs } from './servers';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const TASKS = Number(process.env['BENCH_TASKS'] ?? 100_000);
const PARTS = (process.env['BENCH_PARTS'] ?? 'small,scaling,large,changes').split(',');
const PER_NAME = 10;
const NAMES = 100;
const CHANGES_PER_SECOND = 1000;
const CHANGE_SECONDS = 5;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

export async function benchDns(): Promise<void> {
  requirePrograms('dns', { nsd: 'nsd', dnsperf: 'dnsperf', taskset: 'util-linux' });
  const folder = benchFolder('bench-dns-');
  try {
    if (PARTS.includes('small')) await small(folder);
    if (PARTS.includes('scaling')) await benchScaling(folder, SECONDS, print);
    if (PARTS.includes('large')) await large(folder);
    if (PARTS.includes('changes')) await changes();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Small replies: one address a name. */
async function small(folder: string): Promise<void> {
  const master = await startPaperMaster({ tasks: NAMES, perName: 1 }, { stream: false });
  const names = Array.from({ length: NAMES }, (_, number) => `svc-${number}.marathon.mesos`);
  const questions = join(folder, 'small');
  writeQuestions(
    questions,
    names.map((name) => [name, 'A']),
  );
  const zone = names.map((name, number) => `${name}. 60 IN A 172.16.0.${number}`);
  const servers = [
    await startNsd(
      `mesos. 60 IN SOA ns1.mesos. root.ns1.mesos. 1 60 600 86400 60\nmesos. 60 IN NS ns1.mesos.\n${zone.join('\n')}\n`,
    ),
    await startEcho(),
    await startOurs({ master: master.port }),
    await startOurs({ master: master.port, processes: 2, cores: '0,1' }),
    await startOriginal(master.port),
  ].filter((server) => server !== undefined);
  await ready(
    servers.filter(({ name }) => name !== 'bare Node echo'),
    names[0] ?? '',
  );
  print(`\nSmall replies, ${ROUNDS} rounds of ${SECONDS} s each:`);
  report(await measure(servers, questions));
  await stopAll(servers, master);
}

/** Many tasks, ten answers a name. */
async function large(folder: string): Promise<void> {
  const cluster = { tasks: TASKS, perName: PER_NAME };
  const master = await startPaperMaster(cluster, { stream: false });
  const questions = join(folder, 'large');
  const count = Math.floor(TASKS / PER_NAME);
  writeQuestions(
    questions,
    Array.from(
      { length: 5000 },
      (_, index) => [`svc-${(index * 7919) % count}.marathon.mesos`, 'A'] as const,
    ),
  );
  print(
    `\n${TASKS} tasks, ${PER_NAME} answers a name; a state of ${Math.round(master.stateBytes / 1e6)} MB:`,
  );
  const loading = await loadTime(master, 'svc-0.marathon.mesos');
  print(
    `  load of the state: ${(loading.seconds).toFixed(2)} s, then ${loading.memory.now} MB (peak ${loading.memory.peak} MB)`,
  );
  const parsing = median([1, 2, 3].map(() => master.parseSeconds()));
  print(
    `  JSON.parse alone takes ${parsing.toFixed(2)} s here: the load is ${(loading.seconds / parsing).toFixed(1)} times that`,
  );
  print(`  answers meanwhile: p99 ${loading.p99.toFixed(1)} ms, worst ${loading.worst.toFixed(1)} ms`);
  const servers = [loading.server, await startOriginal(master.port)].filter((server) => server !== undefined);
  await ready(servers, 'svc-0.marathon.mesos');
  report(await measure(servers, questions));
  await stopAll(servers, master);
}

interface Loading {
  readonly server: ServerProcess;
  readonly seconds: number;
  readonly p99: number;
  readonly worst: number;
  readonly memory: { now: number; peak: number };
}

/** From the first answer that the server is there to the first that knows the cluster. */
async function loadTime(master: PaperMaster, name: string): Promise<Loading> {
  const server = await startOurs({ master: master.port, cores: '0,1' });
  const client = new Client(server.port);
  while (!(await client.ask(name, 20))) client.times.length = 0;
  client.times.length = 0;
  const begun = performance.now();
  for (;;) {
    const reply = await client.ask(name);
    if (reply && reply.readUInt16BE(6) > 0) break;
    await pause(1);
  }
  const seconds = (performance.now() - begun) / 1000;
  const times = client.times.splice(0);
  client.close();
  await pause(1000);
  const memory = memoryOf(server.pid);
  return { server, seconds, p99: percentile(times, 0.99), worst: Math.max(...times), memory };
}

/** Changes at a rate, and how long each takes to be answered. */
async function changes(): Promise<void> {
  const cluster = { tasks: TASKS, perName: 1 };
  const master = await startPaperMaster(cluster, { stream: true });
  const server = await startOurs({ master: master.port, cores: '0,1' });
  const client = new Client(server.port);
  await ready([server], 'svc-0.marathon.mesos');
  const begun = performance.now();
  const times: number[] = [];
  let missed = 0;
  const total = CHANGES_PER_SECOND * CHANGE_SECONDS;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * CHANGES_PER_SECOND));
    const from = sent;
    for (; sent < due; sent++) master.push(moved((sent * 7919) % TASKS, 1, cluster));
    // One change of each batch is followed until its answer is there.
    if (sent > from) {
      const took = await seenAfter(client, ((sent - 1) * 7919) % TASKS, cluster);
      if (took === undefined) missed++;
      else times.push(took);
    } else await pause(1);
  }
  const memory = memoryOf(server.pid);
  print(`\n${CHANGES_PER_SECOND} changes a second among ${TASKS} tasks, ${times.length} of them followed:`);
  print(
    `  change to answer: median ${median(times).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms` +
      `${missed > 0 ? `, ${missed} not seen` : ''}; ${memory.now} MB (peak ${memory.peak} MB)`,
  );
  client.close();
  await stopAll([server], master);
}

async function seenAfter(
  client: Client,
  number: number,
  cluster: { perName: number },
): Promise<number | undefined> {
  const begun = performance.now();
  const value = (number + 131_071) & 0xfffff;
  const wanted = Buffer.from([172, 16 + (value >> 16), (value >> 8) & 255, value & 255]);
  const name = `svc-${Math.floor(number / cluster.perName)}.marathon.mesos`;
  while (performance.now() - begun < 2000) {
    const reply = await client.ask(name);
    if (reply?.subarray(-4).equals(wanted)) return performance.now() - begun;
    await pause(1);
  }
  return undefined;
}

async function measure(servers: readonly ServerProcess[], questions: string): Promise<Map<string, Measured>> {
  const all = new Map<string, Measured[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const server of servers) all.get(server.name)?.push(await runLoad(server, questions, SECONDS));
  const middle = (list: readonly Measured[], key: keyof Measured): number =>
    median(list.map((measured) => measured[key]));
  return new Map(
    [...all].map(([name, list]) => [
      name,
      { qps: middle(list, 'qps'), cpu: middle(list, 'cpu'), lost: middle(list, 'lost') },
    ]),
  );
}

function report(results: ReadonlyMap<string, Measured>): void {
  const base = results.get('NSD') ?? [...results.values()][0];
  const echo = results.get('bare Node echo');
  for (const [name, { qps, cpu, lost }] of results) {
    const ratio = base ? ` ${(qps / base.qps).toFixed(2)} of ${results.has('NSD') ? 'NSD' : 'ours'}` : '';
    const toEcho = echo && echo.qps !== qps ? `, ${(qps / echo.qps).toFixed(2)} of the echo` : '';
    print(
      `  ${name.padEnd(20)} ${qps.toFixed(0).padStart(8)} q/s, ${cpu.toFixed(1).padStart(5)} us CPU a question,` +
        `${ratio}${toEcho}${lost > 0 ? `, ${lost} lost` : ''}`,
    );
  }
}

async function stopAll(servers: readonly ServerProcess[], master: PaperMaster): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  await master.stop();
}
