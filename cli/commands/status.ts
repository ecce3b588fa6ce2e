/**
 * `meseta status`: the health of each part of a cluster, one line each.
 */

import type { Caller } from '../../cluster/runtime/auth/caller';
import { text } from '../../cluster/runtime/config/flags';
import { splitUserinfo } from '../../cluster/runtime/http/userinfo';
import { StartError } from '../../cluster/runtime/lifecycle';
import { type Api, type ApiOptions, serverUrl, withApi } from '../api';
import { chronosFlags, readSummary } from '../chronos-api';
import { listCommand } from '../list';
import { type AppView, marathonFlags } from '../marathon-api';
import { masterFlags } from '../master-api';
import { printTable } from '../print';

/** The flags that tell where each part is, by its name. */
export const placeFlags = {
  master: masterFlags.master,
  marathon: marathonFlags.marathon,
  chronos: chronosFlags.chronos,
  dns: text({
    help: 'where the HTTP interface of DNS is',
    fallback: 'http://127.0.0.1:8123',
    env: 'MESETA_DNS',
    value: 'URL',
  }),
  lb: text({
    help: "the load balancer's API",
    fallback: 'http://127.0.0.1:9092',
    env: 'MESETA_LB',
    value: 'URL',
  }),
};

const statusFlags = { ...masterFlags, ...placeFlags };

interface PartStatus {
  readonly part: string;
  readonly url: string;
  readonly ok: boolean;
  /** A clause for people. */
  readonly about: string;
}

type PartReport = Pick<PartStatus, 'ok' | 'about'>;

export const status = listCommand({
  flags: statusFlags,
  read: async ({ master, marathon, chronos, dns, lb, ...caller }): Promise<PartStatus[]> =>
    await Promise.all([
      look({ part: 'master', url: master, ...caller }, reportMaster),
      look({ part: 'marathon', url: marathon, ...caller }, reportMarathon),
      look({ part: 'chronos', url: chronos, ...caller }, reportChronos),
      look({ part: 'dns', url: dns, ...caller }, reportDns),
      look({ part: 'lb', url: lb, ...caller }, reportLb),
    ]),
  print: (parts) =>
    printTable(
      ['part', 'state', 'where', 'what'],
      parts.map(({ part, ok, url, about }) => [part, ok ? 'ok' : 'not ok', url, about]),
    ),
  status: (parts) => (parts.every(({ ok }) => ok) ? 0 : 1),
});

interface PartTarget extends Caller {
  readonly part: string;
  readonly url: string;
}

/** Reads the status of one part; an error becomes its report. */
async function look(
  { part, url: address, credentials, token, ca }: PartTarget,
  report: (api: Api) => Promise<PartReport>,
): Promise<PartStatus> {
  const url = serverUrl(address);
  const { url: shown } = splitUserinfo(url);
  const options: ApiOptions = { url, what: part, flag: `--${part}`, credentials, token, ca };
  try {
    return { part, url: shown, ...(await withApi(options, report)) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { part, url: shown, ok: false, about: reasonOf(error.message, part, shown) };
  }
}

/** The reason in an error, without the part and URL that the row has, and without advice. */
function reasonOf(message: string, part: string, url: string): string {
  const [reason = ''] = message.split(/\. Start everything|\n/);
  return reason.replace(`${part} `, '').replace(` at ${url}`, '');
}

interface StateSummary {
  readonly hostname: string;
  readonly leader?: string;
  readonly activated_slaves?: number;
  readonly slaves: readonly { readonly active: boolean; readonly TASK_RUNNING: number }[];
  readonly frameworks: readonly { readonly active: boolean }[];
}

async function reportMaster(api: Api): Promise<PartReport> {
  const { slaves, frameworks } = (await api.json('GET', '/state-summary')) as StateSummary;
  const active = slaves.filter((agent) => agent.active).length;
  const tasks = slaves.reduce((sum, { TASK_RUNNING: running }) => sum + running, 0);
  const about = `${active} of ${count(slaves.length, 'agent')} active, ${count(frameworks.length, 'framework')}, ${count(tasks, 'task')} running`;
  return { ok: active === slaves.length && active > 0, about };
}

async function reportMarathon(api: Api): Promise<PartReport> {
  const { apps } = (await api.json('GET', '/v2/apps')) as { apps: readonly AppView[] };
  const deploying = apps.filter(({ deployments }) => deployments.length > 0).length;
  const short = apps.filter(({ deployments, tasksRunning, instances }) => {
    return deployments.length === 0 && tasksRunning < instances;
  });
  const parts = [
    count(apps.length, 'app'),
    ...(deploying > 0 ? [`${deploying} deploying`] : []),
    ...(short.length > 0 ? [`with too few tasks: ${short.map(({ id }) => id).join(', ')}`] : []),
  ];
  return { ok: short.length === 0, about: parts.join(', ') };
}

async function reportChronos(api: Api): Promise<PartReport> {
  const jobs = await readSummary(api);
  const running = jobs.filter(({ state }) => state.endsWith('running')).length;
  const failed = jobs.filter(({ status: last }) => last === 'failure');
  const parts = [
    count(jobs.length, 'job'),
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed.length > 0 ? [`failed: ${failed.map(({ name }) => name).join(', ')}`] : []),
  ];
  return { ok: failed.length === 0, about: parts.join(', ') };
}

async function reportDns(api: Api): Promise<PartReport> {
  const { healthy, source, serial } = (await api.json('GET', '/health')) as {
    healthy: boolean;
    source?: string;
    serial: number;
  };
  return { ok: healthy, about: `zone ${serial}${source === undefined ? '' : `, from ${source}`}` };
}

async function reportLb(api: Api): Promise<PartReport> {
  const { haproxy, marathon } = (await api.json('GET', '/health')) as Record<string, string>;
  const issues = (await api.json('GET', '/issues')) as unknown;
  const issueCount = Array.isArray(issues) ? issues.length : 0;
  const about = `HAProxy ${haproxy}, Marathon's events ${marathon}`;
  return {
    ok: haproxy === 'running',
    about: issueCount > 0 ? `${about}, ${count(issueCount, 'issue')} at /issues` : about,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
