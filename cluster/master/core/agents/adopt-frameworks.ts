/**
 * Frameworks that a returning agent reports: unknown ones are adopted, those that have ended are shut down.
 *
 * Out: publish(FRAMEWORK_ADDED), send(UpdateFramework, ShutdownFramework)
 */

import type * as internal from '../../../api/generated/internal';
import { createFramework } from '../frameworks/connection';
import { printFramework } from '../frameworks/print-framework';
import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';

const UPDATE_FRAMEWORK = 'mesos.internal.UpdateFrameworkMessage';

const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/** Adds unknown frameworks of the agent as recovered: they have not subscribed since this master leads. */
export function adoptFrameworks(
  state: MasterState,
  message: internal.ReregisterSlaveMessage,
): MasterEffect[] {
  return (message.frameworks ?? []).flatMap((info): MasterEffect[] => {
    const id = info.id?.value;
    if (id === undefined || state.frameworks.has(id) || state.completed.has(id)) return [];
    const framework = createFramework(state, id, info);
    const printed = printFramework(state, framework);
    return [{ kind: 'publish', event: { type: 'FRAMEWORK_ADDED', framework_added: { framework: printed } } }];
  });
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

function isAddedTo(effect: MasterEffect, frameworkId: string | undefined): boolean {
  return effect.kind === 'publish' && effect.event.task_added?.task.framework_id.value === frameworkId;
}

/** Sends the agent the current FrameworkInfo and pid of its frameworks, which may have changed meanwhile. */
export function knownFrameworks(
  state: MasterState,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): MasterEffect[] {
  return (message.frameworks ?? []).flatMap(({ id }): MasterEffect[] => {
    const framework = state.frameworks.get(id?.value ?? '');
    if (!framework) return [];
    const { pid, info } = framework;
    const update = { framework_id: { value: framework.id }, pid, framework_info: info };
    return [{ kind: 'send', to: agent.pid, name: UPDATE_FRAMEWORK, message: update }];
  });
}

/** Shuts down frameworks of the agent that have ended, with this master or an earlier one. */
export function endFrameworks(
  state: MasterState,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): MasterEffect[] {
  const ids = [
    ...(message.frameworks ?? []).map(({ id }) => id?.value ?? ''),
    ...(message.tasks ?? []).map(({ framework_id }) => framework_id.value),
  ];
  return [...new Set(ids)]
    .filter((id) => !state.frameworks.has(id))
    .map((value) => ({
      kind: 'send',
      to: agent.pid,
      name: SHUTDOWN_FRAMEWORK,
      message: { framework_id: { value } },
    }));
}
