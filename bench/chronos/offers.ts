/** The cost of a round of offers beside very many runs that no offer fits. */

import type * as mesos from '../../cluster/api/generated/mesos';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { CHRONOS_FLAGS, chronosConfig } from '../../frameworks/chronos/config';
import type { Settings } from '../../frameworks/chronos/core/state/state';
import { chronosMachine } from '../../frameworks/chronos/core/step';
import { mesosSettings } from '../../frameworks/chronos/edge/master-session';
import { RULES, readingOf, SETTINGS, START } from './jobs';

const ROUNDS = 20;
const OFFERS = 100;

/** Those of a Chronos without flags; the seed is one, so that each round is the same. */
function settingsOf(): Settings {
  const { flags } = parseFlags(CHRONOS_FLAGS, {
    args: ['--master=bench:5050'],
    env: {},
    command: 'bench',
    about: '',
  });
  return { ...SETTINGS, mesos: { ...mesosSettings(chronosConfig(flags), 'http://bench'), seed: 1 } };
}

function offerOf(number: number): mesos.Offer {
  const scalar = (name: string, value: number): mesos.Resource => ({
    name,
    type: 'SCALAR',
    scalar: { value },
  });
  return {
    id: { value: `O${number}` },
    framework_id: { value: 'F' },
    agent_id: { value: `S${number}` },
    hostname: `host-${number}`,
    allocation_info: { role: '*' },
    resources: [scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 10_000)],
    attributes: [{ name: 'rack', type: 'TEXT', text: { value: 'none' } }],
  };
}

/** Milliseconds of a round of offers, of which one job takes a part; so many others wait for racks that are not there. */
function costOf(runs: number): number {
  const machine = chronosMachine(RULES);
  const state = machine.init(settingsOf());
  machine.step(state, { kind: 'scheduler.subscribed', at: START, frameworkId: 'F', master: 'M' });
  for (let number = 0; number < runs; number++) {
    const reading = readingOf(number * 10, 'R1//PT1H');
    machine.step(state, { kind: 'job.put', at: START, request: 0, reading });
  }
  const small = readingOf(1, 'R/2030-01-01T00:00:00Z/P1D');
  const reading = { ...small, job: { ...small.job, constraints: [], concurrent: true } };
  machine.step(state, { kind: 'job.put', at: START, request: 0, reading });
  let spent = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const now = START + round * 1000;
    const { name } = small.job;
    machine.step(state, { kind: 'job.start', at: now, request: 0, name, arguments: '' });
    const offers = Array.from({ length: OFFERS }, (_, index) => offerOf(round * OFFERS + index));
    const began = performance.now();
    machine.step(state, { kind: 'scheduler.offers', at: now, offers });
    spent += performance.now() - began;
  }
  if (state.ready.size !== runs) throw new Error(`${state.ready.size} runs wait`);
  return spent / ROUNDS;
}

export function benchOffers(): void {
  costOf(100);
  for (const runs of [100, 100_000])
    process.stdout.write(
      `${OFFERS} offers beside ${runs} runs that fit none: ${costOf(runs).toFixed(1)} ms to use and decline them\n`,
    );
}
