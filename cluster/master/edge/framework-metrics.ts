/**
 * The numbers of each framework, `master/frameworks/<name>/<id>/...` (Mesos 1.11 src/master/metrics.cpp).
 */

import type { Framework, MasterState } from '../core/state';

const ACTIVE = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_UNREACHABLE'] as const;

/** All numbers of all frameworks that have not ended. */
export function frameworkMetrics({ frameworks }: MasterState): Record<string, number> {
  return Object.assign({}, ...[...frameworks.values()].map(numbersOf)) as Record<string, number>;
}

function numbersOf(framework: Framework): Record<string, number> {
  const prefix = `master/frameworks/${encode(framework.info.name)}/${framework.id}`;
  const numbers: Record<string, number> = {
    [`${prefix}/subscribed`]: framework.stream === undefined ? 0 : 1,
  };
  let calls = 0;
  for (const [type, number] of framework.calls) {
    numbers[`${prefix}/calls/${type.toLowerCase()}`] = number;
    calls += number;
  }
  numbers[`${prefix}/calls`] = calls;
  for (const state of ACTIVE) numbers[`${prefix}/tasks/active/${state.toLowerCase()}`] = 0;
  for (const { state } of [...framework.tasks.values(), ...framework.unreachableTasks.values()]) {
    const name = `${prefix}/tasks/active/${state.toLowerCase()}`;
    const number = numbers[name];
    if (number !== undefined) numbers[name] = number + 1;
  }
  for (const role of framework.roles) {
    numbers[`${prefix}/roles/${role}/suppressed`] = framework.suppressedRoles.has(role) ? 1 : 0;
  }
  return numbers;
}

/** As libprocess encodes: a slash or a blank in a name must not look like a part of the key. */
function encode(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
