/**
 * Frameworks that a returning agent reports: unknown ones are adopted, those that have ended are shut down.
 *
 * Out: publish(FRAMEWORK_ADDED), send(UpdateFramework, ShutdownFramework)
 */

import type * as internal from '../../../api/generated/internal';
import { type FrameworkId, idText, lookUp } from '../../../model/ids';
import { createFramework } from '../frameworks/connection';
import { printFramework } from '../frameworks/print-framework';
import type { MasterEffect } from '../state/effects';
import type { Agent } from '../state/state';
import { emit, type Turn } from '../state/turn';

const UPDATE_FRAMEWORK = 'mesos.internal.UpdateFrameworkMessage';

const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/** Adds unknown frameworks of the agent as recovered: they have not subscribed since this master leads. */
export function adoptFrameworks(turn: Turn, message: internal.ReregisterSlaveMessage): void {
  const { state } = turn;
  for (const info of message.frameworks ?? []) {
    const id = info.id?.value;
    if (id === undefined || state.frameworks.has(id) || state.completed.has(id)) continue;
    const framework = createFramework(state, id, info);
    const printed = printFramework(state, framework);
    emit(turn, {
      kind: 'publish',
      event: { type: 'FRAMEWORK_ADDED', framework_added: { framework: printed } },
    });
  }
}

/**
 * Orders the events about a returning agent as the original does: tasks of known frameworks, the agent, then unknown
 * frameworks, each before its tasks (Mesos 1.11 Master::addSlave, Master::recoverFramework).
 */
export function inOrder(news: {
  readonly frameworks: readonly MasterEffect[];
  readonly tasks: readonly MasterEffect[];
  readonly agent: readonly MasterEffect[];
}): MasterEffect[] {
  const { frameworks, tasks, agent } = news;
  if (frameworks.length === 0) return [...tasks, ...agent];
  const late = frameworks.flatMap((added) => {
    const id = frameworkOf(added);
    return [added, ...tasks.filter((task) => isAddedTo(task, id))];
  });
  const isLate = new Set(late);
  return [...tasks.filter((effect) => !isLate.has(effect)), ...agent, ...late];
}

function frameworkOf(effect: MasterEffect): string | undefined {
  return effect.kind === 'publish'
    ? effect.event.framework_added?.framework.framework_info.id?.value
    : undefined;
}

function isAddedTo(effect: MasterEffect, frameworkId: FrameworkId | undefined): boolean {
  return effect.kind === 'publish' && effect.event.task_added?.task.framework_id.value === frameworkId;
}

/** Sends the agent the current FrameworkInfo and pid of its frameworks, which may have changed meanwhile. */
export function updateFrameworks(turn: Turn, agent: Agent, message: internal.ReregisterSlaveMessage): void {
  const { state } = turn;
  for (const { id } of message.frameworks ?? []) {
    const framework = lookUp(state.frameworks, id?.value);
    if (!framework) continue;
    const { pid, info } = framework;
    const update = { framework_id: { value: framework.id }, pid, framework_info: info };
    emit(turn, { kind: 'send', to: agent.pid, name: UPDATE_FRAMEWORK, message: update });
  }
}

/** Shuts down frameworks of the agent that have ended, with this master or an earlier one. */
export function endFrameworks(turn: Turn, agent: Agent, message: internal.ReregisterSlaveMessage): void {
  const { state } = turn;
  const ids = [
    ...(message.frameworks ?? []).map(({ id }) => idText(id)),
    ...(message.tasks ?? []).map(({ framework_id }) => framework_id.value),
  ];
  for (const value of [...new Set(ids)].filter((id) => !state.frameworks.has(id))) {
    emit(turn, {
      kind: 'send',
      to: agent.pid,
      name: SHUTDOWN_FRAMEWORK,
      message: { framework_id: { value } },
    });
  }
}
