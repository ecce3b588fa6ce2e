/**
 * The steps of the demonstration: an app is deployed, and then found by name and through HAProxy.
 */

import { Api } from '../api';
import type { Cluster } from '../cluster/cluster';
import { style, type Terminal } from '../command';
import { readJsonFile } from '../json-file';
import { askDns } from './ask-dns';
import { askFront as ask } from './front';
import { poll, StepError, step } from './poll';

export interface DemoApp {
  readonly file: string;
  readonly id: string;
  readonly host: string;
  readonly instances: number;
}

/** Runs all steps and prints the proof. Throws StepError naming the step that failed. */
export async function demonstrate(cluster: Cluster, app: DemoApp, terminal: Terminal): Promise<void> {
  const api = new Api({ url: cluster.marathon, what: 'Marathon', flag: '--marathon' });
  try {
    await step(`deploying ${app.file}`, () => api.json('POST', '/v2/apps', readJsonFile(app.file)));
    await step('the first answer through HAProxy', () => poll(() => askFront(cluster, app)));
    terminal.out(
      `\n${style.strong('First answer')} through HAProxy ${process.uptime().toFixed(2)} s after the start.\n`,
    );
    await step(`${app.instances} healthy instances`, () => poll(() => isHealthy(api, app)));
    terminal.out(`${style.strong('Healthy')}: ${app.instances} instances of ${app.id}.\n`);
    await proveDns(cluster, app, terminal);
    await proveTraffic(cluster, app, terminal);
    const megabytes = Math.round(process.memoryUsage().rss / 1024 / 1024);
    terminal.out(
      `\nMemory of this one process: ${megabytes} MB. Done ${process.uptime().toFixed(2)} s after the start.\n`,
    );
  } finally {
    await api.close();
  }
}

async function isHealthy(api: Api, { id, instances }: DemoApp): Promise<true | undefined> {
  const { app } = (await api.json('GET', `/v2/apps${id}`)) as { app: { tasksHealthy: number } };
  return app.tasksHealthy === instances ? true : undefined;
}

async function proveDns(cluster: Cluster, app: DemoApp, terminal: Terminal): Promise<void> {
  const { dns } = cluster;
  if (!dns) throw new StepError('failed at "names": DNS does not run');
  const label = app.id.slice(1);
  for (const [name, type] of [
    [`${label}.marathon.mesos`, 'A'],
    [`_${label}._tcp.marathon.mesos`, 'SRV'],
  ] as const) {
    const wanted = type === 'SRV' ? app.instances : 1;
    const answers = await step(`${type} records of ${name}`, () =>
      poll(async () => {
        const records = await askDns(dns, name, type);
        return records.length >= wanted ? records : undefined;
      }),
    );
    terminal.out(`\n${style.strong(`${name} ${type}`)} asked over UDP at ${dns.address}:${dns.port}\n`);
    for (const line of answers) terminal.out(`  ${line}\n`);
  }
}

function askFront({ http }: Cluster, { host }: DemoApp): Promise<string | undefined> {
  if (!http) throw new StepError('failed at "traffic": the load balancer does not run');
  return ask(http, host);
}

async function proveTraffic(cluster: Cluster, app: DemoApp, terminal: Terminal): Promise<void> {
  const answers = new Set<string>();
  await step(`answers of all ${app.instances} instances through HAProxy`, () =>
    poll(async () => {
      const answer = await askFront(cluster, app);
      if (answer !== undefined) answers.add(answer);
      return answers.size >= app.instances ? true : undefined;
    }),
  );
  terminal.out(`\n${style.strong(`http://${app.host}:${cluster.http?.port}/`)} through HAProxy\n`);
  for (const answer of [...answers].sort()) terminal.out(`  ${answer}\n`);
}
