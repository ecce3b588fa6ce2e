/**
 * The steps of Marathon's core at size, without sockets: offers, launches and updates until all instances run, as fast as
 * they come. The longest step is how long a ping waits for the core at most.
 */

import type * as mesos from '../../cluster/api/generated/mesos';
import { VirtualClock } from '../../cluster/runtime/clock';
import { collectGarbage } from '../../cluster/runtime/collect-garbage';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { normalizeApp } from '../../frameworks/marathon/api/app-normalization';
import type { MarathonBoot } from '../../frameworks/marathon/core/boot';
import type { MarathonEffect } from '../../frameworks/marathon/core/state/effects';
import type { MarathonEvent, NewMarathonEvent } from '../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS } from '../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../frameworks/marathon/core/state/state';
import { marathonMachine } from '../../frameworks/marathon/core/step';

const AGENTS = 200;
/** From a launch to TASK_RUNNING, and from one allocation to the next. */
const START_MS = 20;
const ALLOCATION_MS = 100;

/** All apps come in one change, or in a change each, as many at once as deployments may run. */
export function benchSteps(apps: number, instances: number, changes: 'one change' | 'a change each'): void {
  const wanted = apps * instances;
  const clock = new VirtualClock(Date.parse('2030-01-01T00:00:00.000Z'));
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  let running = 0;
  let suppressed = false;
  let offers = 0;
  const later = (ms: number, run: () => void): void => void clock.wakeAt(clock.now() + ms, run);
  const post = (event: NewMarathonEvent): void => mailbox.post(event);
  const update = (task: mesos.TaskInfo): void => {
    const { task_id, agent_id } = task;
    running++;
    post({ kind: 'scheduler.update', status: { task_id, agent_id, state: 'TASK_RUNNING', uuid: 'AAAA' } });
  };
  const mailbox = new Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>({
    machine: marathonMachine,
    boot: { at: clock.now(), seed: 1, settings: DEFAULT_SETTINGS, stored: [] },
    clock,
    log: silentLogger,
    observe: (_event, ms) => void times.push(ms),
    onBroken: (error) => {
      throw error;
    },
    perform: {
      call: ({ call }) => {
        if (call.type === 'SUPPRESS' || call.type === 'REVIVE') suppressed = call.type === 'SUPPRESS';
        for (const { launch } of call.accept?.operations ?? [])
          for (const task of launch?.task_infos ?? []) later(START_MS, () => update(task));
      },
      store: ({ ticket }) => later(1, () => post({ kind: 'stored', ticket })),
      ...silent(),
    },
  });
  post({ kind: 'started' });
  post({ kind: 'scheduler.subscribed', frameworkId: 'F', master: 'm' });
  const put = Array.from({ length: apps }, (_unused, number) => appOf(number, instances));
  const change = (...some: ReturnType<typeof appOf>[]): void =>
    post({ kind: 'api.change', request: 1, change: { put: some }, force: false, group: '/' });
  const changeEach = (): void => {
    const { maxRunningDeployments } = DEFAULT_SETTINGS;
    while (put.length > 0 && mailbox.state.deployments.size < maxRunningDeployments)
      change(...put.splice(-1));
  };
  if (changes === 'one change') change(...put.splice(0));
  for (const began = clock.now(); running < wanted && clock.now() < began + 3_600_000; ) {
    changeEach();
    if (!suppressed) post({ kind: 'scheduler.offers', offers: allOffers(offers) });
    offers += AGENTS;
    clock.advance(ALLOCATION_MS);
  }
  times.sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(cpuBefore);
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed / wanted;
  process.stdout.write(
    `${apps} apps x ${instances} in ${changes}: ${running} run after ${times.length} steps, ${((user + system) / 1e6).toFixed(1)} s of CPU, ` +
      `p99 ${at(times, 0.99)} ms, longest ${at(times, 1)} ms; ${(bytes / 1000).toFixed(1)} kB of heap an instance\n`,
  );
}

function silent() {
  const nothing = (): void => undefined;
  return { framework: nothing, publish: nothing, answer: nothing, resign: nothing, probe: nothing };
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
}

function appOf(number: number, instances: number) {
  const id = `/app-${number}`;
  const options = { mesosBridgeName: 'mesos-bridge' };
  return normalizeApp({ id, update: { cmd: 'true', cpus: 0.01, mem: 16, instances }, role: '*', options });
}

function allOffers(first: number): mesos.Offer[] {
  return Array.from({ length: AGENTS }, (_unused, agent) => ({
    id: { value: `O${first + agent}` },
    framework_id: { value: 'F' },
    agent_id: { value: `S${agent}` },
    hostname: `host${agent}`,
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 24 }, role: '*' },
      { name: 'mem', type: 'SCALAR', scalar: { value: 65_536 }, role: '*' },
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 41_000 }] }, role: '*' },
    ],
    allocation_info: { role: '*' },
  }));
}
