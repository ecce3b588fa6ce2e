/**
 * The second act of the demonstration: the agent of a running app is killed with SIGKILL under traffic and started again,
 * and not one request fails.
 */

import { join } from 'node:path';
import { Api } from '../api';
import type { Cluster } from '../cluster/cluster';
import { style, type Terminal } from '../command';
import { readJsonFile } from '../json-file';
import { askFront, startTraffic } from './front';
import { poll, StepError, step } from './poll';
import { SecondAgent } from './second-agent';

const APP = { id: '/survivor', host: 'survivor.localhost', instances: 2 };
const ATTRIBUTE = { name: 'act', value: 'two' };
/** Time that the agent is away, and that traffic goes on after it is back. */
const AWAY_MS = 1500;

export interface SecondActOptions {
  readonly cluster: Cluster;
  /** The app of the first act, of which this one is a copy on the second agent. */
  readonly appFile: string;
  /** The folder of the demonstration. */
  readonly folder: string;
  readonly terminal: Terminal;
}

/** Plays the act and prints the proof. Throws StepError naming the step that failed. */
export async function playSecondAct({ cluster, appFile, folder, terminal }: SecondActOptions): Promise<void> {
  const { http } = cluster;
  if (!http) throw new StepError('failed at "the second act": the load balancer does not run');
  const marathon = new Api({ url: cluster.marathon, what: 'Marathon', flag: '--marathon' });
  const master = new Api({ url: cluster.master, what: 'the master', flag: '--master' });
  const agent = await SecondAgent.start({
    master: new URL(cluster.master).host,
    workDir: join(folder, 'second-agent'),
    attributes: `${ATTRIBUTE.name}:${ATTRIBUTE.value}`,
  });
  const first = new Set<string>();
  try {
    await step('registering a second agent', () => poll(() => isActive(master)));
    await step(`deploying ${APP.id}`, () => marathon.json('POST', '/v2/apps', survivor(appFile)));
    await step(`${APP.instances} instances in HAProxy`, () => poll(() => haveAllAnswered(http, first)));
    const before = agent.pid;
    const traffic = startTraffic(http, APP.host);
    await agent.kill();
    await sleep(AWAY_MS);
    agent.restart();
    await step('the agent registered again', () => poll(() => isActive(master)));
    await sleep(AWAY_MS);
    const { requests, failed, answers } = await traffic.stop();
    terminal.out(
      `\n${style.strong('Second act')}: the agent of ${APP.id} (process ${before}) was killed with SIGKILL and is back as process ${agent.pid}.\n` +
        `  ${requests} requests through HAProxy meanwhile, ${failed} failed.\n`,
    );
    for (const answer of [...answers].sort()) terminal.out(`  ${answer}\n`);
    if (failed > 0)
      throw new StepError(`failed at "the second act": ${failed} of ${requests} requests failed`);
    if (answers.size !== APP.instances)
      throw new StepError(
        `failed at "the second act": ${answers.size} instances answered instead of ${APP.instances}`,
      );
  } finally {
    await marathon.json('DELETE', `/v2/apps${APP.id}?force=true`).catch(() => undefined);
    await agent.stop();
    await marathon.close();
    await master.close();
  }
}

interface SlaveRow {
  readonly active: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** True once the master has the second agent as an active one. */
async function isActive(master: Api): Promise<true | undefined> {
  const { slaves } = (await master.json('GET', '/slaves')) as { slaves: readonly SlaveRow[] };
  const row = slaves.find(({ attributes }) => attributes[ATTRIBUTE.name] === ATTRIBUTE.value);
  return row?.active ? true : undefined;
}

/** The app of the first act under another name, on the second agent alone. */
function survivor(file: string): unknown {
  const app = readJsonFile(file) as { labels: Readonly<Record<string, string>> };
  return {
    ...app,
    id: APP.id,
    instances: APP.instances,
    constraints: [[ATTRIBUTE.name, 'CLUSTER', ATTRIBUTE.value]],
    labels: { ...app.labels, HAPROXY_0_VHOST: APP.host },
  };
}

/** True once each instance has answered. */
async function haveAllAnswered(
  http: NonNullable<Cluster['http']>,
  answers: Set<string>,
): Promise<true | undefined> {
  const answer = await askFront(http, APP.host);
  if (answer !== undefined) answers.add(answer);
  return answers.size === APP.instances ? true : undefined;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
