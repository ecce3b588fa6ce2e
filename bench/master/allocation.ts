/**
 * One allocation over a whole cluster: every agent is free, every framework wants offers. Published times of
 * the original for the same shapes stand beside ours; they were measured on its authors' hardware.
 */

import { addAgent } from '../../cluster/master/core/allocator/agents';
import { recoverResources } from '../../cluster/master/core/allocator/allocated';
import { allocate } from '../../cluster/master/core/allocator/allocation-run';
import { setFramework } from '../../cluster/master/core/allocator/frameworks';
import { type AllocatorState, emptyAllocator } from '../../cluster/master/core/allocator/state';
import { randomFrom } from '../../cluster/model/random';
import { readResources } from '../../cluster/model/resources';

const SHAPES = [
  { agents: 1000, frameworks: 100, original: 0.1 },
  { agents: 10_000, frameworks: 1000, original: 1.1 },
  { agents: 20_000, frameworks: 2000, original: 3.8 },
] as const;
const ROUNDS = 3;

const AGENT = readResources([
  { name: 'cpus', type: 'SCALAR', scalar: { value: 24 } },
  { name: 'mem', type: 'SCALAR', scalar: { value: 4096 } },
  { name: 'disk', type: 'SCALAR', scalar: { value: 4096 } },
  { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
]);

export function benchAllocation(): void {
  process.stdout.write(
    'agents x frameworks   first run   next run   one change   the original (published)\n',
  );
  for (const { agents, frameworks, original } of SHAPES) {
    const times = Array.from({ length: ROUNDS }, () => measure(agents, frameworks));
    const [first, next] = [median(times.map((time) => time.first)), median(times.map((time) => time.next))];
    const change = median(times.map((time) => time.change));
    const shape = `${agents} x ${frameworks}`.padEnd(20);
    process.stdout.write(
      `${shape}  ${first.toFixed(3)} s     ${next.toFixed(3)} s    ${(change * 1000).toFixed(3)} ms     ${original} s\n`,
    );
  }
}

interface Times {
  readonly first: number;
  readonly next: number;
  /** A task ends and what it had is offered again, all else in use. */
  readonly change: number;
}

function measure(agents: number, frameworks: number): Times {
  const state = emptyAllocator();
  for (let index = 0; index < agents; index++) addAgent(state, { id: `S${index}`, total: AGENT });
  for (let index = 0; index < frameworks; index++) {
    setFramework(state, `F${String(index).padStart(5, '0')}`, {
      active: true,
      roles: ['*'],
      suppressed: new Set(),
    });
  }
  const first = run(state);
  return { first, next: run(state), change: oneChange(state) };
}

const CHANGES = 200;

/** Seconds of one change, on average. */
function oneChange(state: AllocatorState): number {
  const random = randomFrom(2);
  let made = allocate(state, random, 0);
  const began = process.hrtime.bigint();
  for (let left = CHANGES; left > 0; left--) {
    const [allocation] = made;
    if (allocation) recoverResources(state, allocation, allocation.resources);
    made = allocate(state, random, 0);
  }
  return Number(process.hrtime.bigint() - began) / 1e9 / CHANGES;
}

/** Seconds of one run; what was offered is given back afterwards. */
function run(state: AllocatorState): number {
  const began = process.hrtime.bigint();
  const made = allocate(state, randomFrom(1), 0);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  for (const allocation of made) recoverResources(state, allocation, allocation.resources);
  return seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
