/**
 * The steps of the demonstration: an app is deployed, and then found by name and through HAProxy.
 *
 * Each step has a name, so that an error can say which step failed.
 */

import { request } from 'node:http';
import { errorText } from '../../cluster/model/error-text';
import { Api } from '../api';
import type { Cluster } from '../cluster/cluster';
import { style, type Terminal } from '../command';
import { readAppFile } from '../commands/app-file';
import { askDns } from './ask-dns';

/** Thrown with the step's name in its text. */
export class StepError extends Error {}

const STEP_LIMIT_MS = 30_000;
const PAUSE_MS = 20;

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
    await step(`deploying ${app.file}`, () => api.json('POST', '/v2/apps', readAppFile(app.file)));
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

async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new StepError(`failed at "${name}": ${errorText(error)}`);
  }
}

/** Asks until there is an answer. Rejects with the last error. */
async function poll<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + STEP_LIMIT_MS;
  let last = 'nothing came';
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = errorText(error);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`${last} (waited ${STEP_LIMIT_MS / 1000} s)`);
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

/** The answer's text when it is a 200; undefined for every other status. */
function askFront(cluster: Cluster, app: DemoApp): Promise<string | undefined> {
  const { http } = cluster;
  if (!http) throw new StepError('failed at "traffic": the load balancer does not run');
  return new Promise((resolve, reject) => {
    const options = {
      host: http.address,
      port: http.port,
      headers: { host: app.host },
      agent: false,
      timeout: 2000,
    };
    const sent = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? text.trim() : undefined));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 2 s')));
    sent.on('error', reject);
    sent.end();
  });
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
